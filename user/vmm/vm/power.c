/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life of the VM. A start and a restart are the same path (vm_boot); before a restart every link's
 * backend must have let go of the guest's memory, which the event loop waits for (VM_RESETTING).
 */
#include "vmm/vm/vm.h"

#include "rt/check.h"
#include "vmm/psci/psci.h"

void vm_boot(struct vm *vm)
{
    uint64_t entry = 0;
    uint64_t dtb = 0;

    vm_memory_zero(vm);
    if (vm_load(vm, &entry, &dtb) != 0 || guest_make(vm) != 0) {
        vm_power_off(vm, "stopped: cannot start");
        return;
    }
    vgic_reset(&vm->vgic);
    if (vm->has_watchdog) {
        watchdog_reset(&vm->watchdog);
    }
    pl011_reset(&vm->uart);
    pl011_poll(&vm->uart);
    vm->state = VM_RUNNING;
    rt_info("%s: started", vm->name);
    guest_start_vcpu(vm, 0, entry, dtb);
}

static void begin_link_resets(struct vm *vm)
{
    for (unsigned i = 0; i < vm->link_count; i++) {
        link_reset_begin(&vm->links[i]);
    }
    vm_links_update_deadline(vm);
}

void vm_power_off(struct vm *vm, const char *why)
{
    guest_stop(vm);
    vm->state = VM_OFF;
    rt_info("%s: %s", vm->name, why);
    begin_link_resets(vm);
}

void vm_reset(struct vm *vm)
{
    guest_stop(vm);
    vm->state = VM_RESETTING;
    rt_info("%s: reset", vm->name);
    begin_link_resets(vm);
    vm_links_settled(vm);
}

void vm_links_settled(struct vm *vm)
{
    if (vm->state != VM_RESETTING) {
        return;
    }
    for (unsigned i = 0; i < vm->link_count; i++) {
        if (!link_reset_ready(&vm->links[i])) {
            return;
        }
    }
    vpci_boot_budget_reset(&vm->budget);
    for (unsigned i = 0; i < vm->link_count; i++) {
        link_reset_end(&vm->links[i]);
    }
    vm_boot(vm);
}

static bool is_on(void *context, unsigned vcpu)
{
    const struct vm *vm = context;

    return vm->vcpus[vcpu].state != VCPU_OFF;
}

static void turn_on(void *context, unsigned vcpu, uint64_t entry, uint64_t argument)
{
    guest_start_vcpu(context, vcpu, entry, argument);
}

static void turn_off(void *context, unsigned vcpu)
{
    struct vm *vm = context;

    vm->vcpus[vcpu].state = VCPU_OFF;
    CHECK(seL4_TCB_Suspend(vm->vcpus[vcpu].tcb) == seL4_NoError);
}

static void system_off(void *context)
{
    vm_power_off(context, "power-off");
}

static void system_reset(void *context)
{
    vm_reset(context);
}

const struct psci_ops vm_psci_ops = {
    .is_on = is_on,
    .turn_on = turn_on,
    .turn_off = turn_off,
    .system_off = system_off,
    .system_reset = system_reset,
};
