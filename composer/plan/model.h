/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a description means: virtual machines, links between them, hardware given to them. Filled in
 * by sema.c (what the user wrote), completed by place.c (addresses, priorities, interrupt numbers),
 * read by everything that writes output.
 */
#ifndef COMPOSER_PLAN_MODEL_H
#define COMPOSER_PLAN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "composer/lang/ast.h"

#define MODEL_VMS_MAX     24u /* one console client and one timer client each */
#define MODEL_LINKS_MAX   64u
#define MODEL_VCPUS_MAX   8u
#define MODEL_DEVICES_MAX 31u  /* per link: PCI slots 1..31, slot 0 is the host bridge */
#define MODEL_VECTORS_MAX 128u /* per link, contract/rpc/link.h */
#define MODEL_NAME_MAX    31u  /* bytes, contract/plan/vmm.h */

#define MIB              UINT64_C(0x100000)
#define PAGE_BYTES       UINT64_C(0x1000)
#define LARGE_PAGE_BYTES UINT64_C(0x200000)

/* [base, base + size) */
struct range {
    uint64_t base;
    uint64_t size;
};

/* A number that the user may leave out. */
struct optional {
    bool is_set;
    uint64_t value;
    struct pos pos;
};

/* One entry of vm_virtio_devices. */
struct model_device {
    struct pos pos;
    const char *type;          /* "blk", "net", ... */
    const struct value *entry; /* the dictionary, for its further keys; NULL for a default device */
    const char *target;        /* as written, or NULL */
    struct pos target_pos;
    bool is_legacy; /* { id: 1, data_base: ... }: names a link, not a device */
    bool is_late;   /* may appear after the driver VM has booted */
    struct optional id;
    struct optional data_base, data_size, ctrl_base, ctrl_size;
    struct model_link *link; /* the link that carries it */
    unsigned slot;           /* PCI device number on that link */
    const char *disk;        /* default device: its disk */
};

/* One entry of vm_virtio_drivers. */
struct model_driver {
    struct pos pos;
    const char *type;    /* or NULL */
    const char *backend; /* as written, or NULL */
    struct pos backend_pos;
    bool is_late;
    struct optional id;
    struct optional data_base, data_size, ctrl_base, ctrl_size;
    struct model_link *link;
};

/* Registers that a VM gets, from mmios, untyped_mmios or the board's device tree. */
struct model_mmio {
    struct range range; /* as asked for; pages are shared or split by place.c */
    struct pos pos;
    const char *name; /* node path or "mmio" */
};

struct model_irq {
    uint32_t intid;
    bool is_edge;
    struct pos pos;
    const char *name;
};

/* A node of the board's device tree that a VM owns. */
struct model_node {
    const char *path;
    struct pos pos;
    int offset; /* in the board's tree */
};

struct model_pci {
    struct pos pos;
    const char *name;
    const struct value *entry;
};

/* A file that is loaded beside the kernel and mapped read-only where it is needed. */
struct model_module {
    const char *name; /* in the plan and in the image, unique */
    const char *path; /* on the build machine */
    uint64_t size;    /* bytes */
    uint64_t paddr;   /* set by place.c */
    uint32_t frames;  /* object index, or PLAN_NONE */
};

struct model_region {
    uint32_t kind;      /* enum vmm_region_kind */
    uint32_t page_bits; /* 12 or 21 */
    uint64_t ipa;
    uint64_t size;  /* bytes */
    uint64_t paddr; /* or PLAN_ANY_PADDR */
    bool is_writable;
    bool is_mapped; /* in the VMM */
    uint32_t link;  /* index into the VM's driver or device links, or UINT32_MAX */
    const char *name;
    uint32_t object; /* plan object, set by distribute.c */
};

struct model_vm {
    unsigned index;
    const char *instance; /* vm0, vm_storage */
    const char *name;     /* vm_name */
    struct pos pos;

    uint32_t vcpu_count;
    uint32_t core;
    struct optional vmm_priority_wish, guest_priority_wish;
    uint32_t vmm_priority, guest_priority; /* set by place.c */
    unsigned rank; /* 0: serves nobody; otherwise one more than its highest client */
    bool owns_core;

