/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address space while it is being filled: who has which range, and where something still fits.
 */
#ifndef COMPOSER_PLAN_SPACE_H
#define COMPOSER_PLAN_SPACE_H

#include "composer/plan/model.h"

struct space_entry {
    struct range range;
    const char *name;
    struct pos pos;
};

struct space {
    struct arena *arena;
    struct space_entry *entries; /* by address, never overlapping */
    size_t count, capacity;
};

/* Adds a range. Returns NULL, or the entry that it would overlap (nothing is added then). */
const struct space_entry *space_add(struct space *space, struct range range, const char *name,
                                    struct pos pos);

/*
 * Finds the lowest `*base`, a multiple of `align`, such that [*base, *base + size) lies in `within`
 * and overlaps no entry. Returns false if there is none.
 */
bool space_find(const struct space *space, struct range within, uint64_t size, uint64_t align,
                uint64_t *base);

#endif
