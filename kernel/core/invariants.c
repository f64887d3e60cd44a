/* SPDX-License-Identifier: BSD-2-Clause */
/* Debug kernels only. Bound of the loops: what exists, at most STEP_LIMIT of it. */
#include "core/invariants.h"

#ifdef CONFIG_DEBUG_BUILD

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/lookup.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/table.h"

/* No list of capabilities or threads is longer; a ring would be. */
#define STEP_LIMIT (1u << 22)
/* CNodes found only inside CNodes found only inside ...: recursion ends here. */
#define DEPTH_LIMIT 8
/* Stage-2 entries leave bits 58:55 to software. Source: ARM DDI 0487 D8.3.2. */
#define PTE_MARK (1ull << 55)

static struct slot *root_slots;
static uint64_t root_slot_count;
static int64_t physical_count; /* capabilities that name memory */
static int64_t seen;           /* of these, found by the walk that is going on */
static uint64_t calls;
static uint64_t other_entries;
/* The system call that is going on: who made it (null: none), through what capability. */
static struct tcb *caller;
static struct cap invoked;

void invariants_init(struct slot *root, uint64_t slot_count)
{
    root_slots = root;
    root_slot_count = slot_count;
    physical_count = 0;
    calls = 0;
    other_entries = 0;
    caller = 0;
    for (uint64_t i = 0; i < slot_count; i++) {
        const struct slot *slot = &root[i];

        for (; slot && !slot_prev(&root[i]); slot = slot_next(slot)) {
            invariants_count(slot->cap, 1);
        }
    }
}

void invariants_count(struct cap cap, int change)
{
    if (cap_is_physical(cap)) {
        physical_count += change;
    }
}

/* Of an untyped: more was handed out than it has. */
static bool is_overfull(struct cap untyped)
{
    return untyped.data > 1ull << cap_untyped_bits(untyped);
}

const char *invariants_slot(const struct slot *slot)
{
    const struct slot *next = slot_next(slot);
    const struct slot *prev = slot_prev(slot);

    if (slot_is_empty(slot)) {
        return prev || next ? "an empty slot is linked" : 0;
    }
    if (next && (slot_prev(next) != slot || slot_is_empty(next))) {
        return "the next slot does not know this one";
    }
    if (prev && (slot_next(prev) != slot || slot_is_empty(prev))) {
        return "the previous slot does not know this one";
    }
    if (cap_type(slot->cap) == CAP_UNTYPED && is_overfull(slot->cap)) {
        return "watermark beyond the untyped's end";
    }
    return 0;
}

/*
 * Descendants of an untyped follow it in the list, the youngest first, hence from high addresses to
 * low ones: each lies in the one looked at last (derived from it or made of it) or wholly below.
 */
static const char *check_children(const struct slot *parent)
{
    const struct slot *last = 0;
    uint64_t first = cap_address(parent->cap) + parent->cap.data;

    for (const struct slot *child = slot_next(parent); child && slot_is_parent(parent, child);
         child = slot_next(child)) {
        uint64_t child_first = cap_address(child->cap);
        uint64_t child_end = child_first + (1ull << cap_size_bits(child->cap));

        if (last && cap_same_region(last->cap, child->cap)) {
            continue;
        }
        if (child_end > first) {
            return last ? "children overlap" : "child beyond the untyped's used part";
        }
        last = child;
        first = child_first;
    }
    return 0;
}

static const char *check_endpoint(const struct endpoint *endpoint)
{
    enum endpoint_state state = endpoint_state(endpoint);
    const struct tcb *last = 0;

    for (const struct tcb *tcb = endpoint_head(endpoint); tcb; tcb = tcb->queue_next) {
        if (tcb->queue_prev != last || tcb->blocked_on != endpoint ||
            tcb->state != (state == ENDPOINT_SEND ? THREAD_BLOCKED_SEND : THREAD_BLOCKED_RECV)) {
            return "endpoint queue";
        }
        last = tcb;
    }
    if (endpoint_tail(endpoint) != last || (state == ENDPOINT_IDLE) != (last == 0)) {
        return "endpoint state";
    }
    return 0;
}

