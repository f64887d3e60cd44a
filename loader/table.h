/* SPDX-License-Identifier: BSD-2-Clause */
/* The image table: private copy and checks. Pure: also built for the host's tests. */
#ifndef LOADER_TABLE_H
#define LOADER_TABLE_H

#include "contract/boot/image.h"
#include "loader/range.h"

struct ldr_table {
    struct image_header header;
    struct image_entry entries[IMAGE_MAX_ENTRIES];
};

/**
 * ldr_table_read() - copies the table out of the image and checks it
 * @image: first byte of the image
 * @table_offset: bytes from @image to the table; fixed when the loader was linked
 * @table: receives the copy; valid only after success
 * @error: says what is wrong
 *
 * After success: magic, version and crc are right; there is exactly one kernel and one root task;
 * every payload lies between the table's end and the image's end; every name is terminated; every
 * target range is below 2^48, targets are aligned and disjoint.
 *
 * Return: 0, or -1 with @error filled in.
 * Source: contract/boot/image.h
 */
int ldr_table_read(const uint8_t *image, uint64_t table_offset, struct ldr_table *table,
                   struct ldr_error *error);

/* The only entry of a type that exists once (kernel or root task), after a successful read. */
const struct image_entry *ldr_table_find(const struct ldr_table *table, uint32_t type);

/* Memory that a module or reservation keeps: a module owns every 2 MB block that it touches. */
struct ldr_range ldr_entry_range(const struct image_entry *entry);

/**
 * ldr_crc32() - IEEE 802.3 checksum
 * @crc: 0 to begin with, the last result to continue
 */
uint32_t ldr_crc32(uint32_t crc, const void *data, uint64_t size_bytes);

#endif
