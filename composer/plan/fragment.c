/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/fragment.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "contract/rpc/link.h"

#include "composer/plan/device.h"
#include "composer/plan/schema.h"

#define FRAGMENT_BYTES_MAX (1u << 20)
#define PHANDLE_GIC        1u
#define PHANDLE_V2M        2u
#define PHANDLE_FIRST      0x100u
#define IRQ_TYPE_EDGE      1u

static void must(int error)
{
    if (error) {
        fprintf(stderr, "peervisor-compose: device tree fragment: %s\n", fdt_strerror(error));
        exit(2);
    }
}

void fragment_bytes(void *fdt, const char *name, const void *value, size_t size_bytes)
{
    must(fdt_property(fdt, name, value, (int)size_bytes));
}

void fragment_cells(void *fdt, const char *name, const uint32_t *cells, size_t count)
{
    void *value;

    must(fdt_property_placeholder(fdt, name, (int)(count * sizeof(fdt32_t)), &value));
    for (size_t i = 0; i < count; i++) {
        fdt32_t cell = cpu_to_fdt32(cells[i]);

        memcpy((uint8_t *)value + i * sizeof(cell), &cell, sizeof(cell));
    }
}

void fragment_string(void *fdt, const char *name, const char *value)
{
    fragment_bytes(fdt, name, value, strlen(value) + 1);
}

void fragment_begin(void *fdt, const char *name)
{
    must(fdt_begin_node(fdt, name));
}

void fragment_end(void *fdt)
{
    must(fdt_end_node(fdt));
}

static void put_cell(void *fdt, const char *name, uint32_t cell)
{
    fragment_cells(fdt, name, &cell, 1);
}

static void put_ranges(void *fdt, const char *name, const struct range *ranges, size_t count)
{
    uint32_t cells[16];

    for (size_t i = 0; i < count; i++) {
        cells[4 * i] = (uint32_t)(ranges[i].base >> 32);
        cells[4 * i + 1] = (uint32_t)ranges[i].base;
        cells[4 * i + 2] = (uint32_t)(ranges[i].size >> 32);
        cells[4 * i + 3] = (uint32_t)ranges[i].size;
    }
    fragment_cells(fdt, name, cells, 4 * count);
}

static void begin_at(void *fdt, const char *name, uint64_t address)
{
    char full[64];

    snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)address);
    fragment_begin(fdt, full);
}

static uint32_t pool_phandle(const struct model_link *link)
{
    return PHANDLE_FIRST + 2 * link->index;
}

static uint32_t peer_phandle(const struct model_link *link)
{
    return PHANDLE_FIRST + 2 * link->index + 1;
}

static struct range peer_pool(const struct model_link *link)
{
    return (struct range){ link->peer_pool_ipa, link->pool.size };
}

/* A restricted pool on the driver side; plain reserved RAM with struct pages on the device side. */
static void put_reserved_memory(const struct model *model, const struct model_vm *vm, void *fdt)
{
    if (vm->device_link_count == 0 && (!model_has_pools(model, vm) || vm->driver_link_count == 0)) {
        return;
    }
    fragment_begin(fdt, "reserved-memory");
    put_cell(fdt, "#address-cells", 2);
    put_cell(fdt, "#size-cells", 2);
    fragment_bytes(fdt, "ranges", NULL, 0);
    for (size_t i = 0; model_has_pools(model, vm) && i < vm->driver_link_count; i++) {
        const struct model_link *link = vm->driver_links[i];

        begin_at(fdt, "pool", link->pool.base);
        fragment_string(fdt, "compatible", "restricted-dma-pool");
        put_ranges(fdt, "reg", &link->pool, 1);
        put_cell(fdt, "phandle", pool_phandle(link));
        fragment_end(fdt);
    }
    for (size_t i = 0; i < vm->device_link_count; i++) {
        struct range range = peer_pool(vm->device_links[i]);

        begin_at(fdt, "link-pool", range.base);
        put_ranges(fdt, "reg", &range, 1);
        put_cell(fdt, "phandle", peer_phandle(vm->device_links[i]));
        fragment_end(fdt);
    }
    fragment_end(fdt);
}

