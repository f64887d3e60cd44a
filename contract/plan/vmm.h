/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration blob of a VMM component: everything that one VM is. Written by the composer, handed
 * over by the initial task at PLAN_CONFIG_VADDR, read-only.
 *
 * The blob is a header, followed by the tables that it points to (offsets from the blob's start,
 * 8-byte aligned). "slot" is a CPtr in the VMM's own CSpace. "badge" is a mask with exactly one bit
 * set: the bit that appears in the VMM's own notification word. "ipa" is an address in the guest,
 * "vaddr" one in the VMM.
 *
 * The VMM builds the guest (vCPUs, their threads, stage-2 mappings) itself, at first boot and at
 * every restart alike, from the untyped and frame capabilities named here.
 */
#ifndef CONTRACT_PLAN_VMM_H
#define CONTRACT_PLAN_VMM_H

#include <stdint.h>

#define VMM_CONFIG_MAGIC   UINT64_C(0x31474643564d4d56) /* "VMMVCFG1" */
#define VMM_CONFIG_VERSION 2u

/* What a VMM has room for; the composer refuses more. */
#define VMM_LINKS_MAX   23u  /* of each kind: one to every other VM */
#define VMM_REGIONS_MAX 128u /* 2 per served link, 1 per used one, RAM, and registers of devices */

#define VMM_NAME_BYTES 32u /* names, NUL-terminated */

struct vmm_table {
    uint32_t offset;
    uint32_t count; /* entries, or bytes for byte strings */
};

struct vmm_config {
    uint64_t magic;
    uint32_t version;
    uint32_t size_bytes;
    char name[VMM_NAME_BYTES]; /* vm_name */

    uint32_t vcpu_count;    /* 1..8 */
    uint32_t vcpu_priority; /* of the guest's threads, below the VMM's own */
    uint32_t core;          /* core of vCPU 0 and of this VMM thread */
    uint32_t owns_core;     /* 1: no other VM runs on this core */

    uint32_t untyped_slot; /* RAM untyped for vCPUs, TCBs, CNodes, page tables of the guest */
    uint32_t untyped_bits;
    uint32_t guest_vspace_slot; /* PLAN_VSPACE object */
    uint32_t free_slot_first;   /* CSpace slots that the VMM may fill itself */
    uint32_t free_slot_count;
    uint32_t gicv_slot; /* two 4 KiB frames: the physical GICV, mapped as guest GICC */

    uint32_t timer_signal_slot;   /* notification of the timer service; 0 = no timer service */
    uint32_t console_signal_slot; /* notification of the console; 0 = none */
    uint64_t timer_badge;         /* set in our notification when the deadline has passed */
    uint64_t console_badge;       /* set when the console has input or took output */
    uint64_t timer_vaddr;         /* struct timer_client (contract/rpc/timer.h) */
    uint64_t console_vaddr;       /* struct console_channel (contract/rpc/console.h) */

    /* Guest physical map. */
    uint64_t gicd_ipa;
    uint64_t gicc_ipa;      /* 8 KiB */
    uint64_t v2m_ipa;       /* GICv2m frame; 0 = none (VM drives no link) */
    uint32_t v2m_spi_first; /* INTID of the first MSI, >= 32 */
    uint32_t v2m_spi_count;
    uint64_t uart_ipa;     /* emulated PL011, 4 KiB */
    uint32_t uart_spi;     /* INTID */
    uint32_t watchdog_spi; /* INTID of WS0 */
    uint64_t watchdog_ipa; /* control frame, refresh frame behind it, 4 KiB each; 0 = none */

    /* What is loaded into RAM at every (re)start. */
    uint64_t kernel_vaddr; /* boot module in the VMM's address space */
    uint64_t kernel_bytes;
    uint64_t initrd_vaddr; /* 0 = none */
    uint64_t initrd_bytes;
    uint64_t dtb_vaddr; /* user-supplied DTB; 0 = generate */
    uint64_t dtb_bytes;
    uint64_t kernel_ipa; /* 0 = RAM base + the Image's text_offset (2 MiB rule) */
    uint64_t dtb_ipa;    /* 0 = VMM chooses */
    uint64_t initrd_ipa; /* 0 = VMM chooses */