    struct optional ram_base, ram_size_wish, ram_paddr, swiotlb_base, swiotlb_size;
    uint64_t ram_size;
    uint64_t ram_ipa, ram_phys; /* set by place.c */
    bool has_large_pages;
    uint64_t untyped_pool; /* in units of 16 MiB, from simple_untyped24_pool */

    const char *kernel_file, *initrd_file, *dtb_file; /* NULL: none */
    struct pos kernel_pos, initrd_pos, dtb_pos;
    const char *cmdline;
    struct optional entry_addr, dtb_addr, initrd_addr;
    struct model_module *kernel, *initrd, *dtb;

    struct model_device *devices;
    size_t device_count, device_capacity;
    struct model_driver *drivers;
    size_t driver_count, driver_capacity;
    struct model_mmio *mmios;
    size_t mmio_count, mmio_capacity;
    struct model_irq *irqs;
    size_t irq_count, irq_capacity;
    struct model_node *nodes;
    size_t node_count, node_capacity;
    struct model_pci *pcis;
    size_t pci_count, pci_capacity;
    const struct value *dtb_irqs; /* list of INTIDs that `dtb` nodes may bring along, or NULL */
    bool is_dma_master; /* owns hardware that may read and write memory by itself, no IOMMU */
    struct pos dma_pos;
    const char *dma_name;

    struct model_link **driver_links; /* this VM uses */
    size_t driver_link_count, driver_link_capacity;
    struct model_link **device_links; /* this VM serves */
    size_t device_link_count, device_link_capacity;

    struct model_region *regions;
    size_t region_count, region_capacity;
    uint64_t v2m_ipa, uart_ipa, watchdog_ipa, gicd_ipa, gicc_ipa;
    uint32_t v2m_spi_first, v2m_spi_count, uart_spi, watchdog_spi;
};

struct model_link {
    unsigned index;
    struct pos pos;
    struct model_vm *device, *driver;
    unsigned device_index; /* in device->device_links */
    unsigned driver_index; /* in driver->driver_links */
    struct model_device **devices;
    size_t device_count, device_capacity;
    uint32_t filled_slots, late_slots;

    /* Driver VM's view. */
    struct range ecam, mmio, pool;
    struct optional pool_base_wish, pool_size_wish, mmio_base_wish, mmio_size_wish;
    /* Device VM's view. */
    uint64_t iobuf_ipa, doorbell_ipa, peer_pool_ipa;
    uint32_t virq;
    uint64_t pool_phys;
    uint32_t iobuf_object, pool_object; /* plan objects, set by distribute.c */
    uint32_t pool_page_bits;
};

struct model {
    struct arena *arena;
    struct diag *diag;
    const char *file;
    bool is_swiotlb; /* VMSWIOTLB=1: only the pools are shared */
    struct model_vm *vms[MODEL_VMS_MAX];
    size_t vm_count;
    struct model_link *links[MODEL_LINKS_MAX];
    size_t link_count;
    struct model_module **modules;
    size_t module_count, module_capacity;
};

/* Finds a VM by what the user called it: instance, vm_<name>, vm<number> or vm_name. */
struct model_vm *model_find_vm(const struct model *model, const char *name);

/*
 * True if the links that a VM uses have pools; otherwise its backends see all of its RAM. A VM that serves others has
 * pools even with VMSWIOTLB=0: its own backends do not see the memory of its clients, so what it hands on for them
 * (a disk's O_DIRECT) must be copied into a pool.
 */
static inline bool model_has_pools(const struct model *model, const struct model_vm *vm)
{
    return model->is_swiotlb || vm->device_link_count > 0;
}

/* True if the ranges share a byte. Ranges never wrap (checked where they are read). */
static inline bool range_overlaps(struct range a, struct range b)
{
    return a.base < b.base + b.size && b.base < a.base + a.size;
}

static inline uint64_t align_up(uint64_t value, uint64_t align)
{
    return (value + align - 1) / align * align;
}

static inline uint64_t align_down(uint64_t value, uint64_t align)
{
    return value / align * align;
}

#endif
