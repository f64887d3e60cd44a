/* SPDX-License-Identifier: BSD-2-Clause */
#include "layout.h"

#include <stddef.h>

#define PAGE_BYTES  UINT64_C(4096)
#define BLOCK_BYTES UINT64_C(0x200000)

void ldr_layout_modules(struct ldr_table *table, uint64_t image_base)
{
    for (uint32_t i = 0; i < table->header.entry_count; i++) {
        struct image_entry *entry = &table->entries[i];

        if (entry->type == IMAGE_MODULE && entry->target == IMAGE_TARGET_ANY) {
            entry->target = ldr_round_up(image_base + entry->offset, IMAGE_MODULE_ALIGN);
        }
    }
}

static int check_ram(struct ldr_range range, const char *name, const struct ldr_range *ram,
                     unsigned int ram_count, struct ldr_error *error)
{
    if (ldr_range_covered(range, ram, ram_count)) {
        return 0;
    }
    return ldr_fail(error, "too little RAM: %s needs 0x%x-0x%x, board has 0x%x-0x%x", name,
                    range.base, range.base + range.size, ram[0].base,
                    ram[ram_count - 1].base + ram[ram_count - 1].size);
}

static int check_kernel(const struct ldr_elf *kernel, struct ldr_error *error)
{
    if (kernel->paddr.base % BLOCK_BYTES != 0 || kernel->vaddr.base % BLOCK_BYTES != 0 ||
        kernel->paddr.size != kernel->vaddr.size) {
        return ldr_fail(error, "kernel is linked at 0x%x for 0x%x: not in 2 MB blocks", NULL,
                        kernel->vaddr.base, kernel->paddr.base, 0, 0);
    }
    return 0;
}

/* The kernel's block is written while the image is still being read. */
static int check_block(const struct ldr_layout *layout, struct ldr_range block,
                       struct ldr_error *error)
{
    if (ldr_range_overlap(block, layout->image)) {
        return ldr_fail(error, "image at 0x%x-0x%x reaches into the kernel's place 0x%x-0x%x", NULL,
                        layout->image.base, layout->image.base + layout->image.size, block.base,
                        block.base + block.size);
    }
    return 0;
}

static int check_target(const struct image_entry *entry, const struct ldr_layout *layout,
                        struct ldr_range block, struct ldr_error *error)
{
    struct ldr_range range = ldr_entry_range(entry);
    uint64_t source = layout->image.base + entry->offset;

    if (ldr_range_overlap(range, block)) {
        return ldr_fail(error, "%s: 0x%x-0x%x overlaps the kernel's place 0x%x-0x%x", entry->name,
                        range.base, range.base + range.size, block.base, block.base + block.size);
    }
    /* Moving up by less than a block is safe when the last module goes first; else stay clear. */
    if (entry->type == IMAGE_MODULE && ldr_range_overlap(range, layout->image) &&
        (entry->target < source || entry->target - source >= IMAGE_MODULE_ALIGN)) {
        return ldr_fail(error, "%s: target 0x%x lies inside the loaded image 0x%x-0x%x",
                        entry->name, entry->target, layout->image.base,
                        layout->image.base + layout->image.size, 0);
    }
    return 0;
}

static int check_entries(const struct ldr_table *table, const struct ldr_layout *layout,
                         struct ldr_range block, const struct ldr_range *ram,
                         unsigned int ram_count, struct ldr_error *error)
{
    for (uint32_t i = 0; i < table->header.entry_count; i++) {
        const struct image_entry *entry = &table->entries[i];
        struct ldr_range range = ldr_entry_range(entry);

        if (entry->type != IMAGE_MODULE && entry->type != IMAGE_RESERVE) {
            continue;
        }
        if (check_ram((struct ldr_range){ entry->target, entry->size }, entry->name, ram, ram_count,
                      error) != 0 ||
            check_target(entry, layout, block, error) != 0) {
            return -1;
        }
        for (uint32_t j = 0; j < i; j++) {
            const struct image_entry *other = &table->entries[j];

            if ((other->type == IMAGE_MODULE || other->type == IMAGE_RESERVE) &&
                ldr_range_overlap(range, ldr_entry_range(other))) {
                return ldr_fail(error, "%s: 0x%x-0x%x overlaps what begins at 0x%x", entry->name,
                                range.base, range.base + range.size, other->target, 0);
            }
        }
    }
    return 0;
}

int ldr_layout_place(const struct ldr_table *table, uint64_t image_base,
                     const struct ldr_elf *kernel, const struct ldr_elf *root, uint64_t tree_bytes,
                     const struct ldr_range *ram, unsigned int ram_count, struct ldr_layout *layout,
                     struct ldr_error *error)
{
    struct ldr_range block;

    layout->image = (struct ldr_range){ image_base, table->header.image_size };
    layout->kernel = kernel->paddr;
    layout->tree.base = ldr_round_up(kernel->paddr.base + kernel->paddr.size, PAGE_BYTES);
    layout->tree.size = tree_bytes;
    layout->root.base = ldr_round_up(layout->tree.base + tree_bytes, PAGE_BYTES);
    layout->root.size = root->vaddr.size;
    layout->root_headers = layout->root.base + layout->root.size;
    block.base = layout->kernel.base;
    block.size = layout->root_headers + PAGE_BYTES - block.base;

    if (check_kernel(kernel, error) != 0 ||
        check_ram(block, "kernel and root task", ram, ram_count, error) != 0 ||
        check_block(layout, block, error) != 0) {
        return -1;
    }
    return check_entries(table, layout, block, ram, ram_count, error);
}
