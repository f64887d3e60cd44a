/* SPDX-License-Identifier: BSD-2-Clause */
/* The VM's links: what link/ needs from the VM, and the VM's events that concern links. */
#include "vmm/vm/vm.h"

#include <stddef.h>

#include "rt/clock.h"

static void raise_spi(void *context, uint32_t intid)
{
    struct vm *vm = context;

    vgic_raise(&vm->vgic, 0, intid);
}

static void complete(void *context, unsigned vcpu, uint64_t data)
{
    vm_complete(context, vcpu, data);
}

static void signal_slot(void *context, uint32_t slot)
{
    (void)context;
    if (slot != 0) {
        seL4_Signal(slot);
    }
}

static uint64_t now_ns(void *context)
{
    return vm_now_ns(context);
}

static bool within(uint64_t base, uint64_t size, uint64_t ipa, uint64_t bytes)
{
    return ipa >= base && bytes <= size && ipa - base <= size - bytes;
}

/* The pool, or all RAM, is what the link says; a region says where we see it. Bound: the regions. */
static void *peer_memory(void *context, const struct vmm_driver_link *link, uint64_t ipa,
                         uint64_t bytes)
{
    const struct vm *vm = context;

    if (!within(link->pool_ipa, link->pool_bytes, ipa, bytes)) {
        return NULL;
    }
    for (unsigned i = 0; i < vm->config.region_count; i++) {
        const struct vmm_region *region = &vm->config.regions[i];

        if (region->vaddr != 0 && within(region->ipa, region->size_bytes, ipa, bytes)) {
            return (void *)(region->vaddr + (ipa - region->ipa));
        }
    }
    return NULL;
}

static void unmap_pool(void *context, uint32_t link_index)
{
    vm_memory_unmap_pool(context, link_index);
}

static void map_pool(void *context, uint32_t link_index)
{
    vm_memory_map_pool(context, link_index);
}

static const struct link_ops driver_ops = {
    .raise_spi = raise_spi,
    .complete = complete,
    .signal = signal_slot,
    .now_ns = now_ns,
    .peer_memory = peer_memory,
};

static const struct link_device_ops device_ops = {
    .raise_spi = raise_spi,
    .signal = signal_slot,
    .unmap_pool = unmap_pool,
    .map_pool = map_pool,
};

static int setup_driver_link(struct vm *vm, const struct vmm_driver_link *config)
{
    struct link *link = &vm->links[vm->link_count];
    const struct link_params params = {
        .config = config,
        .ops = &driver_ops,
        .vm = vm,
        .budget = &vm->budget,
        .v2m_ipa = vm->config.base->v2m_ipa,
        .v2m_spi_first = vm->config.base->v2m_spi_first,
        .v2m_spi_count = vm->config.base->v2m_spi_count,
    };
    int error = link_init(link, &params);

    if (error == 0) {
        error = link_add_to_bus(link, &vm->bus);
    }
    if (error) {
        rt_error("%s: link to %s: %s", vm->name, config->name, rt_error_text(error));
        return error;
    }
    vm->link_badges |= config->doorbell_badge | config->unmapped_badge;
    vm->link_count++;
    return 0;
}

/* The link's pool answers on the bus while it is not mapped. */
static int add_pools(struct vm *vm, struct link_device *link)
{
    int error = 0;

    for (unsigned i = 0; i < vm->config.region_count && error == 0; i++) {
        const struct vmm_region *region = &vm->config.regions[i];

        if (region->kind == VMM_REGION_PEER_POOL && region->link == link->index) {
            error = link_device_add_pool(link, &vm->bus, region->ipa, region->size_bytes);
        }
    }
    return error;
}

static int setup_device_link(struct vm *vm, const struct vmm_device_link *config)
{
    struct link_device *link = &vm->device_links[vm->device_link_count];
    int error;

    link_device_init(link, config, vm->device_link_count, &device_ops, vm);
    error = link_device_add_to_bus(link, &vm->bus);
    if (error == 0) {
        error = add_pools(vm, link);
    }
    if (error) {
        rt_error("%s: link to %s: %s", vm->name, config->name, rt_error_text(error));
        return error;
    }
    vm->link_badges |= config->kick_badge | config->unmap_badge | config->map_badge;
    vm->device_link_count++;
    return 0;
}

int vm_links_setup(struct vm *vm)
{
    int error = 0;

    for (unsigned i = 0; i < vm->config.driver_link_count && error == 0; i++) {
        error = setup_driver_link(vm, &vm->config.driver_links[i]);
    }
    for (unsigned i = 0; i < vm->config.device_link_count && error == 0; i++) {
        error = setup_device_link(vm, &vm->config.device_links[i]);
    }
    vm_links_update_deadline(vm);
    return error;
}

void vm_links_update_deadline(struct vm *vm)
{
    uint64_t earliest = LINK_NO_DEADLINE;

    for (unsigned i = 0; i < vm->link_count; i++) {
        uint64_t deadline = link_next_deadline(&vm->links[i]);

        if (deadline < earliest) {
            earliest = deadline;
        }
    }
    vm->links_deadline_ns = earliest;
    vm->deadlines_changed = true;
}

void vm_links_signals(struct vm *vm, uint64_t badges)
{
    for (unsigned i = 0; i < vm->link_count; i++) {
        link_signals(&vm->links[i], badges);
    }
    for (unsigned i = 0; i < vm->device_link_count; i++) {
        link_device_signals(&vm->device_links[i], badges);
    }
    vm_links_update_deadline(vm);
    vm_links_settled(vm);
}

void vm_links_tick(struct vm *vm)
{
    for (unsigned i = 0; i < vm->link_count; i++) {
        link_tick(&vm->links[i]);
    }
    vm_links_update_deadline(vm);
    vm_links_settled(vm);
}
