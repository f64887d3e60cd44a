/* SPDX-License-Identifier: BSD-2-Clause */
/* Guest device trees: what Linux will read is read back with libfdt. */
#include "vmm/fdt/gfdt.h"

#include <libfdt.h>
#include <stdbool.h>
#include <string.h>

#include "tap.h"

#define ROOM 65536u

static char tree[ROOM];
static char fragment[ROOM];
static char user_tree[ROOM];

static uint32_t cell_of(const void *fdt, const char *path, const char *name, unsigned index)
{
    int length = 0;
    const fdt32_t *value = fdt_getprop(fdt, fdt_path_offset(fdt, path), name, &length);

    return value != NULL && (unsigned)length >= 4 * (index + 1) ? fdt32_to_cpu(value[index])
                                                                : 0xdeadbeef;
}

static bool has_string(const void *fdt, const char *path, const char *name, const char *expected)
{
    int length = 0;
    const char *value = fdt_getprop(fdt, fdt_path_offset(fdt, path), name, &length);

    return value != NULL && fdt_stringlist_contains(value, length, expected);
}

static bool is_there(const void *fdt, const char *path)
{
    return fdt_path_offset(fdt, path) >= 0;
}

static struct gfdt_params params_of_test(void)
{
    return (struct gfdt_params){
        .vcpu_count = 2,
        .ram = { { 0x40000000, 0x20000000 }, { 0x880000000, 0x100000 } },
        .ram_count = 2,
        .gicd_ipa = 0x08000000,
        .gicc_ipa = 0x08010000,
        .v2m_ipa = 0x08020000,
        .uart_ipa = 0x09000000,
        .uart_intid = 33,
        .watchdog_ipa = 0x08030000,
        .watchdog_intid = 1019,
        .initrd_ipa = 0x44000000,
        .initrd_bytes = 0x1234,
        .cmdline = "console=ttyAMA0",
    };
}

/* A driver side as the composer writes it. */
static void make_fragment(void)
{
    (void)fdt_create_empty_tree(fragment, ROOM);

    int reserved = fdt_add_subnode(fragment, 0, "reserved-memory");

    (void)fdt_setprop_u32(fragment, reserved, "#address-cells", 2);
    (void)fdt_setprop_empty(fragment, reserved, "ranges");
    (void)fdt_setprop_u32(fragment, fdt_add_subnode(fragment, reserved, "pool@50000000"), "phandle",
                          0x100);

    int chosen = fdt_add_subnode(fragment, 0, "chosen");

    (void)fdt_setprop_string(fragment, chosen, "peervisor,note", "merged");

    /* libfdt puts new nodes in front, so this one comes second. */
    (void)fdt_add_subnode(fragment, 0, "pcie@12000000");
    (void)fdt_add_subnode(fragment, reserved, "pool@60000000");

    int pcie = fdt_add_subnode(fragment, 0, "pcie@10000000");

    (void)fdt_setprop_u32(fragment, pcie, "linux,pci-domain", 3);
    (void)fdt_pack(fragment);
}