static void put_memory_node(void *fdt, struct range range)
{
    begin_at(fdt, "memory", range.base);
    fragment_string(fdt, "device_type", "memory");
    put_ranges(fdt, "reg", &range, 1);
    fragment_end(fdt);
}

static void put_memory(const struct model *model, const struct model_vm *vm, void *fdt)
{
    for (size_t i = 0; model_has_pools(model, vm) && i < vm->driver_link_count; i++) {
        put_memory_node(fdt, vm->driver_links[i]->pool);
    }
    for (size_t i = 0; i < vm->device_link_count; i++) {
        put_memory_node(fdt, peer_pool(vm->device_links[i]));
    }
}

static void put_bridge(const struct model *model, const struct model_link *link, void *fdt)
{
    uint32_t buses = (uint32_t)(link->ecam.size / MIB);
    uint32_t bus_range[] = { 0, buses - 1 };
    uint32_t window[] = {
        0x02000000,
        0,
        (uint32_t)link->mmio.base,
        0,
        (uint32_t)link->mmio.base,
        0,
        (uint32_t)link->mmio.size,
    };

    begin_at(fdt, "pcie", link->ecam.base);
    fragment_string(fdt, "compatible", "pci-host-ecam-generic");
    fragment_string(fdt, "device_type", "pci");
    put_cell(fdt, "#address-cells", 3);
    put_cell(fdt, "#size-cells", 2);
    put_ranges(fdt, "reg", &link->ecam, 1);
    fragment_cells(fdt, "bus-range", bus_range, 2);
    put_cell(fdt, "linux,pci-domain", link->driver_index);
    fragment_bytes(fdt, "dma-coherent", NULL, 0);
    put_cell(fdt, "msi-parent", PHANDLE_V2M);
    fragment_cells(fdt, "ranges", window, 7);
    if (model_has_pools(model, link->driver)) {
        put_cell(fdt, "memory-region", pool_phandle(link));
    }
    fragment_end(fdt);
}

static void put_key(void *fdt, const struct value_item *item)
{
    switch (item->value->kind) {
    case VALUE_STRING: fragment_string(fdt, item->key, item->value->string); break;
    case VALUE_NUMBER:
    case VALUE_BOOL: put_cell(fdt, item->key, (uint32_t)item->value->number); break;
    default: break; /* the schema lets nothing else through */
    }
}

/* Keys that describe the link or that this file writes itself. */
static bool is_own_key(const char *key)
{
    static const char *const own[] = {
        "type",      "id",        "target", "data_base", "data_size",
        "ctrl_base", "ctrl_size", "late",   "queues",
    };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (!strcmp(own[i], key)) {
            return true;
        }
    }
    return false;
}

static bool has_key(const struct model_device *device, const char *key)
{
    return device->entry && schema_get(device->entry, key);
}

/* What QEMU must be told but nobody wants to write: every name unique in the device VM. */
static void put_net_defaults(void *fdt, const struct model_link *link,
                             const struct model_device *device)
{
    char text[64];

    if (!has_key(device, "tap")) {
        snprintf(text, sizeof(text), "tap%u-%u", link->device_index, device->slot);
        fragment_string(fdt, "tap", text);
    }
    if (!has_key(device, "mac")) {
        snprintf(text, sizeof(text), "52:54:00:70:%02x:%02x", link->index + 1, device->slot);
        fragment_string(fdt, "mac", text);
    }
    if (!has_key(device, "bridge") && !has_key(device, "nat")) {
        snprintf(text, sizeof(text), "10.%u.%u.1/24", device->slot, link->index + 1);
        fragment_string(fdt, "nat", text);
    }
}

