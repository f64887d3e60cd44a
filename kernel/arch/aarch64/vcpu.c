/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCPU registers in hardware.
 *
 * What changes between a guest and its VMM, at each exit and entry: HCR_EL2, VTTBR_EL2 (switch.c),
 * CNTKCTL_EL1 and, if the physical timer is exported, CNTHCTL_EL2. SCTLR_EL1 only if native code
 * would silently work differently with the guest's value. What else a guest forbids its user level
 * there or in CPACR_EL1 is an exception of a native thread: it gets native values then, and executes
 * the instruction again (trap.c). docs/kernel/guest-registers.md goes through the bits.
 *
 * The virtual interrupt interface and the virtual timer keep running: HCR_EL2.TGE keeps virtual
 * interrupts away from native threads, and when their physical interrupts arrive while the VCPU is not
 * active, the source is stopped until it is, at which time it interrupts again. (If the virtual timer
 * is exported, native threads have it meanwhile, without its interrupt.)
 */
#include "arch/vcpu.h"

#include "arch/gic.h"
#include "arch/sysreg.h"
#include "arch/thread.h"
#include "core/check.h"
#include "core/core.h"
#include "core/fault.h"
#include "core/remote.h"
#include "plat/plat.h"

/* Every register with its number; the three special ones are handled by name as well. */
#define VCPU_SYSREGS(X)                                                                            \
    X(SCTLR, sctlr_el1)                                                                            \
    X(CPACR, cpacr_el1)                                                                            \
    X(TTBR0, ttbr0_el1)                                                                            \
    X(TTBR1, ttbr1_el1)                                                                            \
    X(TCR, tcr_el1)                                                                                \
    X(MAIR, mair_el1)                                                                              \
    X(AMAIR, amair_el1)                                                                            \
    X(CIDR, contextidr_el1)                                                                        \
    X(ACTLR, actlr_el1)                                                                            \
    X(AFSR0, afsr0_el1)                                                                            \
    X(AFSR1, afsr1_el1)                                                                            \
    X(ESR, esr_el1)                                                                                \
    X(FAR, far_el1)                                                                                \
    X(PAR, par_el1)                                                                                \
    X(VBAR, vbar_el1)                                                                              \
    X(TPIDR_EL1, tpidr_el1)                                                                        \
    X(VMPIDR_EL2, vmpidr_el2)                                                                      \
    X(SP_EL1, sp_el1)                                                                              \
    X(ELR_EL1, elr_el1)                                                                            \
    X(SPSR_EL1, spsr_el1)                                                                          \
    X(CNTV_CVAL, cntv_cval_el0)                                                                    \
    X(CNTV_CTL, cntv_ctl_el0)                                                                      \
    X(CNTVOFF, cntvoff_el2)                                                                        \
    X(CNTKCTL_EL1, cntkctl_el1)

#define REG(name) SEL4_VCPU_REG_##name

#define CNTKCTL_NATIVE                                                                             \
    ((EXPORT_PCNT ? CNTKCTL_PCT : 0) | (EXPORT_VCNT ? CNTKCTL_VCT : 0) |                           \
     (EXPORT_PTMR ? CNTKCTL_PT : 0) | (EXPORT_VTMR ? CNTKCTL_VT : 0))
#define CNTHCTL_NATIVE ((EXPORT_PCNT ? CNTHCTL_PCT : 0) | (EXPORT_PTMR ? CNTHCTL_PT : 0))
/* The counter tells a guest nothing new; the physical timer is a native thread's, never a guest's. */
#define CNTHCTL_GUEST (EXPORT_PCNT ? CNTHCTL_PCT : 0)

