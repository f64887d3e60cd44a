/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/syscall.h"

#include "api/call.h"
#include "api/debug.h"
#include "arch/thread.h"
#include "core/fault.h"
#include "core/invariants.h"
#include "core/lookup.h"
#include "core/sched.h"
#include "object/endpoint.h"
#include "object/ipc.h"
#include "object/notification.h"

/* Tells the caller of a Call why it was refused. */
static void reply_error(struct call *call)
{
    const struct call_error *error = &call->error;
    struct tcb *tcb = call->thread;
    uint64_t *buffer = ipc_buffer_of(tcb, true);
    unsigned length = 0;

    switch (error->code) {
    case SEL4_INVALID_ARGUMENT:
    case SEL4_INVALID_CAPABILITY:
    case SEL4_NOT_ENOUGH_MEMORY: arch_set_message_word(tcb, length++, error->word[0]); break;
    case SEL4_RANGE_ERROR:
        arch_set_message_word(tcb, length++, error->word[0]);
        arch_set_message_word(tcb, length++, error->word[1]);
        break;
    case SEL4_FAILED_LOOKUP:
        arch_set_message_word(tcb, length++, error->word[0]);
        length = fault_lookup_words(tcb, buffer, length, &error->lookup);
        break;
    default: break;
    }
    arch_set_badge(tcb, 0);
    arch_set_message_info(tcb, error->code << SEL4_MSG_INFO_LABEL_SHIFT | length);
}

/* Fills in the message part of a call from the caller's registers. */
static void read_message(struct call *call, uint64_t info)
{
    unsigned length = info & SEL4_MSG_INFO_LENGTH_MASK;

    call->buffer = ipc_buffer_of(call->thread, false);
    call->label = info >> SEL4_MSG_INFO_LABEL_SHIFT;
    if (length > SEL4_MSG_MAX_LENGTH) {
        length = SEL4_MSG_MAX_LENGTH;
    }
    if (!call->buffer && length > SEL4_MSG_FAST_REGISTERS) {
        length = SEL4_MSG_FAST_REGISTERS;
    }
    call->length = length;
}

#ifdef CONFIG_DEBUG_BUILD
/*
 * What the call was about is as it should be; slots may have been emptied.
 * Bound: three capabilities.
 */
static void check_changed(const struct call *call)
{
    INVARIANT(invariants_slot(call->slot));
    if (!slot_is_empty(call->slot)) {
        INVARIANT(invariants_object(call->slot->cap));
    }
    for (unsigned i = 0; i < call->cap_count; i++) {
        INVARIANT(invariants_slot(call->caps[i]));
        if (!slot_is_empty(call->caps[i])) {
            INVARIANT(invariants_object(call->caps[i]->cap));
        }
    }
}
#endif

/* Acts on the invocation and gives a Call its answer. Not inlined: call_invoke() is, into it. */
__attribute__((noinline)) static void perform(struct call *call)
{
    struct tcb *tcb = call->thread;

    /* If it is preempted, the thread executes the system call again. */
    tcb->state = THREAD_RESTART;
    enum status status = call_invoke(call);

    /*
     * What does not come here, as the fast paths, leaves it. A preempted thread executes the same call
     * again before it does anything else; a fault or new registers forget the call. Only who changes
     * the thread's code or CSpace meanwhile makes it do something else. If it makes an equal call later,
     * that may skip what the first had done already: of the thread's own work, nobody else's.
     */
    if (status != STATUS_PREEMPT) {
        tcb->resume_at = 0;
    }
    if (status == STATUS_ERROR) {
        tcb->state = THREAD_RUNNING;
        if (call->wants_reply) {
            reply_error(call);
        }
    } else if (status == STATUS_OK && tcb->state == THREAD_RESTART) {
        tcb->state = THREAD_RUNNING;
        if (call->wants_reply) {
            arch_set_badge(tcb, 0);
            arch_set_message_info(tcb, 0);
        }
    }
#ifdef CONFIG_DEBUG_BUILD
    check_changed(call);
#endif
}

