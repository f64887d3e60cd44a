/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread's registers by their role in the API, and switching between threads.
 * arch/fake has the same interface for unit tests.
 */
#ifndef ARCH_THREAD_H
#define ARCH_THREAD_H

#include "object/objects.h"

#define CONTEXT_BADGE        0 /* x0: capability pointer in, badge out */
#define CONTEXT_MESSAGE_INFO 1 /* x1 */
#define CONTEXT_FIRST_WORD   2 /* x2..x5 */

static inline uint64_t arch_badge(const struct tcb *tcb)
{
    return tcb->context.x[CONTEXT_BADGE];
}
static inline void arch_set_badge(struct tcb *tcb, uint64_t badge)
{
    tcb->context.x[CONTEXT_BADGE] = badge;
}
static inline uint64_t arch_message_info(const struct tcb *tcb)
{
    return tcb->context.x[CONTEXT_MESSAGE_INFO];
}
static inline void arch_set_message_info(struct tcb *tcb, uint64_t info)
{
    tcb->context.x[CONTEXT_MESSAGE_INFO] = info;
}
static inline uint64_t arch_message_word(const struct tcb *tcb, unsigned i)
{
    return tcb->context.x[CONTEXT_FIRST_WORD + i];
}
static inline void arch_set_message_word(struct tcb *tcb, unsigned i, uint64_t value)
{
    tcb->context.x[CONTEXT_FIRST_WORD + i] = value;
}
static inline void arch_copy_message_words(const struct tcb *from, struct tcb *to, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        to->context.x[CONTEXT_FIRST_WORD + i] = from->context.x[CONTEXT_FIRST_WORD + i];
    }
}

/* The instruction that entered the kernel, and the way back to it. */
static inline uint64_t arch_fault_ip(const struct tcb *tcb)
{
    return tcb->context.fault_ip;
}
static inline void arch_restart_at_fault_ip(struct tcb *tcb)
{
    tcb->context.elr = tcb->context.fault_ip;
}
static inline void arch_set_restart_here(struct tcb *tcb)
{
    tcb->context.fault_ip = tcb->context.elr;
}

/*
 * The SError that the thread caused and was not stopped for yet: its syndrome, 0 for none. Written when
 * the core leaves the thread, or when an SError takes it into the kernel.
 */
static inline uint64_t arch_serror(const struct tcb *tcb)
{
    return tcb->context.serror;
}
static inline void arch_set_serror(struct tcb *tcb, uint64_t syndrome)
{
    tcb->context.serror = syndrome;
}

/* Register i in the order of struct seL4_UserContext; i < SEL4_USER_CONTEXT_WORDS. */
uint64_t arch_get_register(const struct tcb *tcb, unsigned i);
void arch_set_register(struct tcb *tcb, unsigned i, uint64_t value);
/* After the last one was set: the thread goes on at the pc given. */
void arch_registers_written(struct tcb *tcb);

/*
 * The first `count` registers as message words from number `first` on: out of `tcb` into a message
 * of `to`, or out of a message of `from` into `tcb`. The message's words from the fifth on are in
 * `buffer`, which may be null if there are none.
 */
void arch_registers_to_message(const struct tcb *tcb, struct tcb *to, uint64_t *buffer,
                               unsigned count);
void arch_registers_from_message(struct tcb *tcb, const struct tcb *from, const uint64_t *buffer,
                                 unsigned first, unsigned count);

/* Words of the UnknownSyscall and UserException messages that are registers. */
uint64_t arch_syscall_fault_word(const struct tcb *tcb, unsigned i);
void arch_set_syscall_fault_word(struct tcb *tcb, unsigned i, uint64_t value);
uint64_t arch_exception_fault_word(const struct tcb *tcb, unsigned i);
void arch_set_exception_fault_word(struct tcb *tcb, unsigned i, uint64_t value);

/* All words of an UnknownSyscall message at once, `number` from the fault; and its reply. */
void arch_give_syscall_fault(const struct tcb *faulter, struct tcb *receiver, uint64_t *message);
void arch_take_syscall_reply(struct tcb *faulter, const struct tcb *replier,
                             const uint64_t *message, unsigned length);

/* State of a new thread: user mode, all registers 0. */
void arch_init_context(struct tcb *tcb);

/* A thread that lost its VCPU runs in user mode, never at EL1. */
void arch_make_native(struct tcb *tcb);

/* Writes the thread-local storage register, in hardware too if the thread is running. */
void arch_set_tls_base(struct tcb *tcb, uint64_t base);

/* Both TLS registers of one thread become those of another; either may be running. */
void arch_copy_tls(struct tcb *dest, struct tcb *source);

struct core;

/* Loads everything the thread needs on this core; the context itself is loaded on return. */
void arch_switch_to_thread(struct core *core, struct tcb *tcb);
void arch_switch_to_idle(struct core *core);

/* An address space went away or changed: load the current thread's again. */
void arch_reload_address_space(void);

/* FPU: save the thread's registers and let nobody own it; or drop them with the thread. */
void arch_release_fpu(struct tcb *tcb);
void arch_forget_thread(struct tcb *tcb);

/* The current thread used the FPU while it was closed. False if it may not. */
bool arch_acquire_fpu(struct core *core, struct tcb *tcb);

/* The thread, which does not run on another core now, leaves nothing of it in its core's registers. */
void arch_leave_core(struct tcb *tcb);

#endif
