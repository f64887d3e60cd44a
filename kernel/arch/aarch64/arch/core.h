/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_CORE_H
#define ARCH_CORE_H

#define ARCH_CORE_STACK  0
#define BOOT_STACK_SHIFT 13 /* log2 of the bytes of a core's stack */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/*
 * What the hardware of this core holds at the moment. Switching compares against this and writes
 * only what differs: some of these registers are expensive to write.
 */
struct arch_core {
    uint64_t stack_top;   /* ARCH_CORE_STACK */
    uint64_t translation; /* VTTBR_EL2 */
    uint64_t cptr;        /* CPTR_EL2 */
    /* The VCPU whose registers are loaded; active while its thread is the current one. */
    struct vcpu *vcpu;
    bool vcpu_active;
    bool vgic_off;    /* GICH_HCR is 0 although a VCPU is loaded */
    bool vtimer_off;  /* the loaded VCPU's CNTV_CTL was saved and the timer stopped */
    bool vppi_masked; /* state of the virtual timer's PPI in the distributor */
    bool cpacr_open;  /* CPACR_EL1 is open for native threads, whatever the loaded VCPU's is */
    uint64_t sctlr;   /* SCTLR_EL1, valid while no VCPU is active */
};

/*
 * True if a native thread runs with a guest's SCTLR_EL1 or CPACR_EL1, so that an exception of it may be
 * that guest's doing. @sctlr_native: the value that it would have without a guest
 */
static inline bool arch_core_shows_guest(const struct arch_core *core, uint64_t sctlr_native)
{
    return core->sctlr != sctlr_native || !core->cpacr_open;
}

#if CONFIG_MAX_NUM_NODES > 1
struct core;

/* Makes `core`, whose number is in it, the one that arch_this_core() finds here; gives it its stack. */
void arch_name_core(struct core *core);

/* Lets the cores that wait in head.S go on, those with numbers below `count`. */
void arch_release_cores(unsigned count);

static inline struct core *arch_this_core(void)
{
    struct core *core;

    __asm__("mrs %0, tpidr_el2" : "=r"(core));
    return core;
}
#endif
#endif

#endif
