/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The board's PL011, interrupt-driven in both directions. Line settings are left as firmware made
 * them.
 *
 * Source: Arm DDI 0183G (PL011), 3.3.
 */
#ifndef CONSOLE_PL011_H
#define CONSOLE_PL011_H

#include <stdbool.h>
#include <stdint.h>

struct pl011 {
    volatile uint8_t *base; /* registers, mapped Device */
};

/* Switches receiver, transmitter, FIFOs and the receive interrupts on. */
void pl011_start(struct pl011 *uart, uint64_t vaddr);

/* Takes one received byte. Returns false if there is none. */
bool pl011_take(const struct pl011 *uart, uint8_t *byte);

/* Puts one byte into the transmit FIFO. Returns false if it is full. */
bool pl011_put(const struct pl011 *uart, uint8_t byte);

/* Whether an interrupt is wanted when the transmit FIFO has room again. */
void pl011_want_room(const struct pl011 *uart, bool wanted);

/* Clears what raised the interrupt; bytes and room that are there now raise none. */
void pl011_clear(const struct pl011 *uart);

#endif
