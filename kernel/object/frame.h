/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OBJECT_FRAME_H
#define OBJECT_FRAME_H

#include "api/call.h"

/* Order of the operations in both groups of labels. */
enum cache_operation {
    CACHE_CLEAN,
    CACHE_INVALIDATE,
    CACHE_CLEAN_INVALIDATE,
    CACHE_UNIFY,
};

/* Removes the mapping made through this capability, if it still is there. */
void frame_unmap(struct cap cap);

/*
 * cache_invoke() - cache maintenance of a physical range
 * @operation: enum cache_operation
 * @pa: physical address, @size: bytes; inside one frame or page
 *
 * Memory that the kernel cannot reach has no cache lines of its own making: nothing is done.
 */
enum status cache_invoke(struct call *call, unsigned operation, uint64_t pa, uint64_t size);

enum status frame_decode(struct call *call);

#endif
