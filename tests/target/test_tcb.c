/* SPDX-License-Identifier: BSD-2-Clause */
/* TCBs: registers, priorities, scheduling, suspend and resume, configuration. */
#define AREA "50"
#include "env.h"

#define CONTEXT_WORDS (sizeof(seL4_UserContext) / sizeof(seL4_Word))
#define SPIN_LIMIT    200000000ul

static volatile seL4_Word counters[4];
static volatile seL4_Word order[8];
static volatile seL4_Word order_count;

static void note(seL4_Word value)
{
    order[order_count++ & 7] = value;
}

static void noter(seL4_Word value, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    note(value);
    thread_stop();
}

TEST("TCB-0001", "registers written are the registers read")
{
    struct thread thread;
    seL4_UserContext in;
    seL4_UserContext out = { 0 };
    seL4_Word *words = (seL4_Word *)&in;

    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    for (size_t i = 0; i < CONTEXT_WORDS; i++) {
        words[i] = 0x1000 + 8 * i;
    }
    in.spsr = 0x60000000;
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &in));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &out));
    for (size_t i = 0; i < CONTEXT_WORDS; i++) {
        if (i != 2) {
            EXPECT_EQ(((seL4_Word *)&out)[i], words[i]);
        }
    }
    EXPECT_EQ(out.spsr & 0xf0000000, 0x60000000);
}

TEST("TCB-0002", "a privileged mode in SPSR is not taken over")
{
    struct thread thread;
    seL4_UserContext regs = { 0 };

    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    regs.spsr = 0x9; /* EL2h */
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, 3, &regs));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, 3, &regs));
    EXPECT_EQ(regs.spsr & 0xf, 0);
    /* Interrupts must stay open. */
    EXPECT_EQ(regs.spsr & 0x80, 0);
    regs.spsr = 0x5 | 0x80;
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, 3, &regs));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, 3, &regs));
    EXPECT_EQ(regs.spsr & 0x8f, 0);
}

TEST("TCB-0003", "own registers, counts out of range and short messages are refused")
{
    struct thread thread;
    seL4_UserContext regs = { 0 };
    seL4_MessageInfo_t info;

    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_EQ(seL4_TCB_ReadRegisters(RUNNER_TCB, 0, 0, 2, &regs), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_WriteRegisters(RUNNER_TCB, 0, 0, 2, &regs), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, 0, &regs), seL4_RangeError);
    seL4_SetMR(0, 0);
    seL4_SetMR(1, 37);
    info = seL4_Call(thread.tcb, seL4_MessageInfo_new(TCBReadRegisters, 0, 0, 2));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_GetMR(1), 36);
    seL4_SetMR(0, 0);
    seL4_SetMR(1, 20);
    info = seL4_Call(thread.tcb, seL4_MessageInfo_new(TCBWriteRegisters, 0, 0, 5));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_TruncatedMessage);
}

TEST("TCB-0004", "a higher priority runs at once, a lower one does not")
{
    struct thread thread[2];

    order_count = 0;
    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread[0], noter, 0, 0, 0));
    EXPECT_OK(thread_start(&thread[1], noter, 1, 0, 0));
    EXPECT_EQ(order_count, 1);
    EXPECT_EQ(order[0], 1);
    seL4_Yield();
    EXPECT_EQ(order_count, 1);
}

TEST("TCB-0019", "an equal priority waits for a yield or the end of the slice")
{
    struct thread thread;
    unsigned int waited = 0;

    for (int i = 0; i < 6; i++) {
        order_count = 0;
        EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
        EXPECT_OK(thread_start(&thread, noter, 1, 0, 0));
        waited += order_count == 0;
        seL4_Yield();
        EXPECT_EQ(order_count, 1);
    }
    /* A slice may end in between now and then, but not each time. */
    EXPECT(waited > 0);
}

TEST("TCB-0005", "raising a ready thread above the caller runs it, lowering does not stop others")
{
    struct thread thread;

    order_count = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER - 10, 0) != 0);
    EXPECT_OK(thread_start(&thread, noter, 1, 0, 0));
    EXPECT_EQ(order_count, 0);
    EXPECT_OK(seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER + 5));
    EXPECT_EQ(order_count, 1);
}

