/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shortcuts for the calls that systems live on: Call, ReplyRecv, Signal, and a guest's fault to
 * its VMM and back. Each does exactly what the general code would do in its case, and gives up,
 * having changed nothing, in every other.
 *
 * The case: a short message without capabilities, the partner already waits, and it is the one
 * that the scheduler would choose.
 */
#ifndef API_FASTPATH_H
#define API_FASTPATH_H

#include "object/objects.h"

/*
 * Each returns the context to resume, or null: take the general way.
 * @cptr, @info: x0 and x1 of the current thread
 */
struct user_context *fastpath_call(uint64_t cptr, uint64_t info);
struct user_context *fastpath_reply_recv(uint64_t cptr, uint64_t info);
struct user_context *fastpath_send(uint64_t cptr);

/*
 * fastpath_fault() - deliver a fault whose message is in registers
 * @fault: VMFault or VCPUFault of the current thread
 * @words: its message words
 * @count: number of words, at most 4
 */
struct user_context *fastpath_fault(const struct fault *fault, const uint64_t *words,
                                    unsigned count);

/* The same for an UnknownSyscall fault, a guest's hypercall: its message needs the IPC buffer. */
struct user_context *fastpath_unknown_syscall(int64_t number);

#endif
