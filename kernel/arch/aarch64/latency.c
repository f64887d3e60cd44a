/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/latency.h"

#ifdef CONFIG_MEASURE_LATENCY

#include "arch/sysreg.h"
#include "core/check.h"
#include "core/core.h"

#define INSTRUCTIONS_PER_TICK 16 /* 62.5 MHz, one instruction per nanosecond */

uint64_t latency_start;
static uint64_t longest;
static uint64_t longest_x7;
static uint64_t longest_info;
static uint64_t reported;

void latency_end(void)
{
    uint64_t now = read_sysreg(cntpct_el0);

    /* Boot is over with the first return, and does not count. */
    if (latency_start && now - latency_start > longest) {
        longest = now - latency_start;
        longest_x7 = current_thread()->context.x[7];
        longest_info = current_thread()->context.x[1];
    }
    latency_start = now;
}

void latency_report(void)
{
    if (longest != reported) {
        reported = longest;
        klog("# longest without interrupts: %lu instructions (x7 %lx, x1 %lx of the next thread)\n",
             (unsigned long)(longest * INSTRUCTIONS_PER_TICK), (unsigned long)longest_x7,
             (unsigned long)longest_info);
    }
    latency_start = read_sysreg(cntpct_el0);
}

void *latency_at_exit(void *context)
{
    latency_end();
    return context;
}
#endif
