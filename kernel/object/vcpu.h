/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCPU objects: what a thread needs beyond its TCB to run a guest. Source: sel4-abi 9.
 */
#ifndef OBJECT_VCPU_H
#define OBJECT_VCPU_H

#include "api/call.h"

#include "contract/sel4/vcpu.h"

#define VCPU_MAX_LIST_REGISTERS 64

/* One page. Registers are by SEL4_VCPU_REG_* number. */
struct vcpu {
    struct tcb *tcb; /* null: not associated */
    uint64_t regs[SEL4_VCPU_REG_COUNT];
    uint32_t vgic_vmcr;
    uint32_t vgic_apr;
    bool vppi_masked; /* the guest has a virtual timer interrupt that is not acknowledged yet */
    uint32_t lr[VCPU_MAX_LIST_REGISTERS];
};
_Static_assert(sizeof(struct vcpu) <= 1 << SEL4_VCPU_BITS, "VCPU size is part of the API");

/* Reset values, out of zeroed memory. */
void vcpu_init(struct vcpu *vcpu);

/* Makes the pair; earlier pairs of either side are broken first. */
void vcpu_associate(struct vcpu *vcpu, struct tcb *tcb);

/* Breaks the pair; the thread becomes a native one. The VCPU must be associated. */
void vcpu_dissociate(struct vcpu *vcpu);

void vcpu_tear_down(struct vcpu *vcpu);

enum status vcpu_decode(struct call *call);

#endif
