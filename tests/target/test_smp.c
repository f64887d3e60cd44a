/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several cores: affinity, IPC and signals across cores, and operations on what runs elsewhere. The
 * runner is on core 0; what a test starts on another core it waits for without a time limit that a
 * slow machine could reach.
 */
#define AREA "85"
#include "env.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

#define SPIN_LIMIT    4000000000ul
#define CORES         (env.info->numNodes)
#define CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))

/* Ends a test that a board with one core cannot run. */
#define NEED_CORES()                                                                               \
    do {                                                                                           \
        if (CORES < 2) {                                                                           \
            test_skip("the board has one core");                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static volatile seL4_Word count;
static volatile seL4_Word counts[4];
static volatile seL4_Word seen[2];
static volatile seL4_Word stop;

static void answer(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word word = 0;

    (void)unused1;
    (void)unused2;
    (void)seL4_RecvWithMRs(ep, seL4_Null, &word, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        word++;
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), seL4_Null, &word,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

static void spin(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    while (!stop) {
        count++;
    }
    thread_stop();
}

static void spin_at(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        counts[index]++;
    }
}

static void read_page(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        count += 1 + (*(volatile seL4_Word *)address & 0);
    }
}

static seL4_CPtr thread_at(struct thread *thread, seL4_Word core, seL4_Word priority,
                           seL4_CPtr fault_ep)
{
    if (thread_new(thread, priority, fault_ep) == 0 ||
        seL4_TCB_SetAffinity(thread->tcb, core) != seL4_NoError) {
        return 0;
    }
    return thread->tcb;
}

static seL4_CPtr thread_on(struct thread *thread, seL4_Word core, seL4_CPtr fault_ep)
{
    return thread_at(thread, core, PRIO_RUNNER, fault_ep);
}

/* Whether another core gets on. */
static bool grows(const volatile seL4_Word *counter)
{
    seL4_Word before = *counter;

    for (seL4_Word i = 0; i < SPIN_LIMIT; i++) {
        if (*counter != before) {
            return true;
        }
    }
    return false;
}

static bool moves(void)
{
    return grows(&count);
}

static bool becomes(const volatile seL4_Word *word, seL4_Word value)
{
    for (seL4_Word i = 0; i < SPIN_LIMIT; i++) {
        if (*word == value) {
            return true;
        }
    }
    return false;
}

static bool stands_still(void)
{
    seL4_Word before = count;

    for (volatile seL4_Word i = 0; i < 3000000; i++) {
    }
    return count == before;
}

static seL4_CPtr spinner(struct thread *thread, seL4_CPtr fault_ep)
{
    count = 0;
    stop = 0;
    return thread_on(thread, 1, fault_ep) != 0 &&
                   thread_start(thread, spin, 0, 0, 0) == seL4_NoError && moves()
               ? thread->tcb
               : 0;
}

/* Label and number of words of a call that the stubs cannot make wrong. */
static seL4_Error invoke(seL4_CPtr cap, seL4_Word label, seL4_Word length)
{
    return (seL4_Error)seL4_MessageInfo_get_label(
        seL4_Call(cap, seL4_MessageInfo_new(label, 0, 0, length)));
}

TEST("SMP-0001", "SetAffinity: a core that does not exist is IllegalOperation")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);

    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, CORES), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, CONFIG_MAX_NUM_NODES), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, 256), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, ~0ul), seL4_IllegalOperation);
    EXPECT_EQ(invoke(tcb, TCBSetAffinity, 0), seL4_TruncatedMessage);
    EXPECT_EQ(invoke(ROOT, TCBSetAffinity, 1), seL4_IllegalOperation);
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
        before = count;
        for (volatile int j = 0; j < 10000; j++) {
        }
        EXPECT_EQ(count, before);
        EXPECT_OK(seL4_TCB_Resume(thread.tcb));
        EXPECT(moves());
    }
    stop = 1;
}

TEST("SMP-0003", "calls cross cores in both directions of waiting")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;

    NEED_CORES();
    EXPECT(thread_on(&server, 1, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    for (seL4_Word i = 0; i < 200; i++) {
        seL4_Word word = i;

        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                               seL4_Null);
        EXPECT_EQ(word, i + 1);
    }
}

