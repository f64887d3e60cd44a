/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/untyped.h"

#include "arch/machine.h"
#include "core/check.h"
#include "core/lookup.h"
#include "core/preempt.h"
#include "object/tcb.h"
#include "object/vcpu.h"

/* A checked Retype request. */
struct retype {
    uint64_t type;
    unsigned user_size_bits;
    unsigned object_bits;
    uint64_t count;
    struct slot *dest; /* first of `count` empty slots */
    bool reset;        /* no child left: the watermark goes back to 0 */
};

unsigned object_size_bits(uint64_t type, uint64_t user_size_bits)
{
    switch (type) {
    case SEL4_TYPE_UNTYPED: return (unsigned)user_size_bits;
    case SEL4_TYPE_TCB: return SEL4_TCB_BITS;
    case SEL4_TYPE_ENDPOINT: return SEL4_ENDPOINT_BITS;
    case SEL4_TYPE_NOTIFICATION: return SEL4_NOTIFICATION_BITS;
    case SEL4_TYPE_CNODE: return (unsigned)user_size_bits + SEL4_SLOT_BITS;
    case SEL4_TYPE_SMALL_PAGE: return SEL4_PAGE_BITS;
    case SEL4_TYPE_LARGE_PAGE: return SEL4_LARGE_PAGE_BITS;
    case SEL4_TYPE_HUGE_PAGE: return SEL4_HUGE_PAGE_BITS;
    case SEL4_TYPE_PAGE_TABLE: return SEL4_PAGE_TABLE_BITS;
    case SEL4_TYPE_VSPACE: return SEL4_VSPACE_BITS;
    case SEL4_TYPE_VCPU: return SEL4_VCPU_BITS;
    default: return 0;
    }
}

/*
 * The first capability to an object.
 * @address: in the kernel's window, aligned to the object's size
 * @device: device memory: only frames and untypeds
 */
static struct cap object_cap(const struct retype *retype, uint64_t address, bool device)
{
    switch (retype->type) {
    case SEL4_TYPE_UNTYPED: return cap_untyped(address, retype->user_size_bits, device, 0);
    case SEL4_TYPE_TCB: return cap_make(CAP_TCB, 0, address, 0);
    case SEL4_TYPE_ENDPOINT: return cap_make(CAP_ENDPOINT, SEL4_RIGHTS_ALL, address, 0);
    case SEL4_TYPE_NOTIFICATION:
        return cap_make(CAP_NOTIFICATION, SEL4_RIGHT_READ | SEL4_RIGHT_WRITE, address, 0);
    case SEL4_TYPE_CNODE: return cap_make(CAP_CNODE, retype->user_size_bits, address, 0);
    case SEL4_TYPE_SMALL_PAGE: return cap_frame(address, 0, CAP_FRAME_READ_WRITE, device);
    case SEL4_TYPE_LARGE_PAGE: return cap_frame(address, 1, CAP_FRAME_READ_WRITE, device);
    case SEL4_TYPE_HUGE_PAGE: return cap_frame(address, 2, CAP_FRAME_READ_WRITE, device);
    case SEL4_TYPE_PAGE_TABLE: return cap_make(CAP_TABLE, 0, address, 0);
    case SEL4_TYPE_VSPACE: return cap_make(CAP_VSPACE, 0, address, 0);
    case SEL4_TYPE_VCPU: return cap_make(CAP_VCPU, 0, address, 0);
    default: CHECK(!"object type was checked"); return cap_null();
    }
}

/* Most objects begin as zeroed memory; these two are more. Bound: the fan-out limit. */
static void init_objects(const struct retype *retype, uint64_t address)
{
    for (uint64_t i = 0; retype->type == SEL4_TYPE_TCB && i < retype->count; i++) {
        tcb_init((struct tcb *)(uintptr_t)(address + (i << SEL4_TCB_BITS)));
    }
    for (uint64_t i = 0; retype->type == SEL4_TYPE_VCPU && i < retype->count; i++) {
        vcpu_init((struct vcpu *)(uintptr_t)(address + (i << SEL4_VCPU_BITS)));
    }
}

static bool type_may_be_device(uint64_t type)
{
    return type == SEL4_TYPE_UNTYPED || type == SEL4_TYPE_SMALL_PAGE ||
           type == SEL4_TYPE_LARGE_PAGE || type == SEL4_TYPE_HUGE_PAGE;
}

static enum status check_type(struct call *call, struct retype *retype)
{
    uint64_t size_bits = call_word(call, 1);

    retype->type = call_word(call, 0);
    if (retype->type >= SEL4_TYPE_COUNT) {
        return call_invalid_argument(call, 0);
    }
    if (size_bits >= SEL4_WORD_BITS ||
        object_size_bits(retype->type, size_bits) > SEL4_MAX_UNTYPED_BITS) {
        return call_range_error(call, 0, SEL4_MAX_UNTYPED_BITS);
    }
    if ((retype->type == SEL4_TYPE_CNODE && size_bits == 0) ||
        (retype->type == SEL4_TYPE_UNTYPED && size_bits < SEL4_MIN_UNTYPED_BITS)) {
        return call_invalid_argument(call, 1);
    }
    retype->user_size_bits = (unsigned)size_bits;
    retype->object_bits = object_size_bits(retype->type, size_bits);
    return STATUS_OK;
}

/* The CNode that takes the new capabilities, and the window in it. Bound: the fan-out limit. */
static enum status check_window(struct call *call, struct retype *retype)
{
    uint64_t depth = call_word(call, 3);
    uint64_t offset = call_word(call, 4);
    struct cap node = call->caps[0]->cap;

