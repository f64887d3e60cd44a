/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits of the API that no object size expresses. Usable from assembly.
 *
 * Source: seL4 16.0.0 API, classic configuration.
 */
#ifndef CONTRACT_SEL4_LIMITS_H
#define CONTRACT_SEL4_LIMITS_H

#define SEL4_MSG_LENGTH_BITS    7
#define SEL4_MSG_MAX_LENGTH     120
#define SEL4_MSG_EXTRA_CAP_BITS 2
#define SEL4_MSG_MAX_EXTRA_CAPS 3
#define SEL4_MSG_FAST_REGISTERS 4

#define SEL4_MIN_PRIO     0
#define SEL4_MAX_PRIO     255
#define SEL4_INVALID_PRIO (-1)

#define SEL4_GUARD_SIZE_BITS 6
#define SEL4_GUARD_BITS      58
#define SEL4_BADGE_BITS      64

/* Longest duration of a domain schedule entry, in bits. */
#define SEL4_DOMAIN_DURATION_BITS 56

#endif