static void signaller(seL4_Word ntfn, seL4_Word back, seL4_Word rounds)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        seL4_Signal(ntfn);
        seL4_Wait(back, seL4_Null);
        count++;
    }
    thread_stop();
}

TEST("SMP-0004", "signals cross cores and none is lost")
{
    seL4_CPtr there = object_new(seL4_NotificationObject, 0);
    seL4_CPtr back = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    NEED_CORES();
    count = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, signaller, there, back, 200));
    for (seL4_Word i = 0; i < 200; i++) {
        seL4_Wait(there, seL4_Null);
        seL4_Signal(back);
    }
    EXPECT(becomes(&count, 200));
}

TEST("SMP-0005", "an unmapped page is out of reach of the other core when the call returns")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_Word before;

    NEED_CORES();
    count = 0;
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, read_page, SCRATCH_VADDR, 0, 0));
    for (int i = 0; i < 20; i++) {
        EXPECT(moves());
        EXPECT_OK(seL4_ARM_Page_Unmap(page));
        before = count;
        /* One read may have been on its way to the counter. */
        for (volatile int j = 0; j < 10000; j++) {
        }
        EXPECT(count - before <= 1);
        info = seL4_Recv(ep, seL4_Null);
        EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
        EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), SCRATCH_VADDR);
        EXPECT_OK(
            map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
        seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    }
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
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
        before = count;
        while (count == before) {
            seL4_Yield();
        }
        EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, CORES - 1));
        EXPECT(moves());
    }
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

TEST("SMP-0008", "interrupts are issued for a core; with a trigger PPIs only that way")
{
    seL4_CPtr slot = slot_new();
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 1);
    seL4_Word last;

    for (seL4_Word irq = 0; irq < 32; irq++) {
        EXPECT_EQ(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, irq, 0, ROOT, slot, FULL_DEPTH),
                  seL4_IllegalOperation);
    }
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH, CORES),
        seL4_InvalidArgument);
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH, ~0ul),
        seL4_InvalidArgument);
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 5000, 1, ROOT, slot, FULL_DEPTH, 0),
        seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    last = seL4_GetMR(1);
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, last + 1, 1, ROOT, slot, FULL_DEPTH, 0),
        seL4_RangeError);
    EXPECT_EQ(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, cnode, FULL_DEPTH, 0),
              seL4_DeleteFirst);
    EXPECT_EQ(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, cnode, 0, 3, 0),
              seL4_FailedLookup);
    EXPECT_EQ(invoke(seL4_CapIRQControl, ARMIRQIssueIRQHandlerTriggerCore, 5),
              seL4_TruncatedMessage);
    for (seL4_Word core = 0; core < CORES; core++) {
        static const seL4_Word reserved[] = { 0, 1, 25, 26, 27 };

        for (unsigned int i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
            EXPECT_EQ(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, reserved[i], 0, ROOT, slot,
                                                     FULL_DEPTH, core),
                      seL4_RevokeFirst);
        }
        /* Each core has its own of these. */
        EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 29, 0, ROOT, slot_new(),
                                                 FULL_DEPTH, core));
        EXPECT_EQ(
            seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 29, 0, ROOT, slot, FULL_DEPTH, core),
            seL4_RevokeFirst);
    }
    /* Get means core 0. */
    EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, 29, ROOT, slot, FULL_DEPTH),
              seL4_RevokeFirst);
    EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH,
                                             CORES - 1));
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot_new(), FULL_DEPTH, 0),
        seL4_RevokeFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, slot, FULL_DEPTH));
    EXPECT_OK(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, 70, 0, ROOT, slot, FULL_DEPTH));
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
        count++;
    }
}

