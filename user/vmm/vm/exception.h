/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a synchronous exception to the guest's own EL1, as the processor would: which vector, and
 * what the system registers then hold. Pure computation.
 *
 * Called by: inject.c.
 * Source: Arm ARM DDI 0487, D1.3.2 (exception entry), D1.3.1 (vector offsets), D17.2.37 (ESR_ELx).
 */
#ifndef VMM_VM_EXCEPTION_H
#define VMM_VM_EXCEPTION_H

#include <stdint.h>

enum exception_kind {
    EXCEPTION_UNDEFINED,   /* the instruction does not exist here */
    EXCEPTION_DATA_ABORT,  /* synchronous external abort of a load or store */
    EXCEPTION_FETCH_ABORT, /* synchronous external abort of an instruction fetch */
};

/* State of the vCPU before; all values are the guest's. */
struct exception_before {
    uint64_t pc;   /* of the instruction */
    uint64_t spsr; /* the guest's PSTATE */
    uint64_t vbar; /* VBAR_EL1 */
};

/* State after: to be written to the TCB (pc, spsr) and the VCPU (the rest). */
struct exception_after {
    uint64_t pc;
    uint64_t spsr;
    uint64_t elr;      /* ELR_EL1 */
    uint64_t spsr_el1; /* SPSR_EL1 */
    uint64_t esr;      /* ESR_EL1; FnV is set for aborts: the virtual address is not known */
};

struct exception_after exception_enter(enum exception_kind kind, struct exception_before before);

#endif
