/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel around an object under test: a system call with any words, any length that was
 * checked, any capability. What an object asks of other parts gives any answer that they may give.
 */
#ifndef TESTS_PROVE_KERNEL_H
#define TESTS_PROVE_KERNEL_H

#include "api/call.h"
#include "arch/machine.h"
#include "core/preempt.h"

#include "cbmc.h"

struct fake_machine fake_machine;

enum status call_check(struct call *call, enum sel4_invocation_object object)
{
    return any_bool() ? STATUS_OK : STATUS_ERROR;
}

enum status call_illegal_operation(struct call *call)
{
    return STATUS_ERROR;
}

enum status call_invalid_argument(struct call *call, uint64_t number)
{
    return STATUS_ERROR;
}

enum status call_invalid_capability(struct call *call, uint64_t number)
{
    return STATUS_ERROR;
}

enum status call_range_error(struct call *call, uint64_t smallest, uint64_t largest)
{
    return STATUS_ERROR;
}

enum status call_alignment_error(struct call *call)
{
    return STATUS_ERROR;
}

enum status call_delete_first(struct call *call)
{
    return STATUS_ERROR;
}

enum status call_revoke_first(struct call *call)
{
    return STATUS_ERROR;
}

enum status call_not_enough_memory(struct call *call, uint64_t bytes_left)
{
    return STATUS_ERROR;
}

enum status call_failed_lookup(struct call *call, bool was_source, struct lookup_failure failure)
{
    return STATUS_ERROR;
}

struct lookup_failure lookup_missing(uint64_t bits_left)
{
    return (struct lookup_failure){ 0 };
}

void call_reply(struct call *call, unsigned count, const uint64_t *words)
{
}

bool preempt_point(void)
{
    return any_bool();
}

#endif