TEST("SMP-0010", "ReadRegisters sees what a thread has in another core's registers")
{
    struct thread thread;
    seL4_UserContext regs;

    NEED_CORES();
    count = 0;
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
    counts[0] = 0;
    counts[1] = 0;
    EXPECT(spinner(&thread, 0) != 0);
    regs.pc = (seL4_Word)spin_at;
    regs.sp = thread_stack(&thread);
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT(stands_still());
    EXPECT(grows(&counts[0]));
    regs.x0 = 1;
    EXPECT(thread_new(&pattern, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(seL4_TCB_WriteRegisters(pattern.tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread.tcb, pattern.tcb, 0, 0, 1, 1, 0));
    EXPECT(grows(&counts[1]));
    /* And the other way: out of a running thread, which goes on. */
    EXPECT_OK(seL4_TCB_CopyRegisters(pattern.tcb, thread.tcb, 0, 0, 1, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(pattern.tcb, 0, 0, 2, &regs));
    EXPECT(regs.pc >= (seL4_Word)spin_at && regs.pc < (seL4_Word)spin_at + 256);
    EXPECT(grows(&counts[1]));
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
        counts[index]++;
    }
}

TEST("SMP-0013", "floating-point registers move with the thread")
{
    struct thread thread[2];

    NEED_CORES();
    for (seL4_Word i = 0; i < 2; i++) {
        seen[i] = 0;
        counts[i] = 0;
        EXPECT(thread_at(&thread[i], i % CORES, PRIO_RUNNER - 1 + i, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], keep_fpu, 0x1111 * (i + 1), i, 0));
    }
    EXPECT(grows(&counts[1]));
    for (seL4_Word i = 1; i < 40; i++) {
        EXPECT_OK(seL4_TCB_SetAffinity(thread[1].tcb, i % CORES));
        if (i % CORES == 0) {
            seL4_Word before = counts[1];

            while (counts[1] == before) {
                seL4_Yield();
            }
        } else {
            EXPECT(grows(&counts[1]));
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
    seL4_MessageInfo_t info;

    NEED_CORES();
    seen[0] = 0;
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, keep_fpu, 0x4242, 0, 0));
    EXPECT(grows(&counts[0]));
    flags = seL4_TCB_SetFlags(thread.tcb, 0, seL4_TCBFlag_fpuDisabled);
    EXPECT_OK(flags.error);
    info = seL4_Recv(ep, seL4_Null);
    EXPECT(seL4_MessageInfo_get_label(info) != 0);
    flags = seL4_TCB_SetFlags(thread.tcb, seL4_TCBFlag_fpuDisabled, 0);
    EXPECT_OK(flags.error);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT(grows(&counts[0]));
    EXPECT_EQ(seen[0], 0);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

static void fault_often(seL4_Word address, seL4_Word rounds, seL4_Word unused)
{
    (void)unused;
    for (seL4_Word i = 0; i < rounds; i++) {
        *(volatile seL4_Word *)address = i;
        count++;
    }
    thread_stop();
}

/* Lets the faulting thread go on behind the instruction. */
static void handle_faults(seL4_Word ep, seL4_Word tcb, seL4_Word unused)
{
    seL4_UserContext regs;

    (void)unused;
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        if (seL4_TCB_ReadRegisters(tcb, 0, 0, 1, &regs) == seL4_NoError) {
            regs.pc += 4;
            (void)seL4_TCB_WriteRegisters(tcb, 0, 0, 1, &regs);
        }
        counts[0]++;
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

TEST("SMP-0015", "a fault is handled on another core than the faulting thread's")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    struct thread handler;

    NEED_CORES();
    count = 0;
    counts[0] = 0;
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT(thread_at(&handler, 0, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&handler, handle_faults, ep, thread.tcb, 0));
    EXPECT_OK(thread_start(&thread, fault_often, SCRATCH_VADDR, 100, 0));
    EXPECT(becomes(&count, 100));
    EXPECT_EQ(counts[0], 100);
    /* The other way round. */
    EXPECT_OK(seL4_TCB_SetAffinity(handler.tcb, 1));
    EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, 0));
    count = 0;
    EXPECT_OK(thread_start(&thread, fault_often, SCRATCH_VADDR, 100, 0));
    while (count != 100) {
        seL4_Yield();
    }
    EXPECT_EQ(counts[0], 200);
}

static void call_often(seL4_Word ep, seL4_Word rounds, seL4_Word index)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        seL4_Word word = i;

        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                               seL4_Null);
        counts[index] += word == i + 1;
    }
    thread_stop();
}