static const char *check_notification(const struct notification *ntfn)
{
    const struct tcb *last = 0;

    if (ntfn->bound_tcb && ntfn->bound_tcb->bound_notification != ntfn) {
        return "notification binding is one-sided";
    }
    if (ntfn_state(ntfn) == NTFN_ACTIVE) {
        return ntfn_head(ntfn) ? "an active notification has waiters" : 0;
    }
    for (const struct tcb *tcb = ntfn_head(ntfn); tcb; tcb = tcb->queue_next) {
        if (tcb->queue_prev != last || tcb->blocked_on != ntfn ||
            tcb->state != THREAD_BLOCKED_NTFN) {
            return "notification queue";
        }
        last = tcb;
    }
    if (ntfn_tail(ntfn) != last || (ntfn_state(ntfn) == NTFN_WAITING) != (last != 0)) {
        return "notification state";
    }
    return 0;
}

static const char *check_thread(const struct tcb *tcb)
{
    const struct slot *reply = &tcb->slots[TCB_REPLY];

    if (tcb->bound_notification && tcb->bound_notification->bound_tcb != tcb) {
        return "thread binding is one-sided";
    }
    if (!slot_is_empty(reply) && cap_type(reply->cap) == CAP_REPLY && slot_next(reply) &&
        tcb->state != THREAD_BLOCKED_REPLY) {
        return "a reply capability to a thread that does not wait";
    }
    if (tcb->is_queued && !thread_is_runnable(tcb)) {
        return "a blocked thread is queued";
    }
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        const char *wrong = invariants_slot(&tcb->slots[i]);

        if (wrong) {
            return wrong;
        }
    }
    return 0;
}

const char *invariants_object(struct cap cap)
{
    switch (cap_type(cap)) {
    case CAP_ENDPOINT: return check_endpoint(cap_object(cap));
    case CAP_NOTIFICATION: return check_notification(cap_object(cap));
    case CAP_TCB: return check_thread(cap_object(cap));
    default: return 0;
    }
}

static const char *check_ready_queue(const struct ready_queue *queue, unsigned core,
                                     unsigned domain, unsigned priority)
{
    const struct tcb *prev = 0;

    for (const struct tcb *tcb = queue->head; tcb; tcb = tcb->ready_next) {
        if (!tcb->is_queued || tcb->priority != priority || tcb->domain != domain ||
            tcb->ready_prev != prev || !thread_is_runnable(tcb) || tcb->core != core) {
            return "a thread is in the wrong ready queue";
        }
        prev = tcb;
    }
    return queue->head && queue->tail != prev ? "ready queue's tail" : 0;
}

static const char *check_ready_queues(const struct core *core)
{
    for (unsigned domain = 0; domain < CONFIG_NUM_DOMAINS; domain++) {
        const struct ready_queues *ready = &core->ready[domain];

        for (unsigned priority = 0; priority < PRIORITY_COUNT; priority++) {
            bool bit = ready->bitmap[priority / 64] >> (priority % 64) & 1;
            bool summary = ready->summary >> (priority / 64) & 1;

            if (bit != (ready->queue[priority].head != 0) || (bit && !summary) ||
                (summary && !ready->bitmap[priority / 64])) {
                return "ready bitmap does not match the queues";
            }
            const char *wrong =
                check_ready_queue(&ready->queue[priority], core->id, domain, priority);

            if (wrong) {
                return wrong;
            }
        }
    }
    return 0;
}

/* What runs on a core, and what its registers hold, belongs there. */
static const char *check_core(const struct core *core)
{
    const struct tcb *tcb = core->current;

    if (tcb != core->idle &&
        (!thread_is_runnable(tcb) || tcb->is_queued || tcb->core != core->id)) {
        return "a core's current thread is not simply running there";
    }
    if (core->fpu_owner && core->fpu_owner->core != core->id) {
        return "a thread left its FPU registers on another core";
    }
    return 0;
}

