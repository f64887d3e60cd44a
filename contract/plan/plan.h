/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan: what the initial task builds. Written by the composer, read by the initial task.
 *
 * A plan is a list of kernel objects, of capabilities placed into CNodes, of mappings placed into
 * VSpaces and of components that are started. It names no VM and no link: those exist only in the
 * configuration blob that each component receives (for a VMM: contract/plan/vmm.h). Whoever holds
 * the plan can therefore prove from these tables alone who can reach what.
 *
 * Encoding: little endian, every table 8-byte aligned, offsets in bytes from the plan's start.
 * The plan is a boot module named "plan". The initial task checks every index and range before
 * the first use and refuses a plan that does not hold together.
 *
 * Source: docs/reference/plan.md
 */
#ifndef CONTRACT_PLAN_PLAN_H
#define CONTRACT_PLAN_PLAN_H

#include <stdint.h>

#define PLAN_MAGIC   UINT64_C(0x314e414c50565250) /* "PRVPLAN1" */
#define PLAN_VERSION 1u

#define PLAN_NONE      UINT32_MAX /* "no such object/module/string" in a 32-bit index */
#define PLAN_ANY_PADDR UINT64_MAX /* the initial task chooses, from RAM that the kernel manages */

struct plan_table {
    uint32_t offset; /* bytes from the plan's start */
    uint32_t count;  /* entries; for strings and blobs: bytes */
};

struct plan_header {
    uint64_t magic;
    uint32_t version;
    uint32_t size_bytes; /* of the whole plan */
    uint32_t crc32;      /* IEEE 802.3, of all bytes after this header */
    uint32_t reserved;
    struct plan_table objects;    /* struct plan_object */
    struct plan_table caps;       /* struct plan_cap */
    struct plan_table maps;       /* struct plan_map */
    struct plan_table components; /* struct plan_component, started in this order */
    struct plan_table modules;    /* struct plan_module */
    struct plan_table strings;    /* NUL-terminated, referenced by byte offset */
    struct plan_table blobs;      /* configuration blobs, referenced by byte offset */
    /* The initial task's own log channel to the console component; log_badge 0 = none. */
    uint32_t log_frames;       /* object index: PLAN_FRAMES, CONSOLE_CHANNEL_BYTES of 4 KiB pages */
    uint32_t log_notification; /* object index: the console component's notification */
    uint64_t log_badge;        /* with which the initial task signals it */
};

enum plan_object_type {
    PLAN_UNTYPED = 1, /* size_bits; paddr fixed (device untyped) or PLAN_ANY_PADDR (RAM) */
    PLAN_ENDPOINT = 2,
    PLAN_NOTIFICATION = 3,
    PLAN_CNODE = 4, /* size_bits: log2 of the slot count; resolved with a guard of
                              64 - size_bits zero bits, so a slot number is a CPtr */
    PLAN_TCB = 5,
    PLAN_VSPACE = 6, /* created with an ASID */
    PLAN_FRAMES = 7, /* `count` pages of 2^size_bits (12, 21, 30) bytes, contiguous when paddr
                              is fixed */
    PLAN_IRQ = 8,    /* handler for INTID `irq`, `edge` trigger, delivered on core `core` */
};

struct plan_object {
    uint16_t type; /* enum plan_object_type */
    uint8_t size_bits;
    uint8_t edge;   /* PLAN_IRQ: 1 edge, 0 level */
    uint32_t count; /* PLAN_FRAMES: pages; otherwise 1 */
    uint64_t paddr; /* bytes, or PLAN_ANY_PADDR */
    uint32_t name;  /* string */
    uint32_t irq;   /* PLAN_IRQ: GIC INTID */
    uint32_t core;  /* PLAN_IRQ: logical core */
    uint32_t reserved;
};

/* Rights as in seL4_CapRights: bit 0 write, 1 read, 2 grant, 3 grant-reply. */
#define PLAN_RIGHT_WRITE      0x1u
#define PLAN_RIGHT_READ       0x2u
#define PLAN_RIGHT_GRANT      0x4u
#define PLAN_RIGHT_GRANTREPLY 0x8u
#define PLAN_RIGHTS_ALL       0xfu

