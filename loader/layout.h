/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who lies where in physical memory when the kernel starts. Pure.
 *
 * Order that the kernel asks for: kernel < device tree < root task, then one page with the root
 * task's program headers. Modules stay where they are if that is their target.
 */
#ifndef LOADER_LAYOUT_H
#define LOADER_LAYOUT_H

#include "loader/elf64.h"
#include "loader/table.h"

struct ldr_layout {
    struct ldr_range image;  /* loader and payloads as the firmware left them */
    struct ldr_range kernel; /* by p_paddr, whole pages */
    struct ldr_range tree;   /* packed device tree */
    struct ldr_range root;   /* root task, flattened, whole pages */
    uint64_t root_headers;   /* page behind the root task */
};

/**
 * ldr_layout_modules() - gives every module of @table its final target
 * @image_base: physical address of the image's first byte
 *
 * A module without a wish stays where it is, or moves up to the next 2 MB boundary when the
 * firmware put the image elsewhere than it was laid out for.
 */
void ldr_layout_modules(struct ldr_table *table, uint64_t image_base);

/**
 * ldr_layout_place() - places kernel, tree and root task, and checks everything
 * @table: after ldr_layout_modules()
 * @image_base: physical address of the image's first byte
 * @tree_bytes: size of the packed tree
 * @ram, @ram_count: memory of the board
 * @layout: receives the places
 *
 * Refused: targets outside of RAM ("too little RAM: ..."), targets that overlap each other, the
 * kernel's block, or payloads that have not been moved yet; a kernel that is not linked in 2 MB
 * blocks.
 * Return: 0, or -1 with @error filled in.
 */
int ldr_layout_place(const struct ldr_table *table, uint64_t image_base,
                     const struct ldr_elf *kernel, const struct ldr_elf *root, uint64_t tree_bytes,
                     const struct ldr_range *ram, unsigned int ram_count, struct ldr_layout *layout,
                     struct ldr_error *error);

#endif
