/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/sched.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/check.h"
#include "core/fault.h"

#include "contract/sel4/limits.h"

struct core cores[CONFIG_MAX_NUM_NODES];
#if CONFIG_MAX_NUM_NODES > 1
unsigned core_count = 1;
#endif

struct domain_entry domain_schedule[CONFIG_NUM_DOMAIN_SCHEDULES];
unsigned domain_start_index;
uint8_t current_domain;
static unsigned domain_index;
static uint64_t domain_ticks_left;

static struct core *core_of(const struct tcb *tcb)
{
    return &cores[tcb->core];
}

static struct ready_queues *queues_of(const struct tcb *tcb)
{
    return &core_of(tcb)->ready[tcb->domain];
}

/*@ requires \valid(ready) && priority < PRIORITY_COUNT;
    assigns ready->summary, ready->bitmap[priority / 64]; */
static void mark_ready(struct ready_queues *ready, unsigned priority)
{
    ready->bitmap[priority / 64] |= 1ull << (priority % 64);
    ready->summary |= 1ull << (priority / 64);
}

/*@ requires \valid(ready) && priority < PRIORITY_COUNT;
    assigns ready->summary, ready->bitmap[priority / 64]; */
static void mark_empty(struct ready_queues *ready, unsigned priority)
{
    ready->bitmap[priority / 64] &= ~(1ull << (priority % 64));
    if (!ready->bitmap[priority / 64]) {
        ready->summary &= ~(1ull << (priority / 64));
    }
}

#if CONFIG_MAX_NUM_NODES > 1
/* A thread became ready on another core, which must know if it has nothing better to do. */
static void note_ready(const struct tcb *tcb)
{
    struct core *core = core_of(tcb);
    const struct tcb *current = core->current;

    if (core != this_core() && (current == core->idle || tcb->priority > current->priority)) {
        core->action = SCHED_CHOOSE_NEW;
        this_core()->to_interrupt |= 1u << core->id;
    }
}

/* Bound: number of cores. */
static void interrupt_others(struct core *core)
{
    while (core->to_interrupt) {
        unsigned other = (unsigned)__builtin_ctz(core->to_interrupt);

        core->to_interrupt &= core->to_interrupt - 1;
        arch_interrupt_core(other, ARCH_IPI_RESCHEDULE);
    }
}
#else
static inline void note_ready(const struct tcb *tcb)
{
    (void)tcb;
}
static inline void interrupt_others(const struct core *core)
{
    (void)core;
}
#endif

void sched_enqueue(struct tcb *tcb)
{
    if (tcb->is_queued) {
        return;
    }
    struct ready_queues *ready = queues_of(tcb);
    struct ready_queue *queue = &ready->queue[tcb->priority];

    tcb->ready_prev = 0;
    tcb->ready_next = queue->head;
    if (queue->head) {
        queue->head->ready_prev = tcb;
    } else {
        queue->tail = tcb;
        mark_ready(ready, tcb->priority);
    }
    queue->head = tcb;
    tcb->is_queued = true;
    note_ready(tcb);
}

void sched_append(struct tcb *tcb)
{
    if (tcb->is_queued) {
        return;
    }
    struct ready_queues *ready = queues_of(tcb);
    struct ready_queue *queue = &ready->queue[tcb->priority];

    tcb->ready_next = 0;
    tcb->ready_prev = queue->tail;
    if (queue->tail) {
        queue->tail->ready_next = tcb;
    } else {
        queue->head = tcb;
        mark_ready(ready, tcb->priority);
    }
    queue->tail = tcb;
    tcb->is_queued = true;
    note_ready(tcb);
}

void sched_dequeue(struct tcb *tcb)
{
    if (!tcb->is_queued) {
        return;
    }
    struct ready_queues *ready = queues_of(tcb);
    struct ready_queue *queue = &ready->queue[tcb->priority];

    if (tcb->ready_prev) {
        tcb->ready_prev->ready_next = tcb->ready_next;
    } else {
        queue->head = tcb->ready_next;
    }
    if (tcb->ready_next) {
        tcb->ready_next->ready_prev = tcb->ready_prev;
    } else {
        queue->tail = tcb->ready_prev;
    }
    if (!queue->head) {
        mark_empty(ready, tcb->priority);
    }
    tcb->is_queued = false;
}

void sched_choose_later(void)
{
    struct core *core = this_core();

    if (core->action != SCHED_RESUME_CURRENT && core->action != SCHED_CHOOSE_NEW) {
        sched_enqueue(core->action);
    }
    core->action = SCHED_CHOOSE_NEW;
}

void thread_set_state(struct tcb *tcb, enum thread_state state)
{
    struct core *core = this_core();

    tcb->state = state;
    if (tcb == core->current && core->action == SCHED_RESUME_CURRENT && !thread_is_runnable(tcb)) {
        core->action = SCHED_CHOOSE_NEW;
    }
}

void sched_wake(struct tcb *tcb)
{
    struct core *core = this_core();

    if (tcb->domain != current_domain || (CONFIG_MAX_NUM_NODES > 1 && tcb->core != core->id)) {
        sched_enqueue(tcb);
    } else if (core->action != SCHED_RESUME_CURRENT) {
        sched_choose_later();
        sched_enqueue(tcb);
    } else {
        core->action = tcb;
    }
}

__attribute__((cold, noinline)) void sched_restart(struct tcb *tcb)
{
    thread_set_state(tcb, THREAD_RESTART);
    sched_enqueue(tcb);
}

