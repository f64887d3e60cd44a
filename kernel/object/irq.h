/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts: who owns which, and their delivery. Source: sel4-abi 6.4, 10.
 *
 * A kernel IRQ number is the GIC's INTID on one core. (On several cores the private ones of each
 * core need numbers of their own; irq_number() is the place.)
 */
#ifndef OBJECT_IRQ_H
#define OBJECT_IRQ_H

#include "api/call.h"
#include "plat/plat.h"

enum irq_state {
    IRQ_INACTIVE, /* nobody's: masked */
    IRQ_SIGNAL,   /* issued to user level */
    IRQ_KERNEL,   /* reserved: timer, vGIC maintenance, virtual timer */
};

#define IRQ_COUNT (PLAT_MAX_IRQ + 1)

/* All interrupts are nobody's; at boot. */
void irq_init(void);

/* Reserves an interrupt for the kernel. */
void irq_reserve(unsigned irq);

/* An interrupt arrived that is not the kernel's: signal it, masked until acknowledged. */
void irq_deliver(unsigned irq);

/*
 * Deletion: the notification goes first (STATUS_OK, or STATUS_PREEMPT to be called again), the
 * number becomes free when the slot is empty.
 */
enum status irq_drop_notification(uint64_t irq);
void irq_release(uint64_t irq);

enum status irq_control_decode(struct call *call);
enum status irq_handler_decode(struct call *call);

/* Send on an SGI capability raises it. */
enum status sgi_invoke(struct call *call);

#endif