const char *invariants_scheduler(void)
{
    const struct core *core = this_core();
    const struct tcb *tcb = core->current;
    int waiting = sched_highest_ready(&core->ready[current_domain]);

    if (core->action != SCHED_RESUME_CURRENT) {
        return "a scheduling decision is left over";
    }
    if (tcb == core->idle) {
        return waiting >= 0 ? "idle while a thread is ready" : 0;
    }
    if (tcb->state != THREAD_RUNNING || tcb->is_queued) {
        return "the current thread is not simply running";
    }
    return waiting > tcb->priority && tcb->domain == current_domain
               ? "a thread of higher priority waits"
               : 0;
}

/* The entry that a frame capability says it is mapped by; null if that mapping is gone. */
static uint64_t *frame_entry(struct cap cap)
{
    uint64_t *root = asid_root(cap_asid(cap));
    unsigned bits;

    if (!root) {
        return 0;
    }
    uint64_t *entry = vspace_walk(root, cap_mapped_address(cap), &bits);

    return bits == cap_frame_bits(cap) && (*entry & PTE_VALID) &&
                   (*entry & PTE_ADDRESS) == arch_object_pa(cap_address(cap))
               ? entry
               : 0;
}

/* Marks the entry that the capability stands for, if the entry gives no more than it does. */
static void mark_mapping(struct cap cap)
{
    uint64_t *entry = cap_type(cap) == CAP_FRAME ? frame_entry(cap) : 0;

    if (entry) {
        unsigned access = *entry >> PTE_S2AP_SHIFT & 3;

        if ((access & ~cap_frame_access(cap)) == 0) {
            *entry |= PTE_MARK;
        }
    }
}

/* True if every leaf below has its mark; takes the marks off. At most four levels. */
static bool sweep_marks(uint64_t *table, unsigned bits, unsigned index_bits)
{
    bool good = true;

    for (unsigned i = 0; i < 1u << index_bits; i++) {
        if (pte_is_table(table[i], bits)) {
            good = sweep_marks(arch_table_at(table[i] & PTE_ADDRESS),
                               bits - SEL4_PAGE_TABLE_INDEX_BITS, SEL4_PAGE_TABLE_INDEX_BITS) &&
                   good;
        } else if (table[i] & PTE_VALID) {
            good = good && (table[i] & PTE_MARK);
            table[i] &= ~PTE_MARK;
        }
    }
    return good;
}

/* All address spaces; `complete`: every frame capability was there to mark its entry. */
static const char *check_mappings(bool complete)
{
    bool good = true;

    for (unsigned pool = 0; pool < ASID_POOL_COUNT; pool++) {
        for (unsigned i = 0; asid_pools[pool] && i < ASID_POOL_ENTRIES; i++) {
            uint64_t *root = asid_root((uint64_t)pool << SEL4_ASID_POOL_INDEX_BITS | i);

            if (root) {
                good = sweep_marks(root, VSPACE_ROOT_BITS, SEL4_VSPACE_INDEX_BITS) && good;
            }
        }
    }
    return good || !complete ? 0 : "a mapping without a frame capability with those rights";
}

static const char *check_container(const struct slot *slots, uint64_t count, unsigned depth);

