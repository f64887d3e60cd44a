/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option MEASURE_LATENCY: the longest stretch in which the kernel looked at no interrupt, from an
 * exception to the return or to the next preemption point. Under QEMU's -icount shift=0 a tick of
 * the counter is 16 instructions. The about 50 instructions that save and load registers are not
 * in it.
 */
#ifndef ARCH_LATENCY_H
#define ARCH_LATENCY_H

#ifdef CONFIG_MEASURE_LATENCY
#include <stdint.h>

/* Counter at the exception or at the last look, and the entry's registers; entry.S writes it. */
struct latency_entry {
    uint64_t start;
    uint64_t x1; /* of a system call: message info, that is label and lengths */
    uint64_t x7; /* of a system call: its number */
    uint64_t pc; /* user level's */
};
extern struct latency_entry latency_entry;

/* A stretch ends here and the next begins. */
void latency_end(void);

/* After sleep: begins a stretch; prints the longest one if it has grown, as no thread can run. */
void latency_report(void);

/* The end of a stretch, for the entry code: gives its argument back. */
void *latency_at_exit(void *context);
#else
static inline void latency_end(void)
{
}
static inline void latency_report(void)
{
}
#endif

#endif
