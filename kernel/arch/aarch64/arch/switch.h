/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_SWITCH_H
#define ARCH_SWITCH_H

#include "arch/context.h"
#include "arch/sysreg.h"
#include "arch/vcpu.h"
#include "core/core.h"

/* VTTBR_EL2 of threads without an address space. */
extern uint64_t empty_translation;

/* Loads the empty address space; @kernel_offset: virtual minus physical address of the image. */
void arch_init_address_spaces(uint64_t kernel_offset);

/* What the kernel returns to: the current thread's registers. Waits while there is no thread. */
struct user_context *arch_next_context(void);

/* Opens the FPU for its owner, closes it for everybody else. */
void arch_load_fpu_access(struct core *core, const struct tcb *tcb);

static inline void arch_save_tls(struct tcb *tcb)
{
    tcb->context.tpidr = read_sysreg(tpidr_el0);
    tcb->context.tpidrro = read_sysreg(tpidrro_el0);
}

/*
 * True if an SError waits. Directly behind the switch to another thread, the one before has caused it:
 * arch_catch_serror() is to be called then. All accesses of a guest have ended there. Those of a native
 * thread need not have: an SError that takes longer than the way through the kernel hits its successor. Each message
 * between threads would have to wait for all stores, for what only the holder of a device can cause.
 */
static inline bool arch_serror_pending(void)
{
    return read_sysreg(isr_el1) & ISR_SERROR;
}

/* Takes the SError that waits, and keeps it in the thread; the idle thread's stays where it is. */
void arch_catch_serror(struct tcb *left);

/*
 * arch_fast_switch() - load what a thread needs besides its general registers
 * @translation: value for VTTBR_EL2
 *
 * The caller looks for an SError next.
 *
 * The return to user level synchronises the registers written here.
 */
static inline void arch_fast_switch(struct core *core, struct tcb *tcb, uint64_t translation)
{
    arch_save_tls(core->current);
    if (translation != core->arch.translation) {
        core->arch.translation = translation;
        write_sysreg(vttbr_el2, translation);
    }
    if (tcb->vcpu != 0 || core->arch.vcpu_active) {
        arch_vcpu_switch(tcb->vcpu);
    }
    if (core->fpu_owner == tcb || core->arch.cptr != CPTR_FPU_TRAP) {
        arch_load_fpu_access(core, tcb);
    }
    write_sysreg(tpidr_el0, tcb->context.tpidr);
    write_sysreg(tpidrro_el0, tcb->context.tpidrro);
}

/* entry.S: move the FPU's registers; the FPU must be open. */
void fpu_save(struct fpu_context *fpu);
void fpu_load(const struct fpu_context *fpu);

#endif