TEST("TCB-0006", "lowering oneself lets a ready thread in between run")
{
    struct thread thread;

    order_count = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER - 10, 0) != 0);
    EXPECT_OK(thread_start(&thread, noter, 1, 0, 0));
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER - 20));
    EXPECT_EQ(order_count, 1);
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER));
}

TEST("TCB-0007", "priorities are limited by the authority's maximum")
{
    struct thread thread[2];

    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetMCPriority(thread[0].tcb, RUNNER_TCB, 50));
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, thread[0].tcb, 51), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), 50);
    EXPECT_OK(seL4_TCB_SetPriority(thread[1].tcb, thread[0].tcb, 50));
    EXPECT_EQ(seL4_TCB_SetMCPriority(thread[1].tcb, thread[0].tcb, 51), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetSchedParams(thread[1].tcb, thread[0].tcb, 10, 51), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, RUNNER_TCB, 256), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, VSPACE, 1), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

static void spinner(seL4_Word index, seL4_Word other, seL4_Word ntfn)
{
    seL4_Word rounds = 0;

    while (counters[other] < 3 && rounds < SPIN_LIMIT) {
        if (++rounds % 100000 == 0) {
            counters[index]++;
        }
    }
    counters[index] += 3;
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("TCB-0008", "equal priorities share the core by time slices")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged[2] = { slot_new(), slot_new() };
    struct thread thread[2];
    seL4_Word badge = 0;
    seL4_Word first = 0;

    for (seL4_Word i = 0; i < 2; i++) {
        counters[i] = 0;
        EXPECT_OK(mint_cap(badged[i], ntfn, seL4_AllRights, i + 1));
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], spinner, i, 1 - i, badged[i]));
    }
    seL4_Wait(ntfn, &first);
    badge = first;
    while (badge != 3) {
        seL4_Wait(ntfn, &first);
        badge |= first;
    }
    /* Neither had to give up at its limit. */
    EXPECT(counters[0] < SPIN_LIMIT / 100000);
    EXPECT(counters[1] < SPIN_LIMIT / 100000);
}

static void counting(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        counters[index]++;
        seL4_Yield();
    }
}

TEST("TCB-0009", "a suspended thread stands still, a resumed one goes on")
{
    struct thread thread;
    seL4_Word before;

    counters[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&thread, counting, 0, 0, 0));
    seL4_Yield();
    EXPECT(counters[0] > 0);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    before = counters[0];
    seL4_Yield();
    seL4_Yield();
    EXPECT_EQ(counters[0], before);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    seL4_Yield();
    EXPECT(counters[0] > before);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
}

static void sender(seL4_Word ep, seL4_Word value, seL4_Word unused)
{
    (void)unused;
    seL4_SendWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &value, seL4_Null, seL4_Null, seL4_Null);
    note(value);
    thread_stop();
}

TEST("TCB-0010", "suspending a blocked sender withdraws it; resuming repeats the call")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge;
    seL4_Word word = 0;

    order_count = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, sender, ep, 5, 0));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(order_count, 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)seL4_RecvWithMRs(ep, &badge, &word, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(word, 5);
    EXPECT_EQ(order_count, 1);
}

TEST("TCB-0011", "ReadRegisters with suspend stops the thread")
{
    struct thread thread;
    seL4_UserContext regs;
    seL4_Word before;

    counters[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&thread, counting, 0, 0, 0));
    seL4_Yield();
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 1, 0, CONTEXT_WORDS, &regs));
    before = counters[0];
    seL4_Yield();
    EXPECT_EQ(counters[0], before);
    EXPECT(regs.pc != 0);
}