#ifdef CONFIG_EXPORT_PCNT_USER
#define EXPORT_PCNT 1
#else
#define EXPORT_PCNT 0
#endif
#ifdef CONFIG_EXPORT_VCNT_USER
#define EXPORT_VCNT 1
#else
#define EXPORT_VCNT 0
#endif
#ifdef CONFIG_EXPORT_PTMR_USER
#define EXPORT_PTMR 1
#else
#define EXPORT_PTMR 0
#endif
#ifdef CONFIG_EXPORT_VTMR_USER
#define EXPORT_VTMR 1
#else
#define EXPORT_VTMR 0
#endif
#ifdef CONFIG_EXPORT_PMU_USER
#define EXPORT_PMU 1
#else
#define EXPORT_PMU 0
#endif

static unsigned list_register_count;

unsigned arch_list_register_count(void)
{
    return list_register_count;
}

/* Until the VCPU that is loaded, if one is, becomes active again. */
void arch_open_cpacr(struct core *core)
{
    core->arch.cpacr_open = true;
    write_sysreg(cpacr_el1, CPACR_FP_OPEN);
}

static void load_native_sysregs(struct core *core)
{
    write_sysreg(sctlr_el1, SCTLR_NATIVE);
    core->arch.sctlr = SCTLR_NATIVE;
    arch_open_cpacr(core);
}

void arch_vcpu_hide_registers(void)
{
    load_native_sysregs(this_core());
}

/* Opens the PMU for native threads, closes it for guests. */
static void open_pmu(bool open)
{
    uint64_t mdcr = (read_sysreg(mdcr_el2) & MDCR_HPMN_MASK) | MDCR_TRAPS;

    write_sysreg(mdcr_el2, open ? mdcr & ~(uint64_t)MDCR_PMU_TRAPS : mdcr);
    write_sysreg(pmuserenr_el0, open ? PMUSERENR_EN : 0);
}

/* Bound: 64 list registers. */
void arch_vcpu_init_core(void)
{
    struct core *core = this_core();

    open_pmu(EXPORT_PMU);
    write_sysreg(vpidr_el2, read_sysreg(midr_el1));
    write_sysreg(hstr_el2, 0);
    write_sysreg(cptr_el2, CPTR_FPU_TRAP);
    core->arch.cptr = CPTR_FPU_TRAP;
    write_sysreg(cntvoff_el2, 0);
    write_sysreg(cntv_ctl_el0, 0);
    write_sysreg(cntp_ctl_el0, 0);
    write_sysreg(cntkctl_el1, CNTKCTL_NATIVE);
    write_sysreg(cnthctl_el2, CNTHCTL_NATIVE);
    load_native_sysregs(core);
    write_sysreg(hcr_el2, HCR_NATIVE);
    isb();
    gich_write(GICH_HCR, 0);
    list_register_count = (gich_read(GICH_VTR) & 0x3f) + 1;
    for (unsigned i = 0; i < list_register_count; i++) {
        gich_write(GICH_LR0 + 4 * i, 0);
    }
    gic_unmask(PLAT_MAINTENANCE_IRQ);
    gic_unmask(PLAT_VTIMER_IRQ);
}

/* The parts that both a return to the loaded VCPU and a full load end with. */
static void enter_guest_mode(struct core *core, struct vcpu *vcpu)
{
    write_sysreg(cntkctl_el1, vcpu->regs[REG(CNTKCTL_EL1)]);
    if (CNTHCTL_GUEST != CNTHCTL_NATIVE) {
        write_sysreg(cnthctl_el2, CNTHCTL_GUEST);
    }
    if (core->arch.vtimer_off) {
        core->arch.vtimer_off = false;
        if (EXPORT_VTMR) {
            write_sysreg(cntv_cval_el0, vcpu->regs[REG(CNTV_CVAL)]);
        }
        write_sysreg(cntv_ctl_el0, vcpu->regs[REG(CNTV_CTL)]);
    }
    if (core->arch.vgic_off) {
        core->arch.vgic_off = false;
        gich_write(GICH_HCR, GICH_HCR_EN);
    }
    if (core->arch.vppi_masked != vcpu->vppi_masked) {
        core->arch.vppi_masked = vcpu->vppi_masked;
        if (vcpu->vppi_masked) {
            gic_mask(PLAT_VTIMER_IRQ);
        } else {
            gic_unmask(PLAT_VTIMER_IRQ);
        }
    }
    if (EXPORT_PMU) {
        open_pmu(false);
    }
    write_sysreg(hcr_el2, HCR_GUEST);
    core->arch.vcpu_active = true;
}

