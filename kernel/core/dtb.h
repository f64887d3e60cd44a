/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader for the few facts the kernel needs from the device tree: RAM, what is reserved in it, how
 * many cores there are.
 * Bounded: every offset is checked against the blob, which the loader chose.
 *
 * Source: Devicetree Specification 0.4, chapters 3 and 5.
 */
#ifndef CORE_DTB_H
#define CORE_DTB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dtb_range {
    uint64_t base;
    uint64_t size;
};

#define DTB_MAX_MEMORY   16
#define DTB_MAX_RESERVED 128

struct dtb_memory {
    unsigned core_count; /* children of /cpus with device_type "cpu" */
    unsigned memory_count;
    unsigned reserved_count;
    struct dtb_range memory[DTB_MAX_MEMORY];
    /* /memreserve/ entries and /reserved-memory children with `no-map` and `reg`. */
    struct dtb_range reserved[DTB_MAX_RESERVED];
};

/*
 * dtb_read_memory() - collect RAM and reservations, count the cores
 * @blob: device tree, 8-byte aligned
 * @size: bytes that may be read at `blob`; chosen by the loader
 *
 * Return: false if the blob is malformed or has more ranges than fit.
 */
bool dtb_read_memory(const void *blob, size_t size, struct dtb_memory *memory);

#endif
