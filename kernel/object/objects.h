/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects that user level can name: TCB, endpoint, notification. (CNodes are arrays of
 * `struct slot`; tables and ASID pools are in vspace.h, the VCPU is in vcpu.h.)
 */
#ifndef OBJECT_OBJECTS_H
#define OBJECT_OBJECTS_H

#include "arch/context.h"
#include "object/slot.h"

#include "contract/sel4/fault.h"

enum thread_state {
    THREAD_INACTIVE,
    THREAD_RUNNING,
    THREAD_RESTART, /* runs from `fault_ip` again */
    THREAD_BLOCKED_RECV,
    THREAD_BLOCKED_SEND,
    THREAD_BLOCKED_REPLY,
    THREAD_BLOCKED_NTFN,
    THREAD_IDLE,
};

/* Why a capability pointer did not resolve; `type` is SEL4_LOOKUP_*. */
struct lookup_failure {
    uint64_t type;
    uint64_t bits_left;
    uint64_t found;      /* DepthMismatch: bits; GuardMismatch: guard */
    uint64_t found_bits; /* GuardMismatch */
};

/* A fault as it is kept until the handler replies. Words are those the message needs. */
struct fault {
    uint64_t type; /* SEL4_FAULT_* */
    uint64_t word[3];
    struct lookup_failure lookup; /* CapFault only */
};

enum tcb_slot { TCB_CSPACE, TCB_VSPACE, TCB_REPLY, TCB_CALLER, TCB_BUFFER, TCB_SLOT_COUNT };

struct endpoint;
struct notification;
struct vcpu;

#define TCB_NAME_BYTES 128

/* The capability slots come first: a TCB's address is that of its slots, like a CNode's. */
struct tcb {
    struct slot slots[TCB_SLOT_COUNT];
    struct user_context context __attribute__((aligned(16)));

    uint32_t state;
    uint8_t priority;
    uint8_t max_priority;
    uint8_t domain;
    bool is_queued; /* in a ready queue */

    /* While blocked on an endpoint: what the transfer needs to know about the sender. */
    bool send_is_call;
    bool can_grant; /* sender: grant; receiver: its own grant right, for the reply */
    bool can_grant_reply;
    uint8_t core;
    uint32_t flags; /* SEL4_TCB_FLAG_* */
    uint64_t send_badge;
    void *blocked_on; /* endpoint or notification */

    struct tcb *queue_next; /* endpoint and notification queues */
    struct tcb *queue_prev;
    struct tcb *ready_next;
    struct tcb *ready_prev;

    uint32_t slice_ticks;
    struct notification *bound_notification;
    struct vcpu *vcpu;
    uint64_t fault_handler; /* capability pointer in the thread's own CSpace */
    uint64_t resume_at;     /* preempted operation: where it goes on, 0 = at its start */
    uint64_t ipc_buffer;    /* user address, used only for its offset in the frame */
    struct fault fault;

    struct fpu_context fpu;
#ifdef CONFIG_DEBUG_BUILD
    struct tcb *debug_next;
    struct tcb *debug_prev;
    char name[TCB_NAME_BYTES];
#endif
};
_Static_assert(sizeof(struct tcb) <= 1 << SEL4_TCB_BITS, "TCB size is part of the API");

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SEND, ENDPOINT_RECV };

/* 16 bytes: the queue's ends; the state is in the low bits of `tail`. */
struct endpoint {
    uint64_t head;
    uint64_t tail;
};
_Static_assert(sizeof(struct endpoint) == 1 << SEL4_ENDPOINT_BITS, "endpoint size");

#define ENDPOINT_STATE_MASK 3ull

static inline enum endpoint_state endpoint_state(const struct endpoint *endpoint)
{
    return (enum endpoint_state)(endpoint->tail & ENDPOINT_STATE_MASK);
}
static inline struct tcb *endpoint_head(const struct endpoint *endpoint)
{
    return (struct tcb *)(uintptr_t)endpoint->head;
}
static inline struct tcb *endpoint_tail(const struct endpoint *endpoint)
{
    return (struct tcb *)(uintptr_t)(endpoint->tail & ~ENDPOINT_STATE_MASK);
}

enum notification_state { NTFN_IDLE, NTFN_WAITING, NTFN_ACTIVE };

/* 32 bytes: waiters (Waiting) or a word of badges (Active), and the bound TCB. */
struct notification {
    uint64_t head;
    uint64_t tail; /* address | notification_state */
    uint64_t badge;
    struct tcb *bound_tcb;
};
_Static_assert(sizeof(struct notification) == 1 << SEL4_NOTIFICATION_BITS, "notification size");

static inline enum notification_state ntfn_state(const struct notification *ntfn)
{
    return (enum notification_state)(ntfn->tail & ENDPOINT_STATE_MASK);
}
static inline struct tcb *ntfn_head(const struct notification *ntfn)
{
    return (struct tcb *)(uintptr_t)ntfn->head;
}
static inline struct tcb *ntfn_tail(const struct notification *ntfn)
{
    return (struct tcb *)(uintptr_t)(ntfn->tail & ~ENDPOINT_STATE_MASK);
}

#endif
