/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/latency.h"

#ifdef CONFIG_MEASURE_LATENCY

#include "arch/sysreg.h"
#include "core/check.h"

#define INSTRUCTIONS_PER_TICK 16 /* 62.5 MHz, one instruction per nanosecond */

struct latency_entry latency_entry;
static struct latency_entry longest; /* `start` is its length */
static uint64_t reported;

void latency_end(void)
{
    uint64_t now = read_sysreg(cntpct_el0);

    /* Boot is over with the first return, and does not count. */
    if (latency_entry.start && now - latency_entry.start > longest.start) {
        longest = latency_entry;
        longest.start = now - latency_entry.start;
    }
    latency_entry.start = now;
}

void latency_report(void)
{
    if (longest.start != reported) {
        reported = longest.start;
        klog(
            "# longest without interrupts: %lu instructions (entry with x7 %lx, x1 %lx from %lx)\n",
            (unsigned long)(longest.start * INSTRUCTIONS_PER_TICK), (unsigned long)longest.x7,
            (unsigned long)longest.x1, (unsigned long)longest.pc);
    }
    latency_entry.start = read_sysreg(cntpct_el0);
}

void *latency_at_exit(void *context)
{
    latency_end();
    return context;
}
#endif
