/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: affinity, and calls on threads that run elsewhere. */
#define AREA "85"
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

static volatile seL4_Word seen[2];
static volatile seL4_Word stop;

static void spin(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    while (!stop) {
        smp_count++;
    }
    thread_stop();
}

static void spin_at(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        smp_counts[index]++;
    }
}

static seL4_CPtr spinner(struct thread *thread, seL4_CPtr fault_ep)
{
    smp_count = 0;
    stop = 0;
    return thread_on(thread, 1, fault_ep) != 0 &&
                   thread_start(thread, spin, 0, 0, 0) == seL4_NoError && moves()
               ? thread->tcb
               : 0;
}

TEST("SMP-0001", "SetAffinity: a core that does not exist is IllegalOperation")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    const seL4_Word none = 0;

    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, CORES), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, CONFIG_MAX_NUM_NODES), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, 256), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, ~0ul), seL4_IllegalOperation);
    EXPECT_EQ(call_error(tcb, TCBSetAffinity, 0, 0, 0, 0), seL4_TruncatedMessage);
    EXPECT_EQ(call_error(ROOT, TCBSetAffinity, 0, 0, &none, 1), seL4_IllegalOperation);
    for (seL4_Word core = 0; core < CORES; core++) {
        EXPECT_OK(seL4_TCB_SetAffinity(tcb, core));
#ifdef CONFIG_DEBUG_BUILD
        EXPECT_EQ(seL4_DebugGetThreadAffinity(tcb), core);
#endif
    }
    EXPECT_OK(seL4_TCB_SetAffinity(RUNNER_TCB, 0));
}

TEST("SMP-0002", "a thread on another core runs while this one does; Suspend stops it at once")
{
    struct thread thread;

    NEED_CORES();
    EXPECT(spinner(&thread, 0) != 0);
    EXPECT(moves());
    for (int i = 0; i < 20; i++) {
        seL4_Word before;

        EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
        before = smp_count;
        for (volatile int j = 0; j < 10000; j++) {
        }
        EXPECT_EQ(smp_count, before);
        EXPECT_OK(seL4_TCB_Resume(thread.tcb));
        EXPECT(moves());
    }
    stop = 1;
}

TEST("SMP-0006", "deleting a thread that runs elsewhere stops it before the call returns")
{
    struct thread thread;

    NEED_CORES();
    EXPECT(spinner(&thread, 0) != 0);
    EXPECT_OK(seL4_CNode_Delete(ROOT, thread.tcb, FULL_DEPTH));
    EXPECT(stands_still());
}

TEST("SMP-0007", "a running thread moves to another core and goes on")
{
    struct thread thread;

    NEED_CORES();
    EXPECT(spinner(&thread, 0) != 0);
    for (int i = 0; i < 20; i++) {
        seL4_Word before;

        EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, 0));
        before = smp_count;
        while (smp_count == before) {
            seL4_Yield();
        }
        EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, CORES - 1));
        EXPECT(moves());
    }
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

TEST("SMP-0009", "BootInfo: the initial thread is on core 0, of so many as there are")
{
    EXPECT_EQ(env.info->nodeID, 0);
    EXPECT(CORES >= 1 && CORES <= CONFIG_MAX_NUM_NODES);
#ifdef CONFIG_DEBUG_BUILD
    EXPECT_EQ(seL4_DebugGetThreadAffinity(seL4_CapInitThreadTCB), 0);
    EXPECT_EQ(seL4_DebugGetThreadAffinity(object_new(seL4_TCBObject, 0)), 0);
#endif
}

static void note_thread_pointer(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Word pointer;

        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(pointer));
        seen[index] = pointer;
    }
}

static void own_thread_pointer(seL4_Word value, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        __asm__ volatile("msr tpidr_el0, %0" : : "r"(value));
        smp_count++;
    }
}

TEST("SMP-0010", "ReadRegisters sees what a thread has in another core's registers")
{
    struct thread thread;
    seL4_UserContext regs;

    NEED_CORES();
    smp_count = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, own_thread_pointer, 0x7654321000, 0, 0));
    EXPECT(moves());
    for (int i = 0; i < 20; i++) {
        EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &regs));
        EXPECT_EQ(regs.tpidr_el0, 0x7654321000);
        EXPECT_EQ(regs.sp, thread_stack(&thread));
        EXPECT(regs.pc >= (seL4_Word)own_thread_pointer &&
               regs.pc < (seL4_Word)own_thread_pointer + 256);
        EXPECT(moves());
    }
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 1, 0, CONTEXT_WORDS, &regs));
    EXPECT(stands_still());
}

