/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/fastpath.h"

#include "api/syscall.h"
#include "arch/machine.h"
#include "arch/switch.h"
#include "arch/thread.h"
#include "core/lookup.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/endpoint.h"
#include "object/ipc.h"

#include "contract/sel4/limits.h"

#define likely(cond)   __builtin_expect(!!(cond), 1)
#define unlikely(cond) __builtin_expect(!!(cond), 0)

/* Label bits; and the fields that must say "at most four words, no capabilities". */
#define INFO_LABEL (~0xfffull)
#define INFO_SIZE  0x1ffull
#define INFO_CAPS  0x180ull

/* As lookup_slot(); null if the general code has something to say about the pointer. */
static inline struct slot *find_slot(const struct tcb *tcb, uint64_t cptr)
{
    struct cap node = tcb->slots[TCB_CSPACE].cap;
    unsigned bits = SEL4_WORD_BITS;

    while (cap_type(node) == CAP_CNODE) {
        unsigned radix = cap_cnode_radix(node);
        unsigned guard_bits = cap_cnode_guard_bits(node);

        if (unlikely(radix + guard_bits > bits) ||
            unlikely(((cptr >> ((bits - guard_bits) & 63)) & ((1ull << guard_bits) - 1)) !=
                     cap_cnode_guard(node))) {
            return 0;
        }
        bits -= radix + guard_bits;
        struct slot *slot = (struct slot *)cap_object(node) + lookup_index(cptr, bits, radix);

        if (likely(bits == 0) || cap_type(slot->cap) != CAP_CNODE) {
            return slot;
        }
        node = slot->cap;
    }
    return 0;
}

/* VTTBR_EL2 for the thread; 0 if it has no address space or no VMID at the moment. */
static inline uint64_t ready_translation(const struct tcb *tcb)
{
    struct cap cap = tcb->slots[TCB_VSPACE].cap;
    struct asid_pool *pool =
        asid_pools[(cap_asid(cap) >> SEL4_ASID_POOL_INDEX_BITS) & (ASID_POOL_COUNT - 1)];

    if (unlikely(cap_type(cap) != CAP_VSPACE || !pool)) {
        return 0;
    }
    uint64_t entry = pool->entry[cap_asid(cap) & (ASID_POOL_ENTRIES - 1)];

    return likely(entry >> ASID_VMID_SHIFT &&
                  (entry & ASID_ROOT_MASK) == arch_table_pa(cap_object(cap)))
               ? entry
               : 0;
}

/* True if the thread would be chosen now that the current one gives up the core. */
static inline bool is_next(const struct core *core, const struct tcb *tcb)
{
    if (CONFIG_NUM_DOMAINS > 1 && tcb->domain != current_domain) {
        return false;
    }
    if (CONFIG_MAX_NUM_NODES > 1 &&
        (tcb->core != core->id || core->action != SCHED_RESUME_CURRENT)) {
        return false;
    }
    const struct ready_queues *ready = &core->ready[CONFIG_NUM_DOMAINS > 1 ? current_domain : 0];

    return !ready->summary || (int)tcb->priority >= sched_highest_ready(ready);
}

static inline void copy_words(const struct tcb *from, struct tcb *to, unsigned count)
{
    switch (count) {
    case 4: arch_set_message_word(to, 3, arch_message_word(from, 3)); __attribute__((fallthrough));
    case 3: arch_set_message_word(to, 2, arch_message_word(from, 2)); __attribute__((fallthrough));
    case 2: arch_set_message_word(to, 1, arch_message_word(from, 1)); __attribute__((fallthrough));
    case 1: arch_set_message_word(to, 0, arch_message_word(from, 0)); __attribute__((fallthrough));
    default: break;
    }
}

/* The thread that was left has caused an SError, or the one that would run now did so earlier. */
__attribute__((cold, noinline)) static struct user_context *settle_serrors(struct tcb *left)
{
    if (arch_serror_pending()) {
        arch_catch_serror(left);
    }
    sched_run();
    return arch_next_context();
}

static inline struct user_context *run(struct core *core, struct tcb *tcb, uint64_t translation)
{
    struct tcb *left = core->current;

    arch_fast_switch(core, tcb, translation);
    core->current = tcb;
    return likely(!arch_serror_pending() && !arch_serror(tcb)) ? &tcb->context
                                                               : settle_serrors(left);
}

