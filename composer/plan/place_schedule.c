/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priorities and cores. A VMM runs above every guest of its core unless the user says otherwise; all
 * guests take turns (docs/decisions/0006). A guest that serves others must not run below the guests
 * that it serves, or a client that spins would starve its own backend.
 */
#include "composer/plan/place.h"

#define GUEST_BASE 100u
#define VMM_BASE   150u

static void choose_vmm(struct model_vm *vm)
{
    vm->vmm_priority =
        vm->vmm_priority_wish.is_set ? (uint32_t)vm->vmm_priority_wish.value : VMM_BASE + vm->rank;
}

/* Called for servers before their clients. */
static void choose_guest(struct model_vm *vm)
{
    uint32_t priority = GUEST_BASE;

    if (vm->guest_priority_wish.is_set) {
        vm->guest_priority = (uint32_t)vm->guest_priority_wish.value;
        return;
    }
    if (priority >= vm->vmm_priority) {
        priority = vm->vmm_priority - 1;
    }
    for (size_t i = 0; i < vm->driver_link_count; i++) {
        const struct model_vm *server = vm->driver_links[i]->device;

        if (server->core == vm->core && server->rank > vm->rank &&
            priority > server->guest_priority) {
            priority = server->guest_priority;
        }
    }
    vm->guest_priority = priority;
}

static void check_link(const struct model *model, const struct model_link *link)
{
    const struct model_vm *server = link->device, *client = link->driver;

    if (server->core == client->core && link->filled_slots &&
        server->guest_priority < client->guest_priority && server->guest_priority_wish.is_set) {
        diag_error(
            model->diag, server->guest_priority_wish.pos, "priority-served",
            "the guest of '%s' (%u) must not run below that of '%s' (%u), which it serves on "
            "the same core",
            server->instance, server->guest_priority, client->instance, client->guest_priority);
    } else if (server->core == client->core && link->filled_slots &&
               server->guest_priority < client->guest_priority) {
        diag_error(
            model->diag, link->pos, "priority-served",
            "the guest of '%s' (%u) must not run below that of '%s' (%u), which it serves on "
            "the same core",
            server->instance, server->guest_priority, client->instance, client->guest_priority);
    }
}

static void find_core_owners(struct model *model)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        struct model_vm *vm = model->vms[i];

        vm->owns_core = true;
        for (size_t j = 0; j < model->vm_count; j++) {
            const struct model_vm *other = model->vms[j];

            if (other != vm && vm->core < other->core + other->vcpu_count &&
                other->core < vm->core + vm->vcpu_count) {
                vm->owns_core = false;
            }
        }
    }
}

static void check_cores(const struct model *model, unsigned core_count)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        const struct model_vm *vm = model->vms[i];

        if (vm->core >= core_count) {
            diag_error(model->diag, vm->pos, "core-count",
                       "'%s' is bound to core %u, but the system has %u", vm->instance, vm->core,
                       core_count);
        }
    }
}

/* One bit of the VMM's notification per interrupt and per direction of a link. */
static void check_badges(const struct model *model)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        const struct model_vm *vm = model->vms[i];
        size_t badges = PLACE_SERVICE_BADGES + vm->irq_count +
                        PLACE_DRIVER_BADGES * vm->driver_link_count +
                        PLACE_DEVICE_BADGES * vm->device_link_count;

        if (badges > PLACE_BADGES_MAX) {
            diag_error(model->diag, vm->pos, "badge-count",
                       "'%s' serves %zu VMs, uses %zu and has %zu interrupts; together they need "
                       "%zu bits of its notification, which has %u",
                       vm->instance, vm->device_link_count, vm->driver_link_count, vm->irq_count,
                       badges, PLACE_BADGES_MAX);
        }
    }
}

void place_schedule(struct model *model, unsigned core_count)
{
    for (size_t i = 0; i < model->vm_count; i++) {
        choose_vmm(model->vms[i]);
    }
    for (unsigned rank = MODEL_VMS_MAX + 1; rank-- > 0;) {
        for (size_t i = 0; i < model->vm_count; i++) {
            if (model->vms[i]->rank == rank) {
                choose_guest(model->vms[i]);
            }
        }
    }
    for (size_t i = 0; i < model->link_count; i++) {
        check_link(model, model->links[i]);
    }
    find_core_owners(model);
    check_cores(model, core_count);
    check_badges(model);
}
