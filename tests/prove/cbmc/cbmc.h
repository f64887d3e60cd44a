/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the harnesses for CBMC share. CBMC runs a harness for all values at once: any64() is any
 * value, ASSUME keeps those that callers can give, ASSERT must hold for all that are left. A loop
 * that does more rounds than the claim's bound is a failure, so is a call of a function without a
 * body. Nothing here is compiled into anything.
 */
#ifndef TESTS_PROVE_CBMC_H
#define TESTS_PROVE_CBMC_H

#include <stdbool.h>
#include <stdint.h>

#define ASSUME(condition)       __CPROVER_assume(condition)
#define ASSERT(condition, text) __CPROVER_assert(condition, text)

/* What is not set has any value. */
static inline uint64_t any64(void)
{
    uint64_t value;

    return value;
}

static inline uint32_t any32(void)
{
    return (uint32_t)any64();
}

static inline bool any_bool(void)
{
    return any64() & 1;
}

/* Any of [0, count). */
static inline uint32_t any_below(uint32_t count)
{
    uint32_t value = any32();

    ASSUME(value < count);
    return value;
}

/* The CHECKs of kernel and user level. */
_Noreturn void check_failed(const char *condition, const char *file, int line)
{
    ASSERT(0, "a CHECK holds");
    ASSUME(0);
}

_Noreturn void rt_check_failed(const char *file, int line, const char *condition)
{
    ASSERT(0, "a CHECK holds");
    ASSUME(0);
}

#endif
