/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/slot.h"

#include "core/check.h"
#include "core/invariants.h"

static void set_next(struct slot *slot, const struct slot *next)
{
    slot->next = (uintptr_t)next | (slot->next & SLOT_FLAGS);
}

/* Makes the neighbours of `slot` point at it; used after its links were written. */
static void relink_neighbours(struct slot *slot)
{
    struct slot *prev = slot_prev(slot);
    struct slot *next = slot_next(slot);

    if (prev) {
        set_next(prev, slot);
    }
    if (next) {
        next->prev = (uintptr_t)slot;
    }
}

bool slot_is_parent(const struct slot *parent, const struct slot *child)
{
    if (!(parent->next & SLOT_REVOCABLE) || !cap_same_region(parent->cap, child->cap)) {
        return false;
    }
    switch (cap_type(parent->cap)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        return parent->cap.data == 0 ||
               (parent->cap.data == child->cap.data && !(child->next & SLOT_FIRST_BADGED));
    default: return true;
    }
}

bool slot_has_children(const struct slot *slot)
{
    const struct slot *next = slot_next(slot);

    return next && slot_is_parent(slot, next);
}

bool slot_is_final(const struct slot *slot)
{
    const struct slot *prev = slot_prev(slot);
    const struct slot *next = slot_next(slot);

    return !(prev && cap_same_object(prev->cap, slot->cap)) &&
           !(next && cap_same_object(slot->cap, next->cap));
}

bool slot_is_shared(const struct slot *slot)
{
    return !slot_is_final(slot);
}

/* A capability may get children of its own only where the new one differs from its source. */
static bool is_revocable(struct cap cap, struct cap source)
{
    switch (cap_type(cap)) {
    case CAP_UNTYPED: return true;
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC: return cap.data != source.data;
    case CAP_IRQ_HANDLER:
    case CAP_SGI: return cap_type(source) == CAP_IRQ_CONTROL;
    default: return false;
    }
}

static void insert_behind(struct cap cap, uint64_t flags, struct slot *source, struct slot *dest)
{
    CHECK(slot_is_empty(dest));
    dest->cap = cap;
    dest->prev = (uintptr_t)source;
    dest->next = (uintptr_t)slot_next(source) | flags;
    relink_neighbours(dest);
    INVARIANT_COUNT(cap, 1);
    INVARIANT(invariants_slot(dest));
}

void slot_insert(struct cap cap, struct slot *source, struct slot *dest)
{
    bool revocable = is_revocable(cap, source->cap);

    insert_behind(cap, revocable ? SLOT_REVOCABLE | SLOT_FIRST_BADGED : 0, source, dest);
    if (cap_type(cap) == CAP_UNTYPED) {
        source->cap.data = 1ull << cap_untyped_bits(cap);
    }
}

/*
 * As if one after the other were inserted behind the parent: the last one follows it directly.
 * Bound: `count`.
 */
void slot_insert_series(struct cap cap, uint64_t stride, unsigned count, struct slot *parent,
                        struct slot *dest)
{
    struct slot *next = slot_next(parent);
    struct slot *end = dest + count;

    if (next) {
        next->prev = (uintptr_t)dest;
    }
    for (struct slot *slot = dest; slot < end; slot++) {
        *slot = (struct slot){ cap, (uintptr_t)(slot + 1),
                               (uintptr_t)next | SLOT_REVOCABLE | SLOT_FIRST_BADGED };
        next = slot;
        cap.head += stride;
    }
    next->prev = (uintptr_t)parent;
    set_next(parent, next);
    for (unsigned i = 0; i < count; i++) {
        INVARIANT_COUNT(dest[i].cap, 1);
        INVARIANT(invariants_slot(&dest[i]));
    }
}

void slot_move(struct cap cap, struct slot *source, struct slot *dest)
{
    CHECK(slot_is_empty(dest));
    dest->cap = cap;
    dest->prev = source->prev;
    dest->next = source->next;
    *source = (struct slot){ { 0, 0 }, 0, 0 };
    relink_neighbours(dest);
    INVARIANT(invariants_slot(dest));
}

/* Gives `slot` the links `from`, where a link to `slot` itself means its partner in the swap. */
static void adopt_links(struct slot *slot, struct slot from, struct slot *partner)
{
    slot->prev = slot_prev(&from) == slot ? (uintptr_t)partner : from.prev;
    slot->next = from.next;
    if (slot_next(&from) == slot) {
        set_next(slot, partner);
    }
}

void slot_swap(struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b)
{
    struct slot old_a = *a;
    struct slot old_b = *b;

    a->cap = cap_b;
    b->cap = cap_a;
    adopt_links(a, old_b, b);
    adopt_links(b, old_a, a);
    relink_neighbours(a);
    relink_neighbours(b);
    INVARIANT(invariants_slot(a));
    INVARIANT(invariants_slot(b));
}

void slot_unlink(struct slot *slot)
{
    struct slot *prev = slot_prev(slot);
    struct slot *next = slot_next(slot);

    INVARIANT(invariants_slot(slot));
    INVARIANT_COUNT(slot->cap, -1);
    if (prev) {
        set_next(prev, next);
    }
    if (next) {
        next->prev = (uintptr_t)prev;
        next->next |= slot->next & SLOT_FIRST_BADGED;
    }
    *slot = (struct slot){ { 0, 0 }, 0, 0 };
}
