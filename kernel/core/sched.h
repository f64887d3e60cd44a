/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduler: fixed priorities, round robin within one, domains above them.
 *
 * A thread woken by IPC or a signal becomes the candidate (`core->action`); sched_run() decides at
 * the end of a kernel entry. Displaced runnable threads queue at the head, Yield and slice end at
 * the tail.
 *
 * Source: sel4-abi 11.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include "core/core.h"

static inline bool thread_is_runnable(const struct tcb *tcb)
{
    return tcb->state == THREAD_RUNNING || tcb->state == THREAD_RESTART;
}

/* Blocked or inactive: what Resume and WriteRegisters(resume) act on. */
static inline bool thread_is_stopped(const struct tcb *tcb)
{
    return !thread_is_runnable(tcb) && tcb->state != THREAD_IDLE;
}

/* Highest priority with a ready thread in the current domain, -1 if there is none. */
static inline int sched_highest_ready(const struct ready_queues *ready)
{
    if (!ready->summary) {
        return -1;
    }
    unsigned word = 63 - __builtin_clzll(ready->summary);

    return (int)(word * 64 + 63 - __builtin_clzll(ready->bitmap[word]));
}

/* Puts a runnable thread at the head or tail of its ready queue; nothing if it is queued. */
void sched_enqueue(struct tcb *tcb);
void sched_append(struct tcb *tcb);

/* Takes the thread out of its ready queue, if it is in one. */
void sched_dequeue(struct tcb *tcb);

/* Sets the state; a current thread that cannot run any more is replaced at the end. */
void thread_set_state(struct tcb *tcb, enum thread_state state);

/* Lets a thread that just became runnable compete for the core. */
void sched_wake(struct tcb *tcb);

/*
 * The thread runs from its restart address again. As on seL4 it goes to the head of its queue:
 * ahead of others of its priority, behind a current thread of the same. (Not inlined: the fast
 * paths need the room.)
 */
void sched_restart(struct tcb *tcb);

/* Asks for a full choice at the end of this kernel entry. */
void sched_choose_later(void);

/* Yield: the current thread goes to the tail of its priority. */
void sched_yield_current(void);

/* One tick of the core's timer: time slice and domain time. */
void sched_tick(void);

/* Decides who runs, switches to it, and brings a restarted thread back to its instruction. */
void sched_run(void);

/* Makes `tcb` the current thread of this core; takes it out of the ready queue. */
void sched_switch_to(struct tcb *tcb);

/* Changes the priority, keeping the queues right. */
void sched_set_priority(struct tcb *tcb, uint8_t priority);

/* Moves the thread to another domain. */
void sched_set_domain(struct tcb *tcb, uint8_t domain);

/* One entry of the domain schedule; duration 0 marks the end. */
struct domain_entry {
    uint64_t duration_ticks;
    uint8_t domain;
};

extern struct domain_entry domain_schedule[CONFIG_NUM_DOMAIN_SCHEDULES];
extern unsigned domain_start_index;
extern uint8_t current_domain;

/* Makes `index` the schedule's start and begins there at the next choice. */
void sched_start_schedule(unsigned index);

/* Moves the thread to another core, to the tail of its priority; it does not run elsewhere now. */
void sched_set_affinity(struct tcb *tcb, uint8_t core);

/* Sets up the queues of a core with its idle thread as current one. */
void sched_init(struct core *core, struct tcb *idle);

#endif
