/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vm/exception.h"
#include "vmm/vm/vm.h"

#include "rt/check.h"

static uint64_t read_system(const struct vcpu *vcpu, seL4_Word field)
{
    seL4_ARM_VCPU_ReadRegs_t result = seL4_ARM_VCPU_ReadRegs(vcpu->vcpu, field);

    CHECK(result.error == 0);
    return result.value;
}

static void write_system(const struct vcpu *vcpu, seL4_Word field, uint64_t value)
{
    CHECK(seL4_ARM_VCPU_WriteRegs(vcpu->vcpu, field, value) == seL4_NoError);
}

void vm_inject(struct vm *vm, unsigned vcpu, enum exception_kind kind)
{
    const struct vcpu *target = &vm->vcpus[vcpu];
    seL4_UserContext context;
    struct exception_after after;

    CHECK(seL4_TCB_ReadRegisters(target->tcb, 0, 0, 3, &context) == seL4_NoError);
    after = exception_enter(kind, (struct exception_before){
                                      .pc = context.pc,
                                      .spsr = context.spsr,
                                      .vbar = read_system(target, seL4_VCPUReg_VBAR),
                                  });
    write_system(target, seL4_VCPUReg_ELR_EL1, after.elr);
    write_system(target, seL4_VCPUReg_SPSR_EL1, after.spsr_el1);
    write_system(target, seL4_VCPUReg_ESR, after.esr);
    write_system(target, seL4_VCPUReg_FAR, 0);
    context.pc = after.pc;
    context.spsr = after.spsr;
    CHECK(seL4_TCB_WriteRegisters(target->tcb, 0, 0, 3, &context) == seL4_NoError);
    vm->reply = true;
}
