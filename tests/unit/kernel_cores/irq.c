/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of several cores. Source: sel4-abi 6.4, 10. */
#include "cores.h"
#include "object/irq.h"

#define CONTROL SEL4_SLOT_IRQ_CONTROL

static const struct host_message none;
static uint64_t ntfn;
static uint64_t dest;

static void begin(void)
{
    cores_begin();
    ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    dest = scene_slot();
}

/* GetTriggerCore: INTID, trigger, slot, depth, core. */
static struct host_message get_on(uint64_t intid, uint64_t trigger, uint64_t core)
{
    return (struct host_message){ .label = ARMIRQIssueIRQHandlerTriggerCore,
                                  .length = 5,
                                  .word = { intid, trigger, dest, 64, core },
                                  .cap_count = 1,
                                  .cap = { ROOT } };
}

static void test_refusals(void)
{
    begin();
    struct host_message get = get_on(50, 1, 4);

    TAP_OK(REFUSES(CONTROL, &get, SEL4_INVALID_ARGUMENT, 4), "irq: there are four cores");
    get.word[4] = ~0ull;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_INVALID_ARGUMENT, 4), "irq: the core is a whole word");
    get.word[4] = 1;
    get.word[0] = 160;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_RANGE_ERROR, 0, 159), "irq: numbers end at 159");
    for (unsigned ipi = 0; ipi < ARCH_IPI_COUNT; ipi++) {
        get.word[0] = ipi;
        TAP_OK(REFUSES(CONTROL, &get, SEL4_REVOKE_FIRST), "irq: SGI %u is the kernel's own", ipi);
    }
    get.word[0] = PLAT_VTIMER_IRQ;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_REVOKE_FIRST), "irq: the virtual timer's, on each core");
    get.word[0] = 50;
    get.word[2] = ntfn;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_DELETE_FIRST), "irq: occupied slot");
    get.word[3] = 65;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_RANGE_ERROR, 1, 64), "irq: depth");
    get.word[3] = 0x100;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_RANGE_ERROR, 1, 64), "irq: of the depth eight bits count");
    get.word[3] = 64;
    get.cap[0] = ntfn;
    TAP_OK(REFUSES(CONTROL, &get, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "irq: the destination is no CNode");
    get = (struct host_message){ .label = ARMIRQIssueIRQHandlerTrigger,
                                 .length = 4,
                                 .word = { 31, 1, dest, 64 },
                                 .cap_count = 1,
                                 .cap = { ROOT } };
    TAP_OK(REFUSES(CONTROL, &get, SEL4_ILLEGAL_OPERATION),
           "irq: a private one with a trigger needs a core");
    get.word[0] = 32;
    TAP_OK(host_call(CONTROL, &get) == 0 && fake_machine.trigger[irq_number(0, 32)] == 2,
           "irq: a shared one does not");
    get = get_on(32, 1, 2);
    get.word[2] = scene_slot();
    TAP_OK(REFUSES(CONTROL, &get, SEL4_REVOKE_FIRST), "irq: a shared one has one owner");
    scene_check("irq refusals");
}

static void test_shared(void)
{
    begin();
    struct host_message get = get_on(50, 0, 3);
    unsigned irq = irq_number(0, 50);

    TAP_OK(irq == 50 + 3 * 32 && host_call(CONTROL, &get) == 0 &&
               fake_machine.target[irq] == 3 + 1 && fake_machine.trigger[irq] == 1 &&
               fake_machine.masked[irq] == 2 && !cores_interrupts(3, ARCH_IPI_CALL),
           "irq: a shared one is sent to the core that was asked for, which need not be disturbed");
    (void)host_call(dest, MESSAGE(.label = IRQSetIRQHandler, .cap_count = 1, .cap = { ntfn }));
    fake_play_core(3);
    irq_deliver(50);
    fake_play_core(0);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(fake_machine.masked[irq] == 1 && ((struct notification *)scene_object(ntfn))->tail == 0,
           "irq: arrives there, is masked, signals");
    TAP_OK(host_call(dest, MESSAGE(.label = IRQAckIRQ)) == 0 && fake_machine.masked[irq] == 2,
           "ack: by any core");
    TAP_OK(scene_delete(dest) == 0 && fake_machine.masked[irq] == 1, "delete: masks it");
}

