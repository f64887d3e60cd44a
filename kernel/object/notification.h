/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: a word of badges and the threads that wait for it.
 */
#ifndef OBJECT_NOTIFICATION_H
#define OBJECT_NOTIFICATION_H

#include "api/call.h"

/* Signals: wakes the bound thread or the first waiter, or leaves the badge for later. */
void notification_signal(struct notification *ntfn, uint64_t badge);

/* Wait or poll for `tcb`. */
void notification_receive(struct notification *ntfn, struct tcb *tcb, bool may_block);

/* Hands an active notification's word to the thread. */
void notification_take(struct notification *ntfn, struct tcb *tcb);

/* Takes a waiting thread out of the queue. */
void notification_remove(struct notification *ntfn, struct tcb *tcb);

/*
 * notification_cancel_first() - the last capability goes: the first waiter executes its system call
 * again
 *
 * Return: false if nobody was waiting.
 */
bool notification_cancel_first(struct notification *ntfn);

/* Binding to a TCB; both sides must be free (checked by the caller). */
void notification_bind(struct notification *ntfn, struct tcb *tcb);
void notification_unbind(struct notification *ntfn);
void notification_unbind_tcb(struct tcb *tcb);

/* Send on a notification capability. */
enum status notification_decode(struct call *call);

#endif
