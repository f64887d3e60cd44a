/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/preempt.h"

#include "arch/latency.h"
#include "arch/machine.h"

bool preempt_point(void)
{
    latency_end();
    return arch_irq_pending();
}
