/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications: signal, poll, wait, binding. */
#define AREA "40"
#include "env.h"

static volatile seL4_Word got[4];
static volatile seL4_Word got_count;

static void waiter(seL4_Word ntfn, seL4_Word index, seL4_Word unused)
{
    seL4_Word badge = 0;

    (void)unused;
    seL4_Wait(ntfn, &badge);
    got[got_count++ & 3] = (index << 16) | badge;
    thread_stop();
}

TEST("NTFN-0001", "signals collect by OR and are taken once")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr a = slot_new();
    seL4_CPtr b = slot_new();
    seL4_Word badge = 99;

    EXPECT_OK(mint_cap(a, ntfn, seL4_AllRights, 0x8000000000000001ul));
    EXPECT_OK(mint_cap(b, ntfn, seL4_AllRights, 6));
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
    seL4_Signal(a);
    seL4_Signal(b);
    seL4_Signal(b);
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(badge, 0x8000000000000007ul);
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
}

TEST("NTFN-0002", "waiters wake one by one, first in first out")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread thread[3];

    got_count = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 5));
    for (seL4_Word i = 0; i < 3; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER + 3 - i, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], waiter, ntfn, i + 1, 0));
    }
    for (seL4_Word i = 0; i < 3; i++) {
        seL4_Signal(badged);
        EXPECT_EQ(got_count, i + 1);
        EXPECT_EQ(got[i], ((i + 1) << 16) | 5);
    }
}

TEST("NTFN-0003", "an unbadged signal wakes with word 0 and is work all the same")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_Word badge = 99;

    seL4_Signal(ntfn);
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(badge, 0);
}

TEST("NTFN-0004", "a bound notification ends a receive on an endpoint")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    got_count = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x30));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_BindNotification(thread.tcb, ntfn));
    EXPECT_OK(thread_start(&thread, waiter, ep, 7, 0));
    EXPECT_EQ(got_count, 0);
    seL4_Signal(badged);
    EXPECT_EQ(got_count, 1);
    EXPECT_EQ(got[0], (7ul << 16) | 0x30);
}

TEST("NTFN-0005", "an active bound notification comes before the endpoint; x1 keeps its value")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct raw regs = { .x0 = ep, .x1 = 0x4444, .x2 = 5, .x7 = (seL4_Word)seL4_SysRecv };

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 8));
    EXPECT_OK(seL4_TCB_BindNotification(RUNNER_TCB, ntfn));
    seL4_Signal(badged);
    raw_svc(&regs);
    EXPECT_EQ(regs.x0, 8);
    EXPECT_EQ(regs.x1, 0x4444);
    EXPECT_EQ(regs.x2, 5);
    EXPECT_OK(seL4_TCB_UnbindNotification(RUNNER_TCB));
}

TEST("NTFN-0006", "binding is one to one and needs the read right")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr other = object_new(seL4_NotificationObject, 0);
    seL4_CPtr write_only = slot_new();
    struct thread thread[2];

    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(copy_cap(write_only, other, seL4_CanWrite));
    EXPECT_EQ(seL4_TCB_BindNotification(thread[0].tcb, write_only), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_UnbindNotification(thread[0].tcb), seL4_IllegalOperation);
    EXPECT_OK(seL4_TCB_BindNotification(thread[0].tcb, ntfn));
    EXPECT_EQ(seL4_TCB_BindNotification(thread[0].tcb, other), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_BindNotification(thread[1].tcb, ntfn), seL4_IllegalOperation);
    EXPECT_OK(seL4_TCB_UnbindNotification(thread[0].tcb));
    EXPECT_OK(seL4_TCB_BindNotification(thread[1].tcb, ntfn));
    EXPECT_EQ(seL4_TCB_BindNotification(thread[0].tcb, thread[1].tcb), seL4_IllegalOperation);
}

TEST("NTFN-0007", "nobody else may wait on a bound notification")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr fault_ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT_OK(seL4_TCB_BindNotification(RUNNER_TCB, ntfn));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, fault_ep) != 0);
    EXPECT_OK(thread_start(&thread, waiter, ntfn, 0, 0));
    EXPECT_FAULT(fault_ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    EXPECT_OK(seL4_TCB_UnbindNotification(RUNNER_TCB));
}

TEST("NTFN-0008", "deleting the notification unbinds it and restarts its waiters")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr waited = object_new(seL4_NotificationObject, 0);
    seL4_CPtr fault_ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, fault_ep) != 0);
    EXPECT_OK(seL4_TCB_BindNotification(thread.tcb, ntfn));
    EXPECT_OK(seL4_CNode_Delete(ROOT, ntfn, FULL_DEPTH));
    EXPECT_EQ(seL4_TCB_UnbindNotification(thread.tcb), seL4_IllegalOperation);
    EXPECT_OK(thread_start(&thread, waiter, waited, 0, 0));
    EXPECT_OK(seL4_CNode_Delete(ROOT, waited, FULL_DEPTH));
    EXPECT_FAULT(fault_ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
}

static void caller_then_waiter(seL4_Word ep, seL4_Word index, seL4_Word unused)
{
    (void)unused;
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                           seL4_Null);
    got[got_count++ & 3] = 1;
    waiter(ep, index, 0);
}

TEST("NTFN-0009", "a signal to a bound thread that waits for a reply keeps until its next receive")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    got_count = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 2));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_BindNotification(thread.tcb, ntfn));
    EXPECT_OK(thread_start(&thread, caller_then_waiter, ep, 3, 0));
    seL4_Signal(badged);
    EXPECT_EQ(got_count, 0);
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(got_count, 0);
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(got_count, 2);
    EXPECT_EQ(got[1], (3ul << 16) | 2);
}

TEST("NTFN-0010", "a notification that somebody waits for cannot be bound")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, waiter, ntfn, 0, 0));
    EXPECT_EQ(seL4_TCB_BindNotification(RUNNER_TCB, ntfn), seL4_IllegalOperation);
    seL4_Signal(ntfn);
    EXPECT_OK(seL4_TCB_BindNotification(RUNNER_TCB, ntfn));
    EXPECT_OK(seL4_TCB_UnbindNotification(RUNNER_TCB));
    EXPECT_EQ(seL4_TCB_UnbindNotification(RUNNER_TCB), seL4_IllegalOperation);
}

TEST("NTFN-0200", "a bound thread takes its signals by waiting for either, each of them once")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_Word badge;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 6));
    EXPECT_OK(seL4_TCB_BindNotification(RUNNER_TCB, ntfn));
    for (int i = 0; i < 4; i++) {
        seL4_Send(badged, seL4_MessageInfo_new(0, 0, 0, 0));
        badge = 0;
        seL4_Wait(i & 1 ? ep : ntfn, &badge);
        EXPECT_EQ(badge, 6);
        (void)seL4_NBRecv(ep, &badge);
        EXPECT_EQ(badge, 0);
        (void)seL4_Poll(ntfn, &badge);
        EXPECT_EQ(badge, 0);
    }
    EXPECT_OK(seL4_TCB_UnbindNotification(RUNNER_TCB));
}
