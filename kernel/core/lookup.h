/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation of capability pointers through CNodes. Source: sel4-abi 5.3.
 */
#ifndef CORE_LOOKUP_H
#define CORE_LOOKUP_H

#include "api/call.h"

/*
 * lookup_index() - slot that a pointer names in one CNode
 * @cptr: chosen by user level
 * @bits_below: bits of the pointer that come after this CNode's
 * @radix: of the CNode, which has 2^radix slots
 */
/*@ requires bits_below < 64 && radix < 64;
    assigns \nothing;
    ensures inside: \result < (1 << radix); */
static inline uint64_t lookup_index(uint64_t cptr, unsigned bits_below, unsigned radix)
{
    return (cptr >> bits_below) % (1ull << radix);
}

/*
 * lookup_path() - walk CNodes from `root`
 * @root: where to start; anything but a CNode fails with InvalidRoot
 * @cptr: pointer, chosen by user level; its low `bits` bits count
 * @bits: 1..64
 * @slot: out: the slot reached
 * @bits_left: out: bits not used because a capability other than a CNode was met
 *
 * Each step uses at least one bit (a CNode has a radix of at least 1), so at most 64 are made.
 * The slot lies inside the CNode it was found in: the index is cut to the CNode's radix.
 *
 * Return: true if a slot was reached; otherwise `failure` says why.
 */
bool lookup_path(struct cap root, uint64_t cptr, unsigned bits, struct slot **slot,
                 unsigned *bits_left, struct lookup_failure *failure);

/* Slot of an invocation pointer in the thread's CSpace: all 64 bits, a leaf may end it early. */
bool lookup_slot(struct tcb *tcb, uint64_t cptr, struct slot **slot,
                 struct lookup_failure *failure);

/*
 * lookup_for_operation() - slot that a CNode operation names
 * @root: CNode capability to start from
 * @index: pointer; chosen by user level
 * @depth: number of bits to use; chosen by user level, 1..64 is accepted
 * @is_source: reported in a failed lookup
 *
 * Return: STATUS_OK with `slot`, or STATUS_ERROR (RangeError, FailedLookup).
 */
enum status lookup_for_operation(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                                 bool is_source, struct slot **slot);

/* As above, and the slot must be empty (DeleteFirst). */
enum status lookup_empty(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                         struct slot **slot);

#endif
