/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/memory.h"

/* Bound: RANGE_LIST_MAX, as everywhere in this file. */
static void remove_at(struct range_list *list, unsigned i)
{
    list->count--;
    for (; i < list->count; i++) {
        list->range[i] = list->range[i + 1];
    }
}

static bool insert_at(struct range_list *list, unsigned i, uint64_t base, uint64_t end)
{
    if (list->count == RANGE_LIST_MAX) {
        return false;
    }
    for (unsigned k = list->count; k > i; k--) {
        list->range[k] = list->range[k - 1];
    }
    list->count++;
    list->range[i].base = base;
    list->range[i].end = end;
    return true;
}

bool range_add(struct range_list *list, uint64_t base, uint64_t end)
{
    unsigned i = 0;

    if (base >= end) {
        return true;
    }
    while (i < list->count && list->range[i].end < base) {
        i++;
    }
    while (i < list->count && list->range[i].base <= end) {
        if (list->range[i].base < base) {
            base = list->range[i].base;
        }
        if (list->range[i].end > end) {
            end = list->range[i].end;
        }
        remove_at(list, i);
    }
    return insert_at(list, i, base, end);
}

bool range_remove(struct range_list *list, uint64_t base, uint64_t end)
{
    unsigned i = 0;

    while (i < list->count) {
        uint64_t old_base = list->range[i].base;
        uint64_t old_end = list->range[i].end;

        if (old_end <= base || old_base >= end) {
            i++;
            continue;
        }
        remove_at(list, i);
        if (old_base < base && !insert_at(list, i++, old_base, base)) {
            return false;
        }
        if (old_end > end && !insert_at(list, i++, end, old_end)) {
            return false;
        }
    }
    return true;
}

uint64_t range_take_top(struct range_list *list, unsigned size_bits)
{
    uint64_t size = 1ull << size_bits;

    for (unsigned i = list->count; i-- > 0;) {
        if (list->range[i].end < size) {
            continue;
        }
        uint64_t base = (list->range[i].end - size) & ~(size - 1);

        if (base >= list->range[i].base && base != 0 && range_remove(list, base, base + size)) {
            return base;
        }
    }
    return 0;
}
