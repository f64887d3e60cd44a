/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PL011 UART as a guest sees it. The transmit FIFO is the console channel's ring: bytes go there at
 * once, "FIFO full" means that the console has not taken enough, and the transmit interrupt comes
 * when it has. The receive FIFO is filled from the console when the guest has room.
 *
 * Pure logic over struct pl011_ops. Called by: bus (accesses), vm/console.c (console signals).
 * Source: Arm PrimeCell UART (PL011) TRM DDI 0183G, 3.3.
 */
#ifndef VMM_PL011_H
#define VMM_PL011_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/bus/bus.h"

#define PL011_BYTES 0x1000u
#define PL011_FIFO  32u /* receive FIFO, and what a driver may send per transmit interrupt */

struct pl011_ops {
    /* Sends one byte; the caller has seen room for it. */
    void (*send)(void *context, uint8_t byte);
    /* Bytes that send would take now. */
    uint32_t (*room)(void *context);
    /* Fetches at most `max` received bytes. */
    uint32_t (*receive)(void *context, uint8_t *to, uint32_t max);
    /* Interrupt line. */
    void (*set_irq)(void *context, bool high);
};

struct pl011 {
    const struct pl011_ops *ops;
    void *context;
    uint8_t rx[PL011_FIFO];
    unsigned rx_first;
    unsigned rx_count;
    uint32_t tx_pending; /* transmit interrupt is asserted: TX bit of RIS, or 0 */
    uint32_t imsc, cr, lcrh, ifls, ibrd, fbrd, dmacr, ilpr;
    uint64_t lost; /* bytes written to a full FIFO */
};

/* Reset state; the line goes low. */
void pl011_init(struct pl011 *uart, const struct pl011_ops *ops, void *context);
void pl011_reset(struct pl011 *uart);

/* The console took output or has input: interrupts follow from it. */
void pl011_poll(struct pl011 *uart);

/*
 * Registers, a bus_handler (opaque = struct pl011). 1-, 2- and 4-byte accesses at a register's own
 * address or, for reads, inside it; anything else is refused.
 */
enum bus_result pl011_access(void *opaque, struct bus_access *access);

#endif
