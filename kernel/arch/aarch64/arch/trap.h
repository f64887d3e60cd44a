/* SPDX-License-Identifier: BSD-2-Clause */
/* Entered from entry.S with the current thread's registers saved. */
#ifndef ARCH_TRAP_H
#define ARCH_TRAP_H

#include "arch/context.h"
#include "arch/machine.h"

/* A system call by SVC, or by HVC from a guest; @number is x7. */
struct user_context *trap_syscall(int64_t number);

/* Any other synchronous exception of a thread. */
struct user_context *trap_fault(uint64_t esr);

struct user_context *trap_irq(void);

/*
 * There is nothing to do but to choose a thread: the one that entered the kernel was taken off the
 * core meanwhile, or an SError, which is in its context by now, interrupted it.
 */
struct user_context *trap_choose(void);

/* An exception in the kernel itself: our own bug. @registers: x0..x30. */
_Noreturn void trap_kernel(uint64_t kind, const uint64_t *registers);

#endif
