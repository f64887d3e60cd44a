/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an exception to the kernel's C code and back. entry.S has saved the current thread's
 * registers; each trap_* function returns the context to resume.
 */
#include "arch/trap.h"
#include "api/fastpath.h"
#include "api/syscall.h"
#include "arch/gic.h"
#include "arch/latency.h"
#include "arch/switch.h"
#include "arch/sysreg.h"
#include "arch/thread.h"
#include "arch/timer.h"
#include "arch/vcpu.h"
#include "core/check.h"
#include "core/fault.h"
#include "core/lock.h"
#include "core/sched.h"
#include "object/irq.h"

/* One interrupt; others that wait come back at once. */
static void handle_irq(void)
{
    uint32_t acknowledged = gic_acknowledge();
    unsigned irq = acknowledged & 0x3ff;

    switch (irq) {
    case PLAT_KTIMER_IRQ:
        timer_rearm();
        sched_tick();
        break;
    case PLAT_MAINTENANCE_IRQ: arch_vcpu_maintenance_irq(); break;
    case PLAT_VTIMER_IRQ: arch_vcpu_timer_irq(); break;
#if CONFIG_MAX_NUM_NODES > 1
    case ARCH_IPI_CALL:
    case ARCH_IPI_RESCHEDULE:
        /* The first was served while this core waited for the lock, the second is in `action`. */
        break;
#endif
    default:
        if (irq >= GIC_NO_IRQ) {
            return;
        }
        irq_deliver(irq);
        break;
    }
    gic_end(acknowledged);
}

/*
 * The thread to return to. With nobody to run, the core sleeps in the kernel.
 * No bound: as long as nobody can run.
 */
struct user_context *arch_next_context(void)
{
    struct core *core = this_core();

    while (core->current == core->idle) {
        latency_end();
        lock_release();
        __asm__ volatile("dsb sy\n wfi" ::: "memory");
        lock_acquire();
        latency_report();
        handle_irq();
        sched_run();
    }
    return &core->current->context;
}

/* Nothing to tell anybody; on several cores somebody may have asked this one to choose again. */
static struct user_context *go_on(void)
{
    if (CONFIG_MAX_NUM_NODES > 1) {
        return trap_choose();
    }
    return &current_thread()->context;
}

static struct user_context *raise(const struct fault *fault)
{
    fault_raise(current_thread(), fault);
    return trap_choose();
}

/* For faults whose message fits in registers. */
static struct user_context *raise_fast(const struct fault *fault, const uint64_t *words,
                                       unsigned count)
{
#ifdef CONFIG_FASTPATH
    struct user_context *context = fastpath_fault(fault, words, count);

    if (context) {
        return context;
    }
#else
    (void)words;
    (void)count;
#endif
    return raise(fault);
}

/* entry.S: PAR_EL1 after a stage-1 walk for the guest. */
uint64_t guest_walk(uint64_t address);

/*
 * Guest physical address of a guest's abort. HPFAR has it, except for permission faults that are
 * not those of a table walk; then stage 1 is walked again. False if that fails now: somebody else
 * changed the tables meanwhile.
 */
static bool guest_fault_address(uint64_t esr, uint64_t *address)
{
    uint64_t offset = *address & 0xfff;

    if ((esr & ESR_FSC_TYPE_MASK) != ESR_FSC_PERMISSION || (esr & ESR_S1PTW)) {
        *address = (read_sysreg(hpfar_el2) >> 4) << 12 | offset;
        return true;
    }
    uint64_t guest_par = read_sysreg(par_el1);
    uint64_t par = guest_walk(*address);

    write_sysreg(par_el1, guest_par);
    *address = (par & PAR_ADDRESS) | offset;
    return !(par & PAR_FAILED);
}

static struct user_context *abort_fault(uint64_t esr, bool instruction)
{
    struct tcb *tcb = current_thread();
    uint64_t address = read_sysreg(far_el2);

    if (tcb->vcpu && !guest_fault_address(esr, &address)) {
        return go_on(); /* the instruction again, which meets the tables as they are */
    }
    struct fault fault = { .type = SEL4_FAULT_VM, .word = { address, instruction, esr } };
    uint64_t words[SEL4_VM_FAULT_LENGTH] = { arch_fault_ip(tcb), address, instruction, esr };

    return raise_fast(&fault, words, SEL4_VM_FAULT_LENGTH);
}

/* A guest may have forbidden the instruction: it must meet the exception with native registers, too. */
__attribute__((cold, noinline)) static struct user_context *try_without_guest(void)
{
    arch_vcpu_hide_registers();
    return go_on();
}

struct user_context *trap_fault(uint64_t esr)
{
    struct fault fault = { .word = { esr } };

    if (!current_thread()->vcpu && arch_core_shows_guest(&this_core()->arch, SCTLR_NATIVE)) {
        return try_without_guest();
    }
    switch (esr >> ESR_EC_SHIFT) {
    case ESR_EC_DABT_LOWER: return abort_fault(esr, false);
    case ESR_EC_IABT_LOWER: return abort_fault(esr, true);
    case ESR_EC_FP:
        if (arch_acquire_fpu(this_core(), current_thread())) {
            return go_on();
        }
        fault.type = SEL4_FAULT_VCPU;
        break;
    case ESR_EC_UNKNOWN: fault.type = SEL4_FAULT_USER_EXCEPTION; break;
    default: fault.type = SEL4_FAULT_VCPU; break;
    }
    return fault.type == SEL4_FAULT_VCPU ? raise_fast(&fault, &esr, SEL4_VCPU_FAULT_LENGTH)
                                         : raise(&fault);
}

struct user_context *trap_syscall(int64_t number)
{
#ifdef CONFIG_FASTPATH
    if (number >= 0) {
        struct user_context *context = fastpath_unknown_syscall(number);

        if (context) {
            return context;
        }
    }
#endif
    syscall_handle(number);
    return arch_next_context();
}

struct user_context *trap_irq(void)
{
    handle_irq();
    return trap_choose();
}

struct user_context *trap_choose(void)
{
    sched_run();
    return arch_next_context();
}

/* Bound: 31 registers. */
_Noreturn void trap_kernel(uint64_t kind, const uint64_t *registers)
{
    klog("kernel exception %lx: ESR %lx FAR %lx ELR %lx SPSR %lx\n", (unsigned long)kind,
         (unsigned long)read_sysreg(esr_el2), (unsigned long)read_sysreg(far_el2),
         (unsigned long)read_sysreg(elr_el2), (unsigned long)read_sysreg(spsr_el2));
    for (unsigned i = 0; i < 31; i++) {
        klog("x%u %lx%c", i, (unsigned long)registers[i], i % 4 == 3 ? '\n' : ' ');
    }
    klog("\ncurrent thread %lx\n", (unsigned long)(uintptr_t)current_thread());
    arch_halt();
}
