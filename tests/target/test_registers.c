/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of threads: written, read, copied, kept over system calls and switches. */
#define AREA "50"
#include "env.h"

static volatile seL4_Word counters[4];

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

TEST("TCB-0012", "CopyRegisters copies the frame and can start the target")
{
    struct thread thread[2];

    log_start();
    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread[0], log_once, 9, 0, 0));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, thread[0].tcb, 1, 1, 1, 1, 0));
    EXPECT_EQ(log_count, 1);
    EXPECT_EQ(log_words[0], 9);
    EXPECT_EQ(seL4_TCB_CopyRegisters(thread[1].tcb, VSPACE, 0, 0, 1, 1, 0), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
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
    EXPECT_OK(seL4_TCB_WriteRegisters(thread[0].tcb, 0, 0, CONTEXT_WORDS, &regs));
    counters[0] = 0;
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, thread[0].tcb, 0, 0, 0, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread[1].tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT_EQ(regs.tpidr_el0, 0x7150);
    EXPECT_EQ(regs.tpidrro_el0, 0x7151);
    /* Out of a running thread, whose values are in the hardware. */
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(0x7152ul));
    EXPECT_OK(seL4_TCB_CopyRegisters(thread[1].tcb, RUNNER_TCB, 0, 0, 0, 1, 0));
    EXPECT_OK(seL4_TCB_ReadRegisters(thread[1].tcb, 0, 0, CONTEXT_WORDS, &regs));
    EXPECT_EQ(regs.tpidr_el0, 0x7152);
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(mine));
    EXPECT_EQ(mine, 0x7152);
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

/* Stores the registers it starts with, x0 to x30, SP and the flags. */
static volatile seL4_Word start_registers[33] __attribute__((used));
static unsigned char spare_stack[512] __attribute__((aligned(16), used));
extern const char note_registers[];
__asm__(".pushsection .text\n"
        "note_registers: msr tpidr_el0, x0\n"
        "    adrp x0, start_registers\n"
        "    add x0, x0, :lo12:start_registers\n"
        "    str x1, [x0, #8]\n"
        "    mrs x1, tpidr_el0\n"
        "    str x1, [x0]\n"
        "    stp x2, x3, [x0, #16]\n"
        "    stp x4, x5, [x0, #32]\n"
        "    stp x6, x7, [x0, #48]\n"
        "    stp x8, x9, [x0, #64]\n"
        "    stp x10, x11, [x0, #80]\n"
        "    stp x12, x13, [x0, #96]\n"
        "    stp x14, x15, [x0, #112]\n"
        "    stp x16, x17, [x0, #128]\n"
        "    stp x18, x19, [x0, #144]\n"
        "    stp x20, x21, [x0, #160]\n"
        "    stp x22, x23, [x0, #176]\n"
        "    stp x24, x25, [x0, #192]\n"
        "    stp x26, x27, [x0, #208]\n"
        "    stp x28, x29, [x0, #224]\n"
        "    mov x1, sp\n"
        "    mrs x2, nzcv\n"
        "    stp x30, x1, [x0, #240]\n"
        "    str x2, [x0, #256]\n"
        "    adrp x0, spare_stack + 512\n"
        "    add x0, x0, :lo12:spare_stack + 512\n"
        "    mov sp, x0\n"
        "    b thread_stop\n"
        ".popsection\n");

TEST("TCB-0200", "a thread starts with exactly the registers it was given")
{
    struct thread thread;
    seL4_UserContext regs = { 0 };
    seL4_Word *words = (seL4_Word *)&regs;
    /* The order of seL4_UserContext behind pc, sp, spsr. */
    static const unsigned char numbers[31] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17,
                                               18, 29, 30, 9,  10, 11, 12, 13, 14, 15, 19,
                                               20, 21, 22, 23, 24, 25, 26, 27, 28 };

    for (unsigned i = 0; i < 31; i++) {
        words[3 + i] = 0x1000100010000ul + numbers[i];
    }
    regs.pc = (seL4_Word)note_registers;
    regs.sp = 1;
    regs.spsr = 0xaul << 28;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 1, 0, CONTEXT_WORDS, &regs));
    for (unsigned i = 0; i < 31; i++) {
        EXPECT_EQ(start_registers[i], 0x1000100010000ul + i);
    }
    EXPECT_EQ(start_registers[31], 1);
    EXPECT_EQ(start_registers[32], 0xaul << 28);
}

TEST("TCB-0201", "registers can be read and written one by one, also of a thread that never ran")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr copy = slot_new();
    seL4_UserContext regs = { 0 };

    EXPECT_OK(copy_cap(copy, tcb, seL4_AllRights));
    EXPECT_OK(seL4_TCB_ReadRegisters(tcb, 0, 0, 1, &regs));
    EXPECT_EQ(regs.pc, 0);
    for (seL4_Word pc = 0; pc < 3; pc++) {
        regs.pc = pc;
        EXPECT_OK(seL4_TCB_WriteRegisters(tcb, 0, 0, 1, &regs));
        regs.pc = 99;
        EXPECT_OK(seL4_TCB_ReadRegisters(copy, 0, 0, 1, &regs));
        EXPECT_EQ(regs.pc, pc);
    }
}

static void load_exclusive(seL4_Word ntfn, seL4_Word word, seL4_Word failed)
{
    register seL4_Word x0 __asm__("x0") = ntfn;
    register seL4_Word x1 __asm__("x1") = 0;
    register seL4_Word x7 __asm__("x7") = (seL4_Word)seL4_SysSend;
    seL4_Word loaded;

    __asm__ volatile("ldxr %[loaded], [%[word]]\n"
                     "svc #0\n"
                     "stxr w1, %[loaded], [%[word]]\n"
                     "str x1, [%[failed]]\n"
                     : [loaded] "=&r"(loaded), "+r"(x0), "+r"(x1)
                     : [word] "r"(word), [failed] "r"(failed), "r"(x7)
                     : "memory");
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("TCB-0203", "a load-exclusive does not survive a switch to another thread")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    static volatile seL4_Word word;
    static volatile seL4_Word failed;
    struct thread thread;

    failed = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, load_exclusive, ntfn, (seL4_Word)&word, (seL4_Word)&failed));
    seL4_Wait(ntfn, seL4_Null);
    seL4_Wait(ntfn, seL4_Null);
    EXPECT_EQ(failed, 1);
}

static void set_own_register(seL4_Word value, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(value));
    for (unsigned i = 0; i < 2; i++) {
        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(value));
        log_add(value);
        seL4_Yield();
    }
    thread_stop();
}

static seL4_Word own_base(void)
{
    seL4_Word base;

    __asm__ volatile("mrs %0, " TLS_REGISTER : "=r"(base));
    return base;
}

TEST("TCB-0207", "a thread sets its own thread-local storage, by register or by call, and keeps it")
{
    struct thread thread[2];
    seL4_UserContext regs = { 0 };

    log_start();
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], set_own_register, 0x7000 + i, 0, 0));
    }
    EXPECT_OK(seL4_TCB_SetTLSBase(RUNNER_TCB, 0x123450));
    EXPECT_EQ(own_base(), 0x123450);
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER - 2));
    EXPECT_EQ(own_base(), 0x123450);
    EXPECT_EQ(log_count, 4);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_OK(seL4_TCB_ReadRegisters(thread[i].tcb, 0, 0, CONTEXT_WORDS, &regs));
        EXPECT_EQ(regs.tpidr_el0, 0x7000 + i);
    }
    EXPECT_EQ(log_words[0] + log_words[1] + log_words[2] + log_words[3], 4 * 0x7000 + 2);
}
