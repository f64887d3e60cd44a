/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/cache.h"

#include <stdint.h>

/* CTR_EL0: log2 of the smallest line in words, data side in [19:16], instruction side in [3:0]. */
#define CTR_DMINLINE_SHIFT 16
#define CTR_IMINLINE_SHIFT 0
#define CTR_LINE_MASK      0xf
#define CTR_WORD_BYTES     4u

static uintptr_t line_bytes(unsigned shift)
{
    uint64_t ctr;

    __asm__ volatile("mrs %0, ctr_el0" : "=r"(ctr));
    return (uintptr_t)CTR_WORD_BYTES << ((ctr >> shift) & CTR_LINE_MASK);
}

void rt_cache_clean(const void *from, size_t bytes)
{
    uintptr_t line = line_bytes(CTR_DMINLINE_SHIFT);
    uintptr_t end = (uintptr_t)from + bytes;

    for (uintptr_t at = (uintptr_t)from & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc cvac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

void rt_cache_clean_invalidate(const void *from, size_t bytes)
{
    uintptr_t line = line_bytes(CTR_DMINLINE_SHIFT);
    uintptr_t end = (uintptr_t)from + bytes;

    for (uintptr_t at = (uintptr_t)from & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

void rt_cache_unify_code(const void *from, size_t bytes)
{
    uintptr_t line = line_bytes(CTR_DMINLINE_SHIFT);
    uintptr_t end = (uintptr_t)from + bytes;

    for (uintptr_t at = (uintptr_t)from & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc cvau, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb ish" ::: "memory");
    line = line_bytes(CTR_IMINLINE_SHIFT);
    for (uintptr_t at = (uintptr_t)from & ~(line - 1); at < end; at += line) {
        __asm__ volatile("ic ivau, %0" ::"r"(at) : "memory");
    }
    __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}
