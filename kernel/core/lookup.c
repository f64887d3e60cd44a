/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lookup.h"

/* The guard against the pointer's next bits. (A shift by 64 would be undefined.) */
static bool guard_matches(struct cap node, uint64_t cptr, unsigned bits)
{
    unsigned guard_bits = cap_cnode_guard_bits(node);

    return guard_bits == 0 || (guard_bits <= bits &&
                               (cptr << (64 - bits)) >> (64 - guard_bits) == cap_cnode_guard(node));
}

/* Bound: 64 levels, for each takes at least one bit. */
bool lookup_path(struct cap root, uint64_t cptr, unsigned bits, struct slot **slot,
                 unsigned *bits_left, struct lookup_failure *failure)
{
    struct cap node = root;
    struct slot *at;

    if (cap_type(root) != CAP_CNODE) {
        *failure = (struct lookup_failure){ .type = SEL4_LOOKUP_INVALID_ROOT };
        return false;
    }
    for (;;) {
        unsigned radix = cap_cnode_radix(node);
        unsigned guard_bits = cap_cnode_guard_bits(node);
        unsigned level_bits = radix + guard_bits;

        if (__builtin_expect(guard_bits != 0, 0) && !guard_matches(node, cptr, bits)) {
            *failure = (struct lookup_failure){ SEL4_LOOKUP_GUARD_MISMATCH, bits,
                                                cap_cnode_guard(node), guard_bits };
            return false;
        }
        if (level_bits > bits) {
            *failure = (struct lookup_failure){ .type = SEL4_LOOKUP_DEPTH_MISMATCH,
                                                .bits_left = bits,
                                                .found = level_bits };
            return false;
        }
        bits -= level_bits;
        at = (struct slot *)cap_object(node) + lookup_index(cptr, bits, radix);
        node = at->cap;
        if (bits == 0 || cap_type(node) != CAP_CNODE) {
            break;
        }
    }
    *slot = at;
    *bits_left = bits;
    return true;
}

bool lookup_slot(struct tcb *tcb, uint64_t cptr, struct slot **slot, struct lookup_failure *failure)
{
    unsigned bits_left;

    return lookup_path(tcb->slots[TCB_CSPACE].cap, cptr, SEL4_WORD_BITS, slot, &bits_left, failure);
}

enum status lookup_for_operation(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                                 bool is_source, struct slot **slot)
{
    struct lookup_failure failure;
    unsigned bits_left;

    if (cap_type(root) != CAP_CNODE) {
        failure = (struct lookup_failure){ .type = SEL4_LOOKUP_INVALID_ROOT };
        return call_failed_lookup(call, is_source, failure);
    }
    if (depth < 1 || depth > SEL4_WORD_BITS) {
        return call_range_error(call, 1, SEL4_WORD_BITS);
    }
    if (!lookup_path(root, index, (unsigned)depth, slot, &bits_left, &failure)) {
        return call_failed_lookup(call, is_source, failure);
    }
    if (bits_left != 0) {
        failure =
            (struct lookup_failure){ .type = SEL4_LOOKUP_DEPTH_MISMATCH, .bits_left = bits_left };
        return call_failed_lookup(call, is_source, failure);
    }
    return STATUS_OK;
}

enum status lookup_empty(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                         struct slot **slot)
{
    enum status status = lookup_for_operation(call, root, index, depth, false, slot);

    if (status != STATUS_OK) {
        return status;
    }
    return slot_is_empty(*slot) ? STATUS_OK : call_delete_first(call);
}
