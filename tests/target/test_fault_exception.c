/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that fault: unknown system calls, UserExceptions, and what a native thread has as
 * VCPUFault.
 */
#define AREA "60"
#include "fault.h"

TEST("FAULT-0005", "an unknown system call delivers the registers; the reply writes them back")
{
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_CPtr ep;

    results[0] = 0;
    ep = start_faulting(&thread, unknown_caller, 0x12345678, 0);
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_UnknownSyscall_Length);
    for (int i = 0; i < 7; i++) {
        EXPECT_EQ(seL4_GetMR(i), 10 + (seL4_Word)i);
    }
    EXPECT_EQ(seL4_GetMR(7), 0x12345678);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_Syscall), 0x12345678);
    EXPECT_EQ(*(uint32_t *)seL4_GetMR(seL4_UnknownSyscall_FaultIP), 0xd4000001);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_LR), seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 4);
    EXPECT(seL4_GetMR(seL4_UnknownSyscall_SP) != 0);
    seL4_SetMR(0, 100);
    seL4_SetMR(3, 103);
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 4);
    reply(0, 12);
    EXPECT_EQ(results[0], 100);
    EXPECT_EQ(results[1], 103);
    EXPECT_EQ(results[2], 0x12345678);
}

TEST("FAULT-0006", "a reply with a label leaves the thread inactive; resume restarts it")
{
    struct thread thread;
    seL4_CPtr ep;

    results[0] = 0;
    ep = start_faulting(&thread, unknown_caller, 0x777, 0);
    (void)seL4_Recv(ep, seL4_Null);
    reply(1, 0);
    EXPECT_EQ(results[0], 0);
    (void)seL4_TCB_Resume(thread.tcb);
    /* It repeats the call, so the same fault comes again. */
    EXPECT_FAULT(ep, seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_Syscall), 0x777);
}

TEST("FAULT-0007", "an undefined instruction is a UserException; the reply moves the PC")
{
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_CPtr ep;

    results[0] = 0;
    ep = start_faulting(&thread, undefined_instruction, 0, 0);
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_UserException);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_UserException_Length);
    EXPECT_EQ(*(uint32_t *)seL4_GetMR(seL4_UserException_FaultIP), 0);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Number) >> 26, 0);
    seL4_SetMR(seL4_UserException_FaultIP, seL4_GetMR(seL4_UserException_FaultIP) + 4);
    reply(0, 3);
    EXPECT_EQ(results[0], 1);
}

TEST("FAULT-0008", "other exceptions of a native thread arrive as VCPUFault; WriteRegisters skips")
{
    struct thread thread;
    seL4_UserContext regs;
    seL4_CPtr ep;

    results[0] = 0;
    ep = start_faulting(&thread, breakpoint, 0, 0);
    EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(0) >> 26, 0x3c);
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, 1, &regs));
    regs.pc += 4;
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 0, 0, 1, &regs));
    reply(0, 0);
    EXPECT_EQ(results[0], 1);
}

static void read_cycles(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    seL4_Word cycles;

    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile("msr pmcntenset_el0, %1\n"
                     "msr pmcr_el0, %2\n"
                     "isb\n"
                     "mrs %0, pmccntr_el0"
                     : "=r"(cycles)
                     : "r"(1ul << 31), "r"(1ul));
    results[0] = 1;
    thread_stop();
}

TEST("FAULT-0015",
     "the cycle counter works where the PMU is exported, and is a VCPUFault elsewhere")
{
    struct thread thread;
    seL4_CPtr ep;

    results[0] = 0;
    ep = start_faulting(&thread, read_cycles, 0, 0);
#ifdef CONFIG_EXPORT_PMU_USER
    (void)ep;
    EXPECT_EQ(results[0], 1);
#else
    EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(0) >> 26, 0x18);
    EXPECT_EQ(results[0], 0);
#endif
}

TEST("FAULT-0021", "a reply to an unknown system call writes twelve registers, the mode excepted")
{
    struct thread thread;
    seL4_CPtr ep = start_faulting(&thread, unknown_caller, 0x777, 0);
    seL4_Word sp;

    (void)seL4_Recv(ep, seL4_Null);
    sp = seL4_GetMR(seL4_UnknownSyscall_SP);
    for (int i = 0; i < 8; i++) {
        seL4_SetMR(i, 0x4000 + (seL4_Word)i);
    }
    /* FaultIP stays at the svc, which is executed again with the new x7. */
    seL4_SetMR(seL4_UnknownSyscall_SP, sp - 64);
    seL4_SetMR(seL4_UnknownSyscall_SPSR, 0xa0000000 | 0x3c5);
    reply(0, 12);
    EXPECT_FAULT(ep, seL4_Fault_UnknownSyscall);
    for (int i = 0; i < 8; i++) {
        EXPECT_EQ(seL4_GetMR(i), 0x4000 + (seL4_Word)i);
    }
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_Syscall), 0x4007);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_SP), sp - 64);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_SPSR) & 0xf000008f, 0xa0000000);
    /* Fewer words write fewer registers. */
    seL4_SetMR(0, 0x5000);
    seL4_SetMR(1, 0x5001);
    reply(0, 1);
    (void)seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_GetMR(0), 0x5000);
    EXPECT_EQ(seL4_GetMR(1), 0x4001);
}

