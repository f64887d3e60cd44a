/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: interrupts of each core, and shared ones routed to one. */
#define AREA "85"
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

TEST("SMP-0008", "interrupts are issued for a core; with a trigger PPIs only that way")
{
    seL4_CPtr slot = slot_new();
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 1);
    seL4_Word last;

    for (seL4_Word irq = 0; irq < 32; irq++) {
        EXPECT_EQ(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, irq, 0, ROOT, slot, FULL_DEPTH),
                  seL4_IllegalOperation);
    }
    EXPECT_NUMBER(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH, CORES),
        seL4_InvalidArgument, 4);
    EXPECT_NUMBER(
        seL4_IRQControl_GetTriggerCore(seL4_CapIRQControl, 70, 1, ROOT, slot, FULL_DEPTH, ~0ul),
        seL4_InvalidArgument, 4);
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

#ifdef CONFIG_EXPORT_PTMR_USER
#define TIMER_PPI 30

static volatile seL4_Word stop;

/* Raises its core's timer interrupt each time `there` is signalled. */
static void use_timer(seL4_Word there, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(there, seL4_Null);
        __asm__ volatile("msr cntp_cval_el0, xzr\n\tmsr cntp_ctl_el0, %0\n\tisb" : : "r"(1ul));
        smp_count++;
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
    smp_count = 0;
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
        EXPECT(becomes(&smp_count, i));
        stop = 1;
        EXPECT(becomes(&stop, 0));
        EXPECT_OK(seL4_IRQHandler_Ack(handler));
    }
}
#endif

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

#endif