static void stop_timer(struct core *core, struct vcpu *vcpu)
{
    vcpu->regs[REG(CNTV_CTL)] = read_sysreg(cntv_ctl_el0);
    write_sysreg(cntv_ctl_el0, 0);
    core->arch.vtimer_off = true;
}

static void activate(struct core *core, struct vcpu *vcpu)
{
    if (vcpu->regs[REG(SCTLR)] != core->arch.sctlr) {
        write_sysreg(sctlr_el1, vcpu->regs[REG(SCTLR)]);
    }
    if (core->arch.cpacr_open) {
        core->arch.cpacr_open = false;
        write_sysreg(cpacr_el1, vcpu->regs[REG(CPACR)]);
    }
    enter_guest_mode(core, vcpu);
}

static inline void deactivate(struct core *core)
{
    struct vcpu *vcpu = core->arch.vcpu;
    uint64_t sctlr = read_sysreg(sctlr_el1);

    /* All that the guest accessed has been answered afterwards: see arch_serror_pending(). */
    __asm__ volatile("dsb sy\n isb" ::: "memory");
    write_sysreg(hcr_el2, HCR_NATIVE);
    vcpu->regs[REG(SCTLR)] = sctlr;
    vcpu->regs[REG(CPACR)] = read_sysreg(cpacr_el1);
    vcpu->regs[REG(CNTKCTL_EL1)] = read_sysreg(cntkctl_el1);
    if (!sctlr_may_stay(sctlr)) {
        sctlr = SCTLR_NATIVE;
        write_sysreg(sctlr_el1, sctlr);
    }
    core->arch.sctlr = sctlr;
    write_sysreg(cntkctl_el1, CNTKCTL_NATIVE);
    if (CNTHCTL_GUEST != CNTHCTL_NATIVE) {
        write_sysreg(cnthctl_el2, CNTHCTL_NATIVE);
    }
    if (EXPORT_VTMR) {
        stop_timer(core, vcpu);
        vcpu->regs[REG(CNTV_CVAL)] = read_sysreg(cntv_cval_el0);
    }
    if (EXPORT_PMU) {
        open_pmu(true);
    }
    core->arch.vcpu_active = false;
}

/* Completes the memory copy of the loaded, inactive VCPU. Bound: 64 list registers. */
static void save_all(struct core *core, struct vcpu *vcpu)
{
    uint64_t sctlr = vcpu->regs[REG(SCTLR)];
    uint64_t cpacr = vcpu->regs[REG(CPACR)];
    uint64_t cntkctl = vcpu->regs[REG(CNTKCTL_EL1)];

    if (!core->arch.vtimer_off) {
        stop_timer(core, vcpu);
    }
    uint64_t timer = vcpu->regs[REG(CNTV_CTL)];
    uint64_t deadline = vcpu->regs[REG(CNTV_CVAL)];

#define SAVE(name, sysreg) vcpu->regs[REG(name)] = read_sysreg(sysreg);
    VCPU_SYSREGS(SAVE)
#undef SAVE
    vcpu->regs[REG(SCTLR)] = sctlr;
    vcpu->regs[REG(CPACR)] = cpacr;
    vcpu->regs[REG(CNTKCTL_EL1)] = cntkctl;
    vcpu->regs[REG(CNTV_CTL)] = timer;
    if (EXPORT_VTMR) {
        vcpu->regs[REG(CNTV_CVAL)] = deadline;
    }

    vcpu->vgic_vmcr = gich_read(GICH_VMCR);
    vcpu->vgic_apr = gich_read(GICH_APR);
    for (unsigned i = 0; i < list_register_count; i++) {
        vcpu->lr[i] = gich_read(GICH_LR0 + 4 * i);
    }
}