TEST("SMP-0016", "clients of all cores get their own answers from one server")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;
    struct thread client[4];

    NEED_CORES();
    EXPECT(thread_at(&server, 0, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    for (seL4_Word i = 1; i < CORES; i++) {
        counts[i] = 0;
        EXPECT(thread_on(&client[i], i, 0) != 0);
    }
    for (seL4_Word i = 1; i < CORES; i++) {
        EXPECT_OK(thread_start(&client[i], call_often, ep, 300, i));
    }
    for (seL4_Word i = 1; i < CORES; i++) {
        EXPECT(becomes(&counts[i], 300));
    }
}

static void send_often(seL4_Word cap, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_NBSend(cap, seL4_MessageInfo_new(0, 0, 0, 1));
        seL4_NBSend(cap + 1, seL4_MessageInfo_new(0, 0, 0, 0));
        counts[0]++;
    }
}

static void receive_often(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
        counts[1]++;
    }
}

TEST("SMP-0017", "Revoke races with IPC through the revoked capability on another core")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr minted = slot_new();
    seL4_CPtr copy = slot_new();
    struct thread sender;
    struct thread receiver;

    NEED_CORES();
    EXPECT_EQ(copy, minted + 1);
    EXPECT(thread_on(&sender, 1, 0) != 0);
    EXPECT(thread_at(&receiver, CORES - 1, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&receiver, receive_often, ep, 0, 0));
    EXPECT_OK(thread_start(&sender, send_often, minted, 0, 0));
    for (int i = 0; i < 200; i++) {
        EXPECT_OK(mint_cap(minted, ep, seL4_AllRights, 1));
        EXPECT_OK(copy_cap(copy, minted, seL4_AllRights));
        if (i % 10 == 0) {
            EXPECT(grows(&counts[1]));
        }
        EXPECT_OK(seL4_CNode_Revoke(ROOT, ep, FULL_DEPTH));
        EXPECT(slot_is_empty(minted));
        EXPECT(slot_is_empty(copy));
    }
    EXPECT(grows(&counts[0]));
    EXPECT_OK(seL4_TCB_Suspend(sender.tcb));
}

static void call_once(seL4_Word ep, seL4_Word index, seL4_Word unused)
{
    seL4_MessageInfo_t info = seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null,
                                               seL4_Null, seL4_Null, seL4_Null);

    (void)unused;
    counts[index] = seL4_MessageInfo_get_label(info);
    thread_stop();
}

TEST("SMP-0018", "deleting an endpoint wakes those who wait for it on other cores")
{
    struct thread thread[3];

    NEED_CORES();
    for (int round = 0; round < 10; round++) {
        seL4_CPtr ep = object_new(seL4_EndpointObject, 0);

        for (seL4_Word i = 1; i < CORES; i++) {
            if (round == 0) {
                EXPECT(thread_on(&thread[i - 1], i, 0) != 0);
            }
            counts[i] = ~0ul;
            EXPECT_OK(thread_start(&thread[i - 1], call_once, ep, i, 0));
        }
        EXPECT_OK(seL4_CNode_Delete(ROOT, ep, FULL_DEPTH));
        for (seL4_Word i = 1; i < CORES; i++) {
            EXPECT(becomes(&counts[i], seL4_InvalidCapability));
        }
    }
}

static void receive_bound(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Word badge = 0;

        (void)seL4_RecvWithMRs(ep, &badge, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
        counts[0] += badge;
    }
}

TEST("SMP-0019", "a bound notification reaches its thread on another core, until it is unbound")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread thread;

    NEED_CORES();
    counts[0] = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x100));
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, receive_bound, ep, 0, 0));
    EXPECT_OK(seL4_TCB_BindNotification(thread.tcb, ntfn));
    for (seL4_Word i = 1; i <= 50; i++) {
        seL4_Signal(badged);
        EXPECT(becomes(&counts[0], i * 0x100));
    }
    EXPECT_OK(seL4_TCB_UnbindNotification(thread.tcb));
    seL4_Signal(badged);
    EXPECT_EQ(counts[0], 50 * 0x100);
}