static void test_generated(void)
{
    struct gfdt_params params = params_of_test();
    const char *detail = "";

    make_fragment();
    params.fragment = fragment;
    params.fragment_bytes = fdt_totalsize(fragment);
    TAP_OK(gfdt_generate(tree, ROOM, &params, &detail) == 0, "gfdt/tree is generated");
    TAP_OK(fdt_check_full(tree, ROOM) == 0, "gfdt/libfdt finds it sound");
    TAP_OK(fdt_totalsize(tree) < 8192, "gfdt/it is packed");

    TAP_OK(cell_of(tree, "/", "#address-cells", 0) == 2 &&
               cell_of(tree, "/", "interrupt-parent", 0) == GFDT_PHANDLE_GIC,
           "gfdt/root cells");
    TAP_OK(has_string(tree, "/cpus/cpu@1", "enable-method", "psci") &&
               cell_of(tree, "/cpus/cpu@1", "reg", 0) == 1 && !is_there(tree, "/cpus/cpu@2"),
           "gfdt/one node per vCPU");
    TAP_OK(has_string(tree, "/psci", "method", "smc"), "gfdt/PSCI by SMC");
    TAP_OK(cell_of(tree, "/memory@40000000", "reg", 1) == 0x40000000 &&
               cell_of(tree, "/memory@40000000", "reg", 4) == 0x8 &&
               cell_of(tree, "/memory@40000000", "reg", 5) == 0x80000000,
           "gfdt/all RAM, above 4 GiB too");
    TAP_OK(has_string(tree, "/intc@8000000", "compatible", "arm,gic-400") &&
               cell_of(tree, "/intc@8000000", "reg", 7) == 0x2000 &&
               cell_of(tree, "/intc@8000000", "#address-cells", 0) == 2,
           "gfdt/GIC with two CPU interface pages");
    TAP_OK(has_string(tree, "/intc@8000000/v2m@8020000", "compatible", "arm,gic-v2m-frame") &&
               cell_of(tree, "/intc@8000000/v2m@8020000", "phandle", 0) == GFDT_PHANDLE_V2M,
           "gfdt/MSI frame below the GIC");
    TAP_OK(cell_of(tree, "/timer", "interrupts", 7) == 11 &&
               cell_of(tree, "/timer", "interrupts", 8) == 0x304,
           "gfdt/virtual timer is PPI 27, both vCPUs");
    TAP_OK(cell_of(tree, "/pl011@9000000", "interrupts", 1) == 1 &&
               cell_of(tree, "/pl011@9000000", "clocks", 0) == GFDT_PHANDLE_CLOCK &&
               cell_of(tree, "/clock", "phandle", 0) == GFDT_PHANDLE_CLOCK,
           "gfdt/UART and its clock");
    TAP_OK(has_string(tree, "/watchdog@8030000", "compatible", "arm,sbsa-gwdt") &&
               cell_of(tree, "/watchdog@8030000", "reg", 1) == 0x08030000 &&
               cell_of(tree, "/watchdog@8030000", "reg", 5) == 0x08031000 &&
               cell_of(tree, "/watchdog@8030000", "interrupts", 1) == 1019 - 32 &&
               cell_of(tree, "/watchdog@8030000", "interrupts", 2) == 4 &&
               cell_of(tree, "/watchdog@8030000", "timeout-sec", 0) == 30,
           "gfdt/watchdog: control frame, refresh frame, WS0");
    TAP_OK(has_string(tree, "/chosen", "bootargs", "console=ttyAMA0") &&
               has_string(tree, "/chosen", "stdout-path", "/pl011@9000000") &&
               cell_of(tree, "/chosen", "linux,initrd-start", 1) == 0x44000000 &&
               cell_of(tree, "/chosen", "linux,initrd-end", 1) == 0x44001234,
           "gfdt/chosen: command line, console, initrd");

    TAP_OK(has_string(tree, "/chosen", "peervisor,note", "merged"),
           "gfdt/fragment is merged into a node that exists");
    TAP_OK(cell_of(tree, "/reserved-memory/pool@50000000", "phandle", 0) == 0x100 &&
               cell_of(tree, "/pcie@10000000", "linux,pci-domain", 0) == 3,
           "gfdt/fragment's own nodes are copied with their children");
    TAP_OK(fdt_path_offset(tree, "/pcie@10000000") < fdt_path_offset(tree, "/pcie@12000000") &&
               fdt_path_offset(tree, "/reserved-memory/pool@60000000") <
                   fdt_path_offset(tree, "/reserved-memory/pool@50000000"),
           "gfdt/fragment's nodes keep their order: Linux names disks and networks by it");
}

