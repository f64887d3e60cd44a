/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State of one processor core, and the few global things beside it.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "arch/core.h"
#include "object/objects.h"

#define PRIORITY_COUNT CONFIG_NUM_PRIORITIES
#define BITMAP_WORDS ((PRIORITY_COUNT + 63) / 64)

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
#define SCHED_CHOOSE_NEW ((struct tcb *)1)

/*
 * Everything a core needs while it is in the kernel. `arch` comes first: entry.S finds the core
 * through it.
 */
struct core {
    struct arch_core arch;
    struct tcb *current;
    struct tcb *action; /* SCHED_* or the thread that was woken and may run next */
    struct tcb *idle;
    struct tcb *fpu_owner; /* whose registers the FPU holds */
    uint32_t id;
    struct ready_queues ready[CONFIG_NUM_DOMAINS];
};

extern struct core cores[CONFIG_MAX_NUM_NODES];

#if CONFIG_MAX_NUM_NODES == 1
static inline struct core *this_core(void)
{
    return &cores[0];
}
#else
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
