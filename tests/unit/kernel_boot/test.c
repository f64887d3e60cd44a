/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot-time memory: the device tree reader (against trees made by libfdt) and range lists. */
#include "tap.h"

#include <libfdt.h>
#include <stdint.h>
#include <string.h>

#include "core/dtb.h"
#include "core/memory.h"

#define TREE_BYTES 4096

static uint8_t tree[TREE_BYTES] __attribute__((aligned(8)));
static struct dtb_memory memory;

static void put_reg(uint64_t base, uint64_t size)
{
    fdt64_t reg[2] = { cpu_to_fdt64(base), cpu_to_fdt64(size) };

    fdt_property(tree, "reg", reg, sizeof(reg));
}

/* One range of RAM, a reserved one with and one without no-map, one reserve map entry. */
static void make_tree(uint32_t address_cells)
{
    fdt_create(tree, TREE_BYTES);
    fdt_add_reservemap_entry(tree, 0x48000000, 0x1000);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", address_cells);
    fdt_property_u32(tree, "#size-cells", 2);
    fdt_begin_node(tree, "memory-controller@1000");
    put_reg(0x1000, 0x1000);
    fdt_end_node(tree);
    fdt_begin_node(tree, "memory@40000000");
    put_reg(0x40000000, 0x40000000);
    fdt_end_node(tree);
    fdt_begin_node(tree, "reserved-memory");
    fdt_property_u32(tree, "#address-cells", 2);
    fdt_property_u32(tree, "#size-cells", 2);
    fdt_property(tree, "ranges", NULL, 0);
    fdt_begin_node(tree, "vm@50000000");
    put_reg(0x50000000, 0x10000000);
    fdt_property(tree, "no-map", NULL, 0);
    fdt_end_node(tree);
    fdt_begin_node(tree, "pool@60000000");
    put_reg(0x60000000, 0x100000);
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_finish(tree);
}

static void test_tree(void)
{
    make_tree(2);
    TAP_OK(dtb_read_memory(tree, TREE_BYTES, &memory), "dtb: a tree of libfdt's is read");
    TAP_OK(memory.memory_count == 1 && memory.memory[0].base == 0x40000000 &&
               memory.memory[0].size == 0x40000000,
           "dtb: the memory node, not the memory controller");
    TAP_OK(memory.reserved_count == 2 && memory.reserved[0].base == 0x48000000 &&
               memory.reserved[1].base == 0x50000000 && memory.reserved[1].size == 0x10000000,
           "dtb: reserve map and no-map nodes, not the others");
    TAP_OK(!dtb_read_memory(tree, fdt_totalsize(tree) - 1, &memory), "dtb: cut short is refused");
    make_tree(3);
    TAP_OK(!dtb_read_memory(tree, TREE_BYTES, &memory), "dtb: three address cells are refused");
    make_tree(2);
    tree[fdt_off_dt_struct(tree) + 3] = 7;
    TAP_OK(!dtb_read_memory(tree, TREE_BYTES, &memory), "dtb: an unknown token is refused");
    memset(tree, 0, TREE_BYTES);
    TAP_OK(!dtb_read_memory(tree, TREE_BYTES, &memory), "dtb: no magic is refused");
}

static void test_too_many(void)
{
    fdt_create(tree, TREE_BYTES);
    for (unsigned i = 0; i <= DTB_MAX_RESERVED; i++) {
        fdt_add_reservemap_entry(tree, 0x1000ull * (i + 1), 0x10);
    }
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_end_node(tree);
    fdt_finish(tree);
    TAP_OK(!dtb_read_memory(tree, TREE_BYTES, &memory), "dtb: more ranges than fit are refused");
}

static void test_ranges(void)
{
    static struct range_list list;

    TAP_OK(range_add(&list, 0x1000, 0x2000) && range_add(&list, 0x3000, 0x4000) &&
               range_add(&list, 0x2000, 0x3000) && list.count == 1 &&
               list.range[0].base == 0x1000 && list.range[0].end == 0x4000,
           "ranges: touching ones are one");
    TAP_OK(range_remove(&list, 0x2000, 0x2800) && list.count == 2 && list.range[1].base == 0x2800,
           "ranges: a hole cuts in two");
    TAP_OK(range_remove(&list, 0x0, 0x1800) && list.range[0].base == 0x1800,
           "ranges: a cut at the start");
    TAP_OK(range_take_top(&list, 12) == 0x3000 && list.range[1].end == 0x3000,
           "ranges: the highest aligned block");
    TAP_OK(range_take_top(&list, 12) == 0, "ranges: nothing aligned is left");
    list.count = 0;
    for (unsigned i = 0; i < RANGE_LIST_MAX; i++) {
        (void)range_add(&list, 0x2000ull * i, 0x2000ull * i + 0x1000);
    }
    TAP_OK(!range_add(&list, 0xff000000, 0xff001000), "ranges: a full list refuses");
    TAP_OK(!range_remove(&list, 0x400, 0x800), "ranges: so does a cut that needs room");
}

int main(void)
{
    test_tree();
    test_too_many();
    test_ranges();
    return TAP_DONE();
}
