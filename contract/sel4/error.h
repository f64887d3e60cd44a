/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors: the label of a kernel object's reply, and the description of a failed lookup. Usable
 * from assembly.
 *
 * Source: seL4 16.0.0 API.
 */
#ifndef CONTRACT_SEL4_ERROR_H
#define CONTRACT_SEL4_ERROR_H

#define SEL4_NO_ERROR           0
#define SEL4_INVALID_ARGUMENT   1 /* MR0 = argument number */
#define SEL4_INVALID_CAPABILITY 2 /* MR0 = 0 for the invoked cap, n for extra cap n - 1 */
#define SEL4_ILLEGAL_OPERATION  3
#define SEL4_RANGE_ERROR        4 /* MR0 = smallest, MR1 = largest value allowed */
#define SEL4_ALIGNMENT_ERROR    5
#define SEL4_FAILED_LOOKUP      6 /* MR0 = 1 if the source root failed; MR1.. = description below */
#define SEL4_TRUNCATED_MESSAGE  7
#define SEL4_DELETE_FIRST       8
#define SEL4_REVOKE_FIRST       9
#define SEL4_NOT_ENOUGH_MEMORY  10 /* MR0 = bytes left */
#define SEL4_NUM_ERRORS         11

/*
 * Description of a failed lookup: its type, then up to three words. It starts at MR1 of an error
 * reply and at MR3 of a cap fault.
 */
#define SEL4_LOOKUP_NO_FAILURE         0
#define SEL4_LOOKUP_INVALID_ROOT       1
#define SEL4_LOOKUP_MISSING_CAPABILITY 2 /* bits left */
#define SEL4_LOOKUP_DEPTH_MISMATCH     3 /* bits left, bits found */
#define SEL4_LOOKUP_GUARD_MISMATCH     4 /* bits left, guard found, guard bits found */

#define SEL4_ERROR_LOOKUP_OFFSET 1

/*
 * A mapping that lacks a table answers FailedLookup, type MissingCapability, and in MR2 the
 * number of address bits that the missing table's entry covers.
 */
#define SEL4_MAPPING_LEVEL_MR 2
#define SEL4_MAPPING_NO_PT    21
#define SEL4_MAPPING_NO_PD    30
#define SEL4_MAPPING_NO_PUD   39

#endif
