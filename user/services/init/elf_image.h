/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the program headers of a component's ELF file: 64-bit, little endian, AArch64, EXEC. Pure.
 *
 * Source: System V ABI, object files; ELF for the Arm 64-bit Architecture, 2023Q3.
 */
#ifndef INIT_ELF_IMAGE_H
#define INIT_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rt/error.h"

#define ELF_IMAGE_SEGMENTS_MAX 8u

struct elf_segment {
    uint64_t vaddr;      /* page-aligned */
    uint64_t mem_bytes;  /* > 0 */
    const uint8_t *data; /* file_bytes bytes inside of the file */
    uint64_t file_bytes; /* <= mem_bytes; the rest is zero */
    bool writable;
    bool executable;
};

struct elf_image {
    uint64_t entry; /* inside of an executable segment */
    uint32_t segment_count;
    struct elf_segment segments[ELF_IMAGE_SEGMENTS_MAX];
};

/*
 * Checks a file and lists its loadable segments.
 *
 * @bytes, @size: the boot module; its alignment does not matter.
 * @low, @high: every segment must lie in [low, high).
 * @name: for log lines.
 * Returns 0, or RT_ERR_FORMAT after logging what is wrong. A segment that is both writable and
 * executable, and two segments on one page, are refused.
 */
int elf_image_read(const void *bytes, size_t size, uint64_t low, uint64_t high, const char *name,
                   struct elf_image *image) RT_MUST_CHECK;

#endif
