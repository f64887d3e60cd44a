/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/timer.h"

#include "arch/gic.h"
#include "arch/sysreg.h"
#include "plat/plat.h"

static uint64_t ticks_per_interval;

void timer_rearm(void)
{
    write_sysreg(cnthp_tval_el2, ticks_per_interval);
}

void timer_init_core(void)
{
    ticks_per_interval = read_sysreg(cntfrq_el0) / 1000 * CONFIG_TIMER_TICK_MS;
    timer_rearm();
    write_sysreg(cnthp_ctl_el2, 1);
    gic_unmask(PLAT_KTIMER_IRQ);
}

uint64_t timer_deadline(unsigned seconds)
{
    return read_sysreg(cntpct_el0) + seconds * read_sysreg(cntfrq_el0);
}

bool timer_is_over(uint64_t deadline)
{
    return read_sysreg(cntpct_el0) >= deadline;
}
