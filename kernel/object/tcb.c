/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of TCB capabilities: life, registers, priorities. The part that changes what a
 * thread can reach (Configure, SetSpace, SetIPCBuffer) is in tcb_space.c.
 *
 * What uses or changes a running thread's registers, queue or spaces begins with remote_stall():
 * what another core has of the thread comes into the TCB first.
 * Source: sel4-abi 6.2.
 */
#include "object/tcb.h"

#include "api/debug.h"
#include "arch/thread.h"
#include "core/remote.h"
#include "core/sched.h"
#include "object/ipc.h"
#include "object/notification.h"
#include "object/tcb_space.h"
#include "object/vcpu.h"

void tcb_init(struct tcb *tcb)
{
    arch_init_context(tcb);
    tcb->slice_ticks = CONFIG_TIME_SLICE;
    if (CONFIG_NUM_DOMAINS > 1) {
        tcb->domain = current_domain;
    }
    if (CONFIG_MAX_NUM_NODES > 1) {
        tcb->core = (uint8_t)this_core()->id;
    }
    debug_thread_created(tcb);
}

void tcb_tear_down(struct tcb *tcb)
{
    remote_stall(tcb);
    notification_unbind_tcb(tcb);
    thread_suspend(tcb);
    if (tcb->vcpu) {
        vcpu_dissociate(tcb->vcpu);
    }
    arch_forget_thread(tcb);
    debug_thread_deleted(tcb);
}

static bool is_register_count(uint64_t count)
{
    return count >= 1 && count <= SEL4_USER_CONTEXT_WORDS;
}

/* The word order of the answer is the one of struct seL4_UserContext. */
static void invoke_read_registers(struct call *call, struct tcb *tcb, unsigned count, bool suspend)
{
    remote_stall(tcb);
    if (suspend) {
        thread_suspend(tcb);
    }
    if (!call->wants_reply) {
        return;
    }
    uint64_t *buffer = count > SEL4_MSG_FAST_REGISTERS ? ipc_buffer_of(call->thread, true) : 0;

    if (!buffer && count > SEL4_MSG_FAST_REGISTERS) {
        count = SEL4_MSG_FAST_REGISTERS;
    }
    arch_registers_to_message(tcb, call->thread, buffer, count);
    call_reply_ready(call, count);
}

static enum status decode_read_registers(struct call *call, struct tcb *tcb)
{
    uint64_t count = call_word(call, 1);

    if (!is_register_count(count)) {
        return call_range_error(call, 1, SEL4_USER_CONTEXT_WORDS);
    }
    if (tcb == call->thread) {
        return call_illegal_operation(call);
    }
    invoke_read_registers(call, tcb, (unsigned)count,
                          call_word(call, 0) & SEL4_READ_REGISTERS_SUSPEND);
    return STATUS_OK;
}

static void invoke_write_registers(struct call *call, struct tcb *tcb, unsigned count, bool resume)
{
    remote_stall(tcb);
    arch_registers_from_message(tcb, call->thread, call->buffer, 2, count);
    arch_registers_written(tcb);
    if (resume) {
        thread_restart(tcb);
    }
}

static enum status decode_write_registers(struct call *call, struct tcb *tcb)
{
    uint64_t count = call_word(call, 1);

    if (call->length - 2 < count) {
        return call_truncated(call);
    }
    if (tcb == call->thread) {
        return call_illegal_operation(call);
    }
    if (count > SEL4_USER_CONTEXT_WORDS) {
        count = SEL4_USER_CONTEXT_WORDS;
    }
    invoke_write_registers(call, tcb, (unsigned)count,
                           call_word(call, 0) & SEL4_WRITE_REGISTERS_RESUME);
    return STATUS_OK;
}

/* Bound: 36 registers. */
static void invoke_copy_registers(struct tcb *dest, struct tcb *source, uint64_t flags)
{
    remote_stall(dest);
    remote_stall(source);
    if (flags & SEL4_COPY_REGISTERS_SUSPEND_SOURCE) {
        thread_suspend(source);
    }
    if (flags & SEL4_COPY_REGISTERS_RESUME_TARGET) {
        thread_restart(dest);
    }
    if (flags & SEL4_COPY_REGISTERS_TRANSFER_FRAME) {
        for (unsigned i = 0; i < SEL4_USER_CONTEXT_FRAME_WORDS; i++) {
            arch_set_register(dest, i, arch_get_register(source, i));
        }
        arch_registers_written(dest);
    }
    if (flags & SEL4_COPY_REGISTERS_TRANSFER_INTEGER) {
        for (unsigned i = 0; i < SEL4_USER_CONTEXT_INTEGER_WORDS; i++) {
            unsigned word = SEL4_USER_CONTEXT_FRAME_WORDS + i;

            arch_set_register(dest, word, arch_get_register(source, word));
        }
        arch_copy_tls(dest, source);
    }
    if (dest == current_thread()) {
        sched_choose_later();
    }
}

static enum status decode_copy_registers(struct call *call, struct tcb *tcb)
{
    if (cap_type(call->caps[0]->cap) != CAP_TCB) {
        return call_invalid_capability(call, 1);
    }
    invoke_copy_registers(tcb, cap_object(call->caps[0]->cap), call_word(call, 0));
    return STATUS_OK;
}

