/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLAT_UART_H
#define PLAT_UART_H

/* Collects the kernel's output for a test to look at. */
void uart_put(char c);

#endif
