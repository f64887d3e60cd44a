/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who gets which capability: turns the placed model into plan objects, capabilities, mappings and
 * components. Nothing else decides about authority.
 */
#ifndef COMPOSER_PLAN_DISTRIBUTE_H
#define COMPOSER_PLAN_DISTRIBUTE_H

#include "composer/plan/board.h"
#include "composer/plan/builder.h"
#include "composer/plan/model.h"

/* ELF files of the components, as modules. */
struct distribute_files {
    struct model_module *vmm, *console, *timer;
};

struct distribute_options {
    bool has_timer_service; /* the kernel lets user level read the counter */
    bool timer_polls; /* but not have the physical timer: the service polls when all is idle */
    const struct model_vm *attach; /* gets the keyboard at start; NULL: all VMs are shown */
};

/* Slots, badges and addresses that one VMM is told in its configuration blob. */
struct vmm_irq_view {
    uint32_t slot, ntfn_slot;
    uint64_t badge;
};

struct vmm_driver_view {
    uint64_t iobuf_vaddr, doorbell_badge, unmapped_badge;
    uint32_t kick_slot, unmap_slot, map_slot;
};

struct vmm_device_view {
    uint64_t kick_badge, unmap_badge, map_badge;
    uint32_t doorbell_slot, unmapped_slot;
};

struct vmm_region_view {
    uint32_t slot;
    uint64_t vaddr;
};

struct vmm_view {
    const struct model_vm *vm;
    uint32_t tcb, cnode, vspace, endpoint, notification; /* plan objects */
    uint32_t guest_vspace, untyped;
    uint32_t next_slot;
    uint64_t next_vaddr;
    unsigned badge_count;
    uint32_t untyped_bits;
    uint32_t untyped_slot, guest_vspace_slot, gicv_slot;
    uint32_t timer_signal_slot, console_signal_slot;
    uint64_t timer_badge, console_badge, timer_vaddr, console_vaddr;
    uint64_t kernel_vaddr, initrd_vaddr, dtb_vaddr;
    uint32_t free_slot_first, free_slot_count;
    struct vmm_irq_view *irqs;       /* one per vm->irqs */
    struct vmm_driver_view *drivers; /* one per vm->driver_links */
    struct vmm_device_view *devices; /* one per vm->device_links */
    struct vmm_region_view *regions; /* one per vm->regions */
};

/* Slots that every VMM may fill itself: its guest's vCPUs, threads, CNodes, tables, replies. */
#define DISTRIBUTE_FREE_SLOTS 1024u

/*
 * Fills `builder`. Module addresses are read from model->modules; @fragments[i] is the encoded
 * device tree fragment of VM i.
 */
void distribute(struct model *model, const struct board *board,
                const struct distribute_files *files, const struct distribute_options *options,
                const void *const *fragments, const size_t *fragment_sizes,
                struct plan_builder *builder);

/* The configuration blob of one VMM (vmm_blob.c). */
void *vmm_blob(struct model *model, const struct board *board, const struct vmm_view *view,
               const void *fragment, size_t fragment_size, size_t *size_bytes);

#endif
