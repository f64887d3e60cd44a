/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/vcpu.h"

#include "arch/thread.h"
#include "arch/vcpu.h"
#include "core/remote.h"
#include "core/sched.h"
#include "plat/plat.h"

/* Reset value of SCTLR_EL1: MMU and caches off. Source: sel4-abi 9.1. */
#define SCTLR_RESET 0x34d58820ull

/* List register of a GICv2. Source: ARM IHI 0048B 5.3.9. */
#define LR_EOI_MAINTENANCE (1u << 19)
#define LR_PRIORITY_SHIFT  23
#define LR_STATE_SHIFT     28
#define LR_STATE_PENDING   1u
#define LR_STATE_ACTIVE    2u
#define LR_STATE_MASK      3u
#define LR_GROUP_SHIFT     30
#define LR_IRQ_MASK        0x3ffu

void vcpu_init(struct vcpu *vcpu)
{
    vcpu->regs[SEL4_VCPU_REG_SCTLR] = SCTLR_RESET;
}

void vcpu_associate(struct vcpu *vcpu, struct tcb *tcb)
{
    if (tcb->vcpu) {
        vcpu_dissociate(tcb->vcpu);
    }
    if (vcpu->tcb) {
        vcpu_dissociate(vcpu);
    }
    remote_stall(tcb);
    tcb->vcpu = vcpu;
    vcpu->tcb = tcb;
    if (tcb == current_thread()) {
        arch_vcpu_switch(vcpu);
    }
}

void vcpu_dissociate(struct vcpu *vcpu)
{
    struct tcb *tcb = vcpu->tcb;

    remote_stall(tcb);
    arch_vcpu_unload(vcpu);
    tcb->vcpu = 0;
    vcpu->tcb = 0;
    arch_make_native(tcb);
}

void vcpu_tear_down(struct vcpu *vcpu)
{
    if (vcpu->tcb) {
        vcpu_dissociate(vcpu);
    } else {
        arch_vcpu_unload(vcpu);
    }
}

static enum status decode_set_tcb(struct call *call, struct vcpu *vcpu)
{
    if (cap_type(call->caps[0]->cap) != CAP_TCB) {
        return call_illegal_operation(call);
    }
    vcpu_associate(vcpu, cap_object(call->caps[0]->cap));
    return STATUS_OK;
}

static enum status decode_inject(struct call *call, struct vcpu *vcpu)
{
    uint64_t word = call_word(call, 0);
    unsigned virq = (word >> SEL4_INJECT_VIRQ_SHIFT) & SEL4_INJECT_VIRQ_MASK;
    unsigned priority = (word >> SEL4_INJECT_PRIORITY_SHIFT) & SEL4_INJECT_PRIORITY_MASK;
    unsigned group = (word >> SEL4_INJECT_GROUP_SHIFT) & SEL4_INJECT_GROUP_MASK;
    unsigned index = (word >> SEL4_INJECT_INDEX_SHIFT) & SEL4_INJECT_INDEX_MASK;

    if (virq > SEL4_INJECT_MAX_VIRQ) {
        return call_range_error(call, 0, SEL4_INJECT_MAX_VIRQ);
    }
    if (priority > SEL4_INJECT_MAX_PRIORITY) {
        return call_range_error(call, 0, SEL4_INJECT_MAX_PRIORITY);
    }
    if (group > SEL4_INJECT_MAX_GROUP) {
        return call_range_error(call, 0, SEL4_INJECT_MAX_GROUP);
    }
    if (index >= arch_list_register_count()) {
        return call_range_error(call, 0, arch_list_register_count() - 1);
    }
    if (((vcpu->lr[index] >> LR_STATE_SHIFT) & LR_STATE_MASK) == LR_STATE_ACTIVE) {
        return call_delete_first(call);
    }
    arch_vcpu_set_list_register(vcpu, index,
                                (virq & LR_IRQ_MASK) | LR_EOI_MAINTENANCE |
                                    priority << LR_PRIORITY_SHIFT |
                                    LR_STATE_PENDING << LR_STATE_SHIFT | group << LR_GROUP_SHIFT);
    return STATUS_OK;
}

static void invoke_read(struct call *call, const struct vcpu *vcpu, uint64_t field)
{
    uint64_t value = arch_vcpu_read(vcpu, (unsigned)field);

    call_reply(call, 1, &value);
}

static enum status decode_read(struct call *call, struct vcpu *vcpu)
{
    uint64_t field = call_word(call, 0);

    if (field >= SEL4_VCPU_REG_COUNT) {
        return call_invalid_argument(call, 1);
    }
    invoke_read(call, vcpu, field);
    return STATUS_OK;
}

static enum status decode_write(struct call *call, struct vcpu *vcpu)
{
    uint64_t field = call_word(call, 0);

    if (field >= SEL4_VCPU_REG_COUNT) {
        return call_invalid_argument(call, 1);
    }
    arch_vcpu_write(vcpu, (unsigned)field, call_word(call, 1));
    return STATUS_OK;
}

static enum status decode_ack_vppi(struct call *call, struct vcpu *vcpu)
{
    uint64_t irq = call_word(call, 0);

    if (irq > PLAT_MAX_IRQ) {
        return call_range_error(call, 0, PLAT_MAX_IRQ);
    }
    if (irq != PLAT_VTIMER_IRQ) {
        return call_invalid_argument(call, 0);
    }
    arch_vcpu_unmask_timer(vcpu);
    return STATUS_OK;
}

enum status vcpu_decode(struct call *call)
{
    struct vcpu *vcpu = cap_object(call->cap);
    enum status status = call_check(call, SEL4_OBJ_VCPU);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case ARMVCPUSetTCB: return decode_set_tcb(call, vcpu);
    case ARMVCPUInjectIRQ: return decode_inject(call, vcpu);
    case ARMVCPUReadReg: return decode_read(call, vcpu);
    case ARMVCPUWriteReg: return decode_write(call, vcpu);
    default: return decode_ack_vppi(call, vcpu);
    }
}
