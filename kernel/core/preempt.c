/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/preempt.h"

#include "arch/latency.h"
#include "arch/machine.h"
#include "core/lock.h"

bool preempt_point(void)
{
    latency_end();
    return arch_irq_pending() || lock_is_wanted();
}
