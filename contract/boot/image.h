/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot image: what composer/image writes and the loader reads.
 *
 *   offset 0            loader, starting with the arm64 Linux `Image` header
 *   IMAGE table offset  struct image_header, then `entry_count` struct image_entry
 *   further             payloads, at the offsets that the entries name
 *
 * The table starts at the first 4 KiB boundary after the loader's binary. All offsets count from
 * the image's first byte, all numbers are little endian. The loader copies header and entries to
 * private memory before it checks them, and refuses an image whose checks fail.
 *
 * Source: arm64 boot protocol (Linux, Documentation/arch/arm64/booting.rst) for the Image header.
 */
#ifndef CONTRACT_BOOT_IMAGE_H
#define CONTRACT_BOOT_IMAGE_H

#include <stdint.h>

#define IMAGE_MAGIC       UINT64_C(0x314547414d495650) /* "PVIMAGE1" */
#define IMAGE_VERSION     1u
#define IMAGE_MAX_ENTRIES 64u
#define IMAGE_NAME_BYTES  32u
#define IMAGE_MAX_CORES   8u

/* Modules start at this alignment in physical memory and own the blocks that they touch. */
#define IMAGE_MODULE_ALIGN UINT64_C(0x200000)

/* Physical address at which QEMU's virt board puts an Image with text_offset 0. */
#define IMAGE_LOAD_BASE_QEMU_VIRT UINT64_C(0x40200000)

#define IMAGE_TARGET_ANY UINT64_MAX

enum image_entry_type {
    IMAGE_KERNEL_ELF = 1, /* loaded to its p_paddr; exactly one */
    IMAGE_ROOT_ELF = 2,   /* the initial task; exactly one */
    IMAGE_MODULE = 3,     /* stays in memory, reserved, announced in /chosen */
    IMAGE_RESERVE = 4,    /* no payload: RAM [target, target + size) that the kernel must leave */
};

/* Verify crc32 over the payload before use; the writer sets it for kernel and root task. */
#define IMAGE_FLAG_VERIFY 1u

struct image_entry {
    uint32_t type;   /* enum image_entry_type */
    uint32_t flags;  /* IMAGE_FLAG_* */
    uint64_t target; /* MODULE: physical address or IMAGE_TARGET_ANY; RESERVE: physical address */
    uint64_t offset; /* of the payload, bytes from the image's start; RESERVE: 0 */
    uint64_t size;   /* bytes */
    uint32_t crc32;  /* IEEE 802.3, of the payload; RESERVE: 0 */
    uint32_t reserved;
    char name[IMAGE_NAME_BYTES]; /* NUL-terminated, not empty for MODULE */
};

struct image_header {
    uint64_t magic;
    uint32_t version;
    uint32_t crc32;         /* IEEE 802.3, of header (this field as 0) and all entries */
    uint32_t entry_count;   /* 2..IMAGE_MAX_ENTRIES */
    uint32_t pa_bits;       /* 40 or 44: what the kernel was built for (decides TCR_EL2) */
    uint32_t core_count;    /* cores that the kernel was built for, 1..IMAGE_MAX_CORES */
    uint32_t least_cores;   /* boards with fewer are refused; 0: with fewer than core_count */
    uint64_t image_size;    /* bytes, loader and payloads together */
    uint64_t load_base;     /* physical address for which the image was laid out */
    uint64_t fallback_uart; /* PL011 to print on before or without a device tree; 0 = none */
};

_Static_assert(sizeof(struct image_entry) == 72, "image entry layout");
_Static_assert(sizeof(struct image_header) == 56, "image header layout");

/* The arm64 Linux Image header, at offset 0. */
struct image_linux_header {
    uint32_t code[2];
    uint64_t text_offset; /* 0 */
    uint64_t image_size;  /* bytes of memory from the load address that the image occupies */
    uint64_t flags;       /* bit 0: big endian; 2:1: page size (1 = 4K); 3: any 2 MB base */
    uint64_t reserved[3];
    uint32_t magic; /* "ARM\x64" */
    uint32_t pe_offset;
};

#define IMAGE_LINUX_MAGIC 0x644d5241u
#define IMAGE_LINUX_FLAGS UINT64_C(0xa)

_Static_assert(sizeof(struct image_linux_header) == 64, "Image header layout");

/* Properties of /chosen by which the initial task finds the modules. */
#define IMAGE_CHOSEN_MODULES      "peervisor,modules"      /* (u64 address, u64 size) per module */
#define IMAGE_CHOSEN_MODULE_NAMES "peervisor,module-names" /* string list, same order */

#endif