/* A thread may hand out what the named authority has, even if the target has more already. */
static enum status check_priority(struct call *call, uint64_t priority)
{
    if (cap_type(call->caps[0]->cap) != CAP_TCB) {
        return call_invalid_capability(call, 1);
    }
    const struct tcb *authority = cap_object(call->caps[0]->cap);

    if (priority > authority->max_priority) {
        return call_range_error(call, SEL4_MIN_PRIO, authority->max_priority);
    }
    return STATUS_OK;
}

static void invoke_set_priority(struct tcb *tcb, uint64_t priority)
{
    remote_stall(tcb);
    sched_set_priority(tcb, (uint8_t)priority);
}

static enum status decode_set_priority(struct call *call, struct tcb *tcb)
{
    uint64_t priority = call_word(call, 0);
    enum status status = check_priority(call, priority);

    if (status == STATUS_OK) {
        invoke_set_priority(tcb, priority);
    }
    return status;
}

static void invoke_set_mcp(struct tcb *tcb, uint64_t mcp)
{
    tcb->max_priority = (uint8_t)mcp;
}

static enum status decode_set_mcp(struct call *call, struct tcb *tcb)
{
    uint64_t mcp = call_word(call, 0);
    enum status status = check_priority(call, mcp);

    if (status == STATUS_OK) {
        invoke_set_mcp(tcb, mcp);
    }
    return status;
}

static void invoke_set_sched_params(struct tcb *tcb, uint64_t mcp, uint64_t priority)
{
    invoke_set_mcp(tcb, mcp);
    invoke_set_priority(tcb, priority);
}

static enum status decode_set_sched_params(struct call *call, struct tcb *tcb)
{
    uint64_t mcp = call_word(call, 0);
    uint64_t priority = call_word(call, 1);
    enum status status = check_priority(call, mcp);

    if (status == STATUS_OK) {
        status = check_priority(call, priority);
    }
    if (status == STATUS_OK) {
        invoke_set_sched_params(tcb, mcp, priority);
    }
    return status;
}

static enum status decode_bind(struct call *call, struct tcb *tcb)
{
    struct cap cap = call->caps[0]->cap;

    if (tcb->bound_notification || cap_type(cap) != CAP_NOTIFICATION) {
        return call_illegal_operation(call);
    }
    struct notification *ntfn = cap_object(cap);

    if (!(cap_rights(cap) & SEL4_RIGHT_READ) || ntfn->bound_tcb ||
        ntfn_state(ntfn) == NTFN_WAITING) {
        return call_illegal_operation(call);
    }
    notification_bind(ntfn, tcb);
    return STATUS_OK;
}

static enum status decode_unbind(struct call *call, struct tcb *tcb)
{
    if (!tcb->bound_notification) {
        return call_illegal_operation(call);
    }
    notification_unbind_tcb(tcb);
    return STATUS_OK;
}

static void invoke_set_flags(struct call *call, struct tcb *tcb, uint64_t clear, uint64_t set)
{
    uint64_t flags = ((tcb->flags & ~clear) | set) & SEL4_TCB_FLAG_FPU_DISABLED;

    remote_stall(tcb);
    tcb->flags = (uint32_t)flags;
    if (flags & SEL4_TCB_FLAG_FPU_DISABLED) {
        arch_release_fpu(tcb);
    }
    call_reply(call, 1, &flags);
}

static void invoke_set_tls_base(struct tcb *tcb, uint64_t base)
{
    remote_stall(tcb);
    arch_set_tls_base(tcb, base);
}

static void invoke_suspend(struct tcb *tcb)
{
    remote_stall(tcb);
    thread_suspend(tcb);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
static void invoke_set_affinity(struct tcb *tcb, uint64_t core)
{
    remote_stall(tcb);
    sched_set_affinity(tcb, (uint8_t)core);
}

static enum status decode_set_affinity(struct call *call, struct tcb *tcb)
{
    uint64_t core = call_word(call, 0);

    if (core >= core_count) {
        return call_illegal_operation(call);
    }
    invoke_set_affinity(tcb, core);
    return STATUS_OK;
}
#endif

enum status tcb_decode(struct call *call)
{
    struct tcb *tcb = cap_object(call->cap);
    enum status status = call_check(call, SEL4_OBJ_TCB);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case TCBReadRegisters: return decode_read_registers(call, tcb);
    case TCBWriteRegisters: return decode_write_registers(call, tcb);
    case TCBCopyRegisters: return decode_copy_registers(call, tcb);
    case TCBConfigure: return tcb_decode_configure(call, tcb);
    case TCBSetSpace: return tcb_decode_set_space(call, tcb);
    case TCBSetIPCBuffer: return tcb_decode_set_ipc_buffer(call, tcb);
    case TCBSetPriority: return decode_set_priority(call, tcb);
    case TCBSetMCPriority: return decode_set_mcp(call, tcb);
    case TCBSetSchedParams: return decode_set_sched_params(call, tcb);
    case TCBSuspend: invoke_suspend(tcb); return STATUS_OK;
    case TCBResume: thread_restart(tcb); return STATUS_OK;
    case TCBBindNotification: return decode_bind(call, tcb);
    case TCBUnbindNotification: return decode_unbind(call, tcb);
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    case TCBSetAffinity: return decode_set_affinity(call, tcb);
#endif
    case TCBSetTLSBase: invoke_set_tls_base(tcb, call_word(call, 0)); return STATUS_OK;
    default: invoke_set_flags(call, tcb, call_word(call, 0), call_word(call, 1)); return STATUS_OK;
    }
}
