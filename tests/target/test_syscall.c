/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls as such: what cannot be invoked, results that nobody asked for, other numbers, and
 * registers that are none of their business.
 */
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

/* A system call with all registers around it. */
struct around {
    seL4_Word in[8];    /* x0 to x7 before */
    seL4_Word out[8];   /* and after */
    seL4_Word rest[23]; /* x8 to x30 after; before it was REST_BASE + number */
    seL4_Word flags;    /* after; before it was FLAGS */
};

#define REST_BASE 0x5000
#define FLAGS     (6ul << 28)

void svc_around(struct around *around);
__asm__(".pushsection .text\n"
        ".macro mark n\n"
        "    mov x\\n, #0x5000 + \\n\n"
        ".endm\n"
        ".global svc_around\n"
        "svc_around:\n"
        "    stp x19, x20, [sp, #-112]!\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    str x0, [sp, #96]\n"
        "    mov x9, x0\n"
        "    ldp x0, x1, [x9]\n"
        "    ldp x2, x3, [x9, #16]\n"
        "    ldp x4, x5, [x9, #32]\n"
        "    ldp x6, x7, [x9, #48]\n"
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18\n"
        "    mark \\n\n"
        ".endr\n"
        ".irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30\n"
        "    mark \\n\n"
        ".endr\n"
        "    cmp xzr, xzr\n"
        "    svc #0\n"
        "    stp x8, x9, [sp, #-16]!\n"
        "    ldr x8, [sp, #112]\n"
        "    mrs x9, nzcv\n"
        "    str x9, [x8, #312]\n"
        "    stp x0, x1, [x8, #64]\n"
        "    stp x2, x3, [x8, #80]\n"
        "    stp x4, x5, [x8, #96]\n"
        "    stp x6, x7, [x8, #112]\n"
        "    ldp x0, x1, [sp], #16\n"
        "    stp x0, x1, [x8, #128]\n"
        "    stp x10, x11, [x8, #144]\n"
        "    stp x12, x13, [x8, #160]\n"
        "    stp x14, x15, [x8, #176]\n"
        "    stp x16, x17, [x8, #192]\n"
        "    stp x18, x19, [x8, #208]\n"
        "    stp x20, x21, [x8, #224]\n"
        "    stp x22, x23, [x8, #240]\n"
        "    stp x24, x25, [x8, #256]\n"
        "    stp x26, x27, [x8, #272]\n"
        "    stp x28, x29, [x8, #288]\n"
        "    str x30, [x8, #304]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp x19, x20, [sp], #112\n"
        "    ret\n"
        ".popsection\n");

/*
 * How many registers a call with a message of `words` changed that it must leave alone: x6 and
 * above, and, unless it receives, all.
 */
static unsigned changed(seL4_CPtr cap, seL4_Word number, seL4_Word words, bool receives)
{
    struct around around = { .in = { cap, words, 0x102, 0x103, 0x104, 0x105, 0x106, number } };
    unsigned count;

    svc_around(&around);
    count = around.flags != FLAGS;
    for (unsigned i = receives ? 6 : 0; i < 8; i++) {
        count += around.out[i] != around.in[i];
    }
    for (unsigned i = 0; i < 23; i++) {
        count += around.rest[i] != REST_BASE + 8 + i;
    }
    return count;
}

/* Registers that a thread found changed after its call. */
static volatile seL4_Word wrong;

static void keeper(seL4_Word ep, seL4_Word number, seL4_Word receives)
{
    wrong += changed(ep, number, 2, receives != 0);
    thread_stop();
}

TEST("EP-0205", "registers beside the message survive every system call, with and without a switch")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;
    seL4_Word mr = 0;

    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysYield, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysNBSend, 0, false), 0);
    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysReply, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysCall, 0, true), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysRecv, 0, true), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysNBRecv, 0, true), 0);
    seL4_Signal(ntfn);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysReplyRecv, 0, true), 0);
    /* A helper above blocks in each way; what it finds when it goes on is in `wrong`. */
    wrong = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysSend, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, &mr, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(mr, 0x102);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysCall, 1));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysReply, 3, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysRecv, 1));
    EXPECT_EQ(changed(ep, (seL4_Word)seL4_SysSend, 3, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysReplyRecv, 1));
    EXPECT_EQ(changed(ep, (seL4_Word)seL4_SysNBSend, 5, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ntfn, (seL4_Word)seL4_SysRecv, 1));
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(wrong, 0);
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
