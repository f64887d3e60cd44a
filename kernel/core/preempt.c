/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/preempt.h"

#include "arch/latency.h"
#include "arch/machine.h"
#include "core/core.h"

bool preempt_point(void)
{
    struct core *core = this_core();

    if (++core->work_units < CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION) {
        return false;
    }
    core->work_units = 0;
    latency_end();
    return arch_irq_pending();
}

void preempt_reset(void)
{
    this_core()->work_units = 0;
}
