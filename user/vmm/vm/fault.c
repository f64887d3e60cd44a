/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages on the VM's endpoint. Most are faults that the kernel sends for a vCPU's thread, but a
 * guest can send any message there itself (HVC with a system call number in x7). So each word, the
 * label included, counts as chosen by the guest: it selects what happens to this guest and nothing
 * else, and a message that no fault looks like is answered and forgotten.
 */
#include "vmm/vm/exception.h"
#include "vmm/vm/vm.h"

#include "rt/clock.h"
#include "vmm/psci/psci.h"
#include "vmm/vm/sysreg.h"

#define WFX_IS_WFE    1u /* ISS bit 0 */
#define SMCCC_UNKNOWN UINT64_MAX
#define HVC_BYTES     4u

static void smc(struct vm *vm, unsigned vcpu)
{
    struct vcpu *self = &vm->vcpus[vcpu];
    uint64_t args[4]; /* function, three arguments */
    uint64_t pc;
    struct psci_result result;

    regs_read_args(self, &pc, args, 4);
    pc += HVC_BYTES;
    result = psci_call(&vm_psci_ops, vm, vm->vcpu_count, vcpu, args[0], &args[1]);
    switch (result.action) {
    case PSCI_RETURN: vm_skip_with(vm, vcpu, pc, 0, (uint64_t)result.value); break;
    case PSCI_STANDBY:
        regs_set(self, 0, (uint64_t)result.value);
        vm_idle(vm, vcpu, pc);
        break;
    case PSCI_GONE: break;
    }
}

static void undefined(struct vm *vm, unsigned vcpu, uint64_t esr)
{
    rt_warn_limited(&vm->undefined_log,
                    "%s: vCPU %u: trapped instruction that does not exist here "
                    "(ESR 0x%llx): undefined",
                    vm->name, vcpu, (unsigned long long)esr);
    vm_inject(vm, vcpu, EXCEPTION_UNDEFINED);
}

static void system_register(struct vm *vm, unsigned vcpu, uint64_t esr)
{
    const struct vcpu *self = &vm->vcpus[vcpu];
    struct iss_sysreg access = iss_sysreg(esr);
    enum sysreg_answer answer = sysreg_lookup(access.name);
    uint64_t value = 0;

    if (answer == SYSREG_UNDEFINED || (answer == SYSREG_COUNTER && !vm->has_clock)) {
        undefined(vm, vcpu, esr);
        return;
    }
    if (answer == SYSREG_COUNTER) {
        value = rt_clock_cntpct();
    }
    vm_skip_with(vm, vcpu, regs_pc(self) + 4, access.read ? access.reg : ISS_REG_ZERO, value);
}

static void trapped(struct vm *vm, unsigned vcpu, uint64_t esr)
{
    const struct vcpu *self = &vm->vcpus[vcpu];

    switch (iss_class(esr)) {
    case ISS_EC_WFX:
        if (esr & WFX_IS_WFE) {
            vm_skip(vm, vcpu, regs_pc(self) + iss_instruction_bytes(esr));
        } else {
            vm_idle(vm, vcpu, regs_pc(self) + iss_instruction_bytes(esr));
        }
        break;
    case ISS_EC_SMC: smc(vm, vcpu); break;
    case ISS_EC_SYSREG: system_register(vm, vcpu, esr); break;
    case ISS_EC_SERROR: vm_power_off(vm, "stopped: SError"); break;
    default: undefined(vm, vcpu, esr); break;
    }
}

/*
 * An HVC that is no system call: there is no hypervisor interface behind it. The reply itself
 * carries x0 and the PC; x1..x7 are where the fault message left them, in vm->mr and the IPC
 * buffer.
 */
static void hypercall(struct vm *vm)
{
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + HVC_BYTES);
    vm->mr[0] = SMCCC_UNKNOWN;
    vm->reply_words = seL4_UnknownSyscall_FaultIP + 1;
    vm->reply = true;
}

void vm_fault(struct vm *vm, unsigned vcpu, seL4_MessageInfo_t info)
{
    const seL4_Word *mr = vm->mr;

    if (vcpu >= vm->vcpu_count || vm->vcpus[vcpu].state != VCPU_RUNNING) {
        rt_warn_limited(&vm->forged_log, "%s: vCPU %u: message while it cannot run: ignored",
                        vm->name, vcpu);
        return;
    }
    switch (seL4_MessageInfo_get_label(info)) {
    case seL4_Fault_VMFault:
        vm_stage2_abort(vm, vcpu, mr[seL4_VMFault_IP], mr[seL4_VMFault_Addr], mr[seL4_VMFault_FSR]);
        break;
    case seL4_Fault_VGICMaintenance:
        (void)vgic_maintenance(&vm->vgic, vcpu, mr[seL4_VGICMaintenance_IDX]);
        vm->reply = true;
        break;
    case seL4_Fault_VPPIEvent:
        if (mr[seL4_VPPIEvent_IRQ] == VM_VTIMER_IRQ) {
            vgic_raise_hw(&vm->vgic, vcpu, VM_VTIMER_IRQ);
        }
        vm->reply = true;
        break;
    case seL4_Fault_VCPUFault: trapped(vm, vcpu, mr[seL4_VCPUFault_HSR]); break;
    case seL4_Fault_UnknownSyscall: hypercall(vm); break;
    case seL4_Fault_CapFault: /* an HVC that is a system call on nothing */
        vm_skip_with(vm, vcpu, mr[seL4_CapFault_IP] + HVC_BYTES, 0, SMCCC_UNKNOWN);
        break;
    case seL4_Fault_UserException: undefined(vm, vcpu, mr[seL4_UserException_Number]); break;
    default:
        rt_warn_limited(&vm->forged_log, "%s: vCPU %u: message %llu is no fault: ignored", vm->name,
                        vcpu, (unsigned long long)seL4_MessageInfo_get_label(info));
        vm->reply = true;
        break;
    }
}
