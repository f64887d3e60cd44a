/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/endpoint.h"

#include "arch/thread.h"
#include "core/check.h"
#include "core/preempt.h"
#include "core/sched.h"
#include "object/ipc.h"
#include "object/notification.h"

/*
 * Where the last preempted CancelBadgedSends goes on. `next` is blocked sending on `endpoint`, or
 * null: endpoint_remove() sees to it. A second preempted call displaces the first, which then
 * starts anew; what that one had restarted is out of the queue all the same.
 */
static struct cancelled {
    uint64_t ticket; /* also in the caller's resume_at; 0: no call was preempted yet */
    const struct endpoint *endpoint;
    uint64_t badge;
    struct tcb *next;
} cancelled;

static void append(struct endpoint *endpoint, struct tcb *tcb, enum endpoint_state state)
{
    struct tcb *tail = endpoint_tail(endpoint);

    tcb->queue_next = 0;
    tcb->queue_prev = tail;
    if (tail) {
        tail->queue_next = tcb;
    } else {
        endpoint->head = (uintptr_t)tcb;
    }
    endpoint_set_tail(endpoint, tcb, state);
    tcb->blocked_on = endpoint;
}

void endpoint_remove(struct endpoint *endpoint, struct tcb *tcb)
{
    if (tcb == cancelled.next) {
        cancelled.next = tcb->queue_next;
    }
    endpoint_unlink(endpoint, tcb);
}

static void block_sender(struct endpoint *endpoint, struct tcb *tcb, const struct send *send)
{
    tcb->send_is_call = send->is_call;
    tcb->can_grant = send->can_grant;
    tcb->can_grant_reply = send->can_grant_reply;
    tcb->send_badge = send->badge;
    append(endpoint, tcb, ENDPOINT_SEND);
    thread_set_state(tcb, THREAD_BLOCKED_SEND);
}

/* A caller waits for its reply if the receiver was given the right to answer, else for ever. */
static void finish_call(struct tcb *caller, struct tcb *receiver, bool may_be_answered,
                        bool reply_grant)
{
    if (may_be_answered) {
        reply_link(caller, receiver, reply_grant);
    } else {
        thread_set_state(caller, THREAD_INACTIVE);
    }
}

void endpoint_send(struct endpoint *endpoint, struct tcb *tcb, const struct send *send)
{
    if (endpoint_state(endpoint) != ENDPOINT_RECV) {
        if (send->may_block) {
            block_sender(endpoint, tcb, send);
        }
        return;
    }
    struct tcb *receiver = endpoint_head(endpoint);
    bool reply_grant = receiver->can_grant;

    endpoint_unlink(endpoint, receiver);
    ipc_transfer(tcb, endpoint, send->badge, send->can_grant, receiver);
    thread_set_state(receiver, THREAD_RUNNING);
    sched_wake(receiver);
    if (send->is_call) {
        finish_call(tcb, receiver, send->can_grant || send->can_grant_reply, reply_grant);
    }
}

void endpoint_receive(struct tcb *tcb, struct cap cap, bool may_block)
{
    struct endpoint *endpoint = cap_object(cap);
    struct notification *bound = tcb->bound_notification;

    if (bound && ntfn_state(bound) == NTFN_ACTIVE) {
        notification_take(bound, tcb);
        return;
    }
    if (endpoint_state(endpoint) != ENDPOINT_SEND) {
        if (!may_block) {
            arch_set_badge(tcb, 0);
            return;
        }
        tcb->can_grant = cap_rights(cap) & SEL4_RIGHT_GRANT;
        append(endpoint, tcb, ENDPOINT_RECV);
        thread_set_state(tcb, THREAD_BLOCKED_RECV);
        return;
    }
    struct tcb *sender = endpoint_head(endpoint);

    endpoint_remove(endpoint, sender);
    ipc_transfer(sender, endpoint, sender->send_badge, sender->can_grant, tcb);
    if (sender->send_is_call) {
        finish_call(sender, tcb, sender->can_grant || sender->can_grant_reply,
                    cap_rights(cap) & SEL4_RIGHT_GRANT);
    } else {
        thread_set_state(sender, THREAD_RUNNING);
        sched_wake(sender);
    }
}

/*
 * A thread that was blocked runs its system call again; one that was blocked sending a fault has
 * nothing to run again and raises the fault anew when it is executed.
 */
static void restart_blocked(struct tcb *tcb)
{
    tcb->fault.type = SEL4_FAULT_NULL;
    sched_restart(tcb);
}

bool endpoint_cancel_first(struct endpoint *endpoint)
{
    struct tcb *tcb = endpoint_head(endpoint);

    if (!tcb) {
        return false;
    }
    endpoint_remove(endpoint, tcb);
    restart_blocked(tcb);
    sched_choose_later();
    return true;
}

/* The sender to look at first: the head, or where the same call of this thread was preempted. */
static struct tcb *cancel_start(const struct tcb *caller, const struct endpoint *endpoint,
                                uint64_t badge)
{
    bool resumes = caller->resume_at != 0 && caller->resume_at == cancelled.ticket &&
                   cancelled.endpoint == endpoint && cancelled.badge == badge;

    return resumes ? cancelled.next : endpoint_head(endpoint);
}

/* Bound: senders that were blocked when it began, one per round. */
enum status endpoint_cancel_badged(struct tcb *caller, struct endpoint *endpoint, uint64_t badge)
{
    if (endpoint_state(endpoint) != ENDPOINT_SEND) {
        return STATUS_OK;
    }
    struct tcb *tcb = cancel_start(caller, endpoint, badge);

    while (tcb) {
        struct tcb *next = tcb->queue_next;

        if (tcb->send_badge == badge) {
            endpoint_remove(endpoint, tcb);
            restart_blocked(tcb);
        }
        tcb = next;
        if (tcb && preempt_point()) {
            caller->resume_at = cancelled.ticket + 1;
            cancelled = (struct cancelled){ caller->resume_at, endpoint, badge, tcb };
            sched_choose_later();
            return STATUS_PREEMPT;
        }
    }
    sched_choose_later();
    return STATUS_OK;
}

enum status endpoint_decode(struct call *call)
{
    unsigned rights = cap_rights(call->cap);

    if (!(rights & SEL4_RIGHT_WRITE)) {
        return call_invalid_capability(call, 0);
    }
    struct send send = {
        .may_block = call->may_block,
        .is_call = call->wants_reply,
        .can_grant = rights & SEL4_RIGHT_GRANT,
        .can_grant_reply = rights & SEL4_RIGHT_GRANT_REPLY,
        .badge = call->cap.data,
    };

    endpoint_send(cap_object(call->cap), call->thread, &send);
    return STATUS_OK;
}
