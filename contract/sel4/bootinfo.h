/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the initial thread gets: slots of its CNode, BootInfo page and extra BootInfo chunks. At
 * its entry x0 holds the virtual address of the BootInfo page, every other register is 0.
 *
 * The includer has the kernel's configuration (CONFIG_*) included before this header.
 *
 * Source: seL4 16.0.0 API, classic configuration.
 */
#ifndef CONTRACT_SEL4_BOOTINFO_H
#define CONTRACT_SEL4_BOOTINFO_H

#define SEL4_SLOT_NULL             0
#define SEL4_SLOT_INIT_TCB         1
#define SEL4_SLOT_INIT_CNODE       2
#define SEL4_SLOT_INIT_VSPACE      3
#define SEL4_SLOT_IRQ_CONTROL      4
#define SEL4_SLOT_ASID_CONTROL     5
#define SEL4_SLOT_INIT_ASID_POOL   6
#define SEL4_SLOT_IO_PORT_CONTROL  7 /* null */
#define SEL4_SLOT_IO_SPACE         8 /* null */
#define SEL4_SLOT_BOOT_INFO_FRAME  9
#define SEL4_SLOT_INIT_IPC_BUFFER  10
#define SEL4_SLOT_DOMAIN           11
#define SEL4_SLOT_SMMU_SID_CONTROL 12 /* null without SMMU */
#define SEL4_SLOT_SMMU_CB_CONTROL  13 /* null without SMMU */
#define SEL4_SLOT_INIT_SC          14 /* null: classic */
#define SEL4_SLOT_SMC              15 /* null unless CONFIG_ALLOW_SMC_CALLS */
#define SEL4_NUM_INITIAL_CAPS      16

#define SEL4_BOOT_INFO_FRAME_BITS 12

#define SEL4_BOOT_INFO_HEADER_PADDING 0
#define SEL4_BOOT_INFO_HEADER_FDT     6
#define SEL4_BOOT_INFO_HEADER_NUM     7

#ifndef __ASSEMBLER__
/* Half-open range of slots in the initial CNode. */
struct sel4_slot_region {
    unsigned long start;
    unsigned long end;
};

struct sel4_untyped_desc {
    unsigned long paddr;
    unsigned char size_bits;
    unsigned char is_device;
    unsigned char padding[6];
};

/* Head of a chunk of extra BootInfo; `len_bytes` includes this head. */
struct sel4_boot_info_header {
    unsigned long id;
    unsigned long len_bytes;
};

struct sel4_boot_info {
    unsigned long extra_len_bytes;
    unsigned long node_id;
    unsigned long num_nodes;
    unsigned long num_iopt_levels;
    unsigned long ipc_buffer; /* virtual address */
    struct sel4_slot_region empty;
    struct sel4_slot_region shared_frames;
    struct sel4_slot_region user_image_frames;
    struct sel4_slot_region user_image_paging;
    struct sel4_slot_region io_space_caps;
    struct sel4_slot_region extra_bi_pages;
    unsigned long init_thread_cnode_size_bits;
    unsigned long init_thread_domain;
    struct sel4_slot_region untyped;
    struct sel4_untyped_desc untyped_list[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
};

_Static_assert(sizeof(struct sel4_untyped_desc) == 16, "untyped description");
_Static_assert(__builtin_offsetof(struct sel4_boot_info, empty) == 0x28, "empty");
_Static_assert(__builtin_offsetof(struct sel4_boot_info, init_thread_domain) == 0x90, "domain");
_Static_assert(__builtin_offsetof(struct sel4_boot_info, untyped_list) == 0xa8, "untyped list");
_Static_assert(sizeof(struct sel4_boot_info) <= 1 << SEL4_BOOT_INFO_FRAME_BITS, "one page");
#endif

#endif
