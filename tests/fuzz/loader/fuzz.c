/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's checks on arbitrary input. The first byte chooses: image table (its crc is made
 * right, or nothing behind it would ever be reached), ELF file, or device tree. What a check
 * accepts is then used as the loader would use it, in memory of exactly the promised size.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "loader/layout.h"
#include "loader/table.h"
#include "loader/tree.h"

#define MAX_MEMORY (8u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal(uint8_t *image)
{
    struct image_header header;
    uint64_t bytes;

    memcpy(&header, image, sizeof(header));
    header.magic = IMAGE_MAGIC;
    header.version = IMAGE_VERSION;
    header.entry_count = 2 + header.entry_count % 4;
    header.pa_bits = header.pa_bits & 1 ? 40 : 44;
    header.core_count = 1 + header.core_count % 4;
    header.least_cores %= 5;
    header.image_size &= 0xffffff;
    header.crc32 = 0;
    bytes = header.entry_count * sizeof(struct image_entry);
    header.crc32 = ldr_crc32(ldr_crc32(0, &header, sizeof(header)), image + sizeof(header), bytes);
    memcpy(image, &header, sizeof(header));
}

static void fuzz_table(const uint8_t *data, size_t size)
{
    const struct ldr_range ram[2] = { { 0x40000000, 0x40000000 }, { 0x100000000, 0x40000000 } };
    static struct ldr_table table;
    struct ldr_error error = { 0 };
    struct ldr_layout layout;
    struct ldr_elf kernel = { .vaddr = { 0xffc0000000, 0x30000 },
                              .paddr = { 0x60000000, 0x30000 } };
    struct ldr_elf root = { .vaddr = { 0x400000, 0x8000 } };
    uint8_t image[sizeof(struct image_header) + 8 * sizeof(struct image_entry)] = { 0 };
    static uint8_t tree[0x4000] __attribute__((aligned(8)));

    memcpy(image, data, size < sizeof(image) ? size : sizeof(image));
    seal(image);
    if (ldr_table_read(image, 0, &table, &error) != 0) {
        return;
    }
    for (uint32_t i = 0; i < table.header.entry_count; i++) {
        const struct image_entry *entry = &table.entries[i];

        if (entry->type != IMAGE_RESERVE && entry->offset + entry->size > table.header.image_size) {
            abort();
        }
    }
    ldr_layout_modules(&table, IMAGE_LOAD_BASE_QEMU_VIRT);
    (void)ldr_layout_place(&table, IMAGE_LOAD_BASE_QEMU_VIRT, &kernel, &root, 0x2000, ram, 2,
                           &layout, &error);
    (void)fdt_create_empty_tree(tree, sizeof(tree));
    (void)ldr_tree_announce(tree, &table, &error);
}

static void fuzz_elf(const uint8_t *data, size_t size)
{
    struct ldr_error error = { 0 };
    struct ldr_elf elf;
    uint8_t *file = malloc(size ? size : 1);
    uint8_t *memory;

    memcpy(file, data, size);
    if (ldr_elf_read(file, size, "fuzz", &elf, &error) == 0) {
        for (int by_paddr = 0; by_paddr < 2; by_paddr++) {
            uint64_t bytes = by_paddr ? elf.paddr.size : elf.vaddr.size;

            if (bytes <= MAX_MEMORY) {
                memory = malloc(bytes);
                ldr_elf_load(&elf, file, memory, by_paddr);
                free(memory);
            }
        }
    }
    free(file);
}

static void fuzz_tree(const uint8_t *data, size_t size)
{
    struct ldr_error error = { 0 };
    struct ldr_range ram[LDR_MAX_MEMORY_RANGES];
    struct ldr_cpu cpus[4];
    uint8_t *tree = malloc(size ? size : 1);

    memcpy(tree, data, size);
    if (fdt_check_full(tree, size) == 0) {
        (void)ldr_tree_memory(tree, ram, &error);
        (void)ldr_tree_uart(tree);
        (void)ldr_tree_cpus(tree, cpus, 4);
    }
    free(tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    switch (data[0] % 3) {
    case 0: fuzz_table(data + 1, size - 1); break;
    case 1: fuzz_elf(data + 1, size - 1); break;
    default: fuzz_tree(data + 1, size - 1); break;
    }
    return 0;
}