void sched_yield_current(void)
{
    struct tcb *tcb = current_thread();

    sched_dequeue(tcb);
    sched_append(tcb);
    sched_choose_later();
}

void sched_tick(void)
{
    struct tcb *tcb = current_thread();

    if (tcb->state == THREAD_RUNNING) {
        if (tcb->slice_ticks > 1) {
            tcb->slice_ticks--;
        } else {
            tcb->slice_ticks = CONFIG_TIME_SLICE;
            sched_append(tcb);
            sched_choose_later();
        }
    }
    if (CONFIG_NUM_DOMAINS > 1 && --domain_ticks_left == 0) {
        sched_choose_later();
    }
}

/* Goes to the next entry of the domain schedule; the end marker leads back to the start. */
static void next_domain(void)
{
    domain_index++;
    if (domain_index >= CONFIG_NUM_DOMAIN_SCHEDULES ||
        domain_schedule[domain_index].duration_ticks == 0) {
        domain_index = domain_start_index;
    }
    current_domain = domain_schedule[domain_index].domain;
    domain_ticks_left = domain_schedule[domain_index].duration_ticks;
}

void sched_switch_to(struct tcb *tcb)
{
    struct core *core = this_core();

    arch_switch_to_thread(core, tcb);
    sched_dequeue(tcb);
    core->current = tcb;
}

static void choose_thread(void)
{
    struct core *core = this_core();

    if (CONFIG_NUM_DOMAINS > 1 && domain_ticks_left == 0) {
        next_domain();
    }
    struct ready_queues *ready = &core->ready[current_domain];
    int priority = sched_highest_ready(ready);

    if (priority >= 0) {
        sched_switch_to(ready->queue[priority].head);
    } else {
        arch_switch_to_idle(core);
        core->current = core->idle;
    }
}

/*
 * The candidate runs unless somebody is at least as entitled: it must beat the current thread, or
 * the current one must have given up the core, and then nobody in the queues may be above it.
 */
static void choose_with_candidate(struct core *core, bool was_runnable)
{
    struct tcb *candidate = core->action;
    struct tcb *current = core->current;

    if (current == core->idle || candidate->priority < current->priority) {
        if ((int)candidate->priority < sched_highest_ready(&core->ready[current_domain])) {
            sched_enqueue(candidate);
            choose_thread();
            return;
        }
    } else if (was_runnable && candidate->priority == current->priority) {
        sched_append(candidate);
        choose_thread();
        return;
    }
    sched_switch_to(candidate);
}

static void restart_if_asked(struct tcb *tcb)
{
    if (tcb->state == THREAD_RESTART) {
        arch_restart_at_fault_ip(tcb);
        tcb->state = THREAD_RUNNING;
    }
}

static void choose(struct core *core)
{
    if (core->action != SCHED_RESUME_CURRENT) {
        bool was_runnable = thread_is_runnable(core->current);

        if (was_runnable) {
            sched_enqueue(core->current);
        }
        if (core->action == SCHED_CHOOSE_NEW) {
            choose_thread();
        } else {
            choose_with_candidate(core, was_runnable);
        }
        core->action = SCHED_RESUME_CURRENT;
    }
    restart_if_asked(core->current);
}

/* Bound: the threads in which an SError is kept, each of which is stopped for it. */
void sched_run(void)
{
    struct core *core = this_core();

    for (;;) {
        choose(core);
        if (__builtin_expect(!arch_serror(core->current), 1)) {
            break;
        }
        fault_raise_serror(core->current);
    }
    interrupt_others(core);
}

void sched_set_priority(struct tcb *tcb, uint8_t priority)
{
    sched_dequeue(tcb);
    tcb->priority = priority;
    if (!thread_is_runnable(tcb)) {
        return;
    }
    if (tcb == current_thread()) {
        sched_choose_later();
    } else {
        sched_wake(tcb);
    }
}

void sched_set_domain(struct tcb *tcb, uint8_t domain)
{
    sched_dequeue(tcb);
    tcb->domain = domain;
    if (thread_is_runnable(tcb)) {
        sched_enqueue(tcb);
    }
    if (tcb == current_thread()) {
        sched_choose_later();
    }
}

#if CONFIG_MAX_NUM_NODES > 1
void sched_set_affinity(struct tcb *tcb, uint8_t core)
{
    sched_dequeue(tcb);
    arch_leave_core(tcb);
    tcb->core = core;
    if (thread_is_runnable(tcb)) {
        sched_append(tcb);
    }
    if (tcb == current_thread()) {
        sched_choose_later();
    }
}
#endif

void sched_start_schedule(unsigned index)
{
    domain_start_index = index;
    /* As if the last entry had run out: the next one is the start. */
    domain_index = CONFIG_NUM_DOMAIN_SCHEDULES - 1;
    domain_ticks_left = 0;
    sched_choose_later();
}

void sched_init(struct core *core, struct tcb *idle)
{
    idle->state = THREAD_IDLE;
    core->idle = idle;
    core->current = idle;
    core->action = SCHED_CHOOSE_NEW;
    domain_schedule[0] = (struct domain_entry){ (1ull << SEL4_DOMAIN_DURATION_BITS) - 1, 0 };
    current_domain = 0;
    domain_index = 0;
    domain_start_index = 0;
    domain_ticks_left = domain_schedule[0].duration_ticks;
}
