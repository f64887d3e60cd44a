/* SPDX-License-Identifier: BSD-2-Clause */
#include "untyped.h"

#include <stddef.h>

#include "rt/check.h"

#define PADDR_BITS_MAX 56u
#define BLOCK_BITS_MIN 4u

void ut_init(struct ut_pool *pool, const struct ut_kernel *kernel, struct rt_slots *slots)
{
    pool->kernel = *kernel;
    pool->slots = slots;
    pool->block_count = 0;
}

static uint64_t block_bytes(const struct ut_block *block)
{
    return UINT64_C(1) << block->bits;
}

static int add_block(struct ut_pool *pool, uint64_t paddr, uint8_t bits, bool device, bool root,
                     uint64_t slot)
{
    if (pool->block_count == UT_BLOCKS_MAX) {
        return RT_ERR_NO_SLOT;
    }
    pool->blocks[pool->block_count++] = (struct ut_block){
        .paddr = paddr,
        .slot = slot,
        .children = UT_NO_BLOCK,
        .bits = bits,
        .state = UT_FREE,
        .device = device,
        .root = root,
    };
    return RT_OK;
}

int ut_add(struct ut_pool *pool, uint64_t paddr, uint8_t bits, bool device, uint64_t slot)
{
    if (bits < BLOCK_BITS_MIN || bits > PADDR_BITS_MAX ||
        paddr > (UINT64_C(1) << PADDR_BITS_MAX) - (UINT64_C(1) << bits)) {
        return RT_ERR_RANGE;
    }
    return add_block(pool, paddr, bits, device, true, slot);
}

/* ---- RAM ---- */

/* Objects of 2^bits bytes that fit behind the watermark, which is rounded up as the kernel does. */
static uint64_t capacity(const struct ut_block *block, uint32_t bits)
{
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    uint64_t start = (block->used + mask) & ~mask;

    if (bits > block->bits || start >= block_bytes(block)) {
        return 0;
    }
    return (block_bytes(block) - start) >> bits;
}

static bool is_better(const struct ut_block *candidate, const struct ut_block *best, uint32_t bits,
                      uint64_t count)
{
    bool fits = capacity(candidate, bits) >= count;
    bool best_fits = best != NULL && capacity(best, bits) >= count;

    if (best == NULL) {
        return true;
    }
    if (fits != best_fits) {
        return fits;
    }
    /* All fit: the smallest, to keep large ones whole and unzeroed. None fits: the most. */
    return fits ? candidate->bits < best->bits : capacity(candidate, bits) > capacity(best, bits);
}

static struct ut_block *best_ram(struct ut_pool *pool, uint32_t bits, uint64_t count)
{
    struct ut_block *best = NULL;

    for (uint32_t i = 0; i < pool->block_count; i++) {
        struct ut_block *block = &pool->blocks[i];

        if (!block->device && capacity(block, bits) > 0 && is_better(block, best, bits, count)) {
            best = block;
        }
    }
    return best;
}

int ut_make(struct ut_pool *pool, const struct ut_kind *kind, uint64_t slot, uint64_t count)
{
    uint64_t mask = (UINT64_C(1) << kind->bits) - 1;

    while (count > 0) {
        struct ut_block *block = best_ram(pool, kind->bits, count);
        uint64_t now;
        int error;

        if (block == NULL) {
            return RT_ERR_NO_MEMORY;
        }
        now = capacity(block, kind->bits) < count ? capacity(block, kind->bits) : count;
        error = pool->kernel.retype(pool->kernel.context, block->slot, kind, slot, now);
        if (error != RT_OK) {
            return error;
        }
        block->used = ((block->used + mask) & ~mask) + (now << kind->bits);
        slot += now;
        count -= now;
    }
    return RT_OK;
}

uint64_t ut_ram_left(const struct ut_pool *pool)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < pool->block_count; i++) {
        const struct ut_block *block = &pool->blocks[i];

        if (!block->device) {
            bytes += block_bytes(block) - block->used;
        }
    }
    return bytes;
}

/* ---- fixed ranges ---- */

static bool overlaps(const struct ut_block *block, uint64_t low, uint64_t high)
{
    return block->paddr < high && low < block->paddr + block_bytes(block);
}

