/* SPDX-License-Identifier: BSD-2-Clause */
/* Good inputs for the loader's checks, to be broken by the tests in one place each. */
#ifndef TESTS_UNIT_LOADER_BUILDERS_H
#define TESTS_UNIT_LOADER_BUILDERS_H

#include "loader/elf64.h"
#include "loader/layout.h"
#include "loader/table.h"

#define TABLE_OFFSET 4096u
#define IMAGE_BYTES  (64u * 1024)

/* An image whose table is at TABLE_OFFSET: kernel, root task, one module, one reservation. */
struct built_image {
    uint8_t bytes[IMAGE_BYTES];
    struct image_header *header;
    struct image_entry *entries;
};

void build_image(struct built_image *image);
/* Writes the table's crc after a change. */
void seal_image(struct built_image *image);

/* A small executable with one segment; returns its size. */
uint64_t build_elf(uint8_t *bytes, uint64_t vaddr, uint64_t paddr, uint64_t memsz);

/* Checks one group each; called by main. */
void test_table(void);
void test_elf(void);
void test_layout(void);
void test_tree(void);

/* Reports one check through the harness. */
void check(int good, const char *text);

#endif