/* Places caps to frames [first, first + count) (or to the one object) into consecutive slots. */
struct plan_cap {
    uint32_t cnode;  /* object index, PLAN_CNODE */
    uint32_t slot;   /* first slot */
    uint32_t object; /* object index */
    uint32_t first;  /* PLAN_FRAMES: first page; otherwise 0 */
    uint32_t count;  /* PLAN_FRAMES: pages; otherwise 1 */
    uint32_t rights; /* PLAN_RIGHT_* */
    uint64_t badge;  /* endpoint and notification; 0 = unbadged */
};

#define PLAN_MAP_CACHED     0x1u /* Normal write-back; otherwise Device-nGnRnE */
#define PLAN_MAP_EXECUTABLE 0x2u

/* Maps pages into a component's VSpace. Intermediate tables are the initial task's business. */
struct plan_map {
    uint32_t vspace; /* object index, PLAN_VSPACE */
    uint32_t object; /* object index, PLAN_FRAMES */
    uint32_t first;
    uint32_t count;
    uint64_t vaddr;  /* bytes, multiple of the page size */
    uint32_t rights; /* PLAN_RIGHT_READ, optionally | PLAN_RIGHT_WRITE */
    uint32_t flags;  /* PLAN_MAP_* */
};

#define PLAN_COMPONENT_NO_FPU 0x1u

/*
 * A native component: one ELF file, one thread to begin with. The initial task loads the segments,
 * maps stack, IPC buffer and the configuration blob (read-only, at PLAN_CONFIG_VADDR) and starts
 * it with x0 = PLAN_CONFIG_VADDR, x1 = blob size in bytes. Its own well-known capabilities are
 * placed in the slots of enum plan_slot; everything else comes from `caps`.
 */
struct plan_component {
    uint32_t name;               /* string */
    uint32_t module;             /* module index of the ELF file */
    uint32_t tcb;                /* object index */
    uint32_t cnode;              /* object index */
    uint32_t vspace;             /* object index */
    uint32_t bound_notification; /* object index or PLAN_NONE */
    uint32_t priority;           /* 0..255 */
    uint32_t mcp;                /* highest priority that it may give others */
    uint32_t core;               /* logical core */
    uint32_t stack_pages;        /* 4 KiB pages, a guard page is left below */
    uint32_t flags;              /* PLAN_COMPONENT_* */
    uint32_t blob_offset;        /* into blobs; multiple of 16 */
    uint32_t blob_size;          /* bytes, may be 0 */
    uint32_t reserved;
};

/* A boot module: bytes that the loader left at a fixed physical address (outside kernel RAM). */
struct plan_module {
    uint64_t paddr;
    uint64_t size_bytes;
    uint32_t name; /* string */
    uint32_t reserved;
};

/* Slots in every component's CSpace; the initial task fills those not marked "from `caps`". */
enum plan_slot {
    PLAN_SLOT_NULL = 0,
    PLAN_SLOT_TCB = 1,          /* the component's own TCB: authority for SetPriority */
    PLAN_SLOT_CNODE = 2,        /* its own root CNode */
    PLAN_SLOT_ENDPOINT = 3,     /* from `caps`: the endpoint it receives on, if any */
    PLAN_SLOT_NOTIFICATION = 4, /* from `caps`: its own notification, if any */
    PLAN_SLOT_FAULT = 5, /* the supervisor's endpoint: the kernel sends this component's faults
                                   there, badge = component index + 1 */
    PLAN_SLOT_FREE = 16, /* first slot for component-specific caps */
};

/* Fixed places in every component's address space. */
#define PLAN_IMAGE_VADDR  UINT64_C(0x0000000000400000) /* link address of components */
#define PLAN_CONFIG_VADDR UINT64_C(0x0000000010000000) /* configuration blob */
#define PLAN_STACK_TOP    UINT64_C(0x0000000020000000) /* stack grows down from here */
#define PLAN_IPC_VADDR    UINT64_C(0x0000000020001000) /* IPC buffer page */
#define PLAN_WINDOW_VADDR UINT64_C(0x0000000100000000) /* `maps` entries live at or above this */

#endif