    struct vmm_table cmdline;      /* bytes, NUL-terminated */
    struct vmm_table dtb_fragment; /* FDT blob merged into the generated tree; see
                                       docs/reference/device-tree.md */
    struct vmm_table regions;      /* struct vmm_region */
    struct vmm_table irqs;         /* struct vmm_irq: physical interrupts handed to this VM */
    struct vmm_table driver_links; /* struct vmm_driver_link: links whose devices this VM uses */
    struct vmm_table device_links; /* struct vmm_device_link: links that this VM serves */
};

enum vmm_region_kind {
    VMM_REGION_RAM = 1,  /* private RAM: zeroed and reloaded at restart */
    VMM_REGION_POOL = 2, /* driver side of a link's DMA pool: zeroed at restart */
    VMM_REGION_PEER_POOL =
        3,                /* device side: pool, or all RAM with VMSWIOTLB=0; never zeroed here */
    VMM_REGION_IOBUF = 4, /* device side: message area of a link, mapped into the guest */
    VMM_REGION_MMIO = 5,  /* passed-through device registers, Device-nGnRnE */
    VMM_REGION_SHARED_RAM =
        6, /* as RAM (zeroed, reloaded), but also visible to a backend (VMSWIOTLB=0) */
};

struct vmm_region {
    uint32_t kind;      /* enum vmm_region_kind */
    uint32_t page_bits; /* 12 or 21 */
    uint64_t ipa;
    uint64_t size_bytes; /* multiple of the page size */
    uint64_t vaddr;      /* where the VMM sees it; 0 = not mapped in the VMM */
    uint32_t slot;       /* first frame cap (consecutive), to be mapped into the guest */
    uint32_t slot_count; /* = size_bytes >> page_bits */
    uint32_t writable;   /* guest may write */
    uint32_t link;       /* index into driver_links or device_links for kinds 2, 3, 4; otherwise
                            UINT32_MAX */
    char name[VMM_NAME_BYTES];
};

struct vmm_irq {
    uint32_t slot; /* IRQ handler capability, bound by the VMM to its notification */
    uint32_t virq; /* INTID seen by the guest (the same as the physical one) */
    uint64_t badge;
    uint32_t edge;      /* 1 edge, 0 level */
    uint32_t ntfn_slot; /* badged copy of the VMM's notification for SetNotification */
};

/* Driver side: this VM's PCI host bridge for one link. Layouts: contract/rpc/link.h. */
struct vmm_driver_link {
    char name[VMM_NAME_BYTES]; /* peer's name, for logs */
    uint64_t iobuf_vaddr;      /* struct link_area, LINK_AREA_BYTES */
    uint64_t ecam_ipa;         /* one bus: 1 MiB per bus */
    uint64_t ecam_bytes;
    uint64_t mmio_ipa; /* 32-bit memory window */
    uint64_t mmio_bytes;
    uint64_t pool_ipa;
    uint64_t pool_bytes;
    uint64_t doorbell_badge; /* device side rang */
    uint64_t unmapped_badge; /* device VMM: the pool is no longer mapped in the device VM */
    uint32_t kick_slot;      /* signal: raise the link's interrupt in the device VM */
    uint32_t unmap_slot;     /* signal: device VMM, take the pool away from your guest */
    uint32_t map_slot;       /* signal: device VMM, give it back */
    uint32_t filled_slots;   /* bit n: the description puts a device into PCI slot n */
    uint32_t late_slots;     /* bit n: slot n may appear late, by hot-plug (root port emulated) */
    uint32_t pci_domain;     /* linux,pci-domain */
};

/* Device side: the link as a platform device of this VM. */
struct vmm_device_link {
    char name[VMM_NAME_BYTES]; /* peer's name */
    uint64_t doorbell_ipa;     /* 4 KiB, unmapped: a write rings the driver VM's VMM */
    uint64_t kick_badge;       /* driver side rang: raise virq */
    uint64_t unmap_badge;      /* driver VMM asks to unmap the pool; answer with unmapped_slot */
    uint64_t map_badge;        /* driver VMM asks to map it again */
    uint32_t virq;             /* INTID, edge */
    uint32_t doorbell_slot;    /* signal: driver VMM's doorbell badge */
    uint32_t unmapped_slot;    /* signal: driver VMM's unmapped badge */
    uint32_t reserved;
};

#endif