TEST("FAULT-0022", "a reply to a UserException writes pc, sp and flags; with a label it stops")
{
    struct thread thread;
    seL4_CPtr ep;
    seL4_Word ip;
    seL4_Word sp;

    results[0] = 0;
    ep = start_faulting(&thread, undefined_instruction, 0, 0);
    (void)seL4_Recv(ep, seL4_Null);
    ip = seL4_GetMR(seL4_UserException_FaultIP);
    sp = seL4_GetMR(seL4_UserException_SP);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Code), 0);
    seL4_SetMR(seL4_UserException_SP, sp - 32);
    seL4_SetMR(seL4_UserException_SPSR, 0x50000000 | 0x3c5);
    reply(0, 3);
    EXPECT_FAULT(ep, seL4_Fault_UserException);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_FaultIP), ip);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SP), sp - 32);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SPSR) & 0xf000008f, 0x50000000);
    seL4_SetMR(seL4_UserException_FaultIP, ip + 4);
    reply(1, 1);
    EXPECT_EQ(results[0], 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_EQ(results[0], 1);
}

TEST("FAULT-0024", "a program counter that is not aligned is a VCPUFault")
{
    struct thread thread;
    seL4_CPtr ep = start_faulting(&thread, jumper, (seL4_Word)raw_svc + 2, 0);

    seL4_MessageInfo_t info = seL4_Recv(ep, seL4_Null);

    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_VCPUFault_Length);
    EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, 0x22);
}

#define NZCV_SHIFT 28

/* x0: a stack pointer that nobody can use, x2: where SP and flags after the answer go. */
extern const char undefined_at[], undefined_next[], undefined_entry[];
__asm__(".pushsection .text\n"
        "undefined_entry: mov sp, x0\n"
        "                 cmp xzr, xzr\n" /* equal, no borrow: Z and C */
        "undefined_at:    .inst 0xe7f000f0\n"
        "undefined_next:  mov x3, sp\n"
        "                 mrs x4, nzcv\n"
        "                 stp x3, x4, [x2]\n"
        "                 b thread_stop\n"
        ".popsection\n");

TEST("FAULT-0203", "a UserException has syndrome, stack pointer and flags; the answer sets them")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_Word odd_stack = 0x1234567;
    struct thread thread;
    seL4_MessageInfo_t info;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, (thread_entry)(seL4_Word)undefined_entry, odd_stack, 0,
                           (seL4_Word)results));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_UserException);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_UserException_Length);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_FaultIP), (seL4_Word)undefined_at);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SP), odd_stack);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SPSR) >> NZCV_SHIFT, 6);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Number), 0x02000000); /* 32-bit instruction, no class */
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Code), 0);
    seL4_SetMR(seL4_UserException_FaultIP, (seL4_Word)undefined_next);
    seL4_SetMR(seL4_UserException_SP, thread_stack(&thread));
    seL4_SetMR(seL4_UserException_SPSR, 9ul << NZCV_SHIFT);
    /* The words behind the third are not taken. */
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, seL4_UserException_Length));
    EXPECT_EQ(results[0], thread_stack(&thread));
    EXPECT_EQ(results[1] >> NZCV_SHIFT, 9);
}

TEST("FAULT-0204", "an answer with a label stops the thread, yet its words count once it resumes")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, (thread_entry)(seL4_Word)undefined_entry, 0x10, 0,
                           (seL4_Word)results));
    (void)seL4_Recv(ep, seL4_Null);
    seL4_SetMR(seL4_UserException_FaultIP, (seL4_Word)undefined_next);
    seL4_SetMR(seL4_UserException_SP, thread_stack(&thread));
    seL4_Reply(seL4_MessageInfo_new(1, 0, 0, 2));
    EXPECT_EQ(results[0], 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_EQ(results[0], thread_stack(&thread));
}

/* x0: an address with which the operation is done; each ends in done or faults. */
static void user_caches(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word type;

    (void)unused1;
    (void)unused2;
    __asm__ volatile("mrs %0, ctr_el0\n"
                     "dc cvac, %1\n"
                     "dc cvau, %1\n"
                     "dc civac, %1\n"
                     "dsb ish\n"
                     "ic ivau, %1\n"
                     "dsb ish\n"
                     "isb\n"
                     "ldr x9, [%1, #1]" /* not aligned, in ordinary memory */
                     : "=&r"(type)
                     : "r"(address)
                     : "x9", "memory");
    results[0] = type;
    thread_stop();
}

TEST("FAULT-0205", "user level may clean its caches, read CTR_EL0 and load from odd addresses")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    static seL4_Word words[16];
    struct thread thread;
    seL4_Word badge = 1;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, user_caches, (seL4_Word)words, 0, 0));
    EXPECT(results[0] != 0);
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
}
