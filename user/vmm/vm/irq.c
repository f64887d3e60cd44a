/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the vGIC and the kernel: injection, EOI of masked sources, and physical interrupts of
 * passed-through devices. The kernel masks such an interrupt when it delivers it and until it is
 * acknowledged, which happens at the guest's EOI: a level that is still high then fires again, and
 * an edge that came meanwhile is kept by the hardware.
 */
#include "vmm/vm/vm.h"

#include "rt/object.h"

static bool inject(void *context, unsigned vcpu, unsigned lr, unsigned irq, unsigned priority,
                   unsigned group)
{
    const struct vm *vm = context;

    return seL4_ARM_VCPU_InjectIRQ(vm->vcpus[vcpu].vcpu, (seL4_Uint16)irq, (seL4_Uint8)priority,
                                   (seL4_Uint8)group, (seL4_Uint8)lr) == seL4_NoError;
}

static void eoi(void *context, unsigned vcpu, unsigned irq)
{
    const struct vm *vm = context;

    if (irq == VM_VTIMER_IRQ) {
        (void)seL4_ARM_VCPU_AckVPPI(vm->vcpus[vcpu].vcpu, irq);
    } else if (vm->irq_slots[irq] != 0) {
        (void)seL4_IRQHandler_Ack(vm->irq_slots[irq]);
    }
}

static void wake(void *context, unsigned vcpu)
{
    vm_wake(context, vcpu);
}

const struct vgic_ops vm_vgic_ops = {
    .inject = inject,
    .eoi = eoi,
    .wake = wake,
};

int vm_irqs_setup(struct vm *vm)
{
    for (unsigned i = 0; i < vm->config.irq_count; i++) {
        const struct vmm_irq *irq = &vm->config.irqs[i];
        seL4_Error error = seL4_IRQHandler_SetNotification(irq->slot, irq->ntfn_slot);

        if (error != seL4_NoError) {
            rt_error("%s: interrupt %u: %s", vm->name, irq->virq, rt_sel4_error_text(error));
            return RT_ERR_KERNEL;
        }
        vm->irq_slots[irq->virq] = irq->slot;
        vm->irq_badges |= irq->badge;
        (void)seL4_IRQHandler_Ack(irq->slot); /* one that came before nobody listened */
    }
    return 0;
}

void vm_irqs_signals(struct vm *vm, uint64_t badges)
{
    for (unsigned i = 0; i < vm->config.irq_count; i++) {
        if (vm->config.irqs[i].badge & badges) {
            vgic_raise_hw(&vm->vgic, 0, vm->config.irqs[i].virq);
        }
    }
}
