/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts: control, handlers, software-generated ones, a device. */
#define AREA "80"
#include "env.h"

TEST("IRQ-0001", "numbers beyond the last and the kernel's own are refused")
{
    seL4_CPtr slot = slot_new();
    seL4_Word last;

    EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, 5000, ROOT, slot, FULL_DEPTH),
              seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    last = seL4_GetMR(1);
    EXPECT(last >= 32 && last < 1020);
    EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, last + 1, ROOT, slot, FULL_DEPTH),
              seL4_RangeError);
    for (seL4_Word irq = 25; irq <= 27; irq++) {
        EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, irq, ROOT, slot, FULL_DEPTH),
                  seL4_RevokeFirst);
    }
}

TEST("IRQ-0002", "an interrupt is given out once; deleting the handler makes it free")
{
    seL4_CPtr slot = slot_new();
    seL4_CPtr second = slot_new();

    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, 50, ROOT, slot, FULL_DEPTH));
    EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, 50, ROOT, second, FULL_DEPTH),
              seL4_RevokeFirst);
    EXPECT_EQ(seL4_IRQControl_Get(seL4_CapIRQControl, 51, ROOT, slot, FULL_DEPTH),
              seL4_DeleteFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, slot, FULL_DEPTH));
    EXPECT_OK(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, 50, 1, ROOT, second, FULL_DEPTH));
    EXPECT_EQ(copy_cap(slot_new(), seL4_CapIRQControl, seL4_AllRights), seL4_IllegalOperation);
}

TEST("IRQ-0003", "a handler wants a notification with the write right")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr read_only = slot_new();

    EXPECT_OK(copy_cap(read_only, ntfn, seL4_CanRead));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, 50, ROOT, handler, FULL_DEPTH));
    EXPECT_EQ(seL4_IRQHandler_SetNotification(handler, read_only), seL4_InvalidCapability);
    EXPECT_EQ(seL4_IRQHandler_SetNotification(handler, VSPACE), seL4_InvalidCapability);
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, ntfn));
    EXPECT_OK(seL4_IRQHandler_Ack(handler));
    EXPECT_OK(seL4_IRQHandler_Clear(handler));
}

#ifndef CONFIG_ENABLE_SMP_SUPPORT
TEST("IRQ-0004", "a software-generated interrupt arrives with the handler's badge")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr signal = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_Word badge = 0;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x59));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, 5, ROOT, handler, FULL_DEPTH));
    EXPECT_OK(seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, 5, 0, ROOT, signal, FULL_DEPTH));
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, badged));
    for (int i = 0; i < 3; i++) {
        seL4_Signal(signal);
        seL4_Wait(ntfn, &badge);
        EXPECT_EQ(badge, 0x59);
        /* A GICv2 need not mask it before the ack, so nothing is promised of a second one. */
        EXPECT_OK(seL4_IRQHandler_Ack(handler));
    }
    EXPECT_EQ(
        seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, 16, 0, ROOT, slot_new(), FULL_DEPTH),
        seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(1), 15);
    EXPECT_EQ(
        seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, 5, 8, ROOT, slot_new(), FULL_DEPTH),
        seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
}
#endif

TEST("IRQ-0005", "a device interrupt comes, is masked until ack, and stops after delete")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_Word badge = 0;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x21));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, ROOT, handler, FULL_DEPTH));
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, badged));
    print("# ");
    *uart_register(PL011_IMSC) = PL011_TX;
    print("uart\n");
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(badge, 0x21);
    EXPECT(*uart_register(PL011_MIS) & PL011_TX);
    /* Still asserted: it comes again after the ack, not before. */
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
    EXPECT_OK(seL4_IRQHandler_Ack(handler));
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(badge, 0x21);
    *uart_register(PL011_IMSC) = 0;
    *uart_register(PL011_ICR) = PL011_TX;
    EXPECT_OK(seL4_IRQHandler_Ack(handler));
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
    /* Without a handler the interrupt must not storm the kernel. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, handler, FULL_DEPTH));
    print("# ");
    *uart_register(PL011_IMSC) = PL011_TX;
    print("uart again\n");
    *uart_register(PL011_IMSC) = 0;
    *uart_register(PL011_ICR) = PL011_TX;
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
}

static volatile seL4_Word woken;

static void irq_waiter(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word badge;

    (void)unused1;
    (void)unused2;
    seL4_Wait(ntfn, &badge);
    woken = 1;
    thread_stop();
}

TEST("IRQ-0006", "an interrupt preempts the running thread for a higher waiter")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    woken = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, irq_waiter, ntfn, 0, 0));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, ROOT, handler, FULL_DEPTH));
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, ntfn));
    print("# ");
    *uart_register(PL011_IMSC) = PL011_TX;
    print("uart\n");
    for (unsigned int i = 0; i < 1000000 && woken == 0; i++) {
    }
    EXPECT_EQ(woken, 1);
    *uart_register(PL011_IMSC) = 0;
    *uart_register(PL011_ICR) = PL011_TX;
}

TEST("IRQ-0007", "a depth is not cut, with or without a trigger")
{
    seL4_CPtr handler = slot_new();
    seL4_MessageInfo_t info;

    seL4_SetCap(0, ROOT);
    seL4_SetMR(0, 50);
    seL4_SetMR(1, handler);
    seL4_SetMR(2, 0x100 | FULL_DEPTH);
    info = seL4_Call(seL4_CapIRQControl, seL4_MessageInfo_new(IRQIssueIRQHandler, 0, 1, 3));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_RangeError);
    seL4_SetCap(0, ROOT);
    seL4_SetMR(0, 50);
    seL4_SetMR(1, 1);
    seL4_SetMR(2, handler);
    seL4_SetMR(3, 0x100 | FULL_DEPTH);
    info =
        seL4_Call(seL4_CapIRQControl, seL4_MessageInfo_new(ARMIRQIssueIRQHandlerTrigger, 0, 1, 4));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_GetMR(1), seL4_WordBits);
}

/* Each way to issue a handler or a signal, into (index, depth) under `root`. */
static seL4_Error issue(seL4_Word label, seL4_CPtr root, seL4_Word index, seL4_Word depth)
{
    const seL4_Word plain[] = { 50, index, depth };
    const seL4_Word others[] = { 50, 0, index, depth, 0 };
#ifndef CONFIG_ENABLE_SMP_SUPPORT
    const seL4_Word sgi[] = { 5, 0, index, depth };

    if (label == ARMIRQIssueSGISignal) {
        return call_error(seL4_CapIRQControl, label, root, 1, sgi, 4);
    }
#endif
    return label == IRQIssueIRQHandler ? call_error(seL4_CapIRQControl, label, root, 1, plain, 3)
                                       : call_error(seL4_CapIRQControl, label, root, 1, others, 5);
}

