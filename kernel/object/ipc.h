/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Message transfer between threads, reply capabilities, and everything that blocks or unblocks a
 * thread in IPC. Source: sel4-abi 4.
 */
#ifndef OBJECT_IPC_H
#define OBJECT_IPC_H

#include "api/call.h"

/*
 * ipc_buffer_of() - the thread's IPC buffer in the kernel's window
 * @writable: the caller wants to write it, so the frame capability must allow that
 *
 * Return: 128 words, or null if the thread has none (or not with these rights).
 */
uint64_t *ipc_buffer_of(struct tcb *tcb, bool writable);

/* Message word i of the thread: a register or, if it has a buffer, one of that. */
uint64_t ipc_word(const struct tcb *tcb, const uint64_t *buffer, unsigned i);
void ipc_set_word(struct tcb *tcb, uint64_t *buffer, unsigned i, uint64_t value);

/*
 * ipc_find_caps() - look up the extra capabilities of a message
 * @tcb: sender
 * @buffer: its IPC buffer; null means no capabilities
 * @info: message info word; chosen by the sender
 * @caps, @count: out: the slots
 * @failure, @bad_cptr: out, on false: which pointer failed and why
 */
bool ipc_find_caps(struct tcb *tcb, const uint64_t *buffer, uint64_t info,
                   struct slot *caps[SEL4_MSG_MAX_EXTRA_CAPS], unsigned *count,
                   struct lookup_failure *failure, uint64_t *bad_cptr);

/*
 * ipc_transfer() - give the receiver the sender's message, or its fault
 * @endpoint: used for it; null for a reply
 * @badge: what the receiver sees in x0
 * @grant: capabilities may be transferred
 */
void ipc_transfer(struct tcb *sender, struct endpoint *endpoint, uint64_t badge, bool grant,
                  struct tcb *receiver);

/* Ends whatever IPC the thread is in; it becomes inactive. Nothing for a runnable thread. */
void ipc_cancel(struct tcb *tcb);

/* Suspends a thread for good, until it is resumed. */
void thread_suspend(struct tcb *tcb);

/* Resumes a stopped thread at its restart address; a pending wait or fault is dropped. */
void thread_restart(struct tcb *tcb);

/* Puts the master reply capability into the thread's reply slot, if it is empty. */
void reply_set_up_master(struct tcb *tcb);

/* Blocks the caller and gives the receiver the reply capability. */
void reply_link(struct tcb *caller, struct tcb *receiver, bool grant);

/* Discards the reply capability stored in the thread, if any. */
void reply_discard(struct tcb *tcb);

/* Replies through the capability in `slot`, which is used up. */
void reply_transfer(struct tcb *sender, struct tcb *receiver, struct slot *slot, bool grant);

/* Send on a reply capability. */
enum status reply_invoke(struct call *call);

#endif
