/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that become ready on another core: who is interrupted, and who is not. */
#include "cores.h"

static const struct host_message none;
static struct actor thread; /* on core 1 */
static struct actor busy;   /* runs on core 1, if a test lets it */
static uint64_t endpoint;
static uint64_t ntfn;

/* The thread waits for `cptr` on core 1, and core 0 runs the initial thread again. */
static void wait_there(uint64_t cptr)
{
    cores_run_on(&thread, 1);
    host_enter(1);
    (void)scene_do(thread.tcb, SEL4_SYS_RECV, cptr, &none);
    host_enter(0);
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
}

static void begin(bool use_fastpath)
{
    cores_begin();
    host_use_fastpath = use_fastpath;
    endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    thread = scene_thread(100, 0);
}

/* A thread of that priority keeps core 1 busy. */
static void keep_busy(uint8_t priority)
{
    busy = scene_thread(priority, 0);
    cores_run_on(&busy, 1);
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
}

/* A system call of the current thread that no fast path may take. */
static void slow_syscall(int64_t number, uint64_t cptr, const struct host_message *message)
{
    host_fastpath_count = 0;
    (void)host_syscall(number, cptr, message);
    TAP_OK(host_fastpath_count == 0, "call %d: the fast paths leave other cores alone",
           (int)-number);
}

static void check_woken(const char *how)
{
    TAP_OK(current_thread() == host_root && thread.tcb->is_queued &&
               cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1 && !host_check(),
           "%s: a thread of a sleeping core is queued there, and the core interrupted once", how);
    host_enter(1);
    TAP_OK(current_thread() == thread.tcb && !host_check(), "%s: it runs there", how);
    host_enter(0);
}

static void test_ways(bool fast)
{
    begin(fast);
    wait_there(endpoint);
    slow_syscall(SEL4_SYS_SEND, endpoint, &none);
    check_woken("send");
    wait_there(endpoint);
    slow_syscall(SEL4_SYS_NB_SEND, endpoint, MESSAGE(.length = 2));
    check_woken("nbsend");
    wait_there(ntfn);
    slow_syscall(SEL4_SYS_SEND, ntfn, &none);
    check_woken("signal");
    host_enter(1);
    (void)scene_do(thread.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
    host_enter(0);
    (void)host_syscall(SEL4_SYS_RECV, endpoint, &none);
    TAP_OK(scene_label(host_root) == 5 && thread.tcb->state == THREAD_BLOCKED_REPLY,
           "call: from another core");
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
    slow_syscall(SEL4_SYS_REPLY, 0, MESSAGE(.label = 6));
    check_woken("reply");
    TAP_OK(scene_label(thread.tcb) == 6, "reply: has arrived");
    (void)scene_suspend(&thread);
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
    (void)scene_resume(&thread);
    check_woken("resume");
}

/* A call goes to another core: the caller blocks, its own core sleeps or runs somebody else. */
static void test_call(bool fast)
{
    begin(fast);
    wait_there(endpoint);
    slow_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 7));
    TAP_OK(host_root->state == THREAD_BLOCKED_REPLY && current_thread() == cores[0].idle &&
               cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1 && !host_check(),
           "call: the caller's core has nobody left to run");
    host_enter(1);
    TAP_OK(scene_label(thread.tcb) == 7 && current_thread() == thread.tcb, "call: arrives");
    slow_syscall(SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 8));
    TAP_OK(current_thread() == cores[1].idle && cores_interrupts(0, ARCH_IPI_RESCHEDULE) == 1 &&
               host_root->is_queued && !host_check(),
           "replyrecv: wakes the caller on its core, and leaves this one asleep");
    host_enter(0);
    TAP_OK(current_thread() == host_root && scene_label(host_root) == 8, "replyrecv: has arrived");
}

