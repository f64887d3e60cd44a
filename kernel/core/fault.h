/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: how they become messages and what a reply does. Source: sel4-abi 7.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "api/call.h"

/* Raises a fault of the thread: sends it to the handler, or stops the thread if there is none. */
void fault_raise(struct tcb *tcb, const struct fault *fault);

/*
 * fault_raise_serror() - stop a thread for the SError that is kept in it (arch_serror())
 * @tcb: the current thread, about to run
 *
 * A VCPUFault of a guest, a UserException of a native thread. An SError is raised here only: it may
 * come when its thread is blocked, even on another fault that its handler knows already. So it stays
 * with the thread, as it would stay pending in hardware, until the thread would run again.
 */
void fault_raise_serror(struct tcb *tcb);

/* A capability pointer of a system call did not resolve. */
void fault_raise_cap(struct tcb *tcb, uint64_t cptr, bool in_receive,
                     const struct lookup_failure *failure);

/* Writes the fault's words as the receiver's message; returns the length. */
unsigned fault_message(struct tcb *faulter, struct tcb *receiver, uint64_t *buffer);

/* Takes over what the handler replied. Returns true if the faulter runs again. */
bool fault_take_reply(struct tcb *faulter, struct tcb *replier);

/* Writes a lookup failure as message words from `first` on; returns the new length. */
unsigned fault_lookup_words(struct tcb *receiver, uint64_t *buffer, unsigned first,
                            const struct lookup_failure *failure);

#endif