TEST("TCB-0012", "CopyRegisters copies the frame and can start the target")
{
    struct thread thread[2];

    order_count = 0;
    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread[0], noter, 9, 0, 0));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, thread[0].tcb, 1, 1, 1, 1, 0));
    EXPECT_EQ(order_count, 1);
    EXPECT_EQ(order[0], 9);
    EXPECT_EQ(seL4_TCB_CopyRegisters(thread[1].tcb, VSPACE, 0, 0, 1, 1, 0), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

TEST("TCB-0013", "Configure refuses what is no CNode, no VSpace, no RAM frame, not aligned")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_EQ(seL4_TCB_Configure(tcb, 0, VSPACE, 0, VSPACE, 0, 0, 0), seL4_IllegalOperation);
    EXPECT_EQ(seL4_TCB_Configure(tcb, 0, ROOT, 0, ROOT, 0, 0, 0), seL4_IllegalOperation);
    EXPECT(seL4_TCB_Configure(tcb, 0, ROOT, 0, vspace, 0, 0, 0) != seL4_NoError);
    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR + 8, page), seL4_AlignmentError);
    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR, ROOT), seL4_IllegalOperation);
    EXPECT_OK(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR + 1024, page));
    EXPECT_OK(seL4_TCB_SetSpace(tcb, 0, ROOT, 0, VSPACE, 0));
}

static void read_tls(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    seL4_Word base;

    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile("mrs %0, " TLS_REGISTER : "=r"(base));
    counters[0] = base;
    thread_stop();
}

TEST("TCB-0014", "SetTLSBase reaches the thread")
{
    struct thread thread;
    seL4_UserContext regs;

    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetTLSBase(thread.tcb, 0xabcd000));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, CONTEXT_WORDS, &regs));
    regs.pc = (seL4_Word)read_tls;
    regs.sp = thread_stack(&thread);
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 1, 0, 3, &regs));
    EXPECT_EQ(counters[0], 0xabcd000);
}

TEST("TCB-0015", "SetFlags sets and clears the known flag and ignores others")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled | 0xff00);

    EXPECT_OK(result.error);
    EXPECT_EQ(result.flags, seL4_TCBFlag_fpuDisabled);
    result = seL4_TCB_SetFlags(tcb, seL4_TCBFlag_fpuDisabled, 0);
    EXPECT_OK(result.error);
    EXPECT_EQ(result.flags, 0);
}

static void fpu_user(seL4_Word index, seL4_Word value, seL4_Word rounds)
{
    seL4_Word seen = value;

    __asm__ volatile(".arch_extension fp\n\tfmov d8, %0\n\tfmov d31, %0" : : "r"(value));
    for (seL4_Word i = 0; i < rounds && seen == value; i++) {
        seL4_Word other;

        seL4_Yield();
        __asm__ volatile(".arch_extension fp\n\tfmov %0, d8\n\tfmov %1, d31"
                         : "=r"(seen), "=r"(other));
        seen = seen == other ? seen : ~value;
    }
    counters[index] = seen;
    thread_stop();
}

TEST("TCB-0016", "each thread has its own floating-point registers")
{
    struct thread thread[2];

    counters[0] = 0;
    counters[1] = 0;
    for (seL4_Word i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], fpu_user, i, 0x1111 * (i + 1), 10));
    }
    for (int i = 0; i < 40; i++) {
        seL4_Yield();
    }
    EXPECT_EQ(counters[0], 0x1111);
    EXPECT_EQ(counters[1], 0x2222);
}

TEST("TCB-0017", "deleting a running thread's TCB stops it")
{
    struct thread thread;
    seL4_Word before;

    counters[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&thread, counting, 0, 0, 0));
    seL4_Yield();
    EXPECT_OK(seL4_CNode_Delete(ROOT, thread.tcb, FULL_DEPTH));
    before = counters[0];
    seL4_Yield();
    EXPECT_EQ(counters[0], before);
}