/* Bound: 64 list registers. */
static void load_all(struct core *core, struct vcpu *vcpu)
{
#define LOAD(name, sysreg) write_sysreg(sysreg, vcpu->regs[REG(name)]);
    VCPU_SYSREGS(LOAD)
#undef LOAD
    gich_write(GICH_VMCR, vcpu->vgic_vmcr);
    gich_write(GICH_APR, vcpu->vgic_apr);
    for (unsigned i = 0; i < list_register_count; i++) {
        gich_write(GICH_LR0 + 4 * i, vcpu->lr[i]);
    }
    gich_write(GICH_HCR, GICH_HCR_EN);
    core->arch.vcpu = vcpu;
    core->arch.vgic_off = false;
    core->arch.vtimer_off = false;
    core->arch.cpacr_open = false;
}

void arch_vcpu_switch(struct vcpu *vcpu)
{
    struct core *core = this_core();

    if (core->arch.vcpu_active) {
        if (core->arch.vcpu == vcpu) {
            return;
        }
        deactivate(core);
    }
    if (!vcpu) {
        return;
    }
    if (core->arch.vcpu == vcpu) {
        activate(core, vcpu);
        return;
    }
    if (core->arch.vcpu) {
        save_all(core, core->arch.vcpu);
    }
    load_all(core, vcpu);
    enter_guest_mode(core, vcpu);
}

/* The core that may have the VCPU loaded: its thread's. Without a thread none has. */
static unsigned home_of(const struct vcpu *vcpu)
{
    return CONFIG_MAX_NUM_NODES > 1 && vcpu->tcb ? vcpu->tcb->core : this_core()->id;
}

static bool is_loaded(const struct vcpu *vcpu)
{
    return cores[CONFIG_MAX_NUM_NODES > 1 ? home_of(vcpu) : 0].arch.vcpu == vcpu;
}

static void unload_here(void *argument)
{
    struct core *core = this_core();
    struct vcpu *vcpu = argument;

    if (core->arch.vcpu_active) {
        deactivate(core);
    }
    save_all(core, vcpu);
    gich_write(GICH_HCR, 0);
    core->arch.vcpu = 0;
    core->arch.vgic_off = false;
    core->arch.vtimer_off = false;
    load_native_sysregs(core);
}

void arch_vcpu_unload(struct vcpu *vcpu)
{
    if (is_loaded(vcpu)) {
        remote_call(home_of(vcpu), unload_here, vcpu);
    }
}

/* Registers whose hardware copy is not the guest's while it is loaded but not active. */
static bool is_in_memory(const struct core *core, unsigned field)
{
    switch (field) {
    case REG(SCTLR):
    case REG(CPACR):
    case REG(CNTKCTL_EL1): return !core->arch.vcpu_active;
    case REG(CNTV_CTL): return core->arch.vtimer_off;
    case REG(CNTV_CVAL): return EXPORT_VTMR && core->arch.vtimer_off;
    default: return false;
    }
}

/* One register of the VCPU that is loaded on this core. */
struct register_access {
    unsigned field; /* SEL4_VCPU_REG_*, or the number of a list register */
    uint64_t value;
};

static void read_here(void *argument)
{
    struct register_access *access = argument;
    struct core *core = this_core();

    if (is_in_memory(core, access->field)) {
        access->value = core->arch.vcpu->regs[access->field];
        return;
    }
    switch (access->field) {
#define READ(name, sysreg)                                                                         \
    case REG(name): access->value = read_sysreg(sysreg); break;
        VCPU_SYSREGS(READ)
#undef READ
    default: break;
    }
}

uint64_t arch_vcpu_read(const struct vcpu *vcpu, unsigned field)
{
    struct register_access access = { field, 0 };

    if (!is_loaded(vcpu)) {
        return vcpu->regs[field];
    }
    remote_call(home_of(vcpu), read_here, &access);
    return access.value;
}

