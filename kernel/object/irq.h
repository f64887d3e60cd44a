/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts: who owns which, and their delivery. Source: sel4-abi 6.4, 10.
 *
 * A kernel IRQ number names one interrupt of the board: the private ones of each core first, 32 by
 * 32, then the shared ones. On one core it is the GIC's INTID. Capabilities hold kernel numbers, user
 * level and the GIC speak of INTIDs.
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

#define IRQ_PRIVATE_COUNT 32u
#define IRQ_SHARED_OFFSET (IRQ_PRIVATE_COUNT * (CONFIG_MAX_NUM_NODES - 1))
#define IRQ_COUNT         (PLAT_MAX_IRQ + 1 + IRQ_SHARED_OFFSET)

/* Kernel number of an INTID as `core` sees it. */
static inline unsigned irq_number(unsigned core, unsigned intid)
{
    if (CONFIG_MAX_NUM_NODES == 1) {
        return intid;
    }
    return intid < IRQ_PRIVATE_COUNT ? core * IRQ_PRIVATE_COUNT + intid : intid + IRQ_SHARED_OFFSET;
}

/* All interrupts are nobody's; at boot. */
void irq_init(void);

/* Reserves an interrupt of each core for the kernel. */
void irq_reserve(unsigned intid);

/* An interrupt arrived here that is not the kernel's: signal it, masked until acknowledged. */
void irq_deliver(unsigned intid);

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