bool ut_missing(const struct ut_pool *pool, uint64_t paddr, uint64_t bytes, uint64_t *missing)
{
    uint64_t at = paddr;
    uint64_t end = paddr + bytes;

    /* Each round moves `at` to the end of the block that holds it, so it ends. */
    while (at < end) {
        const struct ut_block *holder = NULL;

        for (uint32_t i = 0; i < pool->block_count; i++) {
            const struct ut_block *block = &pool->blocks[i];

            if (block->device && block->root && overlaps(block, at, at + 1)) {
                holder = block;
                break;
            }
        }
        if (holder == NULL) {
            *missing = at;
            return true;
        }
        at = holder->paddr + block_bytes(holder);
    }
    return false;
}

static int split(struct ut_pool *pool, uint32_t index)
{
    struct ut_block *block = &pool->blocks[index];
    uint8_t bits = (uint8_t)(block->bits - 1);
    struct ut_kind half = pool->kernel.half;
    uint64_t slot;
    int error;

    if (UT_BLOCKS_MAX - pool->block_count < 2) {
        return RT_ERR_NO_MEMORY;
    }
    error = rt_slots_take(pool->slots, 2, &slot);
    if (error != RT_OK) {
        return error;
    }
    half.bits = bits;
    half.size_arg = bits;
    error = pool->kernel.retype(pool->kernel.context, block->slot, &half, slot, 2);
    if (error != RT_OK) {
        return error;
    }
    block->children = (uint16_t)pool->block_count;
    block->state = UT_SPLIT;
    CHECK(add_block(pool, block->paddr, bits, true, false, slot) == RT_OK);
    CHECK(add_block(pool, block->paddr + (UINT64_C(1) << bits), bits, true, false, slot + 1) ==
          RT_OK);
    return RT_OK;
}

struct request {
    const struct ut_kind *kind;
    uint64_t low;
    uint64_t high; /* exclusive */
    uint64_t slot; /* of the object at `low` */
};

static int use_whole(struct ut_pool *pool, struct ut_block *block, const struct request *request)
{
    uint64_t slot = request->slot + ((block->paddr - request->low) >> request->kind->bits);
    uint64_t count = block_bytes(block) >> request->kind->bits;
    int error = pool->kernel.retype(pool->kernel.context, block->slot, request->kind, slot, count);

    if (error == RT_OK) {
        block->state = UT_USED;
    }
    return error;
}

/* Recursion depth is bounded by a block's bits: each level halves. */
static int use_part(struct ut_pool *pool, uint32_t index, const struct request *request)
{
    struct ut_block *block = &pool->blocks[index];
    bool inside;
    int error;

    if (!overlaps(block, request->low, request->high)) {
        return RT_OK;
    }
    if (block->state == UT_USED) {
        return RT_ERR_EXISTS;
    }
    inside = block->paddr >= request->low && block->paddr + block_bytes(block) <= request->high;
    if (inside && block->state == UT_FREE && block->bits >= request->kind->bits) {
        return use_whole(pool, block, request);
    }
    if (block->bits <= request->kind->bits) {
        /* The object would straddle what is taken already, or boot blocks smaller than itself. */
        return block->state == UT_SPLIT ? RT_ERR_EXISTS : RT_ERR_NOT_FOUND;
    }
    if (block->state == UT_FREE) {
        error = split(pool, index);
        if (error != RT_OK) {
            return error;
        }
    }
    error = use_part(pool, block->children, request);
    return error != RT_OK ? error : use_part(pool, block->children + 1u, request);
}

int ut_make_at(struct ut_pool *pool, const struct ut_kind *kind, uint64_t paddr, uint64_t slot,
               uint64_t count)
{
    struct request request = {
        .kind = kind, .low = paddr, .high = paddr + (count << kind->bits), .slot = slot
    };
    uint32_t roots = pool->block_count; /* splitting appends */
    uint64_t missing;

    if ((paddr & ((UINT64_C(1) << kind->bits) - 1)) != 0) {
        return RT_ERR_ALIGNMENT;
    }
    if (ut_missing(pool, request.low, request.high - request.low, &missing)) {
        return RT_ERR_NOT_FOUND;
    }
    for (uint32_t i = 0; i < roots; i++) {
        int error;

        if (!pool->blocks[i].device || !pool->blocks[i].root) {
            continue;
        }
        error = use_part(pool, i, &request);
        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}