static void register_keeper(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word sum;

    (void)unused1;
    (void)unused2;
    /* Fill callee-saved and other registers, yield by hand, and add them up again. */
    __asm__ volatile("mov x8, #1\n\tmov x9, #2\n\tmov x10, #3\n\tmov x11, #4\n\tmov x12, #5\n\t"
                     "mov x13, #6\n\tmov x14, #7\n\tmov x15, #8\n\tmov x16, #9\n\tmov x17, #10\n\t"
                     "mov x0, #11\n\tmov x1, #12\n\tmov x2, #13\n\tmov x3, #14\n\tmov x4, #15\n\t"
                     "mov x5, #16\n\tmov x6, #17\n\tmov x7, #-7\n\tsvc #0\n\t"
                     "add x8, x8, x9\n\tadd x8, x8, x10\n\tadd x8, x8, x11\n\tadd x8, x8, x12\n\t"
                     "add x8, x8, x13\n\tadd x8, x8, x14\n\tadd x8, x8, x15\n\tadd x8, x8, x16\n\t"
                     "add x8, x8, x17\n\tadd x8, x8, x0\n\tadd x8, x8, x1\n\tadd x8, x8, x2\n\t"
                     "add x8, x8, x3\n\tadd x8, x8, x4\n\tadd x8, x8, x5\n\tadd x8, x8, x6\n\t"
                     "mov %0, x8"
                     : "=r"(sum)
                     :
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
                       "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    counters[index] = sum;
    thread_stop();
}

TEST("TCB-0018", "Yield preserves every register")
{
    struct thread thread;

    counters[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
    EXPECT_OK(thread_start(&thread, register_keeper, 0, 0, 0));
    for (int i = 0; i < 4; i++) {
        seL4_Yield();
    }
    EXPECT_EQ(counters[0], 17 * 18 / 2);
}

TEST("TCB-0020", "CopyRegisters takes the thread-local storage registers with the integer ones")
{
    seL4_Word mine;
    struct thread thread[2];
    seL4_UserContext regs = { 0 };

    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, 0) != 0);
    regs.tpidr_el0 = 0x7150;
    regs.tpidrro_el0 = 0x7151;
    EXPECT_OK(
        seL4_TCB_WriteRegisters(thread[0].tcb, 0, 0, sizeof(regs) / sizeof(seL4_Word), &regs));
    counters[0] = 0;
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, thread[0].tcb, 0, 0, 0, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread[1].tcb, 0, 0, sizeof(regs) / sizeof(seL4_Word), &regs));
    EXPECT_EQ(regs.tpidr_el0, 0x7150);
    EXPECT_EQ(regs.tpidrro_el0, 0x7151);
    /* Out of a running thread, whose values are in the hardware. */
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(0x7152ul));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, RUNNER_TCB, 0, 0, 0, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread[1].tcb, 0, 0, sizeof(regs) / sizeof(seL4_Word), &regs));
    EXPECT_EQ(regs.tpidr_el0, 0x7152);
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(mine));
    EXPECT_EQ(mine, 0x7152);
}

TEST("TCB-0021", "a resumed thread goes ahead of others of its priority that are ready")
{
    struct thread thread[2];

    order_count = 0;
    for (seL4_Word i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], noter, i, 0, 0));
    }
    while (order_count < 2) {
        seL4_Yield();
    }
    EXPECT_EQ(order[0], 1);
    EXPECT_EQ(order[1], 0);
}

TEST("TCB-0022", "the buffer's capability is derived before it is looked at")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 13);
    seL4_CPtr page = slot_new();

    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR, untyped), seL4_IllegalOperation);
    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR, untyped), seL4_RevokeFirst);
    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR + 8, page), seL4_AlignmentError);
}

TEST("TCB-0023", "each of the three priority calls names the authority or its limit")
{
    static const struct {
        seL4_Word label;
        seL4_Word words;
    } calls[] = { { TCBSetPriority, 1 }, { TCBSetMCPriority, 1 }, { TCBSetSchedParams, 2 } };
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr authority = object_new(seL4_TCBObject, 0);
    seL4_Word priorities[] = { 51, 0 };

    EXPECT_OK(seL4_TCB_SetMCPriority(authority, RUNNER_TCB, 50));
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        EXPECT_NUMBER(call_error(tcb, calls[i].label, ROOT, 1, priorities, calls[i].words),
                      seL4_InvalidCapability, 1);
        EXPECT_RANGE(call_error(tcb, calls[i].label, authority, 1, priorities, calls[i].words), 0,
                     50);
    }
    /* The second of two is looked at, too. */
    EXPECT_RANGE(seL4_TCB_SetSchedParams(tcb, authority, 50, 51), 0, 50);
    EXPECT_OK(seL4_TCB_SetSchedParams(tcb, authority, 50, 50));
}

