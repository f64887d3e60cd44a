/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: messages, signals and faults that cross them, and what races with them. */
#define AREA "85"
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

TEST("SMP-0003", "calls cross cores in both directions of waiting")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;

    NEED_CORES();
    EXPECT(thread_on(&server, 1, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    for (seL4_Word i = 0; i < 200; i++) {
        EXPECT(is_answered(ep, i));
    }
}

static void signaller(seL4_Word ntfn, seL4_Word back, seL4_Word rounds)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        seL4_Signal(ntfn);
        seL4_Wait(back, seL4_Null);
        smp_count++;
    }
    thread_stop();
}

TEST("SMP-0004", "signals cross cores and none is lost")
{
    seL4_CPtr there = object_new(seL4_NotificationObject, 0);
    seL4_CPtr back = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    NEED_CORES();
    smp_count = 0;
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, signaller, there, back, 200));
    for (seL4_Word i = 0; i < 200; i++) {
        seL4_Wait(there, seL4_Null);
        seL4_Signal(back);
    }
    EXPECT(becomes(&smp_count, 200));
}

static void fault_often(seL4_Word address, seL4_Word rounds, seL4_Word unused)
{
    (void)unused;
    for (seL4_Word i = 0; i < rounds; i++) {
        *(volatile seL4_Word *)address = i;
        smp_count++;
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
        smp_counts[0]++;
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
    smp_count = 0;
    smp_counts[0] = 0;
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT(thread_at(&handler, 0, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&handler, handle_faults, ep, thread.tcb, 0));
    EXPECT_OK(thread_start(&thread, fault_often, SCRATCH_VADDR, 100, 0));
    EXPECT(becomes(&smp_count, 100));
    EXPECT_EQ(smp_counts[0], 100);
    /* The other way round. */
    EXPECT_OK(seL4_TCB_SetAffinity(handler.tcb, 1));
    EXPECT_OK(seL4_TCB_SetAffinity(thread.tcb, 0));
    smp_count = 0;
    EXPECT_OK(thread_start(&thread, fault_often, SCRATCH_VADDR, 100, 0));
    while (smp_count != 100) {
        seL4_Yield();
    }
    EXPECT_EQ(smp_counts[0], 200);
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
        smp_counts[i] = 0;
        EXPECT(thread_on(&client[i], i, 0) != 0);
    }
    for (seL4_Word i = 1; i < CORES; i++) {
        EXPECT_OK(thread_start(&client[i], call_often, ep, 300, i));
    }
    for (seL4_Word i = 1; i < CORES; i++) {
        EXPECT(becomes(&smp_counts[i], 300));
    }
}

static void send_often(seL4_Word cap, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_NBSend(cap, seL4_MessageInfo_new(0, 0, 0, 1));
        seL4_NBSend(cap + 1, seL4_MessageInfo_new(0, 0, 0, 0));
        smp_counts[0]++;
    }
}

static void receive_often(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
        smp_counts[1]++;
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
            EXPECT(grows(&smp_counts[1]));
        }
        EXPECT_OK(seL4_CNode_Revoke(ROOT, ep, FULL_DEPTH));
        EXPECT(slot_is_empty(minted));
        EXPECT(slot_is_empty(copy));
    }
    EXPECT(grows(&smp_counts[0]));
    EXPECT_OK(seL4_TCB_Suspend(sender.tcb));
}

static void call_once(seL4_Word ep, seL4_Word index, seL4_Word unused)
{
    seL4_MessageInfo_t info = seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null,
                                               seL4_Null, seL4_Null, seL4_Null);

    (void)unused;
    smp_counts[index] = seL4_MessageInfo_get_label(info);
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
            smp_counts[i] = ~0ul;
            EXPECT_OK(thread_start(&thread[i - 1], call_once, ep, i, 0));
        }
        EXPECT_OK(seL4_CNode_Delete(ROOT, ep, FULL_DEPTH));
        for (seL4_Word i = 1; i < CORES; i++) {
            EXPECT(becomes(&smp_counts[i], seL4_InvalidCapability));
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
        smp_counts[0] += badge;
    }
}

TEST("SMP-0019", "a bound notification reaches its thread on another core, until it is unbound")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread thread;

    NEED_CORES();
    smp_counts[0] = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x100));
    EXPECT(thread_on(&thread, 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, receive_bound, ep, 0, 0));
    EXPECT_OK(seL4_TCB_BindNotification(thread.tcb, ntfn));
    for (seL4_Word i = 1; i <= 50; i++) {
        seL4_Signal(badged);
        EXPECT(becomes(&smp_counts[0], i * 0x100));
    }
    EXPECT_OK(seL4_TCB_UnbindNotification(thread.tcb));
    seL4_Signal(badged);
    EXPECT_EQ(smp_counts[0], 50 * 0x100);
}

TEST("SMP-0021", "a blocked thread that is moved wakes up on its new core")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;

    NEED_CORES();
    EXPECT(thread_on(&server, 1, 0) != 0);
    EXPECT_OK(thread_start(&server, answer, ep, 0, 0));
    for (seL4_Word i = 0; i < 40; i++) {
        EXPECT_OK(seL4_TCB_SetAffinity(server.tcb, i % CORES));
        EXPECT(is_answered(ep, i));
    }
}

static void signal_often(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Signal(ntfn);
        smp_count++;
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
    smp_count = 0;
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
        before = smp_count;
        EXPECT_OK(seL4_CNode_Revoke(ROOT, victim, FULL_DEPTH));
        entered = smp_count - before >= 4;
    }
    EXPECT(entered);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

#endif
