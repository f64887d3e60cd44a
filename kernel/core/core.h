/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State of one processor core, and the few global things beside it.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "arch/core.h"
#include "object/objects.h"

#define PRIORITY_COUNT CONFIG_NUM_PRIORITIES
#define BITMAP_WORDS   ((PRIORITY_COUNT + 63) / 64)

struct ready_queue {
    struct tcb *head;
    struct tcb *tail;
};

struct ready_queues {
    uint64_t summary; /* bit w: word w of `bitmap` is not zero */
    uint64_t bitmap[BITMAP_WORDS];
    struct ready_queue queue[PRIORITY_COUNT];
};

/* Scheduler decisions other than a candidate thread. */
#define SCHED_RESUME_CURRENT ((struct tcb *)0)
#define SCHED_CHOOSE_NEW     ((struct tcb *)1)

/*
 * Everything a core needs while it is in the kernel. `arch` comes first: entry.S finds the core's
 * stack through it. On several cores, all of it but `stalled` is changed under the kernel lock only,
 * by the core itself; others enter threads into `ready` and set `action` to SCHED_CHOOSE_NEW.
 */
struct core {
    struct arch_core arch;
    struct tcb *current;
    struct tcb *action; /* SCHED_* or the thread that was woken and may run next */
    struct tcb *idle;
    struct tcb *fpu_owner; /* whose registers the FPU holds */
    uint32_t id;
#if CONFIG_MAX_NUM_NODES > 1
    uint32_t to_interrupt; /* cores that must choose again, told at the end of this kernel entry */
    bool stalled;          /* the thread was taken off while the core waited for the lock */
#endif
    struct ready_queues ready[CONFIG_NUM_DOMAINS];
};

extern struct core cores[CONFIG_MAX_NUM_NODES];

#if CONFIG_MAX_NUM_NODES == 1
enum { core_count = 1 };

static inline struct core *this_core(void)
{
    return &cores[0];
}
#else
/* Cores that run the kernel: those of the board, at most CONFIG_MAX_NUM_NODES. From boot on. */
extern unsigned core_count;

static inline struct core *this_core(void)
{
    return arch_this_core();
}
#endif

static inline struct tcb *current_thread(void)
{
    return this_core()->current;
}

#endif
