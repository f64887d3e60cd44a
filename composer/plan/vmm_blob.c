/* SPDX-License-Identifier: BSD-2-Clause */
/* Encodes what contract/plan/vmm.h lays out. */
#include <string.h>

#include "contract/plan/vmm.h"

#include "composer/plan/distribute.h"

struct blob {
    struct arena *arena;
    uint8_t *bytes;
    size_t size, capacity;
};

static size_t reserve(struct blob *blob, size_t size_bytes)
{
    size_t at = (blob->size + 7) / 8 * 8;

    while (at + size_bytes > blob->capacity) {
        blob->bytes = arena_grow(blob->arena, blob->bytes, blob->capacity, &blob->capacity, 1);
    }
    blob->size = at + size_bytes;
    return at;
}

static struct vmm_table put(struct blob *blob, const void *data, size_t count, size_t entry_bytes)
{
    size_t at = reserve(blob, count * entry_bytes);

    if (count) {
        memcpy(blob->bytes + at, data, count * entry_bytes);
    }
    return (struct vmm_table){ .offset = (uint32_t)at, .count = (uint32_t)count };
}

static void copy_name(char *to, const char *from)
{
    strncpy(to, from, VMM_NAME_BYTES - 1);
}

static struct vmm_table put_regions(struct blob *blob, const struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;
    struct vmm_region *table = arena_alloc(blob->arena, (vm->region_count + 1) * sizeof(*table));

    for (size_t i = 0; i < vm->region_count; i++) {
        const struct model_region *region = &vm->regions[i];

        table[i] = (struct vmm_region){
            .kind = region->kind,
            .page_bits = region->page_bits,
            .ipa = region->ipa,
            .size_bytes = region->size,
            .vaddr = view->regions[i].vaddr,
            .slot = view->regions[i].slot,
            .slot_count = (uint32_t)(region->size >> region->page_bits),
            .writable = region->is_writable,
            .link = region->link,
        };
        copy_name(table[i].name, region->name);
    }
    return put(blob, table, vm->region_count, sizeof(*table));
}

static struct vmm_table put_irqs(struct blob *blob, const struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;
    struct vmm_irq *table = arena_alloc(blob->arena, (vm->irq_count + 1) * sizeof(*table));

    for (size_t i = 0; i < vm->irq_count; i++) {
        table[i] = (struct vmm_irq){
            .slot = view->irqs[i].slot,
            .virq = vm->irqs[i].intid,
            .badge = view->irqs[i].badge,
            .edge = vm->irqs[i].is_edge,
            .ntfn_slot = view->irqs[i].ntfn_slot,
        };
    }
    return put(blob, table, vm->irq_count, sizeof(*table));
}

static struct vmm_table put_driver_links(struct blob *blob, const struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;
    struct vmm_driver_link *table =
        arena_alloc(blob->arena, (vm->driver_link_count + 1) * sizeof(*table));

    for (size_t i = 0; i < vm->driver_link_count; i++) {
        const struct model_link *link = vm->driver_links[i];
        const struct vmm_driver_view *used = &view->drivers[i];

        table[i] = (struct vmm_driver_link){
            .iobuf_vaddr = used->iobuf_vaddr,
            .ecam_ipa = link->ecam.base,
            .ecam_bytes = link->ecam.size,
            .mmio_ipa = link->mmio.base,
            .mmio_bytes = link->mmio.size,
            .pool_ipa = link->pool.base,
            .pool_bytes = link->pool.size,
            .doorbell_badge = used->doorbell_badge,
            .unmapped_badge = used->unmapped_badge,
            .kick_slot = used->kick_slot,
            .unmap_slot = used->unmap_slot,
            .map_slot = used->map_slot,
            .filled_slots = link->filled_slots,
            .late_slots = link->late_slots,
            .pci_domain = link->driver_index,
        };
        copy_name(table[i].name, link->device->instance);
    }
    return put(blob, table, vm->driver_link_count, sizeof(*table));
}

