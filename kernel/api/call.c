/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/call.h"

#include "arch/thread.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/cnode.h"
#include "object/domain.h"
#include "object/endpoint.h"
#include "object/frame.h"
#include "object/ipc.h"
#include "object/irq.h"
#include "object/notification.h"
#include "object/smc.h"
#include "object/table.h"
#include "object/tcb.h"
#include "object/untyped.h"
#include "object/vcpu.h"

struct call_rule {
    uint8_t object;
    uint8_t cap_count;
    uint8_t word_count;
};

#define CALL_RULE(name, object_, caps_, words_) [name] = { SEL4_OBJ_##object_, caps_, words_ },

static const struct call_rule call_rules[SEL4_INVOCATION_COUNT + 1] = { SEL4_INVOCATIONS(
    CALL_RULE) };

uint64_t call_word(const struct call *call, unsigned i)
{
    if (i < SEL4_MSG_FAST_REGISTERS) {
        return arch_message_word(call->thread, i);
    }
    return __atomic_load_n(&call->buffer[SEL4_IPC_BUFFER_MSG_WORD + i], __ATOMIC_RELAXED);
}

static enum status refuse(struct call *call, uint64_t code, uint64_t word0, uint64_t word1)
{
    call->error.code = code;
    call->error.word[0] = word0;
    call->error.word[1] = word1;
    return STATUS_ERROR;
}

enum status call_illegal_operation(struct call *call)
{
    return refuse(call, SEL4_ILLEGAL_OPERATION, 0, 0);
}

enum status call_invalid_argument(struct call *call, uint64_t number)
{
    return refuse(call, SEL4_INVALID_ARGUMENT, number, 0);
}

enum status call_invalid_capability(struct call *call, uint64_t number)
{
    return refuse(call, SEL4_INVALID_CAPABILITY, number, 0);
}

enum status call_range_error(struct call *call, uint64_t smallest, uint64_t largest)
{
    return refuse(call, SEL4_RANGE_ERROR, smallest, largest);
}

enum status call_alignment_error(struct call *call)
{
    return refuse(call, SEL4_ALIGNMENT_ERROR, 0, 0);
}

enum status call_delete_first(struct call *call)
{
    return refuse(call, SEL4_DELETE_FIRST, 0, 0);
}

enum status call_revoke_first(struct call *call)
{
    return refuse(call, SEL4_REVOKE_FIRST, 0, 0);
}

enum status call_truncated(struct call *call)
{
    return refuse(call, SEL4_TRUNCATED_MESSAGE, 0, 0);
}

enum status call_not_enough_memory(struct call *call, uint64_t bytes_left)
{
    return refuse(call, SEL4_NOT_ENOUGH_MEMORY, bytes_left, 0);
}

enum status call_failed_lookup(struct call *call, bool was_source, struct lookup_failure failure)
{
    call->error.lookup = failure;
    return refuse(call, SEL4_FAILED_LOOKUP, was_source, 0);
}

struct lookup_failure lookup_missing(uint64_t bits_left)
{
    return (struct lookup_failure){ .type = SEL4_LOOKUP_MISSING_CAPABILITY,
                                    .bits_left = bits_left };
}

enum status call_check_label(struct call *call, enum sel4_invocation_object object)
{
    if (call->label == InvalidInvocation || call->label > SEL4_INVOCATION_COUNT ||
        call_rules[call->label].object != object) {
        return call_illegal_operation(call);
    }
    return STATUS_OK;
}

enum status call_check_length(struct call *call, unsigned words, unsigned caps)
{
    return call->length < words || call->cap_count < caps ? call_truncated(call) : STATUS_OK;
}

enum status call_check(struct call *call, enum sel4_invocation_object object)
{
    enum status status = call_check_label(call, object);

    if (status != STATUS_OK) {
        return status;
    }
    return call_check_length(call, call_rules[call->label].word_count,
                             call_rules[call->label].cap_count);
}

/* Bound: `count`, at most 8 words. */
void call_reply(struct call *call, unsigned count, const uint64_t *words)
{
    if (!call->wants_reply) {
        return;
    }
    uint64_t *buffer = ipc_buffer_of(call->thread, true);

    for (unsigned i = 0; i < count; i++) {
        ipc_set_word(call->thread, buffer, i, words[i]);
    }
    if (!buffer && count > SEL4_MSG_FAST_REGISTERS) {
        count = SEL4_MSG_FAST_REGISTERS;
    }
    call_reply_ready(call, count);
}

void call_reply_ready(struct call *call, unsigned count)
{
    arch_set_badge(call->thread, 0);
    arch_set_message_info(call->thread, count);
    thread_set_state(call->thread, THREAD_RUNNING);
}

enum status call_invoke(struct call *call)
{
    switch (cap_type(call->cap)) {
    case CAP_ENDPOINT: return endpoint_decode(call);
    case CAP_NOTIFICATION: return notification_decode(call);
    case CAP_REPLY: return reply_invoke(call);
    case CAP_CNODE: return cnode_decode(call);
    case CAP_UNTYPED: return untyped_decode(call);
    case CAP_TCB: return tcb_decode(call);
    case CAP_FRAME: return frame_decode(call);
    case CAP_TABLE: return table_decode(call);
    case CAP_VSPACE: return vspace_decode(call);
    case CAP_ASID_CONTROL: return asid_control_decode(call);
    case CAP_ASID_POOL: return asid_pool_decode(call);
    case CAP_IRQ_CONTROL: return irq_control_decode(call);
    case CAP_IRQ_HANDLER: return irq_handler_decode(call);
    case CAP_SGI: return sgi_invoke(call);
    case CAP_DOMAIN: return domain_decode(call);
    case CAP_VCPU: return vcpu_decode(call);
    case CAP_SMC: return smc_decode(call);
    default: return call_invalid_capability(call, 0);
    }
}
