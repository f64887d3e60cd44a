/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "builders.h"

#define BASE IMAGE_LOAD_BASE_QEMU_VIRT

static struct built_image image;
static struct ldr_table table;
static struct ldr_layout layout;
static struct ldr_elf kernel;
static struct ldr_elf root;
static struct ldr_error error;

static void prepare(void)
{
    uint8_t bytes[0x400];
    struct ldr_error ignored = { 0 };

    build_image(&image);
    (void)ldr_table_read(image.bytes, TABLE_OFFSET, &table, &ignored);
    (void)ldr_elf_read(bytes, build_elf(bytes, 0xffc0000000, 0x60000000, 0x25000), "kernel",
                       &kernel, &ignored);
    (void)ldr_elf_read(bytes, build_elf(bytes, 0x400000, 0x400000, 0x8000), "root", &root,
                       &ignored);
    memset(&error, 0, sizeof(error));
}

static int place(uint64_t ram_size)
{
    struct ldr_range ram = { 0x40000000, ram_size };

    return ldr_layout_place(&table, BASE, &kernel, &root, 0x1d72, &ram, 1, &layout, &error);
}

static int refused(uint64_t ram_size, const char *part)
{
    return place(ram_size) != 0 && error.format && strstr(error.format, part);
}

static void check_places(void)
{
    prepare();
    ldr_layout_modules(&table, BASE);
    check(place(0x40000000) == 0, "layout: a good image fits 1 GB");
    check(layout.kernel.base == 0x60000000 && layout.tree.base == 0x60025000 &&
              layout.root.base == 0x60027000 && layout.root.size == 0x8000 &&
              layout.root_headers == 0x6002f000,
          "layout: kernel, tree, root task, headers follow each other in pages");
    check(table.entries[2].target == 0x40400000,
          "layout: a module without a wish goes to the next 2 MB boundary");
    prepare();
    table.entries[2].offset = 0x3fe00000 - BASE % 0x200000;
    ldr_layout_modules(&table, 0x40000000);
    check(table.entries[2].target == 0x7fe00000, "layout: an aligned module stays in place");
}

static void check_refusals(void)
{
    prepare();
    ldr_layout_modules(&table, BASE);
    check(refused(0x20000000, "too little RAM"), "layout: kernel beyond RAM is too little RAM");
    check(error.args[0] == 0x60000000 && error.args[3] == 0x60000000,
          "layout: the message has need and board");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.entries[3].target = 0x7fe00000;
    table.entries[3].size = 0x400000;
    check(refused(0x40000000, "too little RAM") && strcmp(error.name, "vm0") == 0,
          "layout: a reservation beyond RAM names the VM");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.entries[3].target = 0x60002000;
    check(refused(0x40000000, "overlaps the kernel"), "layout: a reservation over the kernel");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.entries[2].target = 0x60000000;
    check(refused(0x40000000, "overlaps the kernel"), "layout: a module over the kernel");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.header.image_size = 0x20000000;
    check(refused(0x40000000, "reaches into"), "layout: an image that reaches the kernel's place");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.header.image_size = 0x1000000;
    table.entries[2].target = 0x40c00000;
    check(refused(0x40000000, "inside the loaded image"), "layout: a target on unread payloads");
    prepare();
    ldr_layout_modules(&table, BASE);
    table.entries[3].target = table.entries[2].target;
    check(refused(0x40000000, "overlaps what begins"), "layout: module and reservation collide");
    prepare();
    kernel.paddr.base += 0x1000;
    check(refused(0x40000000, "2 MB blocks"), "layout: a kernel off the 2 MB grid is refused");
}

static void check_ranges(void)
{
    const struct ldr_range ram[3] = { { 0x80000000, 0x1000 },
                                      { 0x40000000, 0x1000 },
                                      { 0x40001000, 0x1000 } };

    check(ldr_range_covered((struct ldr_range){ 0x40000800, 0x1000 }, ram, 3),
          "range: adjoining ranges count as one, in any order");
    check(!ldr_range_covered((struct ldr_range){ 0x40001800, 0x1000 }, ram, 3),
          "range: a hole is a hole");
    check(!ldr_range_sane((struct ldr_range){ UINT64_MAX, 2 }), "range: a wrap is not sane");
    check(!ldr_range_overlap((struct ldr_range){ 0, 0x1000 }, (struct ldr_range){ 0x1000, 1 }),
          "range: neighbours do not overlap");
}

void test_layout(void)
{
    check_places();
    check_refusals();
    check_ranges();
}
