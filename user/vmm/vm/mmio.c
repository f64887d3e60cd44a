/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses to addresses that are not in the guest's stage 2: decode, ask the bus, finish. All words
 * of the fault may be forged by the guest; the worst that they can do is to change the guest
 * itself.
 */
#include "vmm/vm/exception.h"
#include "vmm/vm/vm.h"

/* The register that an access changes: none for a store. */
static unsigned target_of(uint64_t esr)
{
    return iss_is_write(esr) ? ISS_REG_ZERO : iss_reg(esr);
}

/* No address answers, or the device refuses: the guest's own fault handling decides. */
static void refuse(struct vm *vm, unsigned vcpu, const struct bus_access *access, uint64_t pc,
                   bool log)
{
    if (log) {
        rt_warn_limited(&vm->unmapped_log,
                        "%s: vCPU %u: %s of %u bytes at 0x%llx, pc 0x%llx: "
                        "nothing there, external abort",
                        vm->name, vcpu, access->write ? "write" : "read", access->size,
                        (unsigned long long)access->ipa, (unsigned long long)pc);
    }
    vm_inject(vm, vcpu, EXCEPTION_DATA_ABORT);
}

static void data_abort(struct vm *vm, unsigned vcpu, uint64_t pc, uint64_t ipa, uint64_t esr)
{
    struct vcpu *self = &vm->vcpus[vcpu];
    uint64_t next_pc = pc + iss_instruction_bytes(esr);
    struct bus_access access = {
        .ipa = ipa,
        .size = iss_size(esr),
        .write = iss_is_write(esr),
        .vcpu = vcpu,
    };

    if (iss_is_cache_op(esr)) { /* nothing of a device is in a cache */
        vm_skip(vm, vcpu, next_pc);
        return;
    }
    if (!iss_is_valid(esr)) {
        rt_warn_limited(&vm->undecoded_log,
                        "%s: vCPU %u: access at 0x%llx, pc 0x%llx, is no plain "
                        "load or store (ESR 0x%llx): external abort",
                        vm->name, vcpu, (unsigned long long)ipa, (unsigned long long)pc,
                        (unsigned long long)esr);
        vm_inject(vm, vcpu, EXCEPTION_DATA_ABORT);
        return;
    }
    if (access.write) {
        access.data = regs_read(self, iss_reg(esr)) & (UINT64_MAX >> (64 - 8 * access.size));
    }
    /* Before the handler: it may complete the access at once, by vm_complete. */
    self->state = VCPU_WAITING;
    self->access_esr = esr;
    self->resume_pc = next_pc;
    switch (bus_dispatch(&vm->bus, &access)) {
    case BUS_HANDLED:
        self->state = VCPU_RUNNING;
        vm_skip_with(vm, vcpu, next_pc, target_of(esr), iss_extend(esr, access.data));
        break;
    case BUS_WAIT: vm_links_update_deadline(vm); break;
    case BUS_FAULT:
        self->state = VCPU_RUNNING;
        refuse(vm, vcpu, &access, pc, false);
        break;
    case BUS_UNMAPPED:
        self->state = VCPU_RUNNING;
        refuse(vm, vcpu, &access, pc, true);
        break;
    }
}

void vm_stage2_abort(struct vm *vm, unsigned vcpu, uint64_t pc, uint64_t ipa, uint64_t esr)
{
    switch (iss_class(esr)) {
    case ISS_EC_DABT_LOWER:
    case ISS_EC_DABT_SAME: data_abort(vm, vcpu, pc, ipa, esr); break;
    default:
        rt_warn_limited(&vm->unmapped_log,
                        "%s: vCPU %u: instruction fetch from 0x%llx, pc 0x%llx: "
                        "no memory there, external abort",
                        vm->name, vcpu, (unsigned long long)ipa, (unsigned long long)pc);
        vm_inject(vm, vcpu, EXCEPTION_FETCH_ABORT);
        break;
    }
}

void vm_complete(struct vm *vm, unsigned vcpu, uint64_t data)
{
    struct vcpu *self;

    if (vcpu >= vm->vcpu_count || vm->vcpus[vcpu].state != VCPU_WAITING) {
        return; /* the guest restarted meanwhile */
    }
    self = &vm->vcpus[vcpu];
    self->state = VCPU_RUNNING;
    regs_resume_with(self, self->resume_pc, target_of(self->access_esr),
                     iss_extend(self->access_esr, data));
}
