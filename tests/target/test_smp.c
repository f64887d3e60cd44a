/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: affinity, IPC and signals across cores, stopping what runs elsewhere. */
#define AREA "85"
#include "env.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

#define SPIN_LIMIT 400000000ul

static volatile seL4_Word count;
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

static void read_page(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        count += 1 + (*(volatile seL4_Word *)address & 0);
    }
}

static seL4_CPtr thread_on(struct thread *thread, seL4_Word core, seL4_CPtr fault_ep)
{
    if (thread_new(thread, PRIO_RUNNER, fault_ep) == 0
        || seL4_TCB_SetAffinity(thread->tcb, core) != seL4_NoError) {
        return 0;
    }
    return thread->tcb;
}

/* Whether the other core gets on within reasonable time. */
static bool moves(void)
{
    seL4_Word before = count;

    for (seL4_Word i = 0; i < SPIN_LIMIT; i++) {
        if (count != before) {
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

TEST("SMP-0001", "a core that does not exist is IllegalOperation")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);

    EXPECT_EQ(seL4_TCB_SetAffinity(tcb, CONFIG_MAX_NUM_NODES), seL4_IllegalOperation);
    EXPECT_OK(seL4_TCB_SetAffinity(tcb, CONFIG_MAX_NUM_NODES - 1));
}

TEST("SMP-0002", "a thread on another core runs while this one does")
{
    struct thread thread;

    count = 0;
    stop = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, spin, 0, 0, 0));
    EXPECT(moves());
    EXPECT(moves());
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    EXPECT(stands_still());
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT(moves());
    stop = 1;
}

TEST("SMP-0003", "calls cross cores in both directions of waiting")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;

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

    count = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, signaller, there, back, 200));
    for (seL4_Word i = 0; i < 200; i++) {
        seL4_Wait(there, seL4_Null);
        seL4_Signal(back);
    }
    for (seL4_Word i = 0; i < SPIN_LIMIT && count != 200; i++) {
    }
    EXPECT_EQ(count, 200);
}

TEST("SMP-0005", "an unmapped page is out of reach of the other core when the call returns")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;

    count = 0;
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite,
                       seL4_ARM_Default_VMAttributes));
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, read_page, SCRATCH_VADDR, 0, 0));
    EXPECT(moves());
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), SCRATCH_VADDR);
}

TEST("SMP-0006", "deleting a thread that runs elsewhere stops it before the call returns")
{
    struct thread thread;

    count = 0;
    stop = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, spin, 0, 0, 0));
    EXPECT(moves());
    EXPECT_OK(seL4_CNode_Delete(ROOT, thread.tcb, FULL_DEPTH));
    EXPECT(stands_still());
}

TEST("SMP-0007", "a running thread moves to another core and goes on")
{
    struct thread thread;

    count = 0;
    stop = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, spin, 0, 0, 0));
    EXPECT(moves());
    EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, 0));
    EXPECT(stands_still());
    EXPECT_OK(seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER));
    seL4_Yield();
    EXPECT(count > 0);
    EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, 1));
    EXPECT(moves());
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

TEST("SMP-0008", "interrupts are issued for a core; PPIs only that way")
{
    seL4_CPtr slot = slot_new();

    EXPECT_EQ(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, 29, 0, ROOT, slot, FULL_DEPTH),
              seL4_IllegalOperation);
    EXPECT_EQ(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH,
                                             CONFIG_MAX_NUM_NODES),
              seL4_InvalidArgument);
    EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH, 1));
    EXPECT_OK(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 29, 0, ROOT, slot_new(),
                                             FULL_DEPTH, 1));
    EXPECT_EQ(seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot_new(),
                                             FULL_DEPTH, 0),
              seL4_RevokeFirst);
}

#endif
