/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters of the generic timer, read from EL0, and conversions between ticks and time.
 *
 * CNTPCT is for deadlines of the timer service and needs a kernel built with
 * CONFIG_EXPORT_PCNT_USER; CNTVCT needs CONFIG_EXPORT_VCNT_USER and is behind CNTPCT by the offset
 * of whichever vCPU ran last on the core. Without the export the read
 * traps and stops the component, so ask the configuration first (rt_clock_available).
 *
 * Source: Arm ARM DDI 0487, registers CNTPCT_EL0, CNTVCT_EL0, CNTFRQ_EL0.
 */
#ifndef RT_CLOCK_H
#define RT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define RT_NS_PER_S UINT64_C(1000000000)

#ifdef __aarch64__
static inline uint64_t rt_clock_cntpct(void)
{
    uint64_t ticks;

    /* The counter may be read early; the barrier keeps it behind what was done before. */
    __asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

static inline uint64_t rt_clock_cntvct(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks) : : "memory");
    return ticks;
}

/* Ticks per second, as firmware set it; never 0 on a board that runs Linux, but check. */
static inline uint64_t rt_clock_frequency(void)
{
    uint64_t hertz;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    return hertz;
}

/* True if this kernel lets native components read CNTPCT and CNTFRQ. */
bool rt_clock_available(void);
#endif

/*
 * ticks * 10^9 / hertz and ns * hertz / 10^9, rounded down, UINT64_MAX if the result is too large.
 *
 * @hertz: ticks per second, 1 to 2^34; 0 gives 0.
 */
uint64_t rt_ticks_to_ns(uint64_t ticks, uint64_t hertz);
uint64_t rt_ns_to_ticks(uint64_t ns, uint64_t hertz);

#endif
