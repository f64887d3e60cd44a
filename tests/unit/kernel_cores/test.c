/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel does on several cores only. One host thread plays four cores in turn, and a core
 * that is asked for something does it at once (arch/fake); the lock is tried by real threads too.
 */
#include "cores.h"

#include "core/remote.h"
#include "kernel_decode/decode.h"

void cores_begin(void)
{
    scene_begin(false);
}

uint64_t cores_set_affinity(uint64_t tcb, uint64_t core)
{
    return host_call(tcb, MESSAGE(.label = TCBSetAffinity, .length = 1, .word = { core }));
}

void cores_run_on(const struct actor *actor, unsigned core)
{
    (void)cores_set_affinity(actor->cap, core);
    host_enter(core);
    host_enter(0);
}

unsigned cores_interrupts(unsigned core, unsigned ipi)
{
    unsigned count = fake_machine.interrupts[core][ipi];

    fake_machine.interrupts[core][ipi] = 0;
    return count;
}

static void count_core(void *argument)
{
    unsigned *calls = argument;

    calls[this_core()->id]++;
}

static void test_remote_call(void)
{
    unsigned calls[CONFIG_MAX_NUM_NODES] = { 0 };

    cores_begin();
    remote_call(0, count_core, calls);
    TAP_OK(calls[0] == 1 && !cores_interrupts(0, ARCH_IPI_CALL),
           "remote call: one's own core is not interrupted");
    remote_call(3, count_core, calls);
    TAP_OK(calls[3] == 1 && cores_interrupts(3, ARCH_IPI_CALL) == 1 && this_core()->id == 0,
           "remote call: another core is, and does it");
    remote_serve();
    fake_play_core(3);
    remote_serve();
    TAP_OK(calls[3] == 1 && calls[0] == 1, "remote call: once");
    fake_play_core(0);
}

int main(void)
{
    test_remote_call();
    test_threads();
    test_wake();
    test_irq();
    test_lock();
    test_debug_calls();
    test_labels();
    test_stop();
    return TAP_DONE();
}