    if (depth != 0) {
        struct slot *slot;
        enum status status =
            lookup_for_operation(call, node, call_word(call, 2), depth, false, &slot);

        if (status != STATUS_OK) {
            return status;
        }
        node = slot->cap;
    }
    if (cap_type(node) != CAP_CNODE) {
        return call_failed_lookup(call, false, lookup_missing(depth));
    }
    uint64_t slot_count = 1ull << cap_cnode_radix(node);

    if (offset >= slot_count) {
        return call_range_error(call, 0, slot_count - 1);
    }
    retype->count = call_word(call, 5);
    if (retype->count < 1 || retype->count > CONFIG_RETYPE_FAN_OUT_LIMIT) {
        return call_range_error(call, 1, CONFIG_RETYPE_FAN_OUT_LIMIT);
    }
    if (retype->count > slot_count - offset) {
        return call_range_error(call, 1, slot_count - offset);
    }
    retype->dest = (struct slot *)cap_object(node) + offset;
    uint64_t used = 0;

    for (const struct slot *slot = retype->dest; slot < retype->dest + retype->count; slot++) {
        used |= cap_type(slot->cap);
    }
    return used == CAP_NULL ? STATUS_OK : call_delete_first(call);
}

/*
 * Offsets in an untyped: it is aligned to its own size, so what is aligned in it is aligned.
 * next_place() is where the next object goes, the first multiple of its size not handed out yet.
 */
/*@ requires 0 < size && used + size <= UINT64_MAX;
    assigns \nothing;
    ensures place: \result == (used + size - 1) / size * size;
    ensures behind: used <= \result < used + size;
    ensures aligned: \result % size == 0; */
static uint64_t next_place(uint64_t used, uint64_t size)
{
    return (used + size - 1) / size * size;
}

/*@ lemma quotient: \forall integer a, s, n; 0 <= a && 0 < s && 0 <= n ==>
        (n <= a / s <==> n * s <= a); */

/* True exactly if so many objects of that size still fit, the first of them at next_place(). */
/*@ requires 0 < size && used <= total && total + size <= UINT64_MAX;
    requires 0 < count <= CONFIG_RETYPE_FAN_OUT_LIMIT;
    assigns \nothing;
    ensures inside: \result <==> (used + size - 1) / size * size + count * size <= total; */
static bool objects_fit(uint64_t total, uint64_t used, uint64_t size, uint64_t count)
{
    uint64_t place = next_place(used, size);

    /*@ assert divided: place <= total ==>
        (count <= (total - place) / size <==> count * size <= total - place); */
    return place <= total && (total - place) / size >= count;
}

/*
 * Zeroes the part that was handed out and cleans it to memory, so that also a guest that runs
 * without caches finds zeroes. Goes from the end down and lowers the watermark with it: after a
 * preemption the next attempt starts with what is left. Bound: one chunk less per round.
 */
static enum status reset_memory(struct slot *slot)
{
    const uint64_t chunk = 1ull << CONFIG_RESET_CHUNK_BITS;
    struct cap cap = slot->cap;

    if (cap.data == 0) {
        return STATUS_OK;
    }
    if (cap_untyped_is_device(cap) || cap_untyped_bits(cap) < CONFIG_RESET_CHUNK_BITS) {
        if (!cap_untyped_is_device(cap)) {
            arch_clear_memory(cap_address(cap), 1ull << cap_untyped_bits(cap));
        }
        slot->cap.data = 0;
        return STATUS_OK;
    }
    uint64_t end = next_place(cap.data, chunk);

    while (end > 0) {
        end -= chunk;
        arch_clear_memory(cap_address(cap) + end, chunk);
        slot->cap.data = end;
        if (end > 0 && preempt_point()) {
            return STATUS_PREEMPT;
        }
    }
    return STATUS_OK;
}

/*
 * Cannot fail; may be preempted while it zeroes. Then at most CONFIG_RETYPE_FAN_OUT_LIMIT objects
 * appear at once, so that nobody sees half of them: some ten instructions each.
 */
static enum status invoke_retype(struct slot *slot, const struct retype *retype)
{
    if (retype->reset) {
        enum status status = reset_memory(slot);

        if (status != STATUS_OK) {
            return status;
        }
    }
    struct cap cap = slot->cap;
    uint64_t base = cap_address(cap);
    uint64_t size = 1ull << retype->object_bits;
    uint64_t start = base + next_place(cap.data, size);

    /* Rounding up cannot overrun: what is free was counted in whole objects. */
    CHECK(start + retype->count * size <= base + (1ull << cap_untyped_bits(cap)));
    slot->cap.data = start + retype->count * size - base;
    init_objects(retype, start);
    slot_insert_series(object_cap(retype, start, cap_untyped_is_device(cap)), size,
                       (unsigned)retype->count, slot, retype->dest);
    return STATUS_OK;
}

enum status untyped_decode(struct call *call)
{
    struct retype retype = { 0 };
    struct cap cap = call->cap;
    enum status status = call_check(call, SEL4_OBJ_UNTYPED);

    if (status == STATUS_OK) {
        status = check_type(call, &retype);
    }
    if (status == STATUS_OK) {
        status = check_window(call, &retype);
    }
    if (status != STATUS_OK) {
        return status;
    }
    retype.reset = !slot_has_children(call->slot);

    uint64_t used = retype.reset ? 0 : cap.data;
    uint64_t total = 1ull << cap_untyped_bits(cap);

    if (!objects_fit(total, used, 1ull << retype.object_bits, retype.count)) {
        return call_not_enough_memory(call, total - used);
    }
    if (cap_untyped_is_device(cap) && !type_may_be_device(retype.type)) {
        return call_invalid_argument(call, 1);
    }
    return invoke_retype(call->slot, &retype);
}
