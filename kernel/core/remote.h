/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that only one particular core can do: what its registers hold is out of the others' reach.
 *
 * The caller has the kernel lock. The other core runs a thread (the interrupt brings it into the
 * kernel), sleeps (the interrupt wakes it), or waits for the lock already; in each case it comes to
 * wait for the lock, and serves requests there. So a request takes at most one exit and one entry
 * of the other core, besides the work itself.
 */
#ifndef CORE_REMOTE_H
#define CORE_REMOTE_H

#include "core/core.h"

#if CONFIG_MAX_NUM_NODES > 1

/*
 * remote_call() - run a function on a core, with interrupts off, and wait until it has returned
 * @core: which one; this one is fine
 * @function: may not ask other cores for anything
 */
void remote_call(unsigned core, void (*function)(void *argument), void *argument);

/* Does what the lock's holder asked of this core, if it did; while waiting for the lock. */
void remote_serve(void);

/*
 * remote_stall() - take a thread off the core that runs it, if that is another one
 *
 * Afterwards all its registers are in its TCB, but for the FPU's and its VCPU's, which its core may
 * still hold. It is in the ready queue, and executes the instruction anew at which it was. Its core
 * chooses again once it gets the lock.
 */
void remote_stall(struct tcb *tcb);

#else
static inline void remote_call(unsigned core, void (*function)(void *argument), void *argument)
{
    (void)core;
    function(argument);
}
static inline void remote_stall(struct tcb *tcb)
{
    (void)tcb;
}
#endif

#endif
