/* SPDX-License-Identifier: BSD-2-Clause */
#include "range.h"

#include <stddef.h>

int ldr_fail(struct ldr_error *error, const char *format, const char *name, uint64_t a, uint64_t b,
             uint64_t c, uint64_t d)
{
    if (!error->format) {
        error->format = format;
        error->name = name ? name : "";
        error->args[0] = a;
        error->args[1] = b;
        error->args[2] = c;
        error->args[3] = d;
    }
    return -1;
}

bool ldr_range_sane(struct ldr_range range)
{
    const uint64_t limit = UINT64_C(1) << 48;

    return range.base < limit && range.size <= limit - range.base;
}

bool ldr_range_overlap(struct ldr_range a, struct ldr_range b)
{
    return a.base < b.base + b.size && b.base < a.base + a.size;
}

bool ldr_range_covered(struct ldr_range inner, const struct ldr_range *outer, unsigned int count)
{
    uint64_t at = inner.base;
    uint64_t end = inner.base + inner.size;

    /* Each round moves `at` to the end of some range, so `count` rounds reach the furthest. */
    for (unsigned int round = 0; round <= count && at < end; round++) {
        for (unsigned int i = 0; i < count; i++) {
            if (outer[i].base <= at && at - outer[i].base < outer[i].size) {
                at = outer[i].base + outer[i].size;
            }
        }
    }
    return at >= end;
}

uint64_t ldr_round_up(uint64_t value, uint64_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}
