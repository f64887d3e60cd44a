/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cache maintenance by address from EL0, and barriers. Ranges are [from, from + bytes) in the
 * component's own address space; every page must be mapped cacheable. Needs a kernel that allows it
 * to EL0 (CONFIG_AARCH64_USER_CACHE_ENABLE, on by default).
 *
 * A guest that starts with its MMU off reads memory, not caches: what is loaded for it must be
 * cleaned to the point of coherency, and code unified as well.
 *
 * Source: Arm ARM DDI 0487, instructions DC CVAC, DC CIVAC, DC CVAU, IC IVAU.
 */
#ifndef RT_CACHE_H
#define RT_CACHE_H

#include <stddef.h>

/* DC CVAC: written data reaches memory. */
void rt_cache_clean(const void *from, size_t bytes);

/* DC CIVAC: as clean, and the next read comes from memory. */
void rt_cache_clean_invalidate(const void *from, size_t bytes);

/* DC CVAU, IC IVAU, DSB, ISB: written code can be fetched. */
void rt_cache_unify_code(const void *from, size_t bytes);

static inline void rt_barrier_dsb(void)
{
    __asm__ volatile("dsb sy" ::: "memory");
}

static inline void rt_barrier_dmb(void)
{
    __asm__ volatile("dmb sy" ::: "memory");
}

static inline void rt_barrier_isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}

#endif
