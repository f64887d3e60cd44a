/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot image writer: collects loader, kernel, root task, modules and reservations, decides where
 * each lies, and writes the file that contract/boot/image.h describes. Used by the composer and by
 * tools/pack-image. The checks are the loader's own (loader/table.c, elf64.c, layout.c), so what is
 * written here boots there.
 *
 * Use: image_init, image_add_* in any order, image_place, then image_module_paddr as needed,
 * image_write, image_free. After the first error every further call fails; image_error() is the
 * text to print.
 */
#ifndef COMPOSER_IMAGE_H
#define COMPOSER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "contract/boot/image.h"

/**
 * struct image_options - facts about board and kernel, chosen by whoever builds the image
 * @load_base: physical address at which the firmware will put the image
 * @pa_bits: 40 or 44, as the kernel was built
 * @core_count: cores that the kernel was built for
 * @least_cores: boards with fewer are refused; 0: with fewer than @core_count
 * @fallback_uart: PL011 for messages before the device tree is read; 0 = none
 */
struct image_options {
    uint64_t load_base;
    uint32_t pa_bits;
    uint32_t core_count;
    uint32_t least_cores;
    uint64_t fallback_uart;
};

struct image_item {
    struct image_entry entry;
    const uint8_t *data; /* read when the image is written */
    uint8_t *owned;      /* the same, when the builder read it from a file */
};

struct image_builder {
    struct image_options options;
    uint8_t *loader;
    size_t loader_size;
    struct image_item items[IMAGE_MAX_ENTRIES];
    unsigned int item_count;
    uint64_t image_size;
    bool placed;
    char error[256];
};

void image_init(struct image_builder *builder, const struct image_options *options);
void image_free(struct image_builder *builder);

/* The first error as one line without newline, or "" while all is well. */
const char *image_error(const struct image_builder *builder);

/* Reads the loader's flat binary. */
int image_add_loader(struct image_builder *builder, const char *path);

/* Reads kernel or root task and checks that it is an AArch64 executable. */
int image_add_elf(struct image_builder *builder, enum image_entry_type type, const char *path);

/**
 * image_add_module() - a module whose bytes are in memory
 * @name: shorter than IMAGE_NAME_BYTES, unique
 * @data: must stay valid, with unchanged size, until image_write()
 * @target: physical address (multiple of 2 MB), or IMAGE_TARGET_ANY to stay in place
 */
int image_add_module(struct image_builder *builder, const char *name, const uint8_t *data,
                     size_t size_bytes, uint64_t target);

/* The same for a file, which is read at once. */
int image_add_module_file(struct image_builder *builder, const char *name, const char *path,
                          uint64_t target);

/* RAM [base, base + size_bytes) that the kernel must leave alone; whole pages. */
int image_add_reserve(struct image_builder *builder, const char *name, uint64_t base,
                      uint64_t size_bytes);

/**
 * image_place() - fixes every offset and target and checks the result
 *
 * Payloads follow each other: kernel, root task, modules in the order of their addition. A module
 * starts on a 2 MB boundary of physical memory and its target becomes that address, unless it
 * asked for another one.
 */
int image_place(struct image_builder *builder);

/* Physical address of a module after image_place(), or IMAGE_TARGET_ANY if there is none. */
uint64_t image_module_paddr(const struct image_builder *builder, const char *name);

/* Writes the file; an existing one is replaced only when everything went well. */
int image_write(struct image_builder *builder, const char *path);

/* Prints what lies where, one line per part. */
void image_print_map(const struct image_builder *builder, FILE *out);

#endif
