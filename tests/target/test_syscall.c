/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls as such: what cannot be invoked, results that nobody asked for, other numbers. */
#define AREA "15"
#include "env.h"

static volatile seL4_Word answered;

TEST("SYS-0001", "what cannot be invoked is InvalidCapability(0) to a call, nothing to a send")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    const seL4_CPtr caps[] = { slot_new(), slot_new(), slot_new() };
    seL4_Word badge = 1;

    EXPECT_OK(copy_cap(caps[1], ep, seL4_NoWrite));
    EXPECT_OK(copy_cap(caps[2], ntfn, seL4_CanRead));
    for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
        seL4_MessageInfo_t info = call_words(caps[i], 0, 0, 0, 0, 0);

        EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_InvalidCapability);
        EXPECT_EQ(seL4_MessageInfo_get_length(info), 1);
        EXPECT_EQ(seL4_GetMR(0), 0);
        seL4_Send(caps[i], seL4_MessageInfo_new(0, 0, 0, 0));
        seL4_NBSend(caps[i], seL4_MessageInfo_new(0, 0, 0, 0));
    }
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
}

TEST("SYS-0002", "an object does what a Send or NBSend asks; its answers go nowhere")
{
    static const seL4_Word numbers[] = { (seL4_Word)seL4_SysSend, (seL4_Word)seL4_SysNBSend };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
        struct raw regs = { .x0 = ROOT, .x2 = ep, .x3 = FULL_DEPTH, .x4 = 1, .x7 = numbers[i] };
        seL4_Word info = seL4_MessageInfo_new(CNodeDelete, 0, 0, 2).words[0];

        regs.x1 = info;
        raw_svc(&regs);
        EXPECT(slot_is_empty(ep));
        /* Refused, and still nothing changes. */
        regs.x3 = 0;
        raw_svc(&regs);
        EXPECT_EQ(regs.x0, ROOT);
        EXPECT_EQ(regs.x1, info);
        EXPECT_EQ(regs.x2, ep);
        EXPECT_EQ(regs.x4, 1);
    }
}

static void caller(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word word = 1;

    (void)unused1;
    (void)unused2;
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                           seL4_Null);
    answered = word;
    thread_stop();
}

/* Receives from the first pointer, answers with 0x77 and waits at the second. */
static void server(seL4_Word ep, seL4_Word next, seL4_Word unused)
{
    seL4_Word word = 0x77;

    (void)unused;
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    (void)seL4_ReplyRecvWithMRs(next, seL4_MessageInfo_new(0, 0, 0, 1), seL4_Null, &word, seL4_Null,
                                seL4_Null, seL4_Null);
    thread_stop();
}

TEST("SYS-0003", "ReplyRecv from a wrong address has replied before it is a CapFault")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr fault_ep = object_new(seL4_EndpointObject, 0);
    const seL4_CPtr wrong[] = { NOWHERE, slot_new(), ROOT };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct thread client;
        struct thread replier;

        answered = 0;
        EXPECT(thread_new(&client, PRIO_RUNNER + 2, 0) != 0);
        EXPECT(thread_new(&replier, PRIO_RUNNER + 1, fault_ep) != 0);
        EXPECT_OK(thread_start(&replier, server, ep, wrong[i], 0));
        EXPECT_OK(thread_start(&client, caller, ep, 0, 0));
        EXPECT_EQ(answered, 0x77);
        EXPECT_FAULT(fault_ep, seL4_Fault_CapFault);
        EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), wrong[i]);
        EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    }
}

static void raw_number(seL4_Word number, seL4_Word unused1, seL4_Word unused2)
{
    struct raw regs = { .x7 = number };

    (void)unused1;
    (void)unused2;
    raw_svc(&regs);
    answered = number;
    thread_stop();
}

/* Numbers of calls that this kernel was built without. */
static const seL4_Word other_numbers[] = {
#ifndef CONFIG_PRINTING
    (seL4_Word)-9,
    (seL4_Word)-10,
#endif
#ifndef CONFIG_DEBUG_BUILD
    (seL4_Word)-11,
    (seL4_Word)-12,
    (seL4_Word)-13,
    (seL4_Word)-14,
#endif
#if !defined(CONFIG_DEBUG_BUILD) || !defined(CONFIG_ENABLE_SMP_SUPPORT)
    (seL4_Word)-15,
    (seL4_Word)-16,
#endif
    (seL4_Word)-17,
    (seL4_Word)-18,
    (seL4_Word)-22,
    (seL4_Word)-26,
    (seL4_Word)-27,
#ifndef CONFIG_SET_TLS_BASE_SELF
    (seL4_Word)-30,
#endif
    (seL4_Word)-31,
    0,
    1,
    0xffffffff,
    1ul << 63,
    ~0ul >> 1,
};

TEST("SYS-0004", "numbers that are no calls of this kernel are UnknownSyscall faults")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    answered = 42;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    for (size_t i = 0; i < sizeof(other_numbers) / sizeof(other_numbers[0]); i++) {
        EXPECT_OK(thread_start(&thread, raw_number, other_numbers[i], 0, 0));
        EXPECT_FAULT(ep, seL4_Fault_UnknownSyscall);
        EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_Syscall), other_numbers[i]);
        EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    }
    EXPECT_EQ(answered, 42);
}

#ifdef CONFIG_SET_TLS_BASE_SELF
TEST("SYS-0005", "SetTLSBase as a system call writes the caller's register")
{
    seL4_Word value;

    seL4_SetTLSBase(0x1234560);
    __asm__ volatile("mrs %0, " TLS_REGISTER : "=r"(value));
    EXPECT_EQ(value, 0x1234560);
}
#endif