static void test_priority(void)
{
    static const struct {
        uint8_t running;
        bool interrupts;
    } cases[] = { { 99, true }, { 100, false }, { 101, false } };

    for (unsigned i = 0; i < 3; i++) {
        begin(false);
        wait_there(ntfn);
        keep_busy(cases[i].running);
        (void)host_syscall(SEL4_SYS_SEND, ntfn, &none);
        TAP_OK(thread.tcb->is_queued &&
                   (cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1) == cases[i].interrupts,
               "priority 100 wakes while %u runs: the core is %s", cases[i].running,
               cases[i].interrupts ? "interrupted" : "left alone");
        host_enter(1);
        TAP_OK(current_thread() == (cases[i].interrupts ? thread.tcb : busy.tcb) && !host_check(),
               "priority: the more urgent one runs there");
        host_enter(0);
    }
}

/* Several threads and cores in one kernel entry: each core is told once, at its end. */
static void test_several(void)
{
    struct actor waiters[4];

    begin(false);
    for (unsigned i = 0; i < 4; i++) {
        unsigned core = 1 + i % 2;

        waiters[i] = scene_thread((uint8_t)(100 + i), 0);
        cores_run_on(&waiters[i], core);
        host_enter(core);
        (void)scene_do(waiters[i].tcb, SEL4_SYS_SEND, endpoint, &none);
        host_enter(0);
    }
    (void)cores_interrupts(1, ARCH_IPI_RESCHEDULE);
    (void)cores_interrupts(2, ARCH_IPI_RESCHEDULE);
    TAP_OK(scene_delete(endpoint) == 0 && cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1 &&
               cores_interrupts(2, ARCH_IPI_RESCHEDULE) == 1 &&
               !cores_interrupts(3, ARCH_IPI_RESCHEDULE) &&
               !cores_interrupts(0, ARCH_IPI_RESCHEDULE),
           "delete: four threads on two cores become ready, each core is interrupted once");
    for (unsigned core = 1; core <= 2; core++) {
        host_enter(core);
        TAP_OK(current_thread() == waiters[core + 1].tcb && !host_check(),
               "delete: the most urgent one runs on core %u", core);
    }
    host_enter(0);
}

/* A fault whose handler waits on another core. */
static void test_fault(bool fast)
{
    begin(fast);
    struct actor faulter = scene_thread(255, endpoint);

    wait_there(endpoint);
    scene_run(faulter.tcb);
    host_fastpath_count = 0;
    host_fault(SEL4_FAULT_VM, 0x1000);
    TAP_OK(faulter.tcb->state == THREAD_BLOCKED_REPLY && host_fastpath_count == 0 &&
               cores_interrupts(1, ARCH_IPI_RESCHEDULE) == 1 && !host_check(),
           "fault: wakes the handler on its core");
    host_enter(1);
    TAP_OK(scene_label(thread.tcb) == SEL4_FAULT_VM, "fault: arrives there");
    (void)host_syscall(SEL4_SYS_REPLY, 0, &none);
    TAP_OK(faulter.tcb->is_queued && scene_restarts(faulter.tcb) && !host_check(),
           "fault: the answer lets the thread go on, on its own core");
    host_enter(0);
}

/*
 * A thread of another core has become ready here since this core decided: no fast path may pass it
 * over, nor may one that switches.
 */
static void test_decision_pending(void)
{
    begin(true);
    struct actor server = scene_thread(255, 0);

    (void)scene_do(server.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    cores[0].action = SCHED_CHOOSE_NEW;
    slow_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
    TAP_OK(current_thread() == server.tcb && !host_check(),
           "call: not fast while the core must choose again");
    (void)host_syscall(SEL4_SYS_REPLY, 0, &none);
    scene_run(host_root);
    cores[0].action = SCHED_CHOOSE_NEW;
    slow_syscall(SEL4_SYS_SEND, ntfn, &none);
    TAP_OK(cores[0].action == SCHED_RESUME_CURRENT && !host_check(), "signal: neither");
    (void)host_syscall(SEL4_SYS_SEND, ntfn, &none);
    TAP_OK(host_fastpath_count == 1, "signal: fast again afterwards");
    (void)scene_do(server.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    (void)host_syscall(SEL4_SYS_CALL, endpoint, &none);
    TAP_OK(host_fastpath_count == 2 && current_thread() == server.tcb, "call: too");
}

void test_wake(void)
{
    for (unsigned fast = 0; fast < 2; fast++) {
        test_ways(fast);
        test_call(fast);
        test_fault(fast);
    }
    test_priority();
    test_several();
    test_decision_pending();
}
