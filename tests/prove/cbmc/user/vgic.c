/* SPDX-License-Identifier: BSD-2-Clause */
/* Any interrupt number and vCPU: what is accepted has a bank, and the bank lies in the vGIC. */
#include "vmm/vgic/vgic.c"

#include "cbmc.h"

int main(void)
{
    static struct vgic vgic;
    unsigned vcpu = any32();
    unsigned irq = any32();

    vgic.vcpu_count = 1 + any_below(VGIC_VCPUS_MAX);
    vgic.irq_count = 32 * (1 + any_below(VGIC_BANKS));
    if (exists(&vgic, vcpu, irq)) {
        struct vgic_bank *bank = vgic_bank_of(&vgic, vcpu, irq / 32);

        ASSERT(irq >= VGIC_SGIS && irq < vgic.irq_count && irq < VGIC_IRQS_MAX,
               "a number that exists");
        ASSERT(irq >= 32 || bank == &vgic.cpus[vcpu].local,
               "private interrupts are the vCPU's own");
        bank->pending |= 1u << (irq & 31);
    }
    return 0;
}