TEST("SMP-0020", "priorities and time slices hold on the other core")
{
    struct thread thread[3];

    NEED_CORES();
    for (seL4_Word i = 0; i < 3; i++) {
        counts[i] = 0;
        EXPECT(thread_at(&thread[i], 1, i == 2 ? 40 : 50, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], spin_at, i, 0, 0));
    }
    /* The first two share the core, the third has nothing of it. */
    for (int i = 0; i < 3; i++) {
        EXPECT(grows(&counts[0]));
        EXPECT(grows(&counts[1]));
    }
    EXPECT_EQ(counts[2], 0);
    EXPECT_OK(seL4_TCB_SetPriority(thread[2].tcb, RUNNER_TCB, 60));
    EXPECT(grows(&counts[2]));
    EXPECT_OK(seL4_TCB_SetPriority(thread[2].tcb, RUNNER_TCB, 40));
    EXPECT(grows(&counts[0]));
    EXPECT_OK(seL4_TCB_Suspend(thread[0].tcb));
    EXPECT_OK(seL4_TCB_Suspend(thread[1].tcb));
    EXPECT(grows(&counts[2]));
}

TEST("SMP-0021", "a blocked thread that is moved wakes up on its new core")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;

    NEED_CORES();
    EXPECT(thread_on(&server, 1, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    for (seL4_Word i = 0; i < 40; i++) {
        seL4_Word word = i;

        EXPECT_OK(seL4_TCB_SetAffinity(server.tcb, i % CORES));
        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                               seL4_Null);
        EXPECT_EQ(word, i + 1);
    }
}

static void wander(seL4_Word tcb, seL4_Word rounds, seL4_Word cores)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        counts[1] += seL4_TCB_SetAffinity(tcb, i % cores) != seL4_NoError;
#ifdef CONFIG_DEBUG_BUILD
        counts[1] += seL4_DebugGetThreadAffinity(tcb) != i % cores;
#endif
        counts[0]++;
    }
    thread_stop();
}

TEST("SMP-0022", "a thread moves itself from core to core")
{
    struct thread thread;

    NEED_CORES();
    counts[0] = 0;
    counts[1] = 0;
    EXPECT(thread_at(&thread, 1, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, wander, thread.tcb, 100, CORES));
    EXPECT(becomes(&counts[0], 100));
    EXPECT_EQ(counts[1], 0);
}

static void end_oneself(seL4_Word tcb, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    count++;
    (void)seL4_CNode_Delete(ROOT, tcb, FULL_DEPTH);
    counts[0]++;
    thread_stop();
}

TEST("SMP-0023", "a thread on another core deletes itself")
{
    struct thread thread;

    NEED_CORES();
    count = 0;
    counts[0] = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, end_oneself, thread.tcb, 0, 0));
    EXPECT(becomes(&count, 1));
    while (seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER) != seL4_InvalidCapability) {
    }
    /* What it could not do any more, if it was preempted, this one does. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, thread.tcb, FULL_DEPTH));
    EXPECT(slot_is_empty(thread.tcb));
    EXPECT_EQ(counts[0], 0);
}

/* counter at [x0], for ever; in an address space of its own. */
static const uint32_t count_code[] = {
    0xf9400001, /* ldr x1, [x0] */
    0x91000421, /* add x1, x1, #1 */
    0xf9000001, /* str x1, [x0] */
    0x17fffffd, /* b . - 12 */
};
#define CODE_VADDR 0x400000ul

static seL4_Error other_space(seL4_CPtr vspace, seL4_CPtr page, struct thread *thread,
                              seL4_CPtr fault_ep)
{
    seL4_CPtr copy = slot_new();
    seL4_UserContext regs = { 0 };
    seL4_Error error = seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace);

    if (error == seL4_NoError) {
        error =
            map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    }
    if (error != seL4_NoError) {
        return error;
    }
    for (unsigned int i = 0; i < sizeof(count_code) / sizeof(count_code[0]); i++) {
        ((volatile uint32_t *)SCRATCH_VADDR)[i] = count_code[i];
    }
    error = seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + PAGE_BYTES);
    if (error == seL4_NoError) {
        error = copy_cap(copy, page, seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = map_page(vspace, copy, CODE_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    }
    if (error == seL4_NoError) {
        error = thread_on(thread, 1, fault_ep) != 0 ? seL4_NoError : seL4_InvalidArgument;
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSpace(thread->tcb, fault_ep, ROOT, 0, vspace, 0);
    }
    regs.pc = CODE_VADDR;
    regs.x0 = CODE_VADDR + 0x100;
    return error == seL4_NoError ? seL4_TCB_WriteRegisters(thread->tcb, 1, 0, CONTEXT_WORDS, &regs)
                                 : error;
}

TEST("SMP-0024", "an address space that is deleted is no longer used by the core that runs in it")
{
    const volatile seL4_Word *counter = (const volatile seL4_Word *)(SCRATCH_VADDR + 0x100);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_Word before;

    NEED_CORES();
    EXPECT_OK(other_space(vspace, page, &thread, ep));
    EXPECT(grows(counter));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    before = *counter;
    for (volatile int i = 0; i < 1000000; i++) {
    }
    EXPECT_EQ(*counter, before);
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
}

#ifdef CONFIG_EXPORT_PTMR_USER
#define TIMER_PPI 30

/* Raises its core's timer interrupt each time `there` is signalled. */
static void use_timer(seL4_Word there, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(there, seL4_Null);
        __asm__ volatile("msr cntp_cval_el0, xzr\n\tmsr cntp_ctl_el0, %0\n\tisb" : : "r"(1ul));
        count++;
        while (!stop) {
        }
        __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" ::: "memory");
        stop = 0;
    }
}

