/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/fault.h"

#include "api/debug.h"
#include "arch/thread.h"
#include "core/lookup.h"
#include "core/sched.h"
#include "object/endpoint.h"
#include "object/ipc.h"

/* Words that were really delivered: without a buffer only the registers count. */
static unsigned delivered(unsigned length, const uint64_t *buffer)
{
    return length > SEL4_MSG_FAST_REGISTERS && !buffer ? SEL4_MSG_FAST_REGISTERS : length;
}

unsigned fault_lookup_words(struct tcb *receiver, uint64_t *buffer, unsigned first,
                            const struct lookup_failure *failure)
{
    unsigned length = first;

    ipc_set_word(receiver, buffer, length++, failure->type);
    if (failure->type == SEL4_LOOKUP_INVALID_ROOT) {
        return delivered(length, buffer);
    }
    ipc_set_word(receiver, buffer, length++, failure->bits_left);
    if (failure->type == SEL4_LOOKUP_MISSING_CAPABILITY) {
        return delivered(length, buffer);
    }
    ipc_set_word(receiver, buffer, length++, failure->found);
    if (failure->type == SEL4_LOOKUP_GUARD_MISMATCH) {
        ipc_set_word(receiver, buffer, length++, failure->found_bits);
    }
    return delivered(length, buffer);
}

static unsigned cap_fault_message(struct tcb *faulter, struct tcb *receiver, uint64_t *buffer)
{
    const struct fault *fault = &faulter->fault;

    ipc_set_word(receiver, buffer, SEL4_CAP_FAULT_IP, arch_fault_ip(faulter));
    ipc_set_word(receiver, buffer, SEL4_CAP_FAULT_ADDR, fault->word[0]);
    ipc_set_word(receiver, buffer, SEL4_CAP_FAULT_IN_RECV_PHASE, fault->word[1]);
    return fault_lookup_words(receiver, buffer, SEL4_CAP_FAULT_LOOKUP_TYPE, &fault->lookup);
}

/* Bound: 13 words. */
static unsigned unknown_syscall_message(struct tcb *faulter, struct tcb *receiver, uint64_t *buffer)
{
    for (unsigned i = 0; i < SEL4_UNKNOWN_SYSCALL_NUMBER; i++) {
        ipc_set_word(receiver, buffer, i, arch_syscall_fault_word(faulter, i));
    }
    ipc_set_word(receiver, buffer, SEL4_UNKNOWN_SYSCALL_NUMBER, faulter->fault.word[0]);
    return delivered(SEL4_UNKNOWN_SYSCALL_LENGTH, buffer);
}

/* Bound: 5 words. */
static unsigned user_exception_message(struct tcb *faulter, struct tcb *receiver, uint64_t *buffer)
{
    for (unsigned i = 0; i < SEL4_USER_EXCEPTION_NUMBER; i++) {
        ipc_set_word(receiver, buffer, i, arch_exception_fault_word(faulter, i));
    }
    ipc_set_word(receiver, buffer, SEL4_USER_EXCEPTION_NUMBER, faulter->fault.word[0]);
    ipc_set_word(receiver, buffer, SEL4_USER_EXCEPTION_CODE, faulter->fault.word[1]);
    return delivered(SEL4_USER_EXCEPTION_LENGTH, buffer);
}

unsigned fault_message(struct tcb *faulter, struct tcb *receiver, uint64_t *buffer)
{
    const struct fault *fault = &faulter->fault;

    switch (fault->type) {
    case SEL4_FAULT_CAP: return cap_fault_message(faulter, receiver, buffer);
    case SEL4_FAULT_UNKNOWN_SYSCALL: return unknown_syscall_message(faulter, receiver, buffer);
    case SEL4_FAULT_USER_EXCEPTION: return user_exception_message(faulter, receiver, buffer);
    case SEL4_FAULT_VM:
        arch_set_message_word(receiver, SEL4_VM_FAULT_IP, arch_fault_ip(faulter));
        arch_set_message_word(receiver, SEL4_VM_FAULT_ADDR, fault->word[0]);
        arch_set_message_word(receiver, SEL4_VM_FAULT_PREFETCH, fault->word[1]);
        arch_set_message_word(receiver, SEL4_VM_FAULT_FSR, fault->word[2]);
        return SEL4_VM_FAULT_LENGTH;
    default: /* VGICMaintenance, VCPUFault, VPPIEvent: one word each */
        arch_set_message_word(receiver, 0, fault->word[0]);
        return 1;
    }
}

