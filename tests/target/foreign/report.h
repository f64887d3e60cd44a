/* SPDX-License-Identifier: BSD-2-Clause */
/* Results of the foreign root tasks, as TAP on a PL011 that they have mapped. */
#ifndef REPORT_H
#define REPORT_H

/* The UART's registers are at this address from now on; until then whoever prints faults. */
void report_begin(unsigned long uart_address);

void put_text(const char *text);

/* One line "ok N - text", or "not ok". */
void check(int good, const char *text);

#endif
