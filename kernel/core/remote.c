/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/remote.h"

#if CONFIG_MAX_NUM_NODES > 1

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/check.h"
#include "core/lock.h"
#include "core/sched.h"

/* Rounds until a core that does not answer counts as broken: seconds, where answers take less
 * than a microsecond. */
#define ANSWER_ROUNDS (1ull << 32)

/* One request at a time: only the lock's holder makes any. */
static struct {
    void (*function)(void *argument);
    void *argument;
    unsigned target; /* core number + 1; 0: nothing is asked */
} request;

void remote_call(unsigned core, void (*function)(void *argument), void *argument)
{
    if (core == this_core()->id) {
        function(argument);
        return;
    }
    request.function = function;
    request.argument = argument;
    __atomic_store_n(&request.target, core + 1, __ATOMIC_RELEASE);
    arch_interrupt_core(core, ARCH_IPI_CALL);
    for (uint64_t round = 0; round < ANSWER_ROUNDS; round++) {
        if (__atomic_load_n(&request.target, __ATOMIC_ACQUIRE) == 0) {
            return;
        }
        lock_check_stopped();
        arch_relax();
    }
    CHECK(!"a core does not answer");
}

void remote_serve(void)
{
    if (__atomic_load_n(&request.target, __ATOMIC_ACQUIRE) == this_core()->id + 1) {
        request.function(request.argument);
        __atomic_store_n(&request.target, 0, __ATOMIC_RELEASE);
    }
}

/* What it entered the kernel for waits until it runs again, and then happens again. */
static void stall_current(void *argument)
{
    struct core *core = this_core();
    struct tcb *tcb = core->current;

    (void)argument;
    if (tcb->state == THREAD_RUNNING) {
        tcb->state = THREAD_RESTART;
    }
    arch_switch_to_idle(core);
    core->current = core->idle;
    core->action = SCHED_CHOOSE_NEW;
    core->stalled = true;
    sched_enqueue(tcb);
}

void remote_stall(struct tcb *tcb)
{
    if (tcb->core != this_core()->id && cores[tcb->core].current == tcb) {
        remote_call(tcb->core, stall_current, 0);
    }
}

#endif