TEST("SMP-0025", "a private interrupt of another core comes, is masked until the ack, comes again")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr there = object_new(seL4_NotificationObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread thread;
    seL4_Word badge;

    NEED_CORES();
    count = 0;
    stop = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x31));
    EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, TIMER_PPI, 0, ROOT, handler,
                                             FULL_DEPTH, 1));
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, badged));
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, use_timer, there, 0, 0));
    for (seL4_Word i = 1; i <= 10; i++) {
        seL4_Signal(there);
        seL4_Wait(ntfn, &badge);
        EXPECT_EQ(badge, 0x31);
        (void)seL4_Poll(ntfn, &badge);
        EXPECT_EQ(badge, 0);
        /* Still asserted, and now it may come again. */
        EXPECT_OK(seL4_IRQHandler_Ack(handler));
        seL4_Wait(ntfn, &badge);
        EXPECT_EQ(badge, 0x31);
        EXPECT(becomes(&count, i));
        stop = 1;
        EXPECT(becomes(&stop, 0));
        EXPECT_OK(seL4_IRQHandler_Ack(handler));
    }
}
#endif

#define PL011_IMSC 0x38
#define PL011_ICR  0x44
#define PL011_TX   (1u << 5)
#define UART_IRQ   33

static volatile uint32_t *uart_register(unsigned int offset)
{
    return (volatile uint32_t *)(UART_VADDR + offset);
}

TEST("SMP-0026", "a device's interrupt is taken by the core it is routed to, and moves back")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr handler = slot_new();

    for (seL4_Word core = CORES; core-- > 0;) {
        EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, UART_IRQ, 0, ROOT, handler,
                                                 FULL_DEPTH, core));
        EXPECT_OK(seL4_IRQHandler_SetNotification(handler, ntfn));
        print("# ");
        *uart_register(PL011_IMSC) = PL011_TX;
        print("uart\n");
        seL4_Wait(ntfn, seL4_Null);
        *uart_register(PL011_IMSC) = 0;
        *uart_register(PL011_ICR) = PL011_TX;
        EXPECT_OK(seL4_IRQHandler_Ack(handler));
        EXPECT_OK(seL4_CNode_Delete(ROOT, handler, FULL_DEPTH));
    }
}

#ifdef CONFIG_DEBUG_BUILD
TEST("SMP-0027", "DebugSendIPI raises an SGI that user level handles")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);

    for (seL4_Word core = 0; core < CORES; core++) {
        seL4_CPtr handler = slot_new();

        EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 5, 0, ROOT, handler,
                                                 FULL_DEPTH, core));
        EXPECT_OK(seL4_IRQHandler_SetNotification(handler, ntfn));
        for (int i = 0; i < 3; i++) {
            seL4_DebugSendIPI((seL4_Uint8)core, 5);
            seL4_Wait(ntfn, seL4_Null);
            EXPECT_OK(seL4_IRQHandler_Ack(handler));
        }
    }
}
#endif

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
    counts[0] = 1 + seL4_MessageInfo_get_label(info);
    thread_stop();
}

TEST("SMP-0028", "a new thread belongs to the core that made it")
{
    seL4_CPtr slot = slot_new();
    struct thread thread;

    NEED_CORES();
    counts[0] = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, make_thread, slot, (seL4_Word)thread.buffer, 0));
    EXPECT(becomes(&counts[0], 1));
