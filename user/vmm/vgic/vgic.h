/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv2 of one guest: the distributor's state and the list registers of its vCPUs. The guest's CPU
 * interface is the board's GICV page, mapped through; the distributor's page traps to us.
 *
 * How an interrupt travels: a source makes it pending (vgic_raise, vgic_set_level, vgic_raise_hw, a
 * guest's SGI or set-pending write). If it is enabled, not active and its target vCPU has a free
 * list register, it is injected at once; otherwise it stays pending here and goes in when the guest
 * enables it or when a list register becomes free, highest priority first. A list register is ours
 * again only after its maintenance fault (vgic_maintenance): the kernel does not tell whether what
 * it holds is still pending or already active, so it is never overwritten and never withdrawn.
 *
 * Edge: each raise sets a latch, taken by the injection; a raise while the interrupt is in a list
 * register sets it again and the interrupt is delivered once more. Level: after the guest's EOI it
 * is injected again if the line is still high.
 *
 * Pure logic: what it needs from outside comes through struct vgic_ops. No lock: one VMM thread.
 * Called by: vm/ (faults, notifications), gicv2m/ and the links (MSIs), board/pl011 (its line).
 *
 * Source: Arm GICv2 architecture specification IHI 0048B, 3 (handling), 4.3 (distributor), 5.
 */
#ifndef VMM_VGIC_H
#define VMM_VGIC_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/bus/bus.h"

#define VGIC_VCPUS_MAX  8u
#define VGIC_LRS_MAX    64u   /* GICH has at most 64 list registers */
#define VGIC_BANKS      32u   /* of 32 interrupts each */
#define VGIC_IRQS_MAX   1020u /* 1020..1023 are special INTIDs */
#define VGIC_SGIS       16u
#define VGIC_DIST_BYTES 0x1000u

#define VGIC_LR_FREE UINT16_MAX /* list register holds nothing */
#define VGIC_LR_LOST 0xfffeu    /* kernel says it is active; ours again after its maintenance */

/* What the vGIC needs from the VM. `context` is vgic_init's. */
struct vgic_ops {
    /*
     * Puts `irq` into list register `lr` of `vcpu` as pending, with EOI maintenance. priority is
     * 0..31, group 0 or 1. Returns true, or false if the kernel says that the list register is
     * active.
     */
    bool (*inject)(void *context, unsigned vcpu, unsigned lr, unsigned irq, unsigned priority,
                   unsigned group);
    /* The guest is done with an interrupt that vgic_raise_hw reported: unmask its source. */
    void (*eoi)(void *context, unsigned vcpu, unsigned irq);
    /* An injection happened: a vCPU that sleeps in WFI must run again. */
    void (*wake)(void *context, unsigned vcpu);
};

/* 32 interrupts: bit n of each word and entry n of each array belong to INTID 32 * bank + n. */
struct vgic_bank {
    uint32_t enabled;
    uint32_t pending;  /* latched: edge, software, or a masked physical source */
    uint32_t line;     /* level input is high */
    uint32_t active;   /* made active by a distributor write; keeps it from being delivered */
    uint32_t inflight; /* in a list register */
    uint32_t hw;       /* physical source is masked until ops->eoi */
    uint32_t edge;     /* GICD_ICFGR: edge-triggered */
    uint32_t group;    /* GICD_IGROUPR */
    uint8_t priority[32];
    uint8_t targets[32]; /* mask of vCPUs; unused for private interrupts */
};

struct vgic_cpu {
    struct vgic_bank local;         /* SGIs and PPIs */
    uint8_t sgi_sources[VGIC_SGIS]; /* mask of vCPUs whose SGI is pending */
    uint64_t lr_used;               /* bit n: list register n is in use */
    uint16_t lr_irq[VGIC_LRS_MAX];  /* INTID, VGIC_LR_FREE or VGIC_LR_LOST */
    bool overflow;                  /* something deliverable found no list register */
};

struct vgic {
    const struct vgic_ops *ops;
    void *context;
    unsigned vcpu_count;
    unsigned lr_count;
    unsigned irq_count; /* INTIDs below this exist; multiple of 32 */
    uint32_t control;   /* GICD_CTLR: bit 0 group 0, bit 1 group 1 */
    struct vgic_cpu cpus[VGIC_VCPUS_MAX];
    struct vgic_bank shared[VGIC_BANKS - 1]; /* INTIDs 32.. */
};

/*
 * Puts the vGIC into its reset state. Also used at a guest's restart, when new VCPU objects have
 * empty list registers; ops->eoi is called for each physical source that was still masked.
 *
 * @vcpu_count: 1..VGIC_VCPUS_MAX, checked by the caller.
 * @lr_count: list registers that the kernel accepts, 1..VGIC_LRS_MAX.
 * @irq_limit: INTIDs that exist, up to VGIC_IRQS_MAX; rounded up to the register granule of 32.
 */
void vgic_init(struct vgic *vgic, const struct vgic_ops *ops, void *context, unsigned vcpu_count,
               unsigned lr_count, unsigned irq_limit);
void vgic_reset(struct vgic *vgic);

/*
 * An edge: MSI, doorbell, or any event that ends at once. `vcpu` counts only for INTIDs below 32.
 * INTIDs that do not exist, and SGIs, are ignored (a peer's vector number ends here).
 */
void vgic_raise(struct vgic *vgic, unsigned vcpu, unsigned irq);

/* Drives the input of an emulated level-triggered interrupt. */
void vgic_set_level(struct vgic *vgic, unsigned vcpu, unsigned irq, bool high);

/*
 * A physical interrupt, or the virtual timer, has fired, and its source is masked until the guest
 * is done: ops->eoi then tells to unmask it, whereupon a level that is still high fires again.
 */
void vgic_raise_hw(struct vgic *vgic, unsigned vcpu, unsigned irq);

/*
 * The guest deactivated what was in list register `lr`. The number comes out of a fault message,
 * which a guest can forge: one that is out of range or not in use is ignored.
 * Returns whether it was a list register in use.
 */
bool vgic_maintenance(struct vgic *vgic, unsigned vcpu, uint64_t lr);

/* True if the vCPU has an interrupt in a list register: it must not sleep in WFI. */
static inline bool vgic_busy(const struct vgic *vgic, unsigned vcpu)
{
    return vgic->cpus[vcpu].lr_used != 0;
}

/*
 * Distributor page, a bus_handler (opaque = struct vgic). Every register takes 1-, 2- and 4-byte
 * accesses that are aligned to their size; anything else is refused (BUS_FAULT). Reserved offsets
 * read as zero and ignore writes.
 */
enum bus_result vgic_dist_access(void *opaque, struct bus_access *access);

/* For dist.c: makes the interrupts in `mask` of a bank go where they can now go. */
void vgic_deliver_mask(struct vgic *vgic, unsigned vcpu, unsigned bank, uint32_t mask);

/* For dist.c: everything that is pending for any vCPU is looked at again. */
void vgic_deliver_all(struct vgic *vgic);

/* For dist.c: bank 0 is the private one of `vcpu`. */
/*@ requires \valid(vgic) && vcpu < VGIC_VCPUS_MAX && bank < VGIC_BANKS;
    assigns \nothing;
    ensures bank == 0 ==> \result == &vgic->cpus[vcpu].local;
    ensures bank != 0 ==> \result == &vgic->shared[bank - 1]; */
static inline struct vgic_bank *vgic_bank_of(struct vgic *vgic, unsigned vcpu, unsigned bank)
{
    return bank == 0 ? &vgic->cpus[vcpu].local : &vgic->shared[bank - 1];
}

#endif
