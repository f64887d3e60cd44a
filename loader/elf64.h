/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF64 executables for AArch64: checks and the loadable segments. Pure. */
#ifndef LOADER_ELF64_H
#define LOADER_ELF64_H

#include "loader/range.h"

#define LDR_ELF_MAX_SEGMENTS 16u

struct ldr_elf_header {
    uint8_t ident[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t phoff;
    uint64_t shoff;
    uint32_t flags;
    uint16_t ehsize;
    uint16_t phentsize;
    uint16_t phnum;
    uint16_t shentsize;
    uint16_t shnum;
    uint16_t shstrndx;
};

struct ldr_elf_segment {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t vaddr;
    uint64_t paddr;
    uint64_t filesz;
    uint64_t memsz;
    uint64_t align;
};

/**
 * struct ldr_elf - a checked executable
 * @entry: virtual entry point
 * @vaddr: virtual range of all loadable segments, rounded out to pages
 * @paddr: physical range of all loadable segments (p_paddr), rounded out to pages
 * @segments: the loadable segments only
 * @headers: every program header as found in the file, @header_count of them
 */
struct ldr_elf {
    uint64_t entry;
    struct ldr_range vaddr;
    struct ldr_range paddr;
    unsigned int segment_count;
    struct ldr_elf_segment segments[LDR_ELF_MAX_SEGMENTS];
    unsigned int header_count;
    struct ldr_elf_segment headers[LDR_ELF_MAX_SEGMENTS];
};

/**
 * ldr_elf_read() - checks an ELF file and copies what is needed of its headers
 * @file: the file in memory; written by whoever built the image
 * @size_bytes: its size
 * @name: for messages
 *
 * After success every loadable segment's file part lies inside the file, no virtual range wraps,
 * segments do not overlap, and the entry point is inside one of them.
 *
 * Return: 0, or -1 with @error filled in.
 */
int ldr_elf_read(const uint8_t *file, uint64_t size_bytes, const char *name, struct ldr_elf *elf,
                 struct ldr_error *error);

/**
 * ldr_elf_load() - writes the loadable segments to memory, zeros included
 * @elf: result of ldr_elf_read() on @file
 * @file: the file in memory
 * @memory: where the first byte of the range goes
 * @by_paddr: lay segments out by physical instead of virtual address
 *
 * Bytes of the rounded range that no segment covers are zeroed, too.
 */
void ldr_elf_load(const struct ldr_elf *elf, const uint8_t *file, uint8_t *memory, bool by_paddr);

#endif