/* Bound: `limit`, at most 12. */
static void take_words(struct tcb *faulter, struct tcb *replier, unsigned limit,
                       void (*store)(struct tcb *, unsigned, uint64_t))
{
    unsigned length = arch_message_info(replier) & SEL4_MSG_INFO_LENGTH_MASK;
    const uint64_t *buffer = ipc_buffer_of(replier, false);

    if (length > limit) {
        length = limit;
    }
    length = delivered(length, buffer);
    for (unsigned i = 0; i < length; i++) {
        store(faulter, i, ipc_word(replier, buffer, i));
    }
}

bool fault_take_reply(struct tcb *faulter, struct tcb *replier)
{
    uint64_t label = arch_message_info(replier) >> SEL4_MSG_INFO_LABEL_SHIFT;

    switch (faulter->fault.type) {
    case SEL4_FAULT_UNKNOWN_SYSCALL:
        take_words(faulter, replier, SEL4_UNKNOWN_SYSCALL_REPLY_LENGTH,
                   arch_set_syscall_fault_word);
        return label == 0;
    case SEL4_FAULT_USER_EXCEPTION:
        take_words(faulter, replier, SEL4_USER_EXCEPTION_REPLY_LENGTH,
                   arch_set_exception_fault_word);
        return label == 0;
    default: return true;
    }
}

static bool send_to_handler(struct tcb *tcb)
{
    struct lookup_failure failure;
    struct slot *slot;

    if (!lookup_slot(tcb, tcb->fault_handler, &slot, &failure)) {
        return false;
    }
    unsigned rights = cap_rights(slot->cap);

    if (cap_type(slot->cap) != CAP_ENDPOINT || !(rights & SEL4_RIGHT_WRITE) ||
        !(rights & (SEL4_RIGHT_GRANT | SEL4_RIGHT_GRANT_REPLY))) {
        return false;
    }
    struct send send = {
        .may_block = true,
        .is_call = true,
        .can_grant = rights & SEL4_RIGHT_GRANT,
        .can_grant_reply = rights & SEL4_RIGHT_GRANT_REPLY,
        .badge = slot->cap.data,
    };

    endpoint_send(cap_object(slot->cap), tcb, &send);
    return true;
}

void fault_raise(struct tcb *tcb, const struct fault *fault)
{
    tcb->fault = *fault;
    tcb->resume_at = 0;
    if (!send_to_handler(tcb)) {
        debug_fault_unhandled(tcb);
        tcb->fault.type = SEL4_FAULT_NULL;
        thread_set_state(tcb, THREAD_INACTIVE);
    }
}

void fault_raise_serror(struct tcb *tcb)
{
    struct fault fault = {
        .type = tcb->vcpu ? SEL4_FAULT_VCPU : SEL4_FAULT_USER_EXCEPTION,
        .word = { arch_serror(tcb) },
    };

    arch_set_serror(tcb, 0);
    /* A system call that has been answered meanwhile is over: a reply must not start it again. */
    arch_set_restart_here(tcb);
    fault_raise(tcb, &fault);
}

void fault_raise_cap(struct tcb *tcb, uint64_t cptr, bool in_receive,
                     const struct lookup_failure *failure)
{
    struct fault fault = {
        .type = SEL4_FAULT_CAP,
        .word = { cptr, in_receive },
        .lookup = *failure,
    };

    fault_raise(tcb, &fault);
}
