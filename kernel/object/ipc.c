/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/ipc.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/check.h"
#include "core/fault.h"
#include "core/lookup.h"
#include "core/sched.h"
#include "object/derive.h"
#include "object/endpoint.h"
#include "object/notification.h"

uint64_t *ipc_buffer_of(struct tcb *tcb, bool writable)
{
    struct cap cap = tcb->slots[TCB_BUFFER].cap;

    /* Never device memory: TCB_SetIPCBuffer refuses that. */
    if (cap_type(cap) != CAP_FRAME ||
        cap_frame_access(cap) < (writable ? CAP_FRAME_READ_WRITE : CAP_FRAME_READ_ONLY)) {
        return 0;
    }
    uint64_t offset = tcb->ipc_buffer & ((1ull << cap_frame_bits(cap)) - 1);

    return (uint64_t *)(uintptr_t)(cap_address(cap) + offset);
}

/* The buffer is shared with user level: one access per word, never assumed to stay the same. */
static uint64_t buffer_load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void buffer_store(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

uint64_t ipc_word(const struct tcb *tcb, const uint64_t *buffer, unsigned i)
{
    if (i < SEL4_MSG_FAST_REGISTERS) {
        return arch_message_word(tcb, i);
    }
    return buffer_load(&buffer[SEL4_IPC_BUFFER_MSG_WORD + i]);
}

void ipc_set_word(struct tcb *tcb, uint64_t *buffer, unsigned i, uint64_t value)
{
    if (i < SEL4_MSG_FAST_REGISTERS) {
        arch_set_message_word(tcb, i, value);
    } else if (buffer) {
        buffer_store(&buffer[SEL4_IPC_BUFFER_MSG_WORD + i], value);
    }
}

/* Bound: three capabilities. */
bool ipc_find_caps(struct tcb *tcb, const uint64_t *buffer, uint64_t info,
                   struct slot *caps[SEL4_MSG_MAX_EXTRA_CAPS], unsigned *count,
                   struct lookup_failure *failure, uint64_t *bad_cptr)
{
    unsigned wanted = (info >> SEL4_MSG_INFO_EXTRA_CAPS_SHIFT) & SEL4_MSG_INFO_EXTRA_CAPS_MASK;

    *count = 0;
    if (!buffer) {
        return true;
    }
    for (unsigned i = 0; i < wanted; i++) {
        uint64_t cptr = buffer_load(&buffer[SEL4_IPC_BUFFER_CAPS_WORD + i]);

        if (!lookup_slot(tcb, cptr, &caps[i], failure)) {
            *bad_cptr = cptr;
            return false;
        }
        *count = i + 1;
    }
    return true;
}

/*
 * Words 0..3 by register, the rest if both have a buffer. Returns how many arrived.
 * Bound: 120 words.
 */
static unsigned copy_words(struct tcb *sender, const uint64_t *from, struct tcb *receiver,
                           uint64_t *to, unsigned length)
{
    unsigned fast = length < SEL4_MSG_FAST_REGISTERS ? length : SEL4_MSG_FAST_REGISTERS;

    arch_copy_message_words(sender, receiver, fast);
    if (length <= SEL4_MSG_FAST_REGISTERS || !from || !to) {
        return fast;
    }
    for (unsigned i = SEL4_MSG_FAST_REGISTERS; i < length; i++) {
        buffer_store(&to[SEL4_IPC_BUFFER_MSG_WORD + i],
                     buffer_load(&from[SEL4_IPC_BUFFER_MSG_WORD + i]));
    }
    return length;
}

/* The one slot the receiver offers for capabilities; null if it offers none that is free. */
static struct slot *receive_slot(struct tcb *receiver, const uint64_t *buffer)
{
    uint64_t cnode = buffer_load(&buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD]);
    uint64_t index = buffer_load(&buffer[SEL4_IPC_BUFFER_RECEIVE_INDEX_WORD]);
    uint64_t depth = buffer_load(&buffer[SEL4_IPC_BUFFER_RECEIVE_DEPTH_WORD]);
    struct lookup_failure failure;
    struct slot *slot;
    unsigned bits_left;

    if (!lookup_slot(receiver, cnode, &slot, &failure) || depth < 1 || depth > SEL4_WORD_BITS) {
        return 0;
    }
    if (!lookup_path(slot->cap, index, (unsigned)depth, &slot, &bits_left, &failure) ||
        bits_left != 0) {
        return 0;
    }
    return slot_is_empty(slot) ? slot : 0;
}

/*
 * Capabilities of a message: those to the endpoint itself arrive as badges, one other may be
 * placed. Returns the extraCaps and capsUnwrapped fields, in place. Bound: three capabilities.
 */
static uint64_t transfer_caps(struct slot *caps[SEL4_MSG_MAX_EXTRA_CAPS], unsigned count,
                              struct endpoint *endpoint, struct tcb *receiver, uint64_t *buffer)
{
    struct slot *dest = receive_slot(receiver, buffer);
    uint64_t unwrapped = 0;
    unsigned i;

    for (i = 0; i < count; i++) {
        struct cap cap = caps[i]->cap;

        if (cap_type(cap) == CAP_NULL) {
            break;
        }
        if (endpoint && cap_type(cap) == CAP_ENDPOINT && cap_object(cap) == endpoint) {
            buffer_store(&buffer[SEL4_IPC_BUFFER_CAPS_WORD + i], cap.data);
            unwrapped |= 1ull << i;
            continue;
        }
        struct cap derived;

        if (!dest || cap_derive(caps[i], cap, &derived) != DERIVE_OK ||
            cap_type(derived) == CAP_NULL) {
            break;
        }
        slot_insert(derived, caps[i], dest);
        dest = 0;
    }
    return (uint64_t)i << SEL4_MSG_INFO_EXTRA_CAPS_SHIFT |
           unwrapped << SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT;
}

