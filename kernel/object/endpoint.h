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

static inline void endpoint_set_tail(struct endpoint *endpoint, const struct tcb *tail,
                                     enum endpoint_state state)
{
    endpoint->tail = (uintptr_t)tail | state;
}

/* Takes a thread that is blocked receiving out of the queue. */
static inline void endpoint_unlink(struct endpoint *endpoint, const struct tcb *tcb)
{
    enum endpoint_state state = endpoint_state(endpoint);

    if (tcb->queue_prev) {
        tcb->queue_prev->queue_next = tcb->queue_next;
    } else {
        endpoint->head = (uintptr_t)tcb->queue_next;
    }
    if (tcb->queue_next) {
        tcb->queue_next->queue_prev = tcb->queue_prev;
    } else {
        endpoint_set_tail(endpoint, tcb->queue_prev, state);
    }
    if (!endpoint->head) {
        endpoint_set_tail(endpoint, 0, ENDPOINT_IDLE);
    }
}

/* Takes any blocked thread out of the queue; a sender may be where a preempted call goes on. */
void endpoint_remove(struct endpoint *endpoint, struct tcb *tcb);

/*
 * endpoint_cancel_first() - the last capability goes: the first blocked thread executes its system
 * call again
 *
 * Return: false if nobody was blocked.
 */
bool endpoint_cancel_first(struct endpoint *endpoint);

/*
 * endpoint_cancel_badged() - restart the senders that are blocked with this badge
 * @caller: thread that asks for it; remembers how far a preempted call got
 *
 * Return: STATUS_OK or STATUS_PREEMPT.
 */
enum status endpoint_cancel_badged(struct tcb *caller, struct endpoint *endpoint, uint64_t badge);

/* Send, NBSend and Call on an endpoint capability. */
enum status endpoint_decode(struct call *call);

#endif
