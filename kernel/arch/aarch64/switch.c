/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching a core from one thread to another: TLS registers, VCPU, address space, FPU. The
 * general registers are in the TCB already; the return path loads them.
 */
#include "arch/switch.h"
#include "arch/machine.h"
#include "arch/sysreg.h"
#include "arch/thread.h"
#include "arch/vcpu.h"
#include "core/core.h"
#include "core/remote.h"
#include "object/asid.h"

/* Address space of threads that have none: nothing is mapped. VMID 0. */
static uint64_t empty_root[1 << SEL4_VSPACE_INDEX_BITS]
    __attribute__((aligned(1 << SEL4_VSPACE_BITS)));
uint64_t empty_translation;

void arch_init_address_spaces(uint64_t kernel_offset)
{
    empty_translation = (uint64_t)(uintptr_t)empty_root - kernel_offset;
    this_core()->arch.translation = empty_translation;
    write_sysreg(vttbr_el2, empty_translation);
    write_sysreg(vtcr_el2, VTCR_VALUE);
    isb();
}

static uint64_t translation_of(const struct tcb *tcb)
{
    struct cap cap = tcb->slots[TCB_VSPACE].cap;
    uint64_t value = asid_translation(cap, arch_table_pa(cap_object(cap)));

    return value ? value : empty_translation;
}

static void load_address_space(struct core *core, const struct tcb *tcb)
{
    uint64_t value = translation_of(tcb);

    if (value != core->arch.translation) {
        core->arch.translation = value;
        write_sysreg(vttbr_el2, value);
    }
}

void arch_reload_address_space(void)
{
    struct core *core = this_core();

    if (core->current && core->current != core->idle) {
        load_address_space(core, core->current);
    } else {
        core->arch.translation = empty_translation;
        write_sysreg(vttbr_el2, empty_translation);
        isb();
    }
}

static void set_fpu_trap(struct core *core, uint64_t cptr)
{
    if (core->arch.cptr != cptr) {
        core->arch.cptr = cptr;
        write_sysreg(cptr_el2, cptr);
    }
}

/* The FPU is open for the thread whose registers are in it, closed for everybody else. */
void arch_load_fpu_access(struct core *core, const struct tcb *tcb)
{
    if (core->fpu_owner != tcb) {
        set_fpu_trap(core, CPTR_FPU_TRAP);
        return;
    }
    set_fpu_trap(core, CPTR_FPU_OPEN);
    if (!tcb->vcpu && !core->arch.cpacr_open) {
        arch_open_cpacr(core); /* the guest's applies to native threads too */
    }
}

/* entry.S: takes the pending SError; its ESR_EL2, 0 if there is none any more. */
uint64_t take_serror(void);

void arch_catch_serror(struct tcb *left)
{
    if (left == this_core()->idle) {
        return; /* nobody's: the next thread gets it from the hardware */
    }
    uint64_t syndrome = take_serror();

    if (syndrome) {
        arch_set_serror(left, syndrome);
    }
}

static void settle(struct tcb *left)
{
    if (__builtin_expect(arch_serror_pending(), 0)) {
        arch_catch_serror(left);
    }
}

void arch_switch_to_thread(struct core *core, struct tcb *tcb)
{
    arch_fast_switch(core, tcb, translation_of(tcb));
    settle(core->current);
}

void arch_switch_to_idle(struct core *core)
{
    arch_save_tls(core->current);
    if (core->arch.vcpu_active) {
        arch_vcpu_switch(0);
    }
    settle(core->current);
}

static void save_fpu_owner(struct core *core)
{
    set_fpu_trap(core, CPTR_FPU_OPEN);
    isb();
    fpu_save(&core->fpu_owner->fpu);
    core->fpu_owner = 0;
}

static void release_fpu_here(void *argument)
{
    (void)argument;
    save_fpu_owner(this_core());
    set_fpu_trap(this_core(), CPTR_FPU_TRAP);
}

void arch_release_fpu(struct tcb *tcb)
{
    if (cores[tcb->core].fpu_owner == tcb) {
        remote_call(tcb->core, release_fpu_here, 0);
    }
}

void arch_forget_thread(struct tcb *tcb)
{
    struct core *core = &cores[tcb->core];

    if (core->fpu_owner == tcb) {
        core->fpu_owner = 0;
        /* Another core closes its FPU when it switches to the next thread. */
        if (core == this_core()) {
            set_fpu_trap(core, CPTR_FPU_TRAP);
        }
    }
}

#if CONFIG_MAX_NUM_NODES > 1
void arch_leave_core(struct tcb *tcb)
{
    arch_release_fpu(tcb);
    if (tcb->vcpu) {
        arch_vcpu_unload(tcb->vcpu);
    }
}
#endif

bool arch_acquire_fpu(struct core *core, struct tcb *tcb)
{
    if ((tcb->flags & SEL4_TCB_FLAG_FPU_DISABLED) || core->fpu_owner == tcb) {
        return false;
    }
    if (core->fpu_owner) {
        save_fpu_owner(core);
    }
    core->fpu_owner = tcb;
    arch_load_fpu_access(core, tcb);
    isb();
    fpu_load(&tcb->fpu);
    return true;
}

void arch_copy_tls(struct tcb *dest, struct tcb *source)
{
    if (source == current_thread()) {
        arch_save_tls(source);
    }
    dest->context.tpidr = source->context.tpidr;
    dest->context.tpidrro = source->context.tpidrro;
    if (dest == current_thread()) {
        write_sysreg(tpidr_el0, dest->context.tpidr);
        write_sysreg(tpidrro_el0, dest->context.tpidrro);
    }
}

void arch_set_tls_base(struct tcb *tcb, uint64_t base)
{
    bool running = tcb == current_thread();

#ifdef CONFIG_ARM_TLS_REG_TPIDRURO
    tcb->context.tpidrro = base;
    if (running) {
        write_sysreg(tpidrro_el0, base);
    }
#else
    tcb->context.tpidr = base;
    if (running) {
        write_sysreg(tpidr_el0, base);
    }
#endif
}
