/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/clock.h"

#define HERTZ_MAX (UINT64_C(1) << 34) /* keeps remainder * 10^9 below 2^64 */

/* value * to / from, whole units and remainder apart so that nothing overflows unseen. */
static uint64_t convert(uint64_t value, uint64_t from, uint64_t to)
{
    uint64_t whole = value / from;
    uint64_t rest = value % from;
    uint64_t high;

    if (__builtin_mul_overflow(whole, to, &high)) {
        return UINT64_MAX;
    }
    uint64_t low = rest * to / from;

    return high + low < high ? UINT64_MAX : high + low;
}

uint64_t rt_ticks_to_ns(uint64_t ticks, uint64_t hertz)
{
    if (hertz == 0 || hertz > HERTZ_MAX) {
        return 0;
    }
    return convert(ticks, hertz, RT_NS_PER_S);
}

uint64_t rt_ns_to_ticks(uint64_t ns, uint64_t hertz)
{
    if (hertz == 0 || hertz > HERTZ_MAX) {
        return 0;
    }
    return convert(ns, RT_NS_PER_S, hertz);
}