TEST("SMP-0011", "WriteRegisters and CopyRegisters redirect a thread that runs elsewhere")
{
    struct thread thread;
    struct thread pattern;
    seL4_UserContext regs = { 0 };

    NEED_CORES();
    smp_counts[0] = 0;
    smp_counts[1] = 0;
    EXPECT(spinner(&thread, 0) != 0);
    regs.pc = (seL4_Word)spin_at;
    regs.sp = thread_stack(&thread);
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT(stands_still());
    EXPECT(grows(&smp_counts[0]));
    regs.x0 = 1;
    EXPECT(thread_new(&pattern, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(seL4_TCB_WriteRegisters(pattern.tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread.tcb, pattern.tcb, 0, 0, 1, 1, 0));
    EXPECT(grows(&smp_counts[1]));
    /* And the other way: out of a running thread, which goes on. */
    EXPECT_OK(seL4_TCB_CopyRegisters(pattern.tcb, thread.tcb, 0, 0, 1, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(pattern.tcb, 0, 0, 2, &regs));
    EXPECT(regs.pc >= (seL4_Word)spin_at && regs.pc < (seL4_Word)spin_at + 256);
    EXPECT(grows(&smp_counts[1]));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

TEST("SMP-0012", "SetTLSBase reaches a thread that runs elsewhere")
{
    struct thread thread;

    NEED_CORES();
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, note_thread_pointer, 0, 0, 0));
    for (seL4_Word value = 0x1000; value < 0x20000; value += 0x1000) {
        EXPECT_OK(seL4_TCB_SetTLSBase(thread.tcb, value));
        EXPECT(becomes(&seen[0], value));
    }
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

static void keep_fpu(seL4_Word value, seL4_Word index, seL4_Word unused)
{
    (void)unused;
    __asm__ volatile(".arch_extension fp\n\tfmov d8, %0\n\tfmov d31, %0" : : "r"(value));
    for (;;) {
        seL4_Word low;
        seL4_Word high;

        __asm__ volatile(".arch_extension fp\n\tfmov %0, d8\n\tfmov %1, d31"
                         : "=r"(low), "=r"(high));
        if (low != value || high != value) {
            seen[index] = low;
            thread_stop();
        }
        smp_counts[index]++;
    }
}

TEST("SMP-0013", "floating-point registers move with the thread")
{
    struct thread thread[2];

    NEED_CORES();
    for (seL4_Word i = 0; i < 2; i++) {
        seen[i] = 0;
        smp_counts[i] = 0;
        EXPECT(thread_at(&thread[i], i % CORES, PRIO_RUNNER - 1 + i, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], keep_fpu, 0x1111 * (i + 1), i, 0));
    }
    EXPECT(grows(&smp_counts[1]));
    for (seL4_Word i = 1; i < 40; i++) {
        EXPECT_OK(seL4_TCB_SetAffinity(thread[1].tcb, i % CORES));
        if (i % CORES == 0) {
            seL4_Word before = smp_counts[1];

            while (smp_counts[1] == before) {
                seL4_Yield();
            }
        } else {
            EXPECT(grows(&smp_counts[1]));
        }
    }
    EXPECT_EQ(seen[0], 0);
    EXPECT_EQ(seen[1], 0);
}

TEST("SMP-0014", "SetFlags closes the FPU for a thread that uses it elsewhere")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_TCB_SetFlags_t flags;

    NEED_CORES();
    seen[0] = 0;
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, keep_fpu, 0x4242, 0, 0));
    EXPECT(grows(&smp_counts[0]));
    flags = seL4_TCB_SetFlags(thread.tcb, 0, seL4_TCBFlag_fpuDisabled);
    EXPECT_OK(flags.error);
    EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, 0x07);
    flags = seL4_TCB_SetFlags(thread.tcb, seL4_TCBFlag_fpuDisabled, 0);
    EXPECT_OK(flags.error);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT(grows(&smp_counts[0]));
    EXPECT_EQ(seen[0], 0);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

