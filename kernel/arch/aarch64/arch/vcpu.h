/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCPU registers in hardware. arch/fake has the same interface for unit tests.
 *
 * A VCPU stays loaded after its thread stops running, until another VCPU needs the registers: a
 * guest and its VMM alternate, and most of a guest's registers mean nothing to native threads.
 * See vcpu.c for the list of those that do.
 */
#ifndef ARCH_VCPU_H
#define ARCH_VCPU_H

#include "object/vcpu.h"

/* Prepares the core for the thread that owns `vcpu`, or for a native one (null). */
void arch_vcpu_switch(struct vcpu *vcpu);

/* Takes the VCPU off its core, whichever that is; its memory copy is complete afterwards. */
void arch_vcpu_unload(struct vcpu *vcpu);

/* One register, SEL4_VCPU_REG_*, in the hardware of the core that has the VCPU loaded, if one has. */
uint64_t arch_vcpu_read(const struct vcpu *vcpu, unsigned field);
void arch_vcpu_write(struct vcpu *vcpu, unsigned field, uint64_t value);

unsigned arch_list_register_count(void);
void arch_vcpu_set_list_register(struct vcpu *vcpu, unsigned index, uint32_t value);

/* The guest is through with its timer interrupt: the next one may come, at the latest when it runs. */
void arch_vcpu_unmask_timer(struct vcpu *vcpu);

/*
 * Gives the current thread, a native one, native values of the registers that a guest has left to it
 * (arch_core_shows_guest()). The guest's are in memory.
 */
void arch_vcpu_hide_registers(void);

/* CPACR_EL1 alone: it lets native threads use the FPU. */
struct core;
void arch_open_cpacr(struct core *core);

/* Registers that never change again: VTCR, CPTR, MDCR, VPIDR, virtual interface; per core. */
void arch_vcpu_init_core(void);

/*
 * Interrupts that belong to the loaded VCPU. They raise a fault of the current thread if it is the
 * VCPU's; otherwise the source is switched off until the VCPU runs again, so nothing is lost.
 */
void arch_vcpu_maintenance_irq(void);
void arch_vcpu_timer_irq(void);

#endif