/* The first receiver of the endpoint, taken out of its queue. */
static inline void dequeue_head(struct endpoint *endpoint, const struct tcb *head)
{
    struct tcb *next = head->queue_next;

    endpoint->head = (uintptr_t)next;
    if (unlikely(next != 0)) {
        next->queue_prev = 0;
    } else {
        endpoint->tail = ENDPOINT_IDLE;
    }
}

/* The caller blocks, the receiver gets the reply capability; as reply_link(). */
static inline void link_reply(struct tcb *caller, struct tcb *receiver)
{
    struct slot *master = &caller->slots[TCB_REPLY];
    struct slot *slot = &receiver->slots[TCB_CALLER];

    caller->state = THREAD_BLOCKED_REPLY;
    slot->cap = cap_reply(caller, receiver->can_grant ? CAP_REPLY_GRANT : 0);
    slot->prev = (uintptr_t)master;
    slot->next = 0;
    master->next = (uintptr_t)slot | SLOT_REVOCABLE | SLOT_FIRST_BADGED;
}

/*
 * A message that starts a call: through an endpoint on which somebody waits who runs next.
 * Returns the receiver with `translation`, or null.
 */
static inline struct tcb *call_partner(struct core *core, struct cap cap, uint64_t *translation)
{
    const unsigned may_call = SEL4_RIGHT_GRANT | SEL4_RIGHT_GRANT_REPLY;
    unsigned rights = cap_rights(cap);

    if (unlikely(cap_type(cap) != CAP_ENDPOINT || !(rights & SEL4_RIGHT_WRITE) ||
                 !(rights & may_call))) {
        return 0;
    }
    const struct endpoint *endpoint = cap_object(cap);

    if (unlikely(endpoint_state(endpoint) != ENDPOINT_RECV)) {
        return 0;
    }
    struct tcb *receiver = endpoint_head(endpoint);

    *translation = ready_translation(receiver);
    return likely(*translation && is_next(core, receiver)) ? receiver : 0;
}

struct user_context *fastpath_call(uint64_t cptr, uint64_t info)
{
    struct core *core = this_core();
    struct tcb *caller = core->current;
    struct slot *slot;
    uint64_t translation;

    if (unlikely(info & INFO_CAPS) || unlikely(!(slot = find_slot(caller, cptr)))) {
        return 0;
    }
    struct cap cap = slot->cap;

    if (unlikely(cap_type(cap) != CAP_ENDPOINT)) {
        syscall_call_object(slot, info);
        return arch_next_context();
    }
    if (unlikely((info & INFO_SIZE) > SEL4_MSG_FAST_REGISTERS)) {
        return 0;
    }
    struct tcb *receiver = call_partner(core, cap, &translation);

    if (unlikely(!receiver)) {
        return 0;
    }
    dequeue_head(cap_object(cap), receiver);
    link_reply(caller, receiver);
    copy_words(caller, receiver, info & INFO_SIZE);
    arch_set_badge(receiver, cap.data);
    arch_set_message_info(receiver, info & (INFO_LABEL | INFO_SIZE));
    receiver->state = THREAD_RUNNING;
    return run(core, receiver, translation);
}

/* Bound: `count`, at most four words. */
struct user_context *fastpath_fault(const struct fault *fault, const uint64_t *words,
                                    unsigned count)
{
    struct core *core = this_core();
    struct tcb *faulter = core->current;
    const struct slot *slot = find_slot(faulter, faulter->fault_handler);
    uint64_t translation;

    if (unlikely(!slot)) {
        return 0;
    }
    struct cap cap = slot->cap;
    struct tcb *receiver = call_partner(core, cap, &translation);

    if (unlikely(!receiver)) {
        return 0;
    }
    faulter->fault.type = fault->type;
    faulter->fault.word[0] = fault->word[0];
    dequeue_head(cap_object(cap), receiver);
    link_reply(faulter, receiver);
    for (unsigned i = 0; i < count; i++) {
        arch_set_message_word(receiver, i, words[i]);
    }
    arch_set_badge(receiver, cap.data);
    arch_set_message_info(receiver, fault->type << SEL4_MSG_INFO_LABEL_SHIFT | count);
    receiver->state = THREAD_RUNNING;
    return run(core, receiver, translation);
}