TEST("SMP-0020", "priorities and time slices hold on the other core")
{
    struct thread thread[3];

    NEED_CORES();
    for (seL4_Word i = 0; i < 3; i++) {
        smp_counts[i] = 0;
        EXPECT(thread_at(&thread[i], 1, i == 2 ? 40 : 50, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], spin_at, i, 0, 0));
    }
    /* The first two share the core, the third has nothing of it. */
    for (int i = 0; i < 3; i++) {
        EXPECT(grows(&smp_counts[0]));
        EXPECT(grows(&smp_counts[1]));
    }
    EXPECT_EQ(smp_counts[2], 0);
    EXPECT_OK(seL4_TCB_SetPriority(thread[2].tcb, RUNNER_TCB, 60));
    EXPECT(grows(&smp_counts[2]));
    EXPECT_OK(seL4_TCB_SetPriority(thread[2].tcb, RUNNER_TCB, 40));
    EXPECT(grows(&smp_counts[0]));
    EXPECT_OK(seL4_TCB_Suspend(thread[0].tcb));
    EXPECT_OK(seL4_TCB_Suspend(thread[1].tcb));
    EXPECT(grows(&smp_counts[2]));
}

static void wander(seL4_Word tcb, seL4_Word rounds, seL4_Word cores)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        smp_counts[1] += seL4_TCB_SetAffinity(tcb, i % cores) != seL4_NoError;
#ifdef CONFIG_DEBUG_BUILD
        smp_counts[1] += seL4_DebugGetThreadAffinity(tcb) != i % cores;
#endif
        smp_counts[0]++;
    }
    thread_stop();
}

TEST("SMP-0022", "a thread moves itself from core to core")
{
    struct thread thread;

    NEED_CORES();
    smp_counts[0] = 0;
    smp_counts[1] = 0;
    EXPECT(thread_at(&thread, 1, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, wander, thread.tcb, 100, CORES));
    EXPECT(becomes(&smp_counts[0], 100));
    EXPECT_EQ(smp_counts[1], 0);
}

static void end_oneself(seL4_Word tcb, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    smp_count++;
    (void)seL4_CNode_Delete(ROOT, tcb, FULL_DEPTH);
    smp_counts[0]++;
    thread_stop();
}

TEST("SMP-0023", "a thread on another core deletes itself")
{
    struct thread thread;

    NEED_CORES();
    smp_count = 0;
    smp_counts[0] = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, end_oneself, thread.tcb, 0, 0));
    EXPECT(becomes(&smp_count, 1));
    while (seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER) != seL4_InvalidCapability) {
    }
    /* What it could not do any more, if it was preempted, this one does. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, thread.tcb, FULL_DEPTH));
    EXPECT(slot_is_empty(thread.tcb));
    EXPECT_EQ(smp_counts[0], 0);
}

/* Untyped_Retype by hand: the stubs would take the runner's IPC buffer. */
static void make_thread(seL4_Word slot, seL4_Word own_buffer, seL4_Word unused)
{
    seL4_IPCBuffer *buffer = (seL4_IPCBuffer *)own_buffer;
    seL4_Word words[4] = { seL4_TCBObject, 0, 0, 0 };
    seL4_MessageInfo_t info;

    (void)unused;
    buffer->caps_or_badges[0] = ROOT;
    buffer->msg[4] = slot;
    buffer->msg[5] = 1;
    info = seL4_CallWithMRs(env.test_untyped, seL4_MessageInfo_new(UntypedRetype, 0, 1, 6),
                            &words[0], &words[1], &words[2], &words[3]);
    smp_counts[0] = 1 + seL4_MessageInfo_get_label(info);
    thread_stop();
}

TEST("SMP-0028", "a new thread belongs to the core that made it")
{
    seL4_CPtr slot = slot_new();
    struct thread thread;

    NEED_CORES();
    smp_counts[0] = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, make_thread, slot, (seL4_Word)thread.buffer, 0));
    EXPECT(becomes(&smp_counts[0], 1));
#ifdef CONFIG_DEBUG_BUILD
    EXPECT_EQ(seL4_DebugGetThreadAffinity(slot), 1);
#endif
    EXPECT_OK(seL4_TCB_SetAffinity(slot, 0));
}

