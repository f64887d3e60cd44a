/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability slots and the derivation tree.
 *
 * The tree is kept as one doubly linked list in depth-first order: a slot's descendants follow it
 * directly. Who is whose parent is not stored; slot_is_parent() decides it from the two
 * capabilities and the two flags below. Hence every insertion goes directly behind its source.
 *
 *   revocable     the capability may have children
 *   first_badged  it starts a new badge: a capability with the same badge is not its parent
 */
#ifndef OBJECT_SLOT_H
#define OBJECT_SLOT_H

#include "object/cap.h"

#define SLOT_FIRST_BADGED 1ull
#define SLOT_REVOCABLE    2ull
#define SLOT_FLAGS        3ull

/* 32 bytes, aligned to that: the low bits of `next` are free for the flags. */
struct slot {
    struct cap cap;
    uint64_t prev;
    uint64_t next; /* address | SLOT_* */
};
_Static_assert(sizeof(struct slot) == 1 << SEL4_SLOT_BITS, "slot size is part of the API");

static inline struct slot *slot_next(const struct slot *slot)
{
    return (struct slot *)(uintptr_t)(slot->next & ~SLOT_FLAGS);
}

static inline struct slot *slot_prev(const struct slot *slot)
{
    return (struct slot *)(uintptr_t)slot->prev;
}

static inline bool slot_is_empty(const struct slot *slot)
{
    return cap_type(slot->cap) == CAP_NULL;
}

/* True if `child` was derived from `parent`. */
bool slot_is_parent(const struct slot *parent, const struct slot *child);

/* True if the capability in the slot has descendants. */
bool slot_has_children(const struct slot *slot);

/* True if no other capability names the same object. */
bool slot_is_final(const struct slot *slot);

/* True if another capability names the same object as this table capability. */
bool slot_is_shared(const struct slot *slot);

/*
 * slot_insert() - put a derived capability into an empty slot, as a child of its source
 * @cap: the new capability
 * @source: slot it was derived from
 * @dest: empty slot
 *
 * Copying an untyped capability marks the source as used up, so that two capabilities to one
 * region never hand out the same memory.
 */
void slot_insert(struct cap cap, struct slot *source, struct slot *dest);

/*
 * slot_insert_series() - put the first capabilities to new objects into neighbouring slots
 * @cap: to the first object, with address `a`; the others lie at a + stride, a + 2 * stride, ...
 * @count: at least 1
 * @parent: slot of the untyped they are made of
 * @dest: first of `count` empty slots
 */
void slot_insert_series(struct cap cap, uint64_t stride, unsigned count, struct slot *parent,
                        struct slot *dest);

/* Moves the capability to an empty slot, changed to `cap`, keeping its place in the tree. */
void slot_move(struct cap cap, struct slot *source, struct slot *dest);

/* Exchanges two different slots, giving them the capabilities `cap_a` (from a) and `cap_b` (from b). */
void slot_swap(struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b);

/* Takes the slot out of the tree and empties it, without any effect on the object. */
void slot_unlink(struct slot *slot);

#endif
