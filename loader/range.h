/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical ranges and error reports, shared by the loader's pure parts. */
#ifndef LOADER_RANGE_H
#define LOADER_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* [base, base + size) in physical memory. */
struct ldr_range {
    uint64_t base;
    uint64_t size;
};

/**
 * struct ldr_error - why the image cannot be booted, as one printable line
 * @format: text with %x (next of @args, hexadecimal) and %s (@name); NULL while all is well
 */
struct ldr_error {
    const char *format;
    const char *name;
    uint64_t args[4];
};

/* Records an error (the first one wins) and returns -1, so that checks can `return ldr_fail(...)`. */
int ldr_fail(struct ldr_error *error, const char *format, const char *name, uint64_t a, uint64_t b,
             uint64_t c, uint64_t d);

/* Whether base + size stays below 2^48, so that later sums cannot wrap. */
bool ldr_range_sane(struct ldr_range range);

/* Whether two sane ranges share a byte. */
bool ldr_range_overlap(struct ldr_range a, struct ldr_range b);

/* Whether @inner lies in one of @count ranges, adjoining ones taken together. */
bool ldr_range_covered(struct ldr_range inner, const struct ldr_range *outer, unsigned int count);

uint64_t ldr_round_up(uint64_t value, uint64_t power_of_two);

#endif
