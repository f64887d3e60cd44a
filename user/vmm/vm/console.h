/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console channel of a VM behind its emulated UART. Without a channel (no console component in
 * the system) output is dropped and there is no input.
 *
 * A wake-up of the console per byte would cost more than the byte: output is announced at the end
 * of a line, after CONSOLE_BURST bytes, or as soon as the guest does anything but use its UART (it
 * always does: it sleeps, or its timer ticks).
 *
 * Called by: setup.c, main.c (signals), board/pl011 (through its ops).
 */
#ifndef VMM_VM_CONSOLE_H
#define VMM_VM_CONSOLE_H

#include "rpc/console.h"
#include "rt/ring.h"
#include "sel4/sel4.h"
#include "vmm/board/pl011.h"

#define CONSOLE_BURST 64u

struct vm_console {
    struct rt_ring_producer out;
    struct rt_ring_consumer in;
    seL4_CPtr signal;
    bool connected;
    bool must_signal;     /* the console sleeps, and there is output */
    bool used;            /* by the event that is being handled */
    unsigned unannounced; /* bytes since must_signal was set */
};

/* @channel: NULL = none. @signal: the console's notification; 0 = none. */
void vm_console_init(struct vm_console *console, struct console_channel *channel, seL4_CPtr signal);

/* After each event of the VM: announces output if the event was none of the UART's. */
void vm_console_settle(struct vm_console *console);

extern const struct pl011_ops vm_console_ops; /* context: struct vm */

#endif
