/* SPDX-License-Identifier: BSD-2-Clause */
/* What guests are told. Emulation has no caches, so mistakes here would show on real boards only. */
#include "composer_tests.h"

#include <libfdt.h>
#include <string.h>

#include "tap.h"

static uint64_t cells64(const void *fdt, int node, const char *name, int index)
{
    int length;
    const fdt32_t *cells = fdt_getprop(fdt, node, name, &length);

    if (!cells || length < 4 * (index + 2)) {
        return UINT64_MAX;
    }
    return (uint64_t)fdt32_to_cpu(cells[index]) << 32 | fdt32_to_cpu(cells[index + 1]);
}

static uint32_t cell(const void *fdt, int node, const char *name)
{
    int length;
    const fdt32_t *value = fdt_getprop(fdt, node, name, &length);

    return value && length >= 4 ? fdt32_to_cpu(*value) : UINT32_MAX;
}

static bool has(const void *fdt, int node, const char *name)
{
    return fdt_getprop(fdt, node, name, NULL) != NULL;
}

static int node_of(const void *fdt, const char *compatible)
{
    return fdt_node_offset_by_compatible(fdt, -1, compatible);
}

static void driver_tests(void)
{
    struct composed *c = compose_text(two_users, true);
    const void *fdt = c->fragments[1];
    int bridge = node_of(fdt, "pci-host-ecam-generic");
    int pool = fdt_node_offset_by_phandle(fdt, cell(fdt, bridge, "memory-region"));

    TAP_OK(fdt_check_full(fdt, c->fragment_sizes[1]) == 0, "fragment/driver side is a sound tree");
    TAP_OK(bridge >= 0 && has(fdt, bridge, "dma-coherent"), "fragment/bridges are dma-coherent");
    TAP_OK(cell(fdt, bridge, "msi-parent") == 2 && !has(fdt, bridge, "interrupt-map"),
           "fragment/MSI goes to the GICv2m frame, INTx does not exist");
    TAP_OK(pool >= 0 && fdt_node_check_compatible(fdt, pool, "restricted-dma-pool") == 0 &&
               cells64(fdt, pool, "reg", 2) == 8 * MIB,
           "fragment/the bridge is bound to an 8 MiB pool");
    TAP_OK(fdt_path_offset(fdt, "/memory@50000000") >= 0, "fragment/the pool is memory");
    compose_free(c);
    c = compose_text(two_users, false);
    fdt = c->fragments[1];
    TAP_OK(!has(fdt, node_of(fdt, "pci-host-ecam-generic"), "memory-region") &&
               fdt_path_offset(fdt, "/reserved-memory") < 0,
           "fragment/VMSWIOTLB=0 has no pool");
    compose_free(c);
}

static void device_tests(bool is_swiotlb)
{
    struct composed *c = compose_text(two_users, is_swiotlb);
    const void *fdt = c->fragments[0];
    int link = node_of(fdt, "peervisor,link");
    int pool = fdt_node_offset_by_phandle(fdt, cell(fdt, link, "memory-region"));
    const struct model_link *made = c->model.links[0];
    uint64_t base = cells64(fdt, pool, "reg", 0), size = cells64(fdt, pool, "reg", 2);

    TAP_OK(link >= 0 && pool >= 0 && !has(fdt, pool, "no-map") && !has(fdt, pool, "compatible"),
           "fragment/VMSWIOTLB=%d: shared memory has struct pages in the device VM", is_swiotlb);
    TAP_OK(base == made->pool_phys && base + size <= UINT64_C(1) << 32,
           "fragment/VMSWIOTLB=%d: it lies at its physical address, below 4 GiB", is_swiotlb);
    TAP_OK(cells64(fdt, link, "peervisor,pool", 0) == made->pool.base &&
               cells64(fdt, link, "peervisor,pool", 2) == size,
           "fragment/VMSWIOTLB=%d: QEMU is told the driver VM's address of it", is_swiotlb);
    TAP_OK(fdt_next_node(fdt, link, NULL) >= 0 && fdt_subnode_offset(fdt, link, "device@1") >= 0 &&
               fdt_subnode_offset(fdt, link, "device@2") >= 0,
           "fragment/VMSWIOTLB=%d: devices have slots from 1", is_swiotlb);
    compose_free(c);
}

static void default_tests(void)
{
    struct composed *c = compose_text(two_users, true);
    const void *fdt = c->fragments[0];
    int net = fdt_subnode_offset(fdt, node_of(fdt, "peervisor,link"), "device@2");

    TAP_OK(has(fdt, net, "tap") && has(fdt, net, "mac") && has(fdt, net, "nat") &&
               cell(fdt, net, "queues") == 1,
           "fragment/what the user left out is written");
    compose_free(c);
}

static void passthrough_tests(void)
{
    struct composed *c = compose_text(two_users, true);
    const void *fdt = c->fragments[0];
    int disk = fdt_path_offset(fdt, COMPOSE_DISK);

    TAP_OK(disk >= 0 && fdt_path_offset(fdt, COMPOSE_NIC) >= 0 &&
               fdt_path_offset(fdt, COMPOSE_FAR) < 0,
           "fragment/owned nodes are copied, others not");
    TAP_OK(has(fdt, disk, "dma-coherent"),
           "fragment/coherence said at the board's root comes along");
    TAP_OK(!has(fdt, disk, "clocks"), "fragment/references to foreign nodes do not");
    TAP_OK(cell(fdt, 0, "interrupt-parent") == 1, "fragment/interrupts go to the VM's own GIC");
    compose_free(c);
}

void fragment_tests(int *run, int *failed)
{
    tap_run_count = *run;
    tap_failed_count = *failed;
    driver_tests();
    device_tests(true);
    device_tests(false);
    default_tests();
    passthrough_tests();
    *run = tap_run_count;
    *failed = tap_failed_count;
}
