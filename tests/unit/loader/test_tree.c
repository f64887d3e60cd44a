/* SPDX-License-Identifier: BSD-2-Clause */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "builders.h"
#include "loader/tree.h"

#define ROOM 0x4000

static uint8_t firmware[0x10000] __attribute__((aligned(8)));
static uint8_t tree[ROOM] __attribute__((aligned(8)));

/* A board: two memory ranges, two cores, a UART behind a bus, an alias for the console. */
static void build_tree(void)
{
    fdt32_t memory[8];
    fdt32_t ranges[4] = { cpu_to_fdt32(0x7e000000), 0, cpu_to_fdt32(0xfe000000),
                          cpu_to_fdt32(0x1800000) };
    uint64_t values[4] = { 0x40000000, 0x20000000, 0x100000000, 0x40000000 };

    for (int i = 0; i < 4; i++) {
        memory[2 * i] = cpu_to_fdt32((uint32_t)(values[i] >> 32));
        memory[2 * i + 1] = cpu_to_fdt32((uint32_t)values[i]);
    }
    fdt_create(firmware, sizeof(firmware));
    fdt_finish_reservemap(firmware);
    fdt_begin_node(firmware, "");
    fdt_property_u32(firmware, "#address-cells", 2);
    fdt_property_u32(firmware, "#size-cells", 2);
    fdt_begin_node(firmware, "aliases");
    fdt_property_string(firmware, "serial0", "/soc/serial@7e201000");
    fdt_end_node(firmware);
    fdt_begin_node(firmware, "chosen");
    fdt_property_string(firmware, "stdout-path", "serial0:115200n8");
    fdt_end_node(firmware);
    fdt_begin_node(firmware, "memory@40000000");
    fdt_property_string(firmware, "device_type", "memory");
    fdt_property(firmware, "reg", memory, sizeof(memory));
    fdt_end_node(firmware);
    fdt_begin_node(firmware, "psci");
    fdt_property_string(firmware, "method", "smc");
    fdt_end_node(firmware);
    fdt_begin_node(firmware, "cpus");
    fdt_property_u32(firmware, "#address-cells", 1);
    fdt_property_u32(firmware, "#size-cells", 0);
    for (uint32_t i = 0; i < 2; i++) {
        fdt_begin_node(firmware, i ? "cpu@1" : "cpu@0");
        fdt_property_string(firmware, "device_type", "cpu");
        fdt_property_string(firmware, "enable-method", i ? "spin-table" : "psci");
        fdt_property_u64(firmware, "cpu-release-addr", 0xe0);
        fdt_property_u32(firmware, "reg", i);
        fdt_end_node(firmware);
    }
    fdt_end_node(firmware);
    fdt_begin_node(firmware, "soc");
    fdt_property_u32(firmware, "#address-cells", 1);
    fdt_property_u32(firmware, "#size-cells", 1);
    fdt_property(firmware, "ranges", ranges, sizeof(ranges));
    fdt_begin_node(firmware, "serial@7e201000");
    fdt_property(firmware, "compatible", "arm,pl011\0arm,primecell", 24);
    fdt_property_u64(firmware, "reg", 0x7e20100000000200);
    fdt_end_node(firmware);
    fdt_end_node(firmware);
    fdt_end_node(firmware);
    fdt_finish(firmware);
}

static void check_reading(void)
{
    struct ldr_error error = { 0 };
    struct ldr_range ram[LDR_MAX_MEMORY_RANGES];
    struct ldr_cpu cpus[4];

    check(ldr_tree_copy(firmware, tree, sizeof(tree), &error) == 0, "tree: packed and copied");
    check(ldr_tree_memory(tree, ram, &error) == 2 && ram[1].base == 0x100000000 &&
              ram[0].size == 0x20000000,
          "tree: memory ranges are read");
    check(ldr_tree_uart(tree) == 0xfe201000, "tree: console by alias, address through ranges");
    check(ldr_tree_cpus(tree, cpus, 4) == 2 && cpus[0].start == LDR_CPU_PSCI_SMC &&
              cpus[1].start == LDR_CPU_SPIN_TABLE && cpus[1].release_address == 0xe0 &&
              cpus[1].mpidr == 1,
          "tree: cores and how each is started");
    check(ldr_tree_cpus(tree, cpus, 1) == 1, "tree: no more cores than there is room for");
}