struct user_context *fastpath_unknown_syscall(int64_t number)
{
    struct core *core = this_core();
    struct tcb *faulter = core->current;
    const struct slot *slot = find_slot(faulter, faulter->fault_handler);
    uint64_t translation;

    if (unlikely(!slot)) {
        return 0;
    }
    struct cap cap = slot->cap;
    struct tcb *receiver = call_partner(core, cap, &translation);
    uint64_t *buffer;

    if (unlikely(!receiver || !(buffer = ipc_buffer_of(receiver, true)))) {
        return 0;
    }
    faulter->fault.type = SEL4_FAULT_UNKNOWN_SYSCALL;
    faulter->fault.word[0] = (uint64_t)number;
    dequeue_head(cap_object(cap), receiver);
    link_reply(faulter, receiver);
    arch_give_syscall_fault(faulter, receiver, &buffer[SEL4_IPC_BUFFER_MSG_WORD]);
    arch_set_badge(receiver, cap.data);
    arch_set_message_info(receiver,
                          (uint64_t)SEL4_FAULT_UNKNOWN_SYSCALL << SEL4_MSG_INFO_LABEL_SHIFT |
                              SEL4_UNKNOWN_SYSCALL_LENGTH);
    receiver->state = THREAD_RUNNING;
    return run(core, receiver, translation);
}

/* Blocks the thread in a receive; as the end of endpoint_receive(). */
static inline void enqueue_receiver(struct endpoint *endpoint, struct tcb *tcb, unsigned rights)
{
    struct tcb *tail = endpoint_tail(endpoint);

    tcb->can_grant = rights & SEL4_RIGHT_GRANT;
    tcb->blocked_on = endpoint;
    tcb->queue_next = 0;
    tcb->queue_prev = tail;
    if (unlikely(tail != 0)) {
        tail->queue_next = tcb;
    } else {
        endpoint->head = (uintptr_t)tcb;
    }
    endpoint->tail = (uintptr_t)tcb | ENDPOINT_RECV;
    tcb->state = THREAD_BLOCKED_RECV;
}

/*
 * A reply to a fault: most carry nothing, the thread just goes on where it was; an UnknownSyscall
 * takes registers from it. False, with nothing changed, if the general code must do it.
 */
static inline bool take_fault_reply(struct tcb *server, struct tcb *caller, uint64_t info)
{
    uint64_t type = caller->fault.type;

    if (type == SEL4_FAULT_UNKNOWN_SYSCALL) {
        const uint64_t *buffer = ipc_buffer_of(server, false);

        if (!buffer || (info & INFO_LABEL) != 0) {
            return false;
        }
        arch_take_syscall_reply(caller, server, &buffer[SEL4_IPC_BUFFER_MSG_WORD],
                                info & INFO_SIZE);
    } else if (type < SEL4_FAULT_VM) {
        return false;
    }
    caller->fault.type = SEL4_FAULT_NULL;
    arch_restart_at_fault_ip(caller);
    return true;
}

struct user_context *fastpath_reply_recv(uint64_t cptr, uint64_t info)
{
    struct core *core = this_core();
    struct tcb *server = core->current;
    struct slot *reply = &server->slots[TCB_CALLER];
    const struct slot *slot;

    if (unlikely((info & INFO_SIZE) > SEL4_UNKNOWN_SYSCALL_REPLY_LENGTH) ||
        unlikely(!(slot = find_slot(server, cptr)))) {
        return 0;
    }
    struct cap cap = slot->cap;

    if (unlikely(cap_type(cap) != CAP_ENDPOINT || !(cap_rights(cap) & SEL4_RIGHT_READ) ||
                 cap_type(reply->cap) != CAP_REPLY)) {
        return 0;
    }
    struct endpoint *endpoint = cap_object(cap);
    const struct notification *bound = server->bound_notification;

    if (unlikely(endpoint_state(endpoint) == ENDPOINT_SEND) ||
        unlikely(bound && ntfn_state(bound) == NTFN_ACTIVE)) {
        return 0;
    }
    struct tcb *caller = cap_object(reply->cap);
    uint64_t fault = caller->fault.type;
    uint64_t translation = ready_translation(caller);

