/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical memory at boot: which ranges are free RAM, which go to user level as device memory.
 */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include "core/dtb.h"

#define RANGE_LIST_MAX 160

/* Disjoint ranges, ascending, `[base, end)`. */
struct range_list {
    unsigned count;
    struct {
        uint64_t base;
        uint64_t end;
    } range[RANGE_LIST_MAX];
};

/* Adds a range; overlapping or touching ones are merged. False if the list is full. */
bool range_add(struct range_list *list, uint64_t base, uint64_t end);

/* Takes a range out. False if the list is full (a range was to be cut in two). */
bool range_remove(struct range_list *list, uint64_t base, uint64_t end);

/*
 * range_take_top() - cut an aligned block from the highest place where it fits
 * @size_bits: of the block, which is aligned to its size
 *
 * Return: its base, or 0 if it fits nowhere (nothing is ever free at address 0 then).
 */
uint64_t range_take_top(struct range_list *list, unsigned size_bits);

#endif