static void check_announcement(void)
{
    static struct built_image image;
    static struct ldr_table table;
    struct ldr_error error = { 0 };
    const void *places;
    const char *names;
    int length;
    int node;

    build_image(&image);
    (void)ldr_table_read(image.bytes, TABLE_OFFSET, &table, &error);
    ldr_layout_modules(&table, IMAGE_LOAD_BASE_QEMU_VIRT);
    check(ldr_tree_announce(tree, &table, &error) == 0, "tree: announcement fits");
    node = fdt_path_offset(tree, "/reserved-memory/plan@40400000");
    check(node >= 0 && fdt_getprop(tree, node, "no-map", NULL), "tree: module reserved, no-map");
    places = fdt_getprop(tree, node, "reg", &length);
    check(places && length == 16 && fdt64_ld(places) == 0x40400000 &&
              fdt64_ld((const fdt64_t *)places + 1) == 0x200000,
          "tree: a module's reservation covers whole 2 MB blocks");
    node = fdt_path_offset(tree, "/reserved-memory/vm0@50000000");
    check(node >= 0 && fdt_getprop(tree, node, "no-map", NULL), "tree: reservation, no-map");
    node = fdt_path_offset(tree, "/chosen");
    places = fdt_getprop(tree, node, IMAGE_CHOSEN_MODULES, &length);
    check(places && length == 16 && fdt64_ld(places) == 0x40400000 &&
              fdt64_ld((const fdt64_t *)places + 1) == 0x1234,
          "tree: /chosen has the module's exact size");
    names = fdt_getprop(tree, node, IMAGE_CHOSEN_MODULE_NAMES, &length);
    check(names && length == 5 && strcmp(names, "plan") == 0, "tree: /chosen has its name");
    check(fdt_getprop(tree, node, "stdout-path", NULL) != NULL, "tree: the rest stays");
    check(fdt_check_full(tree, fdt_totalsize(tree)) == 0, "tree: the result is a whole tree");
}

static void check_refusals(void)
{
    static struct built_image image;
    static struct ldr_table table;
    static uint8_t small[0x400] __attribute__((aligned(8)));
    struct ldr_error error = { 0 };
    struct ldr_range ram[LDR_MAX_MEMORY_RANGES];
    uint32_t bytes;

    build_tree();
    check(ldr_tree_copy(firmware, small, 64, &error) != 0, "tree: no room is refused");
    memset(&error, 0, sizeof(error));
    memset(small, 0, sizeof(small));
    check(ldr_tree_copy(small, tree, sizeof(tree), &error) != 0, "tree: no tree is refused");
    build_image(&image);
    memset(&error, 0, sizeof(error));
    (void)ldr_table_read(image.bytes, TABLE_OFFSET, &table, &error);
    ldr_layout_modules(&table, IMAGE_LOAD_BASE_QEMU_VIRT);
    build_tree();
    (void)fdt_pack(firmware);
    bytes = fdt_totalsize(firmware);
    (void)fdt_open_into(firmware, tree, (int)bytes + 32);
    check(ldr_tree_announce(tree, &table, &error) != 0 && error.format,
          "tree: an announcement that does not fit is refused");
    memset(&error, 0, sizeof(error));
    fdt_create_empty_tree(tree, sizeof(tree));
    check(ldr_tree_memory(tree, ram, &error) < 0, "tree: a board without memory is refused");
    check(ldr_tree_uart(tree) == 0, "tree: no console gives no address");
}

/* Every byte of a good tree is damaged in turn: whatever libfdt says, nothing may be overrun. */
static void check_damage(void)
{
    struct ldr_error error = { 0 };
    struct ldr_range ram[LDR_MAX_MEMORY_RANGES];
    struct ldr_cpu cpus[4];
    unsigned int accepted = 0;
    uint32_t bytes;

    build_tree();
    (void)fdt_pack(firmware);
    bytes = fdt_totalsize(firmware);
    for (uint32_t i = 8; i < bytes; i++) {
        uint8_t *copy = malloc(bytes);

        memcpy(copy, firmware, bytes);
        copy[i] ^= 0x41;
        if (fdt_check_full(copy, bytes) == 0) {
            memset(&error, 0, sizeof(error));
            (void)ldr_tree_memory(copy, ram, &error);
            (void)ldr_tree_uart(copy);
            (void)ldr_tree_cpus(copy, cpus, 4);
            accepted++;
        }
        free(copy);
    }
    check(accepted > 0, "tree: damaged trees are read without an overrun");
}

void test_tree(void)
{
    build_tree();
    check_reading();
    check_announcement();
    check_refusals();
    check_damage();
}
