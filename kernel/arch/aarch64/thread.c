/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread's registers by number. Pure: the unit tests use it on the host. */
#include "arch/thread.h"

#include "contract/sel4/limits.h"

/* Word numbers in struct user_context beyond x0..x30. */
#define WORD_SP       (CTX_SP / 8)
#define WORD_ELR      (CTX_ELR / 8)
#define WORD_SPSR     (CTX_SPSR / 8)
#define WORD_FAULT_IP (CTX_FAULT_IP / 8)
#define WORD_TPIDR    (CTX_TPIDR / 8)
#define WORD_TPIDRRO  (CTX_TPIDRRO / 8)

/* Order of struct seL4_UserContext. */
static const uint8_t register_words[SEL4_USER_CONTEXT_WORDS] = {
    WORD_FAULT_IP,
    WORD_SP,
    WORD_SPSR,
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    16,
    17,
    18,
    29,
    30,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,
    WORD_TPIDR,
    WORD_TPIDRRO,
};

static const uint8_t syscall_fault_words[SEL4_UNKNOWN_SYSCALL_NUMBER] = {
    0, 1, 2, 3, 4, 5, 6, 7, WORD_FAULT_IP, WORD_SP, WORD_ELR, WORD_SPSR,
};

static const uint8_t exception_fault_words[SEL4_USER_EXCEPTION_NUMBER] = {
    WORD_FAULT_IP,
    WORD_SP,
    WORD_SPSR,
};

#define SPSR_MODE_BITS 0x1full /* with the AArch32 bit */

/* A value that cannot make the return to user level illegal, whoever chose it. */
static uint64_t safe_spsr(const struct tcb *tcb, uint64_t spsr)
{
    if (tcb->vcpu) {
        switch (spsr & SPSR_MODE_BITS) {
        case SPSR_MODE_EL0T:
        case SPSR_MODE_EL1T:
        case SPSR_MODE_EL1H: return spsr;
        default: break;
        }
    }
    return (spsr & SPSR_NZCV) | SPSR_USER;
}

static void set_word(struct tcb *tcb, unsigned word, uint64_t value)
{
    uint64_t *words = (uint64_t *)(void *)&tcb->context;

    words[word] = word == WORD_SPSR ? safe_spsr(tcb, value) : value;
}

static uint64_t get_word(const struct tcb *tcb, unsigned word)
{
    const uint64_t *words = (const uint64_t *)(const void *)&tcb->context;

    return words[word];
}

uint64_t arch_get_register(const struct tcb *tcb, unsigned i)
{
    return get_word(tcb, register_words[i]);
}

void arch_set_register(struct tcb *tcb, unsigned i, uint64_t value)
{
    set_word(tcb, register_words[i], value);
}

/* Bound: `count`, at most 36 registers. */
void arch_registers_to_message(const struct tcb *tcb, struct tcb *to, uint64_t *buffer,
                               unsigned count)
{
    unsigned i = 0;

    for (; i < count && i < SEL4_MSG_FAST_REGISTERS; i++) {
        arch_set_message_word(to, i, get_word(tcb, register_words[i]));
    }
    for (; i < count; i++) {
        buffer[SEL4_IPC_BUFFER_MSG_WORD + i] = get_word(tcb, register_words[i]);
    }
}

/* Bound: `count`, at most 36 registers. */
void arch_registers_from_message(struct tcb *tcb, const struct tcb *from, const uint64_t *buffer,
                                 unsigned first, unsigned count)
{
    unsigned i = 0;

    for (; i < count && first + i < SEL4_MSG_FAST_REGISTERS; i++) {
        set_word(tcb, register_words[i], arch_message_word(from, first + i));
    }
    for (; i < count; i++) {
        set_word(tcb, register_words[i], buffer[SEL4_IPC_BUFFER_MSG_WORD + first + i]);
    }
}

void arch_registers_written(struct tcb *tcb)
{
    tcb->context.elr = tcb->context.fault_ip;
    tcb->resume_at = 0;
}

uint64_t arch_syscall_fault_word(const struct tcb *tcb, unsigned i)
{
    return get_word(tcb, syscall_fault_words[i]);
}

void arch_set_syscall_fault_word(struct tcb *tcb, unsigned i, uint64_t value)
{
    set_word(tcb, syscall_fault_words[i], value);
}

uint64_t arch_exception_fault_word(const struct tcb *tcb, unsigned i)
{
    return get_word(tcb, exception_fault_words[i]);
}

void arch_set_exception_fault_word(struct tcb *tcb, unsigned i, uint64_t value)
{
    set_word(tcb, exception_fault_words[i], value);
}

/* Bound: eight registers. */
void arch_give_syscall_fault(const struct tcb *faulter, struct tcb *receiver, uint64_t *message)
{
    const struct user_context *context = &faulter->context;

    for (unsigned i = 0; i < SEL4_MSG_FAST_REGISTERS; i++) {
        arch_set_message_word(receiver, i, context->x[i]);
    }
    for (unsigned i = SEL4_MSG_FAST_REGISTERS; i < SEL4_UNKNOWN_SYSCALL_FAULT_IP; i++) {
        message[i] = context->x[i];
    }
    message[SEL4_UNKNOWN_SYSCALL_FAULT_IP] = context->fault_ip;
    message[SEL4_UNKNOWN_SYSCALL_SP] = context->sp;
    message[SEL4_UNKNOWN_SYSCALL_LR] = context->elr;
    message[SEL4_UNKNOWN_SYSCALL_SPSR] = context->spsr;
    message[SEL4_UNKNOWN_SYSCALL_NUMBER] = faulter->fault.word[0];
}

/* The words a handler may leave out, from the last one down. Bound: `length`, at most 12. */
void arch_take_syscall_reply(struct tcb *faulter, const struct tcb *replier,
                             const uint64_t *message, unsigned length)
{
    struct user_context *context = &faulter->context;

    if (length == SEL4_UNKNOWN_SYSCALL_REPLY_LENGTH) {
        for (unsigned i = 0; i < SEL4_MSG_FAST_REGISTERS; i++) {
            context->x[i] = arch_message_word(replier, i);
        }
        for (unsigned i = SEL4_MSG_FAST_REGISTERS; i < SEL4_UNKNOWN_SYSCALL_FAULT_IP; i++) {
            context->x[i] = message[i];
        }
        context->fault_ip = message[SEL4_UNKNOWN_SYSCALL_FAULT_IP];
        context->sp = message[SEL4_UNKNOWN_SYSCALL_SP];
        context->spsr = safe_spsr(faulter, message[SEL4_UNKNOWN_SYSCALL_SPSR]);
        return;
    }
    for (unsigned i = 0; i < length; i++) {
        uint64_t value = i < SEL4_MSG_FAST_REGISTERS ? arch_message_word(replier, i) : message[i];

        set_word(faulter, syscall_fault_words[i], value);
    }
}

void arch_init_context(struct tcb *tcb)
{
    tcb->context.spsr = SPSR_USER;
}

void arch_make_native(struct tcb *tcb)
{
    tcb->context.spsr = safe_spsr(tcb, tcb->context.spsr);
}
