/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel lock: on several cores one of them is in the kernel at a time. entry.S takes it behind
 * the saving of registers and gives it back before loading them; a core without a thread to run
 * sleeps without it. On one core there is nothing of it in the kernel.
 *
 * Tickets: whoever draws one waits for at most one turn of each other core, and a turn ends at the
 * latest at the next preemption point, because a waiting core stops long operations as a waiting
 * interrupt does (core/preempt.h). So nobody waits longer than MAX_NUM_NODES - 1 times the longest
 * stretch between two such points. While it waits, a core does what the holder asks of it
 * (core/remote.h).
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#if CONFIG_MAX_NUM_NODES > 1

/* entry.S draws tickets by adding to the upper half of the word. */
struct kernel_lock {
    uint32_t serving; /* the ticket whose turn it is */
    uint32_t next;    /* the ticket drawn next */
};
_Static_assert(__builtin_offsetof(struct kernel_lock, next) == 4, "entry.S relies on it");

extern struct kernel_lock kernel_lock;

/* Draws a ticket and waits for its turn. */
void lock_acquire(void);

/* Ends this core's turn. */
void lock_release(void);

/*
 * lock_wait() - wait until the ticket's turn comes
 * @ticket: drawn by entry.S, which found another core's turn
 *
 * Return: true if this core's thread was taken off it meanwhile (remote_stall()), so that what it
 * entered the kernel for must not be done now.
 */
bool lock_wait(uint32_t ticket);

/* True if another core waits. For the holder. */
bool lock_is_wanted(void);

/* The machine stops: cores that wait stop, too. */
void lock_stop(void);

/* Stops this core for good if another one has stopped the machine. */
void lock_check_stopped(void);

#else
static inline void lock_acquire(void)
{
}
static inline void lock_release(void)
{
}
static inline bool lock_is_wanted(void)
{
    return false;
}
static inline void lock_stop(void)
{
}
#endif

#endif
