/* SPDX-License-Identifier: BSD-2-Clause */
/* The hardware of the unit tests: see arch/machine.h. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/gic.h"
#include "arch/machine.h"
#include "arch/switch.h"
#include "arch/thread.h"
#include "arch/vcpu.h"
#include "core/lock.h"
#include "core/remote.h"
#include "object/irq.h"
#include "object/asid.h"
#include "plat/uart.h"

struct fake_machine fake_machine;
jmp_buf *fake_halt;

#if CONFIG_MAX_NUM_NODES > 1
static _Thread_local unsigned played_core;

struct core *arch_this_core(void)
{
    return &cores[played_core];
}

void fake_play_core(unsigned core)
{
    played_core = core;
}

void fake_reset(void)
{
    memset(&fake_machine, 0, sizeof(fake_machine));
    memset(&kernel_lock, 0, sizeof(kernel_lock));
    core_count = CONFIG_MAX_NUM_NODES;
    played_core = 0;
}

void arch_interrupt_core(unsigned core, unsigned ipi)
{
    unsigned caller = played_core;

    fake_machine.interrupts[core][ipi]++;
    if (ipi == ARCH_IPI_CALL && !fake_machine.cores_are_threads) {
        fake_play_core(core);
        remote_serve();
        fake_play_core(caller);
    }
}

void arch_relax(void)
{
    (void)sched_yield();
}

void arch_leave_core(struct tcb *tcb)
{
    arch_release_fpu(tcb);
    if (tcb->vcpu) {
        arch_vcpu_unload(tcb->vcpu);
    }
}
#else
void fake_play_core(unsigned core)
{
    (void)core;
}

void fake_reset(void)
{
    memset(&fake_machine, 0, sizeof(fake_machine));
}
#endif

void uart_put(char c)
{
    const unsigned half = sizeof(fake_machine.console) / 2;

    if (fake_machine.console_length == 2 * half - 1) {
        memmove(fake_machine.console, fake_machine.console + half, half);
        memset(fake_machine.console + half, 0, half);
        fake_machine.console_length -= half;
    }
    fake_machine.console[fake_machine.console_length++] = c;
}

_Noreturn void arch_halt(void)
{
    if (fake_halt) {
        longjmp(*fake_halt, 1);
    }
    fprintf(stderr, "%sthe kernel halted\n", fake_machine.console);
    abort();
}

void arch_clear_memory(uint64_t address, uint64_t size)
{
    fake_machine.cleared_bytes += size;
    memset((void *)(uintptr_t)address, 0, size);
}

void arch_cache_operation(unsigned operation, uint64_t pa, uint64_t size)
{
    (void)pa;
    fake_machine.last_cache_operation = operation;
    fake_machine.cache_operations++;
    fake_machine.cache_bytes += size;
}

bool arch_pa_is_mapped(uint64_t pa, uint64_t size)
{
    return pa + size <= ARCH_WINDOW_BYTES;
}

void arch_tlb_flush_vmid(unsigned vmid)
{
    if (vmid) {
        fake_machine.vmid_flushes++;
    }
}

void arch_tlb_flush_page(unsigned vmid, uint64_t address)
{
    if (vmid) {
        fake_machine.page_flushes++;
        fake_machine.last_flushed_page = address;
    }
}

bool arch_vmid_is_loaded(unsigned vmid)
{
    bool loaded = false;

    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        loaded = loaded || cores[i].arch.translation >> ASID_VMID_SHIFT == vmid;
    }
    return loaded;
}

void arch_secure_monitor_call(uint64_t words[8])
{
    for (unsigned i = 0; i < 8; i++) {
        words[i] += 1;
    }
}

/* Each core has its own registers of private interrupts. */
static unsigned number_here(unsigned intid)
{
    return irq_number(this_core()->id, intid);
}

void gic_mask(unsigned irq)
{
    fake_machine.masked[number_here(irq)] = 1;
}

void gic_unmask(unsigned irq)
{
    fake_machine.masked[number_here(irq)] = 2;
}

void gic_set_trigger(unsigned irq, bool edge)
{
    fake_machine.trigger[number_here(irq)] = edge ? 2 : 1;
}

void gic_set_target(unsigned irq, unsigned core)
{
    fake_machine.target[number_here(irq)] = core + 1;
}

void gic_send_sgi(unsigned sgi, unsigned target)
{
    fake_machine.sgi_sent = sgi;
    fake_machine.sgi_target = target;
}

void arch_catch_serror(struct tcb *left)
{
    if (left != this_core()->idle) {
        arch_set_serror(left, fake_machine.serror);
        fake_machine.serror = 0;
    }
}

static void settle(struct tcb *left)
{
    if (arch_serror_pending()) {
        arch_catch_serror(left);
    }
}

void arch_switch_to_thread(struct core *core, struct tcb *tcb)
{
    struct cap cap = tcb->slots[TCB_VSPACE].cap;

    core->arch.translation = asid_translation(cap, arch_table_pa(cap_object(cap)));
    settle(core->current);
}

void arch_switch_to_idle(struct core *core)
{
    settle(core->current);
}

void arch_reload_address_space(void)
{
    struct core *core = this_core();

    if (core->current && core->current != core->idle) {
        arch_switch_to_thread(core, core->current);
    }
}

void arch_set_tls_base(struct tcb *tcb, uint64_t base)
{
    tcb->context.tpidr = base;
}

void arch_copy_tls(struct tcb *dest, struct tcb *source)
{
    dest->context.tpidr = source->context.tpidr;
    dest->context.tpidrro = source->context.tpidrro;
}

static void release_fpu_here(void *argument)
{
    (void)argument;
    this_core()->fpu_owner = NULL;
}

void arch_release_fpu(struct tcb *tcb)
{
    if (cores[tcb->core].fpu_owner == tcb) {
        remote_call(tcb->core, release_fpu_here, NULL);
    }
}

void arch_forget_thread(struct tcb *tcb)
{
    if (cores[tcb->core].fpu_owner == tcb) {
        cores[tcb->core].fpu_owner = NULL;
    }
}

bool arch_acquire_fpu(struct core *core, struct tcb *tcb)
{
    if (tcb->flags & SEL4_TCB_FLAG_FPU_DISABLED) {
        return false;
    }
    core->fpu_owner = tcb;
    return true;
}

void arch_vcpu_switch(struct vcpu *vcpu)
{
    this_core()->arch.vcpu = vcpu;
}

static void unload_here(void *argument)
{
    (void)argument;
    this_core()->arch.vcpu = NULL;
}

void arch_vcpu_unload(struct vcpu *vcpu)
{
    unsigned home = vcpu->tcb ? vcpu->tcb->core : this_core()->id;

    if (cores[home].arch.vcpu == vcpu) {
        remote_call(home, unload_here, NULL);
    }
}

void arch_vcpu_unmask_timer(struct vcpu *vcpu)
{
    vcpu->vppi_masked = false;
}

uint64_t arch_vcpu_read(const struct vcpu *vcpu, unsigned field)
{
    return vcpu->regs[field];
}

void arch_vcpu_write(struct vcpu *vcpu, unsigned field, uint64_t value)
{
    vcpu->regs[field] = value;
}

unsigned arch_list_register_count(void)
{
    return 4;
}

void arch_vcpu_set_list_register(struct vcpu *vcpu, unsigned index, uint32_t value)
{
    vcpu->lr[index] = value;
}
