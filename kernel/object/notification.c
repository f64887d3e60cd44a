/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/notification.h"

#include "arch/thread.h"
#include "core/sched.h"
#include "object/ipc.h"

static void set_state(struct notification *ntfn, const struct tcb *tail,
                      enum notification_state state)
{
    ntfn->tail = (uintptr_t)tail | state;
}

static void append(struct notification *ntfn, struct tcb *tcb)
{
    struct tcb *tail = ntfn_tail(ntfn);

    tcb->queue_next = 0;
    tcb->queue_prev = tail;
    if (tail) {
        tail->queue_next = tcb;
    } else {
        ntfn->head = (uintptr_t)tcb;
    }
    set_state(ntfn, tcb, NTFN_WAITING);
    tcb->blocked_on = ntfn;
}

static inline void unlink(struct notification *ntfn, struct tcb *tcb)
{
    if (tcb->queue_prev) {
        tcb->queue_prev->queue_next = tcb->queue_next;
    } else {
        ntfn->head = (uintptr_t)tcb->queue_next;
    }
    if (tcb->queue_next) {
        tcb->queue_next->queue_prev = tcb->queue_prev;
    } else {
        set_state(ntfn, tcb->queue_prev, tcb->queue_prev ? NTFN_WAITING : NTFN_IDLE);
    }
}

void notification_remove(struct notification *ntfn, struct tcb *tcb)
{
    unlink(ntfn, tcb);
}

static void wake_with_badge(struct tcb *tcb, uint64_t badge)
{
    thread_set_state(tcb, THREAD_RUNNING);
    arch_set_badge(tcb, badge);
    sched_wake(tcb);
}

void notification_signal(struct notification *ntfn, uint64_t badge)
{
    switch (ntfn_state(ntfn)) {
    case NTFN_IDLE: {
        struct tcb *bound = ntfn->bound_tcb;

        if (bound && bound->state == THREAD_BLOCKED_RECV) {
            ipc_cancel(bound);
            wake_with_badge(bound, badge);
            return;
        }
        ntfn->badge = badge;
        set_state(ntfn, 0, NTFN_ACTIVE);
        return;
    }
    case NTFN_WAITING: {
        struct tcb *tcb = ntfn_head(ntfn);

        unlink(ntfn, tcb);
        wake_with_badge(tcb, badge);
        return;
    }
    default: ntfn->badge |= badge; return;
    }
}

void notification_take(struct notification *ntfn, struct tcb *tcb)
{
    arch_set_badge(tcb, ntfn->badge);
    set_state(ntfn, 0, NTFN_IDLE);
}

void notification_receive(struct notification *ntfn, struct tcb *tcb, bool may_block)
{
    if (ntfn_state(ntfn) == NTFN_ACTIVE) {
        notification_take(ntfn, tcb);
    } else if (may_block) {
        append(ntfn, tcb);
        thread_set_state(tcb, THREAD_BLOCKED_NTFN);
    } else {
        arch_set_badge(tcb, 0);
    }
}

bool notification_cancel_first(struct notification *ntfn)
{
    struct tcb *tcb = ntfn_head(ntfn);

    if (ntfn_state(ntfn) != NTFN_WAITING) {
        return false;
    }
    notification_remove(ntfn, tcb);
    sched_restart(tcb);
    sched_choose_later();
    return true;
}

void notification_bind(struct notification *ntfn, struct tcb *tcb)
{
    ntfn->bound_tcb = tcb;
    tcb->bound_notification = ntfn;
}

void notification_unbind(struct notification *ntfn)
{
    if (ntfn->bound_tcb) {
        ntfn->bound_tcb->bound_notification = 0;
        ntfn->bound_tcb = 0;
    }
}

void notification_unbind_tcb(struct tcb *tcb)
{
    if (tcb->bound_notification) {
        notification_unbind(tcb->bound_notification);
    }
}

enum status notification_decode(struct call *call)
{
    if (!(cap_rights(call->cap) & SEL4_RIGHT_WRITE)) {
        return call_invalid_capability(call, 0);
    }
    notification_signal(cap_object(call->cap), call->cap.data);
    return STATUS_OK;
}
