/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Log output of the initial task until the console component runs: polled writes to the PL011, so that
 * a refused plan is explained on any kernel, also one that prints nothing itself.
 *
 * Source: Arm DDI 0183G, 3.3.
 */
#ifndef INIT_UART_H
#define INIT_UART_H

/* Sends all log lines to the UART at `registers` (mapped Device), each preceded by "[init] ". */
void uart_log_start(volatile void *registers);

#endif
