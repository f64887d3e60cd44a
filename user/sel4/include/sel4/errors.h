/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors that invocations return. */
#ifndef SEL4_ERRORS_H
#define SEL4_ERRORS_H

#include <sel4/macros.h>
#include <contract/sel4/error.h>

typedef enum {
    seL4_NoError = SEL4_NO_ERROR,
    seL4_InvalidArgument = SEL4_INVALID_ARGUMENT,
    seL4_InvalidCapability = SEL4_INVALID_CAPABILITY,
    seL4_IllegalOperation = SEL4_ILLEGAL_OPERATION,
    seL4_RangeError = SEL4_RANGE_ERROR,
    seL4_AlignmentError = SEL4_ALIGNMENT_ERROR,
    seL4_FailedLookup = SEL4_FAILED_LOOKUP,
    seL4_TruncatedMessage = SEL4_TRUNCATED_MESSAGE,
    seL4_DeleteFirst = SEL4_DELETE_FIRST,
    seL4_RevokeFirst = SEL4_REVOKE_FIRST,
    seL4_NotEnoughMemory = SEL4_NOT_ENOUGH_MEMORY,
    seL4_NumErrors = SEL4_NUM_ERRORS,
    SEL4_FORCE_LONG_ENUM(seL4_Error)
} seL4_Error;

#endif
