/* SPDX-License-Identifier: BSD-2-Clause */
/* Early output on a PL011 that the firmware has set up. */
#ifndef LOADER_UART_H
#define LOADER_UART_H

#include <stdint.h>

/* Chooses the PL011 by physical (identity-mapped) address; 0 silences the output. */
void uart_select(uint64_t base);

/* Prints text with %x (hexadecimal uint64_t from @args, in order) and %s (@name). */
void uart_print(const char *format, const char *name, const uint64_t *args);

#endif
