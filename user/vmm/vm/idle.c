/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vCPU in WFI, and the one deadline that the timer service holds for this VM.
 *
 * A vCPU whose list registers hold something goes on at once. Otherwise it stays blocked until an
 * injection wakes it, or until its virtual timer would have fired: the timer does not run while the
 * vCPU does not, so we take the compare value, let the timer service wake us then, and resume the
 * vCPU, whose timer interrupt fires as soon as it is loaded. CNTVOFF is 0 in all guests, so
 * CNTV_CVAL is a value of CNTPCT.
 *
 * Without a timer service a sleeping vCPU would miss its timer for ever. It then goes on running at
 * the lowest priority, where its WFI loop takes only time that nobody else wants.
 */
#include "vmm/vm/vm.h"

#include "plan/plan.h"
#include "rpc/timer.h"
#include "rt/check.h"
#include "rt/clock.h"

#define CNTV_CTL_ENABLE UINT64_C(1)
#define CNTV_CTL_MASK   UINT64_C(2)
#define IDLE_PRIORITY   0u

uint64_t vm_now_ns(const struct vm *vm)
{
    return vm->has_clock ? rt_ticks_to_ns(rt_clock_cntpct(), vm->hertz) : 0;
}

static uint64_t read_timer(const struct vcpu *vcpu, seL4_Word field)
{
    seL4_ARM_VCPU_ReadRegs_t result = seL4_ARM_VCPU_ReadRegs(vcpu->vcpu, field);

    CHECK(result.error == 0);
    return result.value;
}

/* When the virtual timer would interrupt, as far as that would change anything. */
static uint64_t timer_deadline(struct vm *vm, unsigned vcpu)
{
    const struct vcpu *self = &vm->vcpus[vcpu];
    uint64_t control;

    if (vm->vgic.cpus[vcpu].local.hw & (1u << VM_VTIMER_IRQ)) {
        return VM_NO_DEADLINE; /* it has, and the guest keeps that interrupt disabled */
    }
    control = read_timer(self, seL4_VCPUReg_CNTV_CTL);
    if ((control & (CNTV_CTL_ENABLE | CNTV_CTL_MASK)) != CNTV_CTL_ENABLE) {
        return VM_NO_DEADLINE;
    }
    return read_timer(self, seL4_VCPUReg_CNTV_CVAL);
}

static void set_priority(struct vcpu *vcpu, unsigned priority)
{
    CHECK(seL4_TCB_SetPriority(vcpu->tcb, PLAN_SLOT_TCB, priority) == seL4_NoError);
}

void vm_idle(struct vm *vm, unsigned vcpu, uint64_t resume_pc)
{
    struct vcpu *self = &vm->vcpus[vcpu];

    if (vgic_busy(&vm->vgic, vcpu)) {
        vm_skip(vm, vcpu, resume_pc);
        return;
    }
    if (!vm->wfi_sleeps) {
        if (!self->idle_priority) {
            self->idle_priority = true;
            set_priority(self, IDLE_PRIORITY);
        }
        vm_skip(vm, vcpu, resume_pc);
        return;
    }
    self->deadline_ticks = timer_deadline(vm, vcpu);
    if (self->deadline_ticks <= rt_clock_cntpct()) {
        vm_skip(vm, vcpu, resume_pc);
        return;
    }
    self->resume_pc = resume_pc;
    self->state = VCPU_IDLE;
    vm->deadlines_changed = true;
}

void vm_wake(struct vm *vm, unsigned vcpu)
{
    struct vcpu *self = &vm->vcpus[vcpu];

    if (self->idle_priority) {
        self->idle_priority = false;
        set_priority(self, vm->config.base->vcpu_priority);
    }
    if (self->state == VCPU_IDLE) {
        self->state = VCPU_RUNNING;
        regs_resume(self, self->resume_pc);
    }
}

/* A VM that is off or waits to start again has no time left to count. */
static bool watchdog_runs(const struct vm *vm)
{
    return vm->has_watchdog && vm->state == VM_RUNNING;
}

/*
 * Tells the timer service the earliest deadline, if it does not know of one as early. One that is
 * no longer needed is left there: it costs one wake-up without work, less than taking it back each
 * time.
 */
void vm_deadlines(struct vm *vm)
{
    uint64_t earliest = VM_NO_DEADLINE;
    volatile struct timer_client *client;

    if (!vm->deadlines_changed || !vm->has_timer) {
        return;
    }
    vm->deadlines_changed = false;
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        if (vm->vcpus[i].state == VCPU_IDLE && vm->vcpus[i].deadline_ticks < earliest) {
            earliest = vm->vcpus[i].deadline_ticks;
        }
    }
    if (vm->links_deadline_ns != LINK_NO_DEADLINE) {
        /* Rounded up: a tick too early would find nothing due. */
        uint64_t ticks = rt_ns_to_ticks(vm->links_deadline_ns, vm->hertz);

        if (ticks < earliest) {
            earliest = ticks + 1;
        }
    }
    if (watchdog_runs(vm) && watchdog_deadline(&vm->watchdog) < earliest) {
        earliest = watchdog_deadline(&vm->watchdog);
    }
    if (earliest >= vm->armed_ticks) {
        return;
    }
    vm->armed_ticks = earliest;
    client = (volatile struct timer_client *)vm->config.base->timer_vaddr;
    client->deadline = earliest;
    __atomic_thread_fence(__ATOMIC_RELEASE);
    seL4_Signal(vm->config.base->timer_signal_slot);
}

void vm_time_passed(struct vm *vm)
{
    uint64_t now;

    if (!vm->has_timer) {
        return;
    }
    /* Whatever woke us: a signal for an older deadline must not leave a newer one unserved. */
    vm->armed_ticks = VM_NO_DEADLINE;
    vm->deadlines_changed = true;
    now = rt_clock_cntpct();
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        if (vm->vcpus[i].state == VCPU_IDLE && vm->vcpus[i].deadline_ticks <= now) {
            vm_wake(vm, i);
        }
    }
    vm_links_tick(vm);
    if (watchdog_runs(vm) && watchdog_tick(&vm->watchdog, now)) {
        rt_info("%s: watchdog: not refreshed for %llu s: reset", vm->name,
                (unsigned long long)((now - vm->watchdog.refreshed) / vm->hertz));
        vm_reset(vm);
    }
}
