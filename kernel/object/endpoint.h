/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints: synchronous messages. Queues are first in, first out.
 */
#ifndef OBJECT_ENDPOINT_H
#define OBJECT_ENDPOINT_H

#include "api/call.h"

/* What a sender brings along besides its message. */
struct send {
    bool may_block;
    bool is_call; /* wait for a reply afterwards; faults too */
    bool can_grant;
    bool can_grant_reply;
    uint64_t badge;
};

/* Sends from `tcb` to the endpoint; blocks, or drops the message if it may not block. */
void endpoint_send(struct endpoint *endpoint, struct tcb *tcb, const struct send *send);

/* Receives for `tcb` through the endpoint capability; x0 = 0 if nothing is there. */
void endpoint_receive(struct tcb *tcb, struct cap cap, bool may_block);

/* Takes a blocked thread out of the queue. */
void endpoint_remove(struct endpoint *endpoint, struct tcb *tcb);

/* The last capability is gone: every blocked thread executes its system call again. */
void endpoint_cancel_all(struct endpoint *endpoint);

/* Restarts the senders that are blocked with this badge. */
void endpoint_cancel_badged(struct endpoint *endpoint, uint64_t badge);

/* Send, NBSend and Call on an endpoint capability. */
enum status endpoint_invoke(struct call *call);

#endif
