/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns a guest's terminal output into plain text for prefixed lines: escape sequences, control
 * characters and 8-bit controls disappear, so that no guest can move the cursor, change colours for
 * good, fake another one's prefix or make the terminal answer. Tabs, newlines and well-formed UTF-8
 * stay. Pure.
 *
 * Source: ECMA-48, 5.3-5.6 (escape and control sequences, control strings); RFC 3629.
 */
#ifndef CONSOLE_FILTER_H
#define CONSOLE_FILTER_H

#include <stdint.h>

#define FILTER_OUTPUT_MAX 4u /* bytes that one input byte can bring out */

struct filter {
    uint8_t state;   /* private */
    uint8_t held[4]; /* bytes of an unfinished UTF-8 character */
    uint8_t held_count;
    uint8_t wanted; /* bytes of that character in all */
};

/*
 * @filter: zeroed before the first byte.
 * @byte: chosen by the guest.
 * @out: receives what may be shown.
 * Returns the number of bytes in `out`, 0 to FILTER_OUTPUT_MAX.
 */
unsigned filter_byte(struct filter *filter, uint8_t byte, uint8_t out[FILTER_OUTPUT_MAX]);

#endif
