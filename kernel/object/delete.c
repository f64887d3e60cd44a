/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deleting the last capability to a CNode or TCB turns it into a zombie that stands for the slots
 * still to be emptied; its memory stays accounted to the untyped it came from until then.
 *
 * Zombies can contain zombies. To use no recursion beyond depth two, a nested zombie is not
 * emptied where it is found: it changes places with the first slot of its own CNode, so that the
 * outer zombie's slot is left with something that goes away by itself.
 *
 * An object has one zombie at most, for its last capability became it and it cannot be copied. So while
 * the slot S = B[n - 1] of the zombie (B, n) is emptied, a zombie in S whose own first slot is S can only
 * be (B, n) itself, swapped there, and then n is 1: it is through.
 */
#include "object/delete.h"

#include "core/check.h"
#include "core/preempt.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/endpoint.h"
#include "object/frame.h"
#include "object/ipc.h"
#include "object/irq.h"
#include "object/notification.h"
#include "object/table.h"
#include "object/tcb.h"
#include "object/vcpu.h"

/* What is left to do after an object let go. */
struct finalised {
    bool again;           /* only a step was made: the capability stays, and needs more of them */
    struct cap remainder; /* null or a zombie */
    struct cap clean_up;  /* the IRQ handler capability whose number becomes free */
};

static const struct finalised nothing_left;

static struct slot *zombie_slots(struct cap zombie)
{
    return cap_object(zombie);
}

static struct finalised finalise_final(struct cap cap)
{
    struct finalised result = nothing_left;

    switch (cap_type(cap)) {
    case CAP_ENDPOINT: result.again = endpoint_cancel_first(cap_object(cap)); break;
    case CAP_NOTIFICATION:
        notification_unbind(cap_object(cap));
        result.again = notification_cancel_first(cap_object(cap));
        break;
    case CAP_CNODE:
        result.remainder =
            cap_zombie(cap_address(cap), cap_cnode_radix(cap), 1ull << cap_cnode_radix(cap));
        break;
    case CAP_TCB:
        tcb_tear_down(cap_object(cap));
        result.remainder = cap_zombie(cap_address(cap), CAP_ZOMBIE_TCB, TCB_SLOT_COUNT);
        break;
    case CAP_TABLE: table_tear_down(cap); break;
    case CAP_VSPACE: vspace_tear_down(cap); break;
    case CAP_ASID_POOL: result.again = asid_pool_tear_down(cap); break;
    case CAP_VCPU: vcpu_tear_down(cap_object(cap)); break;
    case CAP_IRQ_HANDLER:
        result.again = irq_drop_notification(cap.data) == STATUS_PREEMPT;
        result.clean_up = cap;
        break;
    default: break;
    }
    return result;
}

/* Effects of taking one capability away, the last one or not. */
static struct finalised finalise(struct cap cap, bool is_final)
{
    if (cap_type(cap) == CAP_ZOMBIE) {
        return (struct finalised){ .remainder = cap };
    }
    if (cap_type(cap) == CAP_FRAME) {
        frame_unmap(cap);
        return nothing_left;
    }
    return is_final ? finalise_final(cap) : nothing_left;
}

static void empty_slot(struct slot *slot, struct cap clean_up)
{
    if (slot_is_empty(slot)) {
        return;
    }
    slot_unlink(slot);
    if (cap_type(clean_up) == CAP_IRQ_HANDLER) {
        irq_release(clean_up.data);
    }
}

/* A zombie all of whose slots are empty, or whose only one left is this very slot. */
static bool is_removable(struct cap cap, const struct slot *slot)
{
    if (cap_type(cap) == CAP_NULL) {
        return true;
    }
    return cap.data == 0 || (cap.data == 1 && zombie_slots(cap) == slot);
}

static enum status delete_any(struct slot *slot, bool exposed);

/* Empties the last slot that the zombie in `slot` stands for. */
static enum status reduce_exposed(struct slot *slot)
{
    struct cap zombie = slot->cap;
    struct slot *slots = zombie_slots(zombie);
    enum status status = delete_any(&slots[zombie.data - 1], false);

    if (status != STATUS_OK) {
        return status;
    }
    /* The deletion may have swapped this zombie away; then there is nothing to count down. */
    if (cap_type(slot->cap) == CAP_ZOMBIE && zombie_slots(slot->cap) == slots) {
        CHECK(slot->cap.data == zombie.data && slot_is_empty(&slots[zombie.data - 1]));
        slot->cap.data--;
    }
    return STATUS_OK;
}

static enum status reduce(struct slot *slot, bool exposed)
{
    if (exposed) {
        return reduce_exposed(slot);
    }
    struct slot *first = zombie_slots(slot->cap);

    CHECK(first != slot); /* see above */
    slot_swap(first->cap, first, slot->cap, slot);
    return STATUS_OK;
}

/*
 * Lets the object go step by step. On STATUS_OK the slot may be emptied.
 *
 * Bound: each round takes at least one capability, waiting thread or ASID away from a dying object.
 */
static enum status finalise_slot(struct slot *slot, bool exposed, struct cap *clean_up)
{
    *clean_up = cap_null();
    while (!slot_is_empty(slot)) {
        struct finalised result = finalise(slot->cap, slot_is_final(slot));

        if (result.again) {
            if (preempt_point()) {
                return STATUS_PREEMPT;
            }
            continue;
        }
        if (is_removable(result.remainder, slot)) {
            *clean_up = result.clean_up;
            return STATUS_OK;
        }
        slot->cap = result.remainder;
        enum status status = reduce(slot, exposed);

        if (status != STATUS_OK) {
            return status;
        }
        if (preempt_point()) {
            return STATUS_PREEMPT;
        }
    }
    return STATUS_OK;
}

static enum status delete_any(struct slot *slot, bool exposed)
{
    struct cap clean_up;
    enum status status = finalise_slot(slot, exposed, &clean_up);

    if (status == STATUS_OK) {
        empty_slot(slot, clean_up);
    }
    return status;
}

enum status delete_slot(struct slot *slot)
{
    return delete_any(slot, true);
}

/* Bound: one descendant less per round. */
enum status revoke_slot(struct slot *slot)
{
    while (slot_has_children(slot)) {
        enum status status = delete_slot(slot_next(slot));

        if (status != STATUS_OK) {
            return status;
        }
        if (slot_has_children(slot) && preempt_point()) {
            return STATUS_PREEMPT;
        }
    }
    return STATUS_OK;
}