static struct vmm_table put_device_links(struct blob *blob, const struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;
    struct vmm_device_link *table =
        arena_alloc(blob->arena, (vm->device_link_count + 1) * sizeof(*table));

    for (size_t i = 0; i < vm->device_link_count; i++) {
        const struct model_link *link = vm->device_links[i];
        const struct vmm_device_view *served = &view->devices[i];

        table[i] = (struct vmm_device_link){
            .doorbell_ipa = link->doorbell_ipa,
            .kick_badge = served->kick_badge,
            .unmap_badge = served->unmap_badge,
            .map_badge = served->map_badge,
            .virq = link->virq,
            .doorbell_slot = served->doorbell_slot,
            .unmapped_slot = served->unmapped_slot,
        };
        copy_name(table[i].name, link->driver->instance);
    }
    return put(blob, table, vm->device_link_count, sizeof(*table));
}

static uint64_t or_zero(const struct optional *value)
{
    return value->is_set ? value->value : 0;
}

static void fill_guest(struct vmm_config *config, const struct vmm_view *view)
{
    const struct model_vm *vm = view->vm;

    config->gicd_ipa = vm->gicd_ipa;
    config->gicc_ipa = vm->gicc_ipa;
    config->v2m_ipa = vm->v2m_ipa;
    config->v2m_spi_first = vm->v2m_spi_first;
    config->v2m_spi_count = vm->v2m_spi_count;
    config->uart_ipa = vm->uart_ipa;
    config->uart_spi = vm->uart_spi;
    config->watchdog_ipa = vm->watchdog_ipa;
    config->watchdog_spi = vm->watchdog_spi;
    config->kernel_vaddr = view->kernel_vaddr;
    config->kernel_bytes = vm->kernel ? vm->kernel->size : 0;
    config->initrd_vaddr = view->initrd_vaddr;
    config->initrd_bytes = vm->initrd ? vm->initrd->size : 0;
    config->dtb_vaddr = view->dtb_vaddr;
    config->dtb_bytes = vm->dtb ? vm->dtb->size : 0;
    config->kernel_ipa = or_zero(&vm->entry_addr);
    config->dtb_ipa = or_zero(&vm->dtb_addr);
    config->initrd_ipa = or_zero(&vm->initrd_addr);
}

static void fill_own(struct vmm_config *config, const struct vmm_view *view)
{
    config->untyped_slot = view->untyped_slot;
    config->untyped_bits = view->untyped_bits;
    config->guest_vspace_slot = view->guest_vspace_slot;
    config->free_slot_first = view->free_slot_first;
    config->free_slot_count = view->free_slot_count;
    config->gicv_slot = view->gicv_slot;
    config->timer_signal_slot = view->timer_signal_slot;
    config->console_signal_slot = view->console_signal_slot;
    config->timer_badge = view->timer_badge;
    config->console_badge = view->console_badge;
    config->timer_vaddr = view->timer_vaddr;
    config->console_vaddr = view->console_vaddr;
}

void *vmm_blob(struct model *model, const struct board *board, const struct vmm_view *view,
               const void *fragment, size_t fragment_size, size_t *size_bytes)
{
    const struct model_vm *vm = view->vm;
    struct blob blob = { .arena = model->arena };
    struct vmm_config config = {
        .magic = VMM_CONFIG_MAGIC,
        .version = VMM_CONFIG_VERSION,
        .vcpu_count = vm->vcpu_count,
        .vcpu_priority = vm->guest_priority,
        .core = vm->core,
        .owns_core = vm->owns_core,
    };

    (void)board;
    copy_name(config.name, vm->name);
    fill_own(&config, view);
    fill_guest(&config, view);
    reserve(&blob, sizeof(config));
    config.cmdline = put(&blob, vm->cmdline, strlen(vm->cmdline) + 1, 1);
    config.dtb_fragment = put(&blob, fragment, fragment_size, 1);
    config.regions = put_regions(&blob, view);
    config.irqs = put_irqs(&blob, view);
    config.driver_links = put_driver_links(&blob, view);
    config.device_links = put_device_links(&blob, view);
    config.size_bytes = (uint32_t)blob.size;
    memcpy(blob.bytes, &config, sizeof(config));
    *size_bytes = blob.size;
    return blob.bytes;
}