static void suspend_often(seL4_Word tcb, seL4_Word core, seL4_Word index)
{
    for (seL4_Word i = 0; !stop; i++) {
        switch (i % 4) {
        case 0: (void)seL4_TCB_Suspend(tcb); break;
        case 1: (void)seL4_TCB_SetAffinity(tcb, core); break;
        case 2: (void)seL4_TCB_Resume(tcb); break;
        default: (void)seL4_TCB_SetFlags(tcb, i & 1, i & 2 ? seL4_TCBFlag_fpuDisabled : 0); break;
        }
        smp_counts[index]++;
    }
    thread_stop();
}

TEST("SMP-0030", "all cores suspend, resume and move the same threads, which call each other")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;
    struct thread client;
    struct thread tormentor[4];

    NEED_CORES();
    stop = 0;
    EXPECT(thread_at(&server, 1, 62, 0) != 0);
    EXPECT(thread_at(&client, 0, 62, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    EXPECT_OK(thread_start(&client, call_often, ep, ~0ul, 3));
    for (seL4_Word i = 1; i < CORES; i++) {
        smp_counts[i - 1] = 0;
        EXPECT(thread_at(&tormentor[i], i, 70, 0) != 0);
        EXPECT_OK(
            thread_start(&tormentor[i], suspend_often, i % 2 ? server.tcb : client.tcb, i, i - 1));
    }
    for (int i = 0; i < 200; i++) {
        EXPECT_OK(seL4_TCB_SetAffinity(client.tcb, (seL4_Word)i % CORES));
        EXPECT_OK(seL4_TCB_Suspend(server.tcb));
        EXPECT_OK(seL4_TCB_Resume(server.tcb));
        seL4_Yield();
    }
    for (seL4_Word i = 1; i < CORES; i++) {
        EXPECT(grows(&smp_counts[i - 1]));
    }
    EXPECT_OK(seL4_CNode_Delete(ROOT, server.tcb, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, client.tcb, FULL_DEPTH));
    stop = 1;
}

/* Waits, and says so before and afterwards, each time that `stop` grows. */
static void wait_after_stop(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word badge;

    (void)unused1;
    (void)unused2;
    for (seL4_Word round = 1;; round++) {
        while (stop != round) {
            smp_count++;
        }
        smp_counts[0] = round;
        seL4_Wait(ntfn, &badge);
        smp_counts[1] = round;
    }
}

TEST("SMP-0300",
     "a thread that runs elsewhere is put into its domain, goes on, and still can block")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    NEED_CORES();
    smp_count = 0;
    smp_counts[0] = 0;
    smp_counts[1] = 0;
    stop = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, wait_after_stop, ntfn, 0, 0));
    for (seL4_Word round = 1; round <= 20; round++) {
        EXPECT(moves());
        EXPECT_OK(seL4_DomainSet_Set(seL4_CapDomain, 0, thread.tcb));
        stop = round;
        EXPECT(becomes(&smp_counts[0], round));
        for (volatile seL4_Word i = 0; i < 100000; i++) {
        }
        EXPECT_EQ(smp_counts[1], round - 1);
        seL4_Signal(ntfn);
        EXPECT(becomes(&smp_counts[1], round));
    }
}

/* Gives its FPU away and takes it again, for ever. */
static void reopen_fpu(seL4_Word tcb, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        (void)seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled);
        (void)seL4_TCB_SetFlags(tcb, seL4_TCBFlag_fpuDisabled, 0);
        __asm__ volatile(".arch_extension fp\n\tfmov d8, xzr");
        smp_counts[0]++;
    }
}

static void wait_often(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(ntfn, seL4_Null);
        smp_counts[1]++;
    }
}

TEST("SMP-0302", "a core that is asked to choose again while it opens its FPU does so")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread user;
    struct thread waiter;

    NEED_CORES();
    smp_counts[0] = 0;
    smp_counts[1] = 0;
    EXPECT(thread_at(&user, 1, PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_at(&waiter, 1, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&user, reopen_fpu, user.tcb, 0, 0));
    EXPECT_OK(thread_start(&waiter, wait_often, ntfn, 0, 0));
    for (seL4_Word i = 0; i < 40; i++) {
        EXPECT(grows(&smp_counts[0]));
        for (seL4_Word j = 0; j < 300; j++) {
            seL4_Signal(ntfn);
        }
    }
    EXPECT_OK(seL4_TCB_Suspend(user.tcb));
    EXPECT(smp_counts[1] != 0);
}

#endif