TEST("IRQ-0008", "each way to issue a capability refuses a slot that will not do, and says why")
{
    static const seL4_Word labels[] = { IRQIssueIRQHandler, ARMIRQIssueIRQHandlerTrigger,
#ifdef CONFIG_ENABLE_SMP_SUPPORT
                                        ARMIRQIssueIRQHandlerTriggerCore
#else
                                        ARMIRQIssueSGISignal
#endif
    };
    seL4_CPtr taken = object_new(seL4_CapTableObject, 4);
    seL4_CPtr slot = slot_new();

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        EXPECT_EQ(issue(labels[i], ROOT, taken, FULL_DEPTH), seL4_DeleteFirst);
        EXPECT_RANGE(issue(labels[i], ROOT, slot, 0), 1, 64);
        EXPECT_RANGE(issue(labels[i], ROOT, slot, 65), 1, 64);
        EXPECT_LOOKUP(issue(labels[i], VSPACE, slot, FULL_DEPTH), 0, seL4_InvalidRoot);
        EXPECT_LOOKUP(issue(labels[i], ROOT, NOWHERE, FULL_DEPTH), 0, seL4_GuardMismatch);
        EXPECT_EQ(seL4_GetMR(2), 64);
        EXPECT_EQ(seL4_GetMR(4), ROOT_GUARD_BITS);
        EXPECT_LOOKUP(issue(labels[i], taken, 0x12, 8), 0, seL4_DepthMismatch);
        EXPECT_EQ(seL4_GetMR(2), 4);
        EXPECT_OK(issue(labels[i], ROOT, slot, FULL_DEPTH));
        EXPECT_OK(seL4_CNode_Delete(ROOT, slot, FULL_DEPTH));
    }
}

TEST("IRQ-0009", "GetTrigger: a number out of range, the kernel's own, one that is given out")
{
    seL4_CPtr ctl = seL4_CapIRQControl;
    seL4_CPtr slot = slot_new();
    seL4_Word last;

    EXPECT_EQ(seL4_IRQControl_GetTrigger(ctl, ~0ul, 0, ROOT, slot, FULL_DEPTH), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    last = seL4_GetMR(1);
    EXPECT(last >= 32 && last < 1020);
    EXPECT_RANGE(seL4_IRQControl_GetTrigger(ctl, last + 1, 0, ROOT, slot, FULL_DEPTH), 0, last);
    EXPECT_OK(seL4_IRQControl_GetTrigger(ctl, last, 0, ROOT, slot, FULL_DEPTH));
    EXPECT_EQ(seL4_IRQControl_GetTrigger(ctl, last, 0, ROOT, slot_new(), FULL_DEPTH),
              seL4_RevokeFirst);
#ifndef CONFIG_ENABLE_SMP_SUPPORT
    EXPECT_EQ(seL4_IRQControl_GetTrigger(ctl, 27, 0, ROOT, slot_new(), FULL_DEPTH),
              seL4_RevokeFirst);
#endif
}

TEST("IRQ-0010", "SetNotification names the capability; after Clear nothing arrives")
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr read_only = slot_new();
    seL4_Word badge = 0;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x22));
    EXPECT_OK(copy_cap(read_only, ntfn, seL4_CanRead));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, UART_IRQ, ROOT, handler, FULL_DEPTH));
    EXPECT_NUMBER(seL4_IRQHandler_SetNotification(handler, read_only), seL4_InvalidCapability, 0);
    EXPECT_NUMBER(seL4_IRQHandler_SetNotification(handler, VSPACE), seL4_InvalidCapability, 0);
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, badged));
    EXPECT_OK(seL4_IRQHandler_Clear(handler));
    print("# ");
    *uart_register(PL011_IMSC) = PL011_TX;
    print("uart\n");
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
    /* Set again: what is still asserted comes after the ack. */
    EXPECT_OK(seL4_IRQHandler_SetNotification(handler, badged));
    EXPECT_OK(seL4_IRQHandler_Ack(handler));
    seL4_Wait(ntfn, &badge);
    EXPECT_EQ(badge, 0x22);
    *uart_register(PL011_IMSC) = 0;
    *uart_register(PL011_ICR) = PL011_TX;
}