static void test_bare(void)
{
    struct gfdt_params params = params_of_test();
    const char *detail = "";

    params.v2m_ipa = 0;
    params.uart_ipa = 0;
    params.initrd_bytes = 0;
    params.cmdline = NULL;
    TAP_OK(gfdt_generate(tree, ROOM, &params, &detail) == 0, "gfdt/bare tree");
    TAP_OK(!is_there(tree, "/intc@8000000/v2m@8020000") && !is_there(tree, "/pl011@9000000") &&
               !is_there(tree, "/clock"),
           "gfdt/without frame and UART there are no nodes for them");
    TAP_OK(fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "bootargs", NULL) == NULL &&
               fdt_getprop(tree, fdt_path_offset(tree, "/chosen"), "linux,initrd-start", NULL) ==
                   NULL,
           "gfdt/nothing chosen");
}

static void test_refusals(void)
{
    struct gfdt_params params = params_of_test();
    const char *detail = "";
    unsigned refused = 0;
    unsigned sound = 0;

    for (size_t room = 0; room < 3000; room += 8) {
        int result = gfdt_generate(tree, room, &params, &detail);

        refused += result == RT_ERR_NO_MEMORY;
        sound += result == 0 && fdt_check_full(tree, room) == 0;
    }
    TAP_OK(refused + sound == 375 && refused > 100 && sound > 0,
           "gfdt/every buffer that is too small is refused");

    make_fragment();
    params.fragment = fragment;
    params.fragment_bytes = fdt_totalsize(fragment) / 2;
    TAP_OK(gfdt_generate(tree, ROOM, &params, &detail) == RT_ERR_FORMAT, "gfdt/cut fragment");
    params.fragment_bytes = fdt_totalsize(fragment);
    fragment[fdt_off_dt_struct(fragment) + 3] = 0x7f;
    TAP_OK(gfdt_generate(tree, ROOM, &params, &detail) == RT_ERR_FORMAT && detail[0] != '\0',
           "gfdt/broken fragment, with libfdt's reason");
}

static void test_patched(void)
{
    struct gfdt_params params = params_of_test();
    const char *detail = "";

    (void)fdt_create_empty_tree(user_tree, ROOM);
    (void)fdt_setprop_u32(user_tree, 0, "#address-cells", 2);
    (void)fdt_setprop_u32(user_tree, 0, "#size-cells", 2);

    int memory = fdt_add_subnode(user_tree, 0, "memory@0");

    (void)fdt_setprop_string(user_tree, memory, "device_type", "memory");
    (void)fdt_setprop_string(user_tree, fdt_add_subnode(user_tree, 0, "chosen"), "stdout-path",
                             "/mine");
    (void)fdt_pack(user_tree);

    TAP_OK(gfdt_patch(tree, ROOM, user_tree, fdt_totalsize(user_tree), &params, &detail) == 0 &&
               fdt_check_full(tree, ROOM) == 0,
           "gfdt/user's tree is taken");
    TAP_OK(!is_there(tree, "/memory@0") &&
               cell_of(tree, "/memory@40000000", "reg", 3) == 0x20000000,
           "gfdt/its memory is replaced");
    TAP_OK(has_string(tree, "/chosen", "stdout-path", "/mine") &&
               has_string(tree, "/chosen", "bootargs", "console=ttyAMA0") &&
               cell_of(tree, "/chosen", "linux,initrd-end", 1) == 0x44001234,
           "gfdt/its console stays, command line and initrd are set");
    TAP_OK(!is_there(tree, "/psci"), "gfdt/nothing else is added");
    TAP_OK(gfdt_patch(tree, ROOM, user_tree, 20, &params, &detail) == RT_ERR_FORMAT,
           "gfdt/a cut user's tree is refused");
    TAP_OK(gfdt_patch(tree, 64, user_tree, fdt_totalsize(user_tree), &params, &detail) ==
               RT_ERR_NO_MEMORY,
           "gfdt/a buffer that cannot hold it is refused");
}

int main(void)
{
    test_generated();
    test_bare();
    test_refusals();
    test_patched();
    return TAP_DONE();
}