    if (unlikely(!translation || !is_next(core, caller))) {
        return 0;
    }
    if (unlikely(fault != SEL4_FAULT_NULL)) {
        if (!take_fault_reply(server, caller, info)) {
            return 0;
        }
    } else if (unlikely((info & INFO_SIZE) > SEL4_MSG_FAST_REGISTERS)) {
        return 0;
    }
    enqueue_receiver(endpoint, server, cap_rights(cap));
    /* A reply capability has neither copies nor children: its only neighbour is the master. */
    *reply = (struct slot){ { 0, 0 }, 0, 0 };
    caller->slots[TCB_REPLY].next = SLOT_REVOCABLE | SLOT_FIRST_BADGED;
    if (likely(fault == SEL4_FAULT_NULL)) {
        copy_words(server, caller, info & INFO_SIZE);
        arch_set_badge(caller, 0);
        arch_set_message_info(caller, info & (INFO_LABEL | INFO_SIZE));
    }
    caller->state = THREAD_RUNNING;
    return run(core, caller, translation);
}

/* The thread that a signal would wake, null if it only leaves its badge. */
static inline struct tcb *signal_wakes(const struct notification *ntfn)
{
    if (ntfn_state(ntfn) == NTFN_WAITING) {
        return ntfn_head(ntfn);
    }
    struct tcb *bound = ntfn->bound_tcb;

    return ntfn_state(ntfn) == NTFN_IDLE && bound && bound->state == THREAD_BLOCKED_RECV ? bound
                                                                                         : 0;
}

/* Takes the woken thread out of the queue it waits in, with the badge in its register. */
static inline void wake(struct notification *ntfn, struct tcb *tcb, uint64_t badge)
{
    if (ntfn_state(ntfn) == NTFN_WAITING) {
        struct tcb *next = tcb->queue_next;

        ntfn->head = (uintptr_t)next;
        if (next) {
            next->queue_prev = 0;
        } else {
            ntfn->tail = NTFN_IDLE;
        }
    } else {
        struct endpoint *endpoint = tcb->blocked_on;

        if (tcb->queue_prev || tcb->queue_next) {
            endpoint_unlink(endpoint, tcb);
        } else {
            endpoint->head = 0;
            endpoint->tail = ENDPOINT_IDLE;
        }
    }
    tcb->state = THREAD_RUNNING;
    arch_set_badge(tcb, badge);
}

struct user_context *fastpath_send(uint64_t cptr)
{
    struct core *core = this_core();
    struct tcb *current = core->current;
    const struct slot *slot = find_slot(current, cptr);

    if (unlikely(!slot)) {
        return 0;
    }
    struct cap cap = slot->cap;

    if (CONFIG_MAX_NUM_NODES > 1 && unlikely(core->action != SCHED_RESUME_CURRENT)) {
        return 0;
    }
    if (unlikely(cap_type(cap) != CAP_NOTIFICATION || !(cap_rights(cap) & SEL4_RIGHT_WRITE))) {
        return 0;
    }
    struct notification *ntfn = cap_object(cap);
    struct tcb *woken = signal_wakes(ntfn);

    if (!woken) {
        ntfn->badge = ntfn_state(ntfn) == NTFN_ACTIVE ? ntfn->badge | cap.data : cap.data;
        ntfn->tail = NTFN_ACTIVE;
        return &current->context;
    }
    if (unlikely((CONFIG_NUM_DOMAINS > 1 && woken->domain != current_domain) ||
                 (CONFIG_MAX_NUM_NODES > 1 && woken->core != core->id))) {
        return 0;
    }
    if (woken->priority <= current->priority) {
        bool equal = woken->priority == current->priority;

        wake(ntfn, woken, cap.data);
        if (equal) {
            sched_append(woken);
        } else {
            sched_enqueue(woken);
        }
        return &current->context;
    }
    uint64_t translation = ready_translation(woken);

    if (unlikely(!translation)) {
        return 0;
    }
    wake(ntfn, woken, cap.data);
    sched_enqueue(current);
    return run(core, woken, translation);
}
