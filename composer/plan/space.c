/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/space.h"

const struct space_entry *space_add(struct space *space, struct range range, const char *name,
                                    struct pos pos)
{
    size_t at = 0;

    for (size_t i = 0; i < space->count; i++) {
        if (range_overlaps(space->entries[i].range, range)) {
            return &space->entries[i];
        }
        if (space->entries[i].range.base < range.base) {
            at = i + 1;
        }
    }
    space->entries = arena_grow(space->arena, space->entries, space->count, &space->capacity,
                                sizeof(space->entries[0]));
    for (size_t i = space->count; i > at; i--) {
        space->entries[i] = space->entries[i - 1];
    }
    space->entries[at] = (struct space_entry){ range, name, pos };
    space->count++;
    return NULL;
}

bool space_find(const struct space *space, struct range within, uint64_t size, uint64_t align,
                uint64_t *base)
{
    uint64_t end = within.base + within.size;
    uint64_t candidate = align_up(within.base, align);

    for (size_t i = 0; i < space->count; i++) {
        struct range taken = space->entries[i].range;

        if (size <= end && candidate <= end - size &&
            range_overlaps(taken, (struct range){ candidate, size })) {
            candidate = align_up(taken.base + taken.size, align);
        }
    }
    *base = candidate;
    return size <= end && candidate <= end - size;
}
