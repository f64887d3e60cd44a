/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which slots of a CNode are free: a bump allocator over one range, because all its users fill a
 * range once and empty all of it again (a guest's restart).
 */
#ifndef RT_SLOTS_H
#define RT_SLOTS_H

#include <stdint.h>

#include "rt/error.h"

struct rt_slots {
    uint64_t first;
    uint64_t next;
    uint64_t end; /* exclusive */
};

/* Owns [first, first + count). */
void rt_slots_init(struct rt_slots *slots, uint64_t first, uint64_t count);

/*
 * Takes `count` consecutive slots.
 *
 * Returns 0 and the first slot in *slot, or RT_ERR_NO_SLOT.
 */
/*@ requires \valid(slots) && \valid(slot) && \separated(slots, slot);
    requires slots->first <= slots->next <= slots->end;
    assigns slots->next, *slot;
    ensures inside: slots->first <= slots->next <= slots->end;
    ensures disjoint: \result == 0 ==>
        *slot == \old(slots->next) && slots->next == *slot + count;
    ensures refused: \result != 0 ==> slots->next == \old(slots->next); */
int rt_slots_take(struct rt_slots *slots, uint64_t count, uint64_t *slot) RT_MUST_CHECK;

/* Forgets all that was taken; the caller has emptied the slots (revoked what they were made from). */
void rt_slots_reset(struct rt_slots *slots);

#endif
