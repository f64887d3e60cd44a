/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/tcb_space.h"

#include "arch/thread.h"
#include "core/check.h"
#include "core/remote.h"
#include "core/sched.h"
#include "object/delete.h"
#include "object/derive.h"

/* A checked change: each part is installed only if it was asked for. */
struct space_change {
    bool space;
    uint64_t fault_handler;
    struct cap cspace;
    struct slot *cspace_source;
    struct cap vspace;
    struct slot *vspace_source;
    bool buffer;
    uint64_t buffer_address;
    struct cap frame; /* null: no IPC buffer */
    struct slot *frame_source;
};

static enum status derive_for_tcb(struct call *call, struct slot *source, struct cap cap,
                                  struct cap *derived)
{
    switch (cap_derive(source, cap, derived)) {
    case DERIVE_REVOKE_FIRST: return call_revoke_first(call);
    case DERIVE_ILLEGAL: return call_illegal_operation(call);
    default: return STATUS_OK;
    }
}

static enum status check_buffer(struct call *call, uint64_t address, struct slot *source,
                                struct space_change *change)
{
    change->buffer = true;
    change->buffer_address = address;
    change->frame = cap_null();
    if (address == 0) {
        return STATUS_OK;
    }
    enum status status = derive_for_tcb(call, source, source->cap, &change->frame);

    if (status != STATUS_OK) {
        return status;
    }
    if (cap_type(source->cap) != CAP_FRAME || cap_frame_is_device(source->cap)) {
        return call_illegal_operation(call);
    }
    if (address & ((1ull << SEL4_IPC_BUFFER_SIZE_BITS) - 1)) {
        return call_alignment_error(call);
    }
    change->frame_source = source;
    return STATUS_OK;
}

/*
 * Replacing the capability would take many steps, or others are taking them already: a CNode goes
 * with its last capability. So what follows the checks needs no preemption.
 */
static bool is_long_to_delete(const struct slot *slot)
{
    return cap_type(slot->cap) == CAP_ZOMBIE ||
           (cap_type(slot->cap) == CAP_CNODE && slot_is_final(slot));
}

static enum status check_space(struct call *call, const struct tcb *tcb, uint64_t cspace_data,
                               struct space_change *change)
{
    struct cap cspace = call->caps[0]->cap;

    change->space = true;
    change->fault_handler = call_word(call, 0);
    change->cspace_source = call->caps[0];
    change->vspace_source = call->caps[1];
    if (is_long_to_delete(&tcb->slots[TCB_CSPACE])) {
        return call_illegal_operation(call);
    }
    if (cspace_data != 0) {
        cspace = cap_update_data(cspace, false, cspace_data);
    }
    enum status status = derive_for_tcb(call, change->cspace_source, cspace, &change->cspace);

    if (status != STATUS_OK) {
        return status;
    }
    if (cap_type(change->cspace) != CAP_CNODE) {
        return call_illegal_operation(call);
    }
    status =
        derive_for_tcb(call, change->vspace_source, change->vspace_source->cap, &change->vspace);
    if (status != STATUS_OK) {
        return status;
    }
    return cap_type(change->vspace) == CAP_VSPACE ? STATUS_OK : call_illegal_operation(call);
}

/* Replaces a capability in the TCB. The new one becomes a child of the slot it came from. */
static void install(struct slot *slot, struct cap cap, struct slot *source)
{
    enum status status = delete_slot(slot);

    CHECK(status == STATUS_OK);
    if (cap_type(cap) != CAP_NULL) {
        slot_insert(cap, source, slot);
    }
}

static void invoke_change(const struct tcb *caller, struct tcb *tcb,
                          const struct space_change *change)
{
    remote_stall(tcb);
    if (change->space) {
        tcb->fault_handler = change->fault_handler;
        install(&tcb->slots[TCB_CSPACE], change->cspace, change->cspace_source);
        install(&tcb->slots[TCB_VSPACE], change->vspace, change->vspace_source);
    }
    if (change->buffer) {
        tcb->ipc_buffer = change->buffer_address;
        install(&tcb->slots[TCB_BUFFER], change->frame, change->frame_source);
    }
    if (tcb == caller) {
        sched_choose_later();
    }
}

enum status tcb_decode_configure(struct call *call, struct tcb *tcb)
{
    struct space_change change = { 0 };
    enum status status = check_buffer(call, call_word(call, 3), call->caps[2], &change);

    if (status == STATUS_OK) {
        status = check_space(call, tcb, call_word(call, 1), &change);
    }
    if (status == STATUS_OK) {
        invoke_change(call->thread, tcb, &change);
    }
    return status;
}

enum status tcb_decode_set_space(struct call *call, struct tcb *tcb)
{
    struct space_change change = { 0 };
    enum status status = check_space(call, tcb, call_word(call, 1), &change);

    if (status == STATUS_OK) {
        invoke_change(call->thread, tcb, &change);
    }
    return status;
}

enum status tcb_decode_set_ipc_buffer(struct call *call, struct tcb *tcb)
{
    struct space_change change = { 0 };
    enum status status = check_buffer(call, call_word(call, 0), call->caps[0], &change);

    if (status == STATUS_OK) {
        invoke_change(call->thread, tcb, &change);
    }
    return status;
}