#ifdef CONFIG_DEBUG_BUILD
    EXPECT_EQ(seL4_DebugGetThreadAffinity(slot), 1);
#endif
    EXPECT_OK(seL4_TCB_SetAffinity(slot, 0));
}

static void signal_often(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Signal(ntfn);
        count++;
    }
}

#define BIG_RADIX 10

/* Each attempt fills a CNode with copies; each Revoke is longer than many signals. */
TEST("SMP-0029", "a core gets into the kernel in the middle of another's long Revoke")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, BIG_RADIX);
    seL4_CPtr victim = object_new(seL4_NotificationObject, 0);
    struct thread thread;
    bool entered = false;

    NEED_CORES();
    count = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, signal_often, ntfn, 0, 0));
    EXPECT(moves());
    for (int round = 0; round < 1000 && !entered; round++) {
        seL4_Word before;

        for (seL4_Word i = 0; i < 1ul << BIG_RADIX; i++) {
            EXPECT_OK(
                seL4_CNode_Copy(cnode, i, BIG_RADIX, ROOT, victim, FULL_DEPTH, seL4_AllRights));
        }
        EXPECT(moves());
        before = count;
        EXPECT_OK(seL4_CNode_Revoke(ROOT, victim, FULL_DEPTH));
        entered = count - before >= 4;
    }
    EXPECT(entered);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
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
        counts[index]++;
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
        counts[i - 1] = 0;
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
        EXPECT(grows(&counts[i - 1]));
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
            count++;
        }
        counts[0] = round;
        seL4_Wait(ntfn, &badge);
        counts[1] = round;
    }
}

TEST("SMP-0300",
     "a thread that runs elsewhere is put into its domain, goes on, and still can block")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    NEED_CORES();
    count = 0;
    counts[0] = 0;
    counts[1] = 0;
    stop = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, wait_after_stop, ntfn, 0, 0));
    for (seL4_Word round = 1; round <= 20; round++) {
        EXPECT(moves());
        EXPECT_OK(seL4_DomainSet_Set(seL4_CapDomain, 0, thread.tcb));
        stop = round;
        EXPECT(becomes(&counts[0], round));
        for (volatile seL4_Word i = 0; i < 100000; i++) {
        }
        EXPECT_EQ(counts[1], round - 1);
        seL4_Signal(ntfn);
        EXPECT(becomes(&counts[1], round));
    }
}

TEST("SMP-0301",
     "GetTriggerCore looks at the interrupt before the core, and cuts the depth to 8 bits")
{
    seL4_CPtr slot = slot_new();
    seL4_MessageInfo_t info;

    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 5000, 1, ROOT, slot, FULL_DEPTH, CORES),
        seL4_RangeError);
    /* A core that does not exist has no interrupts that could be taken. */
    EXPECT_EQ(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 25, 1, ROOT, slot, FULL_DEPTH, CORES),
        seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 4);
    seL4_SetCap(0, ROOT);
    seL4_SetMR(0, 70);
    seL4_SetMR(1, 1);
    seL4_SetMR(2, slot);
    seL4_SetMR(3, 0x100 | FULL_DEPTH);
    seL4_SetMR(4, 0);
    info = seL4_Call(seL4_CapIRQControl,
                     seL4_MessageInfo_new(ARMIRQIssueIRQHandlerTriggerCore, 0, 1, 5));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_NoError);
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
        counts[0]++;
    }
}

static void wait_often(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(ntfn, seL4_Null);
        counts[1]++;
    }
}

TEST("SMP-0302", "a core that is asked to choose again while it opens its FPU does so")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread user;
    struct thread waiter;

    NEED_CORES();
    counts[0] = 0;
    counts[1] = 0;
    EXPECT(thread_at(&user, 1, PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_at(&waiter, 1, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&user, reopen_fpu, user.tcb, 0, 0));
    EXPECT_OK(thread_start(&waiter, wait_often, ntfn, 0, 0));
    for (seL4_Word i = 0; i < 40; i++) {
        EXPECT(grows(&counts[0]));
        for (seL4_Word j = 0; j < 300; j++) {
            seL4_Signal(ntfn);
        }
    }
    EXPECT_OK(seL4_TCB_Suspend(user.tcb));
    EXPECT(counts[1] != 0);
}

#endif
