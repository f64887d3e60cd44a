/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls, from the trap to the scheduler. Source: sel4-abi 3, 4.1.
 */
#ifndef API_SYSCALL_H
#define API_SYSCALL_H

#include "object/objects.h"

/*
 * syscall_handle() - perform the current thread's system call
 * @number: x7, chosen by user level or by a guest
 *
 * Afterwards the core's current thread may be another one; the caller resumes that.
 */
void syscall_handle(int64_t number);

/*
 * syscall_call_object() - the rest of a Call without extra capabilities
 * @slot: the invoked capability, found already
 * @info: x1
 */
void syscall_call_object(struct slot *slot, uint64_t info);

#endif