void syscall_call_object(struct slot *slot, uint64_t info)
{
    struct call call;

    call.thread = current_thread();
    call.wants_reply = true;
    call.may_block = true;
    call.slot = slot;
    call.cap = slot->cap;
    call.cap_count = 0;
    read_message(&call, info);
    perform(&call);
    sched_run();
}

/* Send, NBSend and Call. */
static void invoke(bool wants_reply, bool may_block)
{
    struct tcb *tcb = current_thread();
    uint64_t info = arch_message_info(tcb);
    struct call call; /* large: only what is used gets initialised, `error` by a refusal */
    struct lookup_failure failure;
    uint64_t bad_cptr = arch_badge(tcb);

    call.thread = tcb;
    call.wants_reply = wants_reply;
    call.may_block = may_block;
    if (!lookup_slot(tcb, bad_cptr, &call.slot, &failure)) {
        if (may_block) {
            fault_raise_cap(tcb, bad_cptr, false, &failure);
        }
        return;
    }
    call.cap = call.slot->cap;
    read_message(&call, info);
    if (!ipc_find_caps(tcb, call.buffer, info, call.caps, &call.cap_count, &failure, &bad_cptr)) {
        if (may_block) {
            fault_raise_cap(tcb, bad_cptr, false, &failure);
        }
        return;
    }
    perform(&call);
}

static void receive_refused(struct tcb *tcb, uint64_t cptr)
{
    struct lookup_failure failure = lookup_missing(0);

    fault_raise_cap(tcb, cptr, true, &failure);
}

static void receive(bool may_block)
{
    struct tcb *tcb = current_thread();
    uint64_t cptr = arch_badge(tcb);
    struct lookup_failure failure;
    struct slot *slot;

    if (!lookup_slot(tcb, cptr, &slot, &failure)) {
        fault_raise_cap(tcb, cptr, true, &failure);
        return;
    }
    struct cap cap = slot->cap;

    if (cap_type(cap) == CAP_ENDPOINT && (cap_rights(cap) & SEL4_RIGHT_READ)) {
        reply_discard(tcb);
        endpoint_receive(tcb, cap, may_block);
    } else if (cap_type(cap) == CAP_NOTIFICATION && (cap_rights(cap) & SEL4_RIGHT_READ)) {
        struct notification *ntfn = cap_object(cap);

        if (ntfn->bound_tcb && ntfn->bound_tcb != tcb) {
            receive_refused(tcb, cptr);
        } else {
            notification_receive(ntfn, tcb, may_block);
        }
    } else {
        receive_refused(tcb, cptr);
    }
}

static void reply(void)
{
    struct tcb *tcb = current_thread();
    struct slot *caller = &tcb->slots[TCB_CALLER];
    struct cap cap = caller->cap;

    if (cap_type(cap) == CAP_REPLY) {
        reply_transfer(tcb, cap_object(cap), caller, cap_param(cap) & CAP_REPLY_GRANT);
    }
}

static void unknown(int64_t number)
{
    struct fault fault = { .type = SEL4_FAULT_UNKNOWN_SYSCALL, .word = { (uint64_t)number } };

    fault_raise(current_thread(), &fault);
}

void syscall_handle(int64_t number)
{
    switch (number) {
    case SEL4_SYS_CALL: invoke(true, true); break;
    case SEL4_SYS_REPLY_RECV:
        reply();
        receive(true);
        break;
    case SEL4_SYS_SEND: invoke(false, true); break;
    case SEL4_SYS_NB_SEND: invoke(false, false); break;
    case SEL4_SYS_RECV: receive(true); break;
    case SEL4_SYS_REPLY: reply(); break;
    case SEL4_SYS_YIELD: sched_yield_current(); break;
    case SEL4_SYS_NB_RECV: receive(false); break;
    default:
        if (!debug_syscall(number)) {
            unknown(number);
        }
        break;
    }
    sched_run();
}