static unsigned message_length(uint64_t info)
{
    unsigned length = info & SEL4_MSG_INFO_LENGTH_MASK;

    return length > SEL4_MSG_MAX_LENGTH ? SEL4_MSG_MAX_LENGTH : length;
}

static void transfer_message(struct tcb *sender, struct endpoint *endpoint, uint64_t badge,
                             bool grant, struct tcb *receiver)
{
    uint64_t info = arch_message_info(sender);
    unsigned length = message_length(info);
    unsigned wanted = (info >> SEL4_MSG_INFO_EXTRA_CAPS_SHIFT) & SEL4_MSG_INFO_EXTRA_CAPS_MASK;
    uint64_t fields = 0;
    uint64_t *from = 0;
    uint64_t *to = 0;

    if (length > SEL4_MSG_FAST_REGISTERS || wanted) {
        from = ipc_buffer_of(sender, false);
        to = ipc_buffer_of(receiver, true);
    }
    length = copy_words(sender, from, receiver, to, length);
    if (grant && wanted && from && to) {
        struct slot *caps[SEL4_MSG_MAX_EXTRA_CAPS];
        struct lookup_failure failure;
        uint64_t bad_cptr;
        unsigned count;

        if (ipc_find_caps(sender, from, info, caps, &count, &failure, &bad_cptr)) {
            fields = transfer_caps(caps, count, endpoint, receiver, to);
        }
    }
    info = (info & ~0xfffull) | fields | length;
    arch_set_message_info(receiver, info);
    arch_set_badge(receiver, badge);
}

void ipc_transfer(struct tcb *sender, struct endpoint *endpoint, uint64_t badge, bool grant,
                  struct tcb *receiver)
{
    if (sender->fault.type == SEL4_FAULT_NULL) {
        transfer_message(sender, endpoint, badge, grant, receiver);
        return;
    }
    unsigned length = fault_message(sender, receiver, ipc_buffer_of(receiver, true));

    arch_set_message_info(receiver, sender->fault.type << SEL4_MSG_INFO_LABEL_SHIFT | length);
    arch_set_badge(receiver, badge);
}

void ipc_cancel(struct tcb *tcb)
{
    switch (tcb->state) {
    case THREAD_BLOCKED_SEND:
    case THREAD_BLOCKED_RECV: endpoint_remove(tcb->blocked_on, tcb); break;
    case THREAD_BLOCKED_NTFN: notification_remove(tcb->blocked_on, tcb); break;
    case THREAD_BLOCKED_REPLY: {
        struct slot *caller = slot_next(&tcb->slots[TCB_REPLY]);

        if (caller) {
            slot_unlink(caller);
        }
        break;
    }
    default: return;
    }
    tcb->fault.type = SEL4_FAULT_NULL;
    thread_set_state(tcb, THREAD_INACTIVE);
}

void thread_suspend(struct tcb *tcb)
{
    ipc_cancel(tcb);
    if (tcb->state == THREAD_RUNNING) {
        arch_set_restart_here(tcb);
    }
    thread_set_state(tcb, THREAD_INACTIVE);
    sched_dequeue(tcb);
}

void thread_restart(struct tcb *tcb)
{
    if (!thread_is_stopped(tcb)) {
        return;
    }
    ipc_cancel(tcb);
    reply_set_up_master(tcb);
    tcb->fault.type = SEL4_FAULT_NULL;
    sched_restart(tcb);
    sched_wake(tcb);
}

void reply_set_up_master(struct tcb *tcb)
{
    struct slot *slot = &tcb->slots[TCB_REPLY];

    if (slot_is_empty(slot)) {
        slot->cap = cap_reply(tcb, CAP_REPLY_MASTER | CAP_REPLY_GRANT);
        slot->prev = 0;
        slot->next = SLOT_REVOCABLE | SLOT_FIRST_BADGED;
    }
}

void reply_link(struct tcb *caller, struct tcb *receiver, bool grant)
{
    struct slot *master = &caller->slots[TCB_REPLY];

    CHECK(cap_type(master->cap) == CAP_REPLY && !slot_next(master));
    thread_set_state(caller, THREAD_BLOCKED_REPLY);
    slot_insert(cap_reply(caller, grant ? CAP_REPLY_GRANT : 0), master,
                &receiver->slots[TCB_CALLER]);
}

void reply_discard(struct tcb *tcb)
{
    struct slot *slot = &tcb->slots[TCB_CALLER];

    if (!slot_is_empty(slot)) {
        slot_unlink(slot);
    }
}

void reply_transfer(struct tcb *sender, struct tcb *receiver, struct slot *slot, bool grant)
{
    CHECK(receiver->state == THREAD_BLOCKED_REPLY);
    if (receiver->fault.type == SEL4_FAULT_NULL) {
        ipc_transfer(sender, 0, 0, grant, receiver);
        slot_unlink(slot);
        thread_set_state(receiver, THREAD_RUNNING);
        sched_wake(receiver);
        return;
    }
    slot_unlink(slot);
    bool resumes = fault_take_reply(receiver, sender);

    receiver->fault.type = SEL4_FAULT_NULL;
    if (resumes) {
        thread_set_state(receiver, THREAD_RESTART);
        sched_wake(receiver);
    } else {
        thread_set_state(receiver, THREAD_INACTIVE);
    }
}

enum status reply_invoke(struct call *call)
{
    unsigned flags = cap_param(call->cap);

    /* Masters are in TCBs only, where no capability pointer leads. */
    CHECK(!(flags & CAP_REPLY_MASTER));
    reply_transfer(call->thread, cap_object(call->cap), call->slot, flags & CAP_REPLY_GRANT);
    return STATUS_OK;
}
