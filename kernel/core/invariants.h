/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold whenever the kernel returns to user level, as pure checks: they read, say what is
 * wrong, and change nothing but a mark in table entries that the walk ignores. Debug kernels run
 * them on themselves (a broken one stops the machine); the host tests after every system call.
 */
#ifndef CORE_INVARIANTS_H
#define CORE_INVARIANTS_H

#include "core/check.h"
#include "object/slot.h"

#ifdef CONFIG_DEBUG_BUILD

/* System calls between two runs of all checks; as many other entries (faults, interrupts). */
#define INVARIANTS_PERIOD 1024

/* Names the initial CNode, from which all capabilities are reached; once, when it is filled. */
void invariants_init(struct slot *root, uint64_t slot_count);

/* A capability appears (+1) or goes (-1); those that name memory are counted. */
void invariants_count(struct cap cap, int change);

/*
 * The checks below return null, or what is wrong.
 *
 * invariants_slot(): links with its neighbours, watermark. invariants_object(): the object that a
 * capability names: queues, bindings, states. Both are short, whatever user level does, but for the
 * queue of an endpoint or notification (bound: number of threads).
 */
const char *invariants_slot(const struct slot *slot);
const char *invariants_object(struct cap cap);

/* The scheduler's decision: who runs may run, waits in no queue, and nobody above waits. */
const char *invariants_scheduler(void);

/*
 * invariants_all() - everything
 *
 * All capability lists, untyped accounting, thread states against ready queues, and mappings: a
 * leaf entry exists only for a frame capability mapped there with those rights. Bound: capabilities
 * times their depth below untypeds, plus all table entries.
 *
 * Mappings are only compared while all capabilities can be reached. User level can hide some by
 * moving the head of a list into a CNode which that list names, or which is nested deeper than 8.
 */
const char *invariants_all(void);

/* Stops the machine if `wrong` is not null. */
void invariants_require(const char *wrong);

/*
 * invariants_at_call() - a system call begins
 * @cptr: first argument, which most calls invoke; chosen by user level
 *
 * Remembers who called and what, for invariants_at_exit(): so the fast paths, which check nothing
 * themselves, are held to the same as everything else.
 */
void invariants_at_call(uint64_t cptr);

/*
 * Last thing before each return to user level; gives its argument back, for the entry code. The
 * scheduler's decision, the thread that runs now with whatever it blocked on or answers to; after
 * a system call also the caller and the endpoint or notification that it named.
 */
void *invariants_at_exit(void *context);

#define INVARIANT(check)             invariants_require(check)
#define INVARIANT_COUNT(cap, change) invariants_count(cap, change)

#else
#define INVARIANT(check)                                                                           \
    do {                                                                                           \
    } while (0)
#define INVARIANT_COUNT(cap, change)                                                               \
    do {                                                                                           \
    } while (0)
#endif

#endif
