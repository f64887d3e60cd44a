/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where objects come from: the untyped capabilities of BootInfo, with the kernel's own watermark
 * rule mirrored, so that a refusal is known before the kernel is asked.
 *
 * RAM (memory that the kernel manages) serves kernel objects and private pages: always the smallest
 * untyped that fits, because the kernel zeroes a whole boot untyped at its first retype.
 *
 * Device untypeds (registers, and RAM of the board that the kernel was not given) serve fixed
 * physical ranges: they are cut in halves until a half lies inside of the range.
 *
 * Pure: the kernel is behind `struct ut_kernel`; tested by tests/unit/init_untyped.
 */
#ifndef INIT_UNTYPED_H
#define INIT_UNTYPED_H

#include <stdbool.h>
#include <stdint.h>

#include "rt/error.h"
#include "rt/slots.h"

#define UT_BLOCKS_MAX 2048u
#define UT_NO_BLOCK   UINT16_MAX

enum ut_state {
    UT_FREE,  /* RAM: `used` bytes are taken; device: untouched */
    UT_SPLIT, /* device: two children */
    UT_USED,  /* device: all of it became objects */
};

struct ut_block {
    uint64_t paddr;
    uint64_t slot;     /* its capability */
    uint64_t used;     /* watermark, bytes; RAM only */
    uint16_t children; /* index of the first of two, or UT_NO_BLOCK */
    uint8_t bits;
    uint8_t state; /* enum ut_state */
    bool device;
    bool root; /* from BootInfo, not a half of another block */
};

/* What an object costs and what the kernel is told. */
struct ut_kind {
    uint64_t type;     /* seL4 object type */
    uint64_t size_arg; /* `size_bits` of Untyped_Retype */
    uint32_t bits;     /* log2 of the object's bytes */
};

struct ut_kernel {
    /* Untyped_Retype of `count` objects from `untyped` into [slot, slot + count). 0 or rt_error. */
    int (*retype)(void *context, uint64_t untyped, const struct ut_kind *kind, uint64_t slot,
                  uint64_t count);
    void *context;
    struct ut_kind half; /* how halves are made; size_arg and bits are set per call */
};

struct ut_pool {
    struct ut_kernel kernel;
    struct rt_slots *slots; /* for the halves */
    uint32_t block_count;
    struct ut_block blocks[UT_BLOCKS_MAX];
};

void ut_init(struct ut_pool *pool, const struct ut_kernel *kernel, struct rt_slots *slots);

/*
 * Adds one untyped of BootInfo, untouched so far.
 *
 * Returns 0, RT_ERR_RANGE if 2^bits bytes at `paddr` make no sense, or RT_ERR_NO_SLOT.
 */
int ut_add(struct ut_pool *pool, uint64_t paddr, uint8_t bits, bool device,
           uint64_t slot) RT_MUST_CHECK;

/*
 * Makes `count` objects from RAM into [slot, slot + count). They need not be neighbours.
 *
 * Returns 0, RT_ERR_NO_MEMORY, or what the kernel refused.
 */
int ut_make(struct ut_pool *pool, const struct ut_kind *kind, uint64_t slot,
            uint64_t count) RT_MUST_CHECK;

/*
 * Makes `count` objects that cover [paddr, paddr + count << kind->bits) in ascending order into
 * [slot, slot + count). paddr is a multiple of the object's size.
 *
 * Returns 0, RT_ERR_NOT_FOUND if no device untyped covers a part of it (see ut_missing),
 * RT_ERR_EXISTS if a part is taken already, RT_ERR_NO_SLOT, RT_ERR_NO_MEMORY (too many blocks), or
 * what the kernel refused.
 */
int ut_make_at(struct ut_pool *pool, const struct ut_kind *kind, uint64_t paddr, uint64_t slot,
               uint64_t count) RT_MUST_CHECK;

/*
 * Looks for the first part of [paddr, paddr + bytes) that no device untyped covers.
 *
 * Returns true and that part's start in *missing, or false if all of it is there.
 */
bool ut_missing(const struct ut_pool *pool, uint64_t paddr, uint64_t bytes, uint64_t *missing);

/* Bytes of RAM that are still free, lost alignment not counted. */
uint64_t ut_ram_left(const struct ut_pool *pool);

#endif
