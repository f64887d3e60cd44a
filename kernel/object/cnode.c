/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of CNode capabilities. Source: sel4-abi 6.3.
 */
#include "object/cnode.h"

#include "core/lookup.h"
#include "object/delete.h"
#include "object/derive.h"
#include "object/endpoint.h"
#include "object/ipc.h"

/* Source slot of Copy, Mint, Move, Mutate: it must hold a capability. */
static enum status find_source(struct call *call, struct cap root, uint64_t index, uint64_t depth,
                               struct slot **slot)
{
    enum status status = lookup_for_operation(call, root, index, depth, true, slot);

    if (status != STATUS_OK) {
        return status;
    }
    if (slot_is_empty(*slot)) {
        return call_failed_lookup(call, true, lookup_missing(depth));
    }
    return STATUS_OK;
}

/* Copy and Mint: the new capability is derived from the source. */
static enum status decode_copy(struct call *call, struct slot *source, struct slot *dest)
{
    enum status status = call_check_length(call, call->label == CNodeMint ? 6 : 5, 1);

    if (status != STATUS_OK) {
        return status;
    }
    struct cap cap = cap_mask_rights(source->cap, call_word(call, 4) & SEL4_RIGHTS_ALL);

    if (call->label == CNodeMint) {
        cap = cap_update_data(cap, false, call_word(call, 5));
    }
    switch (cap_derive(source, cap, &cap)) {
    case DERIVE_REVOKE_FIRST: return call_revoke_first(call);
    case DERIVE_ILLEGAL: return call_illegal_operation(call);
    default: break;
    }
    if (cap_type(cap) == CAP_NULL) {
        return call_illegal_operation(call);
    }
    slot_insert(cap, source, dest);
    return STATUS_OK;
}

static enum status decode_mutate(struct call *call, struct slot *source, struct slot *dest)
{
    enum status status = call_check_length(call, 5, 1);

    if (status != STATUS_OK) {
        return status;
    }
    struct cap cap = cap_update_data(source->cap, true, call_word(call, 4));

    if (cap_type(cap) == CAP_NULL) {
        return call_illegal_operation(call);
    }
    slot_move(cap, source, dest);
    return STATUS_OK;
}

/*
 * Copy, Mint, Move, Mutate. A message that ends before the rights or the data are in it is found
 * out only after both slots were.
 */
static enum status decode_with_source(struct call *call, struct slot *dest)
{
    struct slot *source;
    enum status status = call_check_length(call, 4, 1);

    if (status != STATUS_OK) {
        return status;
    }
    if (!slot_is_empty(dest)) {
        return call_delete_first(call);
    }
    status = find_source(call, call->caps[0]->cap, call_word(call, 2), call_word(call, 3), &source);
    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case CNodeMove: slot_move(source->cap, source, dest); return STATUS_OK;
    case CNodeMutate: return decode_mutate(call, source, dest);
    default: return decode_copy(call, source, dest);
    }
}

/* Cap at pivot goes to dest, cap at source to pivot; source and dest may be one slot. */
static void invoke_rotate(struct cap to_dest, struct cap to_pivot, struct slot *source,
                          struct slot *pivot, struct slot *dest)
{
    if (source == dest) {
        slot_swap(to_pivot, source, to_dest, pivot);
    } else {
        slot_move(to_dest, pivot, dest);
        slot_move(to_pivot, source, pivot);
    }
}

static enum status decode_rotate(struct call *call, struct slot *dest)
{
    struct slot *pivot;
    struct slot *source;
    enum status status = call_check_length(call, 8, 2);

    if (status == STATUS_OK) {
        status = lookup_for_operation(call, call->caps[1]->cap, call_word(call, 6),
                                      call_word(call, 7), true, &source);
    }
    if (status != STATUS_OK) {
        return status;
    }
    /* As in seL4, the pivot counts as a source while it is looked up, but not when it is empty. */
    status = lookup_for_operation(call, call->caps[0]->cap, call_word(call, 3), call_word(call, 4),
                                  true, &pivot);
    if (status != STATUS_OK) {
        return status;
    }
    if (pivot == source || pivot == dest) {
        return call_illegal_operation(call);
    }
    if (source != dest && !slot_is_empty(dest)) {
        return call_delete_first(call);
    }
    if (slot_is_empty(source)) {
        return call_failed_lookup(call, true, lookup_missing(call_word(call, 7)));
    }
    if (slot_is_empty(pivot)) {
        return call_failed_lookup(call, false, lookup_missing(call_word(call, 4)));
    }
    struct cap to_dest = cap_update_data(pivot->cap, true, call_word(call, 2));
    struct cap to_pivot = cap_update_data(source->cap, true, call_word(call, 5));

    if (cap_type(to_dest) == CAP_NULL || cap_type(to_pivot) == CAP_NULL) {
        return call_illegal_operation(call);
    }
    invoke_rotate(to_dest, to_pivot, source, pivot, dest);
    return STATUS_OK;
}

static enum status decode_save_caller(struct call *call, struct slot *dest)
{
    struct slot *caller = &call->thread->slots[TCB_CALLER];

    if (!slot_is_empty(dest)) {
        return call_delete_first(call);
    }
    if (!slot_is_empty(caller)) {
        slot_move(caller->cap, caller, dest);
    }
    return STATUS_OK;
}

static enum status decode_cancel_sends(struct call *call, struct slot *slot)
{
    struct cap cap = slot->cap;

    if (cap_type(cap) != CAP_ENDPOINT || cap_rights(cap) != SEL4_RIGHTS_ALL) {
        return call_illegal_operation(call);
    }
    if (cap.data != 0) {
        return endpoint_cancel_badged(call->thread, cap_object(cap), cap.data);
    }
    return STATUS_OK;
}

enum status cnode_decode(struct call *call)
{
    struct slot *slot;
    enum status status = call_check_label(call, SEL4_OBJ_CNODE);

    if (status == STATUS_OK) {
        status = call_check_length(call, 2, 0);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status =
        lookup_for_operation(call, call->cap, call_word(call, 0), call_word(call, 1), false, &slot);
    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case CNodeRevoke: return revoke_slot(slot);
    case CNodeDelete: return delete_slot(slot);
    case CNodeCancelBadgedSends: return decode_cancel_sends(call, slot);
    case CNodeRotate: return decode_rotate(call, slot);
    case CNodeSaveCaller: return decode_save_caller(call, slot);
    default: return decode_with_source(call, slot);
    }
}