/* Configure, or SetSpace, which is the same without a buffer. */
static seL4_Error set_space(bool configure, seL4_CPtr tcb, seL4_CPtr cspace, seL4_Word data,
                            seL4_CPtr vspace)
{
    return configure ? seL4_TCB_Configure(tcb, 0, cspace, data, vspace, 0, 0, 0)
                     : seL4_TCB_SetSpace(tcb, 0, cspace, data, vspace, 0);
}

TEST("TCB-0024", "Configure and SetSpace refuse the same CSpaces and VSpaces")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr no_asid = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr parent = object_new(seL4_UntypedObject, 12);
    seL4_Word too_long = seL4_CNode_CapData_new(0, ROOT_GUARD_BITS + 1).words[0];

    EXPECT_OK(retype(parent, seL4_EndpointObject, 0, slot_new(), 1));
    for (int configure = 0; configure < 2; configure++) {
        EXPECT_EQ(set_space(configure, tcb, VSPACE, 0, VSPACE), seL4_IllegalOperation);
        EXPECT_EQ(set_space(configure, tcb, ROOT, 0, ROOT), seL4_IllegalOperation);
        EXPECT_EQ(set_space(configure, tcb, ROOT, 0, no_asid), seL4_IllegalOperation);
        EXPECT_EQ(set_space(configure, tcb, ROOT, too_long, VSPACE), seL4_IllegalOperation);
        EXPECT_EQ(set_space(configure, tcb, parent, 0, VSPACE), seL4_RevokeFirst);
        EXPECT_EQ(set_space(configure, tcb, ROOT, 0, parent), seL4_RevokeFirst);
        EXPECT_OK(set_space(configure, tcb, ROOT, 0, VSPACE));
    }
}

TEST("TCB-0025", "Configure and SetIPCBuffer refuse the same frames")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr parent = object_new(seL4_UntypedObject, 12);
    seL4_CPtr device = env.device_untyped ? slot_new() : 0;

    EXPECT_OK(retype(parent, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR, parent), seL4_RevokeFirst);
    EXPECT_EQ(seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, SCRATCH_VADDR, parent),
              seL4_RevokeFirst);
    EXPECT_EQ(seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, SCRATCH_VADDR, ROOT),
              seL4_IllegalOperation);
    for (seL4_Word off = 8; off < 1024; off *= 2) {
        EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR + off, page), seL4_AlignmentError);
        EXPECT_EQ(seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, SCRATCH_VADDR + off, page),
                  seL4_AlignmentError);
    }
    EXPECT_OK(seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, SCRATCH_VADDR, page));
    if (device != 0) {
        EXPECT_OK(retype(env.device_untyped, seL4_ARM_SmallPageObject, 0, device, 1));
        EXPECT_EQ(seL4_TCB_SetIPCBuffer(tcb, SCRATCH_VADDR, device), seL4_IllegalOperation);
        EXPECT_EQ(seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, SCRATCH_VADDR, device),
                  seL4_IllegalOperation);
    }
}

TEST("TCB-0026", "a CSpace that only the thread still holds is not replaced under it")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 4);

    EXPECT_OK(set_space(false, tcb, cnode, 0, VSPACE));
    EXPECT_OK(set_space(true, tcb, cnode, 0, VSPACE));
    EXPECT_OK(seL4_CNode_Delete(ROOT, cnode, FULL_DEPTH));
    EXPECT_EQ(set_space(false, tcb, ROOT, 0, VSPACE), seL4_IllegalOperation);
    EXPECT_EQ(set_space(true, tcb, ROOT, 0, VSPACE), seL4_IllegalOperation);
}

TEST("TCB-0027", "ReadRegisters and WriteRegisters name the range and refuse short messages")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    const seL4_Word none[] = { 0, 0 };
    const seL4_Word many[] = { 0, CONTEXT_WORDS + 1 };

    EXPECT_RANGE(call_error(tcb, TCBReadRegisters, 0, 0, none, 2), 1, CONTEXT_WORDS);
    EXPECT_RANGE(call_error(tcb, TCBReadRegisters, 0, 0, many, 2), 1, CONTEXT_WORDS);
    EXPECT_EQ(call_error(tcb, TCBWriteRegisters, 0, 0, many, 2), seL4_TruncatedMessage);
    EXPECT_OK(call_error(tcb, TCBWriteRegisters, 0, 0, none, 2));
}