/* Each core has private interrupts of its own, which only it can touch. */
static void test_private(void)
{
    begin();
    struct host_message get = get_on(30, 1, 2);
    uint64_t other = scene_slot();
    unsigned irq = irq_number(2, 30);

    TAP_OK(irq == 2 * 32 + 30 && host_call(CONTROL, &get) == 0 && fake_machine.trigger[irq] == 2 &&
               fake_machine.masked[irq] == 2 && fake_machine.target[irq] == 0 &&
               cores_interrupts(2, ARCH_IPI_CALL) == 2,
           "irq: trigger and mask of a private one are set by its core");
    TAP_OK(REFUSES(CONTROL, &get, SEL4_REVOKE_FIRST), "irq: issued already");
    get.word[2] = other;
    get.word[4] = 1;
    TAP_OK(host_call(CONTROL, &get) == 0 &&
               !cap_same_object(host_slot(dest)->cap, host_slot(other)->cap),
           "irq: another core's of the same number is another interrupt");
    (void)host_call(dest, MESSAGE(.label = IRQSetIRQHandler, .cap_count = 1, .cap = { ntfn }));
    fake_play_core(1);
    irq_deliver(30);
    fake_play_core(0);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(fake_machine.masked[irq_number(1, 30)] == 1 && fake_machine.masked[irq] == 2,
           "irq: only the core at which it arrived masks it");
    (void)host_call(ntfn, &none);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    fake_play_core(2);
    irq_deliver(30);
    fake_play_core(0);
    TAP_OK(ntfn_state(scene_object(ntfn)) == NTFN_ACTIVE && fake_machine.masked[irq] == 1,
           "irq: signals the notification of that core's");
    (void)cores_interrupts(2, ARCH_IPI_CALL);
    TAP_OK(host_call(dest, MESSAGE(.label = IRQAckIRQ)) == 0 && fake_machine.masked[irq] == 2 &&
               cores_interrupts(2, ARCH_IPI_CALL) == 1,
           "ack: a private one is unmasked by its core");
    TAP_OK(scene_delete(dest) == 0 && fake_machine.masked[irq] == 1 &&
               cores_interrupts(2, ARCH_IPI_CALL) == 2,
           "delete: masked by its core");
    get = (struct host_message){ .label = IRQIssueIRQHandler,
                                 .length = 3,
                                 .word = { 30, dest, 64 },
                                 .cap_count = 1,
                                 .cap = { ROOT } };
    TAP_OK(host_call(CONTROL, &get) == 0 && fake_machine.masked[irq_number(0, 30)] == 2,
           "irq: without a core, core 0's");
    get = get_on(9, 1, 3);
    get.word[2] = scene_slot();
    TAP_OK(host_call(CONTROL, &get) == 0 && fake_machine.trigger[irq_number(3, 9)] == 0 &&
               fake_machine.masked[irq_number(3, 9)] == 2,
           "irq: the trigger of an SGI is left alone");
    scene_check("private irqs");
}

/* A signal wakes a thread of another core than the one at which the interrupt arrived. */
static void test_wakes(void)
{
    begin();
    struct actor driver = scene_thread(100, 0);
    struct host_message get = get_on(50, 0, 3);

    (void)host_call(CONTROL, &get);
    (void)host_call(dest, MESSAGE(.label = IRQSetIRQHandler, .cap_count = 1, .cap = { ntfn }));
    cores_run_on(&driver, 1);
    host_enter(1);
    (void)host_syscall(SEL4_SYS_RECV, ntfn, &none);
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
    fake_play_core(3);
    irq_deliver(50);
    sched_run();
    TAP_OK(current_thread() == cores[3].idle && driver.tcb->is_queued &&
               cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1 && !host_check(),
           "irq: a driver on another core is woken there");
    host_enter(1);
    TAP_OK(current_thread() == driver.tcb, "irq: and runs");
    host_enter(0);
}

void test_irq(void)
{
    test_refusals();
    test_shared();
    test_private();
    test_wakes();
}
