/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PLAT_UART_H
#define PLAT_UART_H

/* Writes one character to the kernel's console, waiting for room. */
void uart_put(char c);

#endif