/* One capability: the slot, its object, and the lists that start in the object's own slots. */
static const char *check_capability(const struct slot *slot, unsigned depth)
{
    const struct slot *prev = slot_prev(slot);
    struct cap cap = slot->cap;
    const char *wrong = invariants_slot(slot);

    seen += cap_is_physical(cap);
    mark_mapping(cap);
    if (!wrong) {
        wrong = cap_type(cap) == CAP_UNTYPED ? check_children(slot) : invariants_object(cap);
    }
    /* Capabilities to one object are neighbours: its slots are looked at for the first of them. */
    if (wrong || (prev && cap_same_object(prev->cap, cap))) {
        return wrong;
    }
    switch (cap_type(cap)) {
    case CAP_CNODE:
        return cap_object(cap) == root_slots
                   ? 0
                   : check_container(cap_object(cap), 1ull << cap_cnode_radix(cap), depth + 1);
    case CAP_ZOMBIE:
        return cap_object(cap) == root_slots
                   ? 0
                   : check_container(cap_object(cap), cap.data, depth + 1);
    case CAP_TCB: {
        const struct tcb *tcb = cap_object(cap);

        if (thread_is_runnable(tcb) && !tcb->is_queued && tcb != cores[tcb->core].current) {
            return "a runnable thread is in no ready queue";
        }
        return check_container(tcb->slots, TCB_SLOT_COUNT, depth + 1);
    }
    default: return 0;
    }
}

/* The lists whose heads are among these slots. */
static const char *check_container(const struct slot *slots, uint64_t count, unsigned depth)
{
    if (depth > DEPTH_LIMIT) {
        return 0;
    }
    for (uint64_t i = 0; i < count; i++) {
        const struct slot *slot = &slots[i];
        unsigned steps = 0;

        if (slot_is_empty(slot) || slot_prev(slot)) {
            continue;
        }
        for (; slot; slot = slot_next(slot)) {
            const char *wrong = check_capability(slot, depth);

            if (!wrong && ++steps > STEP_LIMIT) {
                wrong = "a list of capabilities does not end";
            }
            if (wrong) {
                return wrong;
            }
        }
    }
    return 0;
}

const char *invariants_all(void)
{
    const char *wrong;

    seen = 0;
    wrong = check_container(root_slots, root_slot_count, 0);
    if (!wrong && seen > physical_count) {
        wrong = "more capabilities than were made";
    }
    if (!wrong) {
        wrong = check_mappings(seen == physical_count);
    }
    for (unsigned i = 0; !wrong && i < core_count; i++) {
        wrong = check_ready_queues(&cores[i]);
        wrong = wrong ? wrong : check_core(&cores[i]);
    }
    return wrong;
}

void invariants_require(const char *wrong)
{
    if (wrong) {
        klog("broken invariant: %s\n", wrong);
        CHECK(!"invariant");
    }
}

void invariants_at_call(uint64_t cptr)
{
    struct lookup_failure failure;
    struct slot *slot;

    caller = current_thread();
    invoked = lookup_slot(caller, cptr, &slot, &failure) ? slot->cap : cap_null();
}

/* A thread, the queue it waits in, and the reply capability that it holds or that stands for it. */
static const char *check_partner(const struct tcb *tcb)
{
    const struct slot *reply = slot_next(&tcb->slots[TCB_REPLY]);
    const char *wrong = check_thread(tcb);

    if (!wrong && reply) {
        wrong = invariants_slot(reply);
    }
    if (wrong) {
        return wrong;
    }
    switch (tcb->state) {
    case THREAD_BLOCKED_SEND:
    case THREAD_BLOCKED_RECV: return check_endpoint(tcb->blocked_on);
    case THREAD_BLOCKED_NTFN: return check_notification(tcb->blocked_on);
    default: return 0;
    }
}

void *invariants_at_exit(void *context)
{
    const struct tcb *current = current_thread();
    uint64_t *count = caller ? &calls : &other_entries;

    invariants_require(invariants_scheduler());
    if (current != this_core()->idle) {
        invariants_require(check_partner(current));
    }
    if (arch_serror(current)) {
        invariants_require("a thread runs on after its SError");
    }
    if (caller) {
        invariants_require(check_partner(caller));
        invariants_require(invariants_object(invoked));
        caller = 0;
    }
    if (++*count % INVARIANTS_PERIOD == 0) {
        invariants_require(invariants_all());
    }
    return context;
}

#endif