static void write_here(void *argument)
{
    const struct register_access *access = argument;
    struct core *core = this_core();

    if (is_in_memory(core, access->field)) {
        /* Written at the next activation; SCTLR and CNTKCTL are compared or written anyway. */
        if (access->field == REG(CPACR)) {
            arch_open_cpacr(core);
        }
        return;
    }
    switch (access->field) {
#define WRITE(name, sysreg)                                                                        \
    case REG(name): write_sysreg(sysreg, access->value); break;
        VCPU_SYSREGS(WRITE)
#undef WRITE
    default: break;
    }
}

void arch_vcpu_write(struct vcpu *vcpu, unsigned field, uint64_t value)
{
    struct register_access access = { field, value };

    vcpu->regs[field] = value;
    if (is_loaded(vcpu)) {
        remote_call(home_of(vcpu), write_here, &access);
    }
}

static void set_list_register_here(void *argument)
{
    const struct register_access *access = argument;

    gich_write(GICH_LR0 + 4 * access->field, (uint32_t)access->value);
}

void arch_vcpu_set_list_register(struct vcpu *vcpu, unsigned index, uint32_t value)
{
    struct register_access access = { index, value };

    vcpu->lr[index] = value;
    if (is_loaded(vcpu)) {
        remote_call(home_of(vcpu), set_list_register_here, &access);
    }
}

#if CONFIG_MAX_NUM_NODES > 1
static void unmask_timer_here(void *argument)
{
    struct core *core = this_core();

    (void)argument;
    /* Otherwise the next activation sees that the two differ. */
    if (core->arch.vcpu_active && core->arch.vppi_masked) {
        core->arch.vppi_masked = false;
        gic_unmask(PLAT_VTIMER_IRQ);
    }
}
#endif

void arch_vcpu_unmask_timer(struct vcpu *vcpu)
{
    vcpu->vppi_masked = false;
#if CONFIG_MAX_NUM_NODES > 1
    if (is_loaded(vcpu)) {
        remote_call(home_of(vcpu), unmask_timer_here, 0);
    }
#endif
}

static void raise(uint64_t type, uint64_t word)
{
    struct fault fault = { .type = type, .word = { word } };

    fault_raise(current_thread(), &fault);
}

/* List register whose interrupt the guest has finished with; all-ones if none is reported. */
static uint64_t take_finished_list_register(struct vcpu *vcpu)
{
    uint64_t finished = gich_read(GICH_EISR0);

    if (list_register_count > 32) {
        finished |= (uint64_t)gich_read(GICH_EISR1) << 32;
    }
    if (!finished) {
        return ~0ull;
    }
    unsigned index = (unsigned)__builtin_ctzll(finished);
    uint32_t value = gich_read(GICH_LR0 + 4 * index) & ~(1u << 19);

    gich_write(GICH_LR0 + 4 * index, value);
    vcpu->lr[index] = value;
    return index;
}

void arch_vcpu_maintenance_irq(void)
{
    struct core *core = this_core();

    if (core->arch.vcpu_active) {
        raise(SEL4_FAULT_VGIC_MAINTENANCE, take_finished_list_register(core->arch.vcpu));
    } else if (core->arch.vcpu) {
        gich_write(GICH_HCR, 0);
        core->arch.vgic_off = true;
    } else {
        gich_write(GICH_HCR, 0);
    }
}

void arch_vcpu_timer_irq(void)
{
    struct core *core = this_core();
    struct vcpu *vcpu = core->arch.vcpu;

    if (core->arch.vcpu_active) {
        vcpu->vppi_masked = true;
        core->arch.vppi_masked = true;
        gic_mask(PLAT_VTIMER_IRQ);
        raise(SEL4_FAULT_VPPI_EVENT, PLAT_VTIMER_IRQ);
    } else if (vcpu && !core->arch.vtimer_off) {
        stop_timer(core, vcpu);
    } else {
        /* A native thread's, to which the timer is exported: it has no interrupt. */
        core->arch.vppi_masked = true;
        gic_mask(PLAT_VTIMER_IRQ);
    }
}
