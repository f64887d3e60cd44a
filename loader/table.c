/* SPDX-License-Identifier: BSD-2-Clause */
#include "table.h"

#include <stddef.h>
#include <string.h>

uint32_t ldr_crc32(uint32_t crc, const void *data, uint64_t size_bytes)
{
    /* Half a byte per step: 64 bytes of constants, fast enough for kernel and root task. */
    static const uint32_t nibble[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *bytes = data;

    crc = ~crc;
    for (uint64_t i = 0; i < size_bytes; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ nibble[crc & 15];
        crc = (crc >> 4) ^ nibble[crc & 15];
    }
    return ~crc;
}

const struct image_entry *ldr_table_find(const struct ldr_table *table, uint32_t type)
{
    for (uint32_t i = 0; i < table->header.entry_count; i++) {
        if (table->entries[i].type == type) {
            return &table->entries[i];
        }
    }
    return NULL;
}

struct ldr_range ldr_entry_range(const struct image_entry *entry)
{
    struct ldr_range range = { entry->target, entry->size };

    if (entry->type == IMAGE_MODULE && entry->target != IMAGE_TARGET_ANY) {
        range.size = ldr_round_up(entry->size, IMAGE_MODULE_ALIGN);
    }
    return range;
}

static int check_header(const struct image_header *header, uint64_t table_offset,
                        struct ldr_error *error)
{
    if (header->magic != IMAGE_MAGIC) {
        return ldr_fail(error, "no image table behind the loader (found 0x%x)", NULL, header->magic,
                        0, 0, 0);
    }
    if (header->version != IMAGE_VERSION) {
        return ldr_fail(error, "image table version 0x%x, this loader knows 0x%x", NULL,
                        header->version, IMAGE_VERSION, 0, 0);
    }
    if (header->entry_count < 2 || header->entry_count > IMAGE_MAX_ENTRIES) {
        return ldr_fail(error, "image table has 0x%x entries", NULL, header->entry_count, 0, 0, 0);
    }
    if (header->pa_bits != 40 && header->pa_bits != 44) {
        return ldr_fail(error, "kernel for 0x%x physical address bits", NULL, header->pa_bits, 0, 0,
                        0);
    }
    if (header->core_count < 1 || header->core_count > IMAGE_MAX_CORES) {
        return ldr_fail(error, "image asks for 0x%x cores", NULL, header->core_count, 0, 0, 0);
    }
    if (header->least_cores > header->core_count) {
        return ldr_fail(error, "image asks for 0x%x cores or more, of 0x%x", NULL,
                        header->least_cores, header->core_count, 0, 0);
    }
    if (header->image_size >> 40 || header->image_size < table_offset) {
        return ldr_fail(error, "image size 0x%x is impossible", NULL, header->image_size, 0, 0, 0);
    }
    return 0;
}

static int check_payload(const struct image_entry *entry, uint64_t first, uint64_t image_size,
                         struct ldr_error *error)
{
    if (entry->size == 0 || entry->offset < first || entry->offset > image_size ||
        entry->size > image_size - entry->offset) {
        return ldr_fail(error, "%s: payload 0x%x + 0x%x is outside the image (0x%x)", entry->name,
                        entry->offset, entry->size, image_size, 0);
    }
    return 0;
}

static int check_target(const struct image_entry *entry, uint64_t align, struct ldr_error *error)
{
    struct ldr_range range = { entry->target, entry->size };

    if (!ldr_range_sane(range) || entry->size == 0 || entry->target % align != 0) {
        return ldr_fail(error, "%s: target 0x%x + 0x%x is not possible (alignment 0x%x)",
                        entry->name, entry->target, entry->size, align, 0);
    }
    return 0;
}

static int check_entry(const struct image_entry *entry, uint64_t first_payload, uint64_t image_size,
                       struct ldr_error *error)
{
    if (memchr(entry->name, '\0', sizeof(entry->name)) == NULL) {
        return ldr_fail(error, "image entry with an endless name", NULL, 0, 0, 0, 0);
    }
    switch (entry->type) {
    case IMAGE_KERNEL_ELF:
    case IMAGE_ROOT_ELF: return check_payload(entry, first_payload, image_size, error);
    case IMAGE_MODULE:
        if (entry->name[0] == '\0') {
            return ldr_fail(error, "module without a name", NULL, 0, 0, 0, 0);
        }
        if (entry->target != IMAGE_TARGET_ANY &&
            check_target(entry, IMAGE_MODULE_ALIGN, error) != 0) {
            return -1;
        }
        return check_payload(entry, first_payload, image_size, error);
    case IMAGE_RESERVE:
        if (entry->size % 4096 != 0) {
            return ldr_fail(error, "%s: reserves 0x%x bytes, not whole pages", entry->name,
                            entry->size, 0, 0, 0);
        }
        return check_target(entry, 4096, error);
    default: return ldr_fail(error, "image entry of unknown type 0x%x", NULL, entry->type, 0, 0, 0);
    }
}

static int check_once(const struct ldr_table *table, uint32_t type, const char *what,
                      struct ldr_error *error)
{
    unsigned int found = 0;

    for (uint32_t i = 0; i < table->header.entry_count; i++) {
        found += table->entries[i].type == type;
    }
    if (found != 1) {
        return ldr_fail(error, "image has 0x%x of: %s", what, found, 0, 0, 0);
    }
    return 0;
}

static bool has_range(const struct image_entry *entry)
{
    return entry->type == IMAGE_RESERVE ||
           (entry->type == IMAGE_MODULE && entry->target != IMAGE_TARGET_ANY);
}

static int check_disjoint(const struct ldr_table *table, struct ldr_error *error)
{
    for (uint32_t i = 0; i < table->header.entry_count; i++) {
        const struct image_entry *a = &table->entries[i];

        for (uint32_t j = 0; has_range(a) && j < i; j++) {
            const struct image_entry *b = &table->entries[j];

            if (has_range(b) && ldr_range_overlap(ldr_entry_range(a), ldr_entry_range(b))) {
                return ldr_fail(error, "%s: 0x%x + 0x%x overlaps 0x%x + 0x%x", a->name, a->target,
                                a->size, b->target, b->size);
            }
        }
    }
    return 0;
}

int ldr_table_read(const uint8_t *image, uint64_t table_offset, struct ldr_table *table,
                   struct ldr_error *error)
{
    struct image_header *header = &table->header;
    uint32_t stated;
    uint32_t crc;
    uint64_t entry_bytes;

    memcpy(header, image + table_offset, sizeof(*header));
    if (check_header(header, table_offset, error) != 0) {
        return -1;
    }
    entry_bytes = header->entry_count * sizeof(struct image_entry);
    memcpy(table->entries, image + table_offset + sizeof(*header), entry_bytes);
    stated = header->crc32;
    header->crc32 = 0;
    crc = ldr_crc32(ldr_crc32(0, header, sizeof(*header)), table->entries, entry_bytes);
    header->crc32 = stated;
    if (crc != stated) {
        return ldr_fail(error, "image table is damaged: crc 0x%x, stated 0x%x", NULL, crc, stated,
                        0, 0);
    }
    for (uint32_t i = 0; i < header->entry_count; i++) {
        if (check_entry(&table->entries[i], table_offset + sizeof(*header) + entry_bytes,
                        header->image_size, error) != 0) {
            return -1;
        }
    }
    if (check_once(table, IMAGE_KERNEL_ELF, "kernel", error) != 0 ||
        check_once(table, IMAGE_ROOT_ELF, "root task", error) != 0) {
        return -1;
    }
    return check_disjoint(table, error);
}
