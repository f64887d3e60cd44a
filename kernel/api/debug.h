/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug and benchmark system calls, and bookkeeping. Source: sel4-abi 3.4. In a build without CONFIG_PRINTING,
 * CONFIG_DEBUG_BUILD and CONFIG_ENABLE_BENCHMARKS all of it is empty.
 */
#ifndef API_DEBUG_H
#define API_DEBUG_H

#include "object/objects.h"

/* Performs a debug or benchmark system call; false if this build has none of that number. */
bool debug_syscall(int64_t number);

#ifdef CONFIG_DEBUG_BUILD
/* No threads yet; at boot. */
void debug_init(void);
void debug_thread_created(struct tcb *tcb);
void debug_thread_deleted(struct tcb *tcb);
/* A fault that no handler takes: tell the console. */
void debug_fault_unhandled(const struct tcb *tcb);
#else
static inline void debug_init(void)
{
}
static inline void debug_thread_created(struct tcb *tcb)
{
    (void)tcb;
}
static inline void debug_thread_deleted(struct tcb *tcb)
{
    (void)tcb;
}
static inline void debug_fault_unhandled(const struct tcb *tcb)
{
    (void)tcb;
}
#endif

#endif