static void put_defaults(struct arena *arena, void *fdt, const struct model_link *link,
                         const struct model_device *device)
{
    if (!strcmp(device->type, "blk") && !has_key(device, "disk")) {
        fragment_string(fdt, "disk", device_disk(arena, link, device));
    } else if (!strcmp(device->type, "net")) {
        put_net_defaults(fdt, link, device);
    } else if (!strcmp(device->type, "9p") && !has_key(device, "tag")) {
        fragment_string(fdt, "tag", "share");
    } else if (!strcmp(device->type, "vsock") && !has_key(device, "cid")) {
        put_cell(fdt, "cid", 3 + 32 * link->index + device->slot);
    }
}

static void put_device(struct arena *arena, void *fdt, const struct model_link *link,
                       const struct model_device *device)
{
    begin_at(fdt, "device", device->slot);
    fragment_string(fdt, "type", device->type);
    put_cell(fdt, "slot", device->slot);
    put_cell(fdt, "queues", (uint32_t)device_queues(device));
    if (device->is_late) {
        put_cell(fdt, "late", 1);
    }
    for (const struct value_item *item = device->entry ? device->entry->items : NULL; item;
         item = item->next) {
        if (!is_own_key(item->key)) {
            put_key(fdt, item);
        }
    }
    put_defaults(arena, fdt, link, device);
    fragment_end(fdt);
}

static void put_link(struct arena *arena, void *fdt, const struct model_link *link)
{
    static const char reg_names[] = "iobuf\0doorbell";
    struct range reg[] = { { link->iobuf_ipa, LINK_AREA_BYTES },
                           { link->doorbell_ipa, PAGE_BYTES } };
    uint32_t interrupt[] = { 0, link->virq - 32, IRQ_TYPE_EDGE };

    begin_at(fdt, "link", link->iobuf_ipa);
    fragment_string(fdt, "compatible", "peervisor,link");
    put_ranges(fdt, "reg", reg, 2);
    fragment_bytes(fdt, "reg-names", reg_names, sizeof(reg_names));
    fragment_cells(fdt, "interrupts", interrupt, 3);
    put_cell(fdt, "memory-region", peer_phandle(link));
    fragment_string(fdt, "peervisor,peer", link->driver->instance);
    put_ranges(fdt, "peervisor,pool", &link->pool, 1);
    put_ranges(fdt, "peervisor,ecam", &link->ecam, 1);
    put_ranges(fdt, "peervisor,mmio", &link->mmio, 1);
    put_cell(fdt, "peervisor,vectors", MODEL_VECTORS_MAX);
    for (size_t i = 0; i < link->device_count; i++) {
        put_device(arena, fdt, link, link->devices[i]);
    }
    fragment_end(fdt);
}

void *fragment_build(const struct model *model, const struct board *board,
                     const struct model_vm *vm, size_t *size_bytes)
{
    void *fdt = arena_alloc(model->arena, FRAGMENT_BYTES_MAX);

    must(fdt_create(fdt, FRAGMENT_BYTES_MAX));
    must(fdt_finish_reservemap(fdt));
    fragment_begin(fdt, "");
    put_cell(fdt, "#address-cells", 2);
    put_cell(fdt, "#size-cells", 2);
    put_cell(fdt, "interrupt-parent", PHANDLE_GIC);
    put_reserved_memory(model, vm, fdt);
    put_memory(model, vm, fdt);
    for (size_t i = 0; i < vm->driver_link_count; i++) {
        put_bridge(model, vm->driver_links[i], fdt);
    }
    for (size_t i = 0; i < vm->device_link_count; i++) {
        put_link(model->arena, fdt, vm->device_links[i]);
    }
    fragment_copy_nodes(fdt, board, vm);
    fragment_end(fdt);
    must(fdt_finish(fdt));
    *size_bytes = fdt_totalsize(fdt);
    return fdt;
}
