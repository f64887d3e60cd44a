/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects of the vCPUs. All of them come from one small untyped, so that a restart revokes
 * it and makes them anew: list registers and active interrupts cannot be reset in any other way.
 *
 * A vCPU's thread can execute any system call (HVC with a system call number in x7), so its CSpace
 * holds one capability: its fault endpoint, with the rights to call it and the badge that says who
 * it is.
 */
#include "vmm/vm/vm.h"

#include "plan/plan.h"
#include "rt/check.h"
#include "rt/object.h"

#define CNODE_RADIX    1u
#define FAULT_SLOT     1u /* in the guest's CNode */
#define OBJECTS        3u /* VCPU, TCB, CNode */
#define ROOT_DEPTH     seL4_WordBits
#define VCPU_SCTLR     UINT64_C(0x30d00800) /* RES1 bits; MMU and caches off, little endian */
#define VCPU_MPIDR     UINT64_C(0x80000000) /* RES1 bit; affinity 0.0.0.n */
#define PSTATE_RESET   UINT64_C(0x3c5)      /* EL1h, all interrupts masked */
#define LR_INDEX_PROBE 255u

static int make_objects(struct vm *vm)
{
    seL4_Word slot = vm->life_slot;
    unsigned n = vm->vcpu_count;
    int error = rt_retype(vm->life_untyped, seL4_ARM_VCPUObject, 0, PLAN_SLOT_CNODE, slot, n);

    if (error == 0) {
        error = rt_retype(vm->life_untyped, seL4_TCBObject, 0, PLAN_SLOT_CNODE, slot + n, n);
    }
    if (error == 0) {
        error = rt_retype(vm->life_untyped, seL4_CapTableObject, CNODE_RADIX, PLAN_SLOT_CNODE,
                          slot + 2 * n, n);
    }
    for (unsigned i = 0; i < n; i++) {
        vm->vcpus[i].vcpu = slot + i;
        vm->vcpus[i].tcb = slot + n + i;
        vm->vcpus[i].cnode = slot + 2 * n + i;
    }
    return error;
}

static seL4_Error set_affinity(const struct vm *vm, seL4_CPtr tcb)
{
#if CONFIG_MAX_NUM_NODES > 1
    return seL4_TCB_SetAffinity(tcb, vm->config.base->core);
#else
    (void)vm;
    (void)tcb;
    return seL4_NoError;
#endif
}

static seL4_Error configure(const struct vm *vm, unsigned index)
{
    const struct vcpu *vcpu = &vm->vcpus[index];
    const struct vmm_config *base = vm->config.base;
    seL4_CNode_CapData_t guard = seL4_CNode_CapData_new(0, seL4_WordBits - CNODE_RADIX);
    seL4_Error error;

    error =
        seL4_CNode_Mint(vcpu->cnode, FAULT_SLOT, CNODE_RADIX, PLAN_SLOT_CNODE, PLAN_SLOT_ENDPOINT,
                        ROOT_DEPTH, seL4_CapRights_new(1, 0, 0, 1), VM_FAULT_BADGE | index);
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSpace(vcpu->tcb, FAULT_SLOT, vcpu->cnode, guard.words[0],
                                  base->guest_vspace_slot, 0);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(vcpu->tcb, PLAN_SLOT_TCB, 0, base->vcpu_priority);
    }
    if (error == seL4_NoError) {
        error = set_affinity(vm, vcpu->tcb);
    }
    if (error == seL4_NoError) {
        error = seL4_ARM_VCPU_SetTCB(vcpu->vcpu, vcpu->tcb);
    }
    return error;
}

int guest_make(struct vm *vm)
{
    int error;

    if (seL4_CNode_Revoke(PLAN_SLOT_CNODE, vm->life_untyped, ROOT_DEPTH) != seL4_NoError) {
        return RT_ERR_KERNEL;
    }
    error = make_objects(vm);
    if (error) {
        rt_error("%s: vCPU objects: %s", vm->name, rt_error_text(error));
        return error;
    }
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        seL4_Error refused = configure(vm, i);

        if (refused != seL4_NoError) {
            rt_error("%s: vCPU %u: %s", vm->name, i, rt_sel4_error_text(refused));
            return RT_ERR_KERNEL;
        }
        vm->vcpus[i].state = VCPU_OFF;
        vm->vcpus[i].idle_priority = false;
    }
    return 0;
}

void guest_stop(struct vm *vm)
{
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        if (vm->vcpus[i].state != VCPU_OFF) {
            (void)seL4_TCB_Suspend(vm->vcpus[i].tcb);
            vm->vcpus[i].state = VCPU_OFF;
        }
    }
    vm->reply = false; /* the thread that waited for it is stopped */
}

static void write_system(const struct vcpu *vcpu, seL4_Word field, uint64_t value)
{
    CHECK(seL4_ARM_VCPU_WriteRegs(vcpu->vcpu, field, value) == seL4_NoError);
}

void guest_start_vcpu(struct vm *vm, unsigned vcpu, uint64_t entry, uint64_t argument)
{
    struct vcpu *self = &vm->vcpus[vcpu];
    seL4_UserContext context = { .pc = entry, .spsr = PSTATE_RESET, .x0 = argument };

    /* Of a vCPU that was off before, the rest is architecturally unknown. */
    write_system(self, seL4_VCPUReg_SCTLR, VCPU_SCTLR);
    write_system(self, seL4_VCPUReg_VMPIDR_EL2, VCPU_MPIDR | vcpu);
    write_system(self, seL4_VCPUReg_CNTVOFF, 0);
    write_system(self, seL4_VCPUReg_CNTV_CTL, 0);
    self->state = VCPU_RUNNING;
    CHECK(seL4_TCB_WriteRegisters(self->tcb, 1, 0, sizeof(context) / sizeof(seL4_Word), &context) ==
          seL4_NoError);
}

/* The kernel tells the number of list registers only by refusing one that does not exist. */
bool guest_probe_list_registers(struct vm *vm, unsigned *count)
{
    seL4_Error error =
        seL4_ARM_VCPU_InjectIRQ(vm->vcpus[0].vcpu, VM_VTIMER_IRQ, 0, 0, LR_INDEX_PROBE);
    seL4_Word last = seL4_GetMR(1);

    if (error != seL4_RangeError || last >= VGIC_LRS_MAX) {
        return false;
    }
    *count = (unsigned)last + 1;
    return true;
}
