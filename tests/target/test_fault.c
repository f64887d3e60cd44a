/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of native threads: message, registers and what the reply does. */
#define AREA "60"
#include "env.h"

#define HOLE 0x30000000ul

static volatile seL4_Word results[4];

static void reply(seL4_Word label, seL4_Word length)
{
    seL4_Reply(seL4_MessageInfo_new(label, 0, 0, length));
}

/* Starts a helper whose faults arrive at a new endpoint with badge 0xfa. */
static seL4_CPtr start_faulting(struct thread *thread, thread_entry entry, seL4_Word a, seL4_Word b)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();

    if (mint_cap(badged, ep, seL4_AllRights, 0xfa) != seL4_NoError ||
        thread_new(thread, PRIO_RUNNER + 1, badged) == 0 ||
        thread_start(thread, entry, a, b, 0) != seL4_NoError) {
        return 0;
    }
    return ep;
}

static void loader_of(seL4_Word address, seL4_Word index, seL4_Word unused)
{
    (void)unused;
    results[index] = *(volatile seL4_Word *)address;
    thread_stop();
}

static void storer_to(seL4_Word address, seL4_Word value, seL4_Word unused)
{
    (void)unused;
    *(volatile seL4_Word *)address = value;
    results[0] = 1;
    thread_stop();
}

TEST("FAULT-0001", "a load from a hole is a VMFault; after mapping and a reply it goes on")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_Word badge = 0;
    seL4_MessageInfo_t info;
    seL4_CPtr ep;

    results[0] = 99;
    ep = start_faulting(&thread, loader_of, HOLE + 0x18, 0);
    EXPECT(ep != 0);
    info = seL4_Recv(ep, &badge);
    EXPECT_EQ(badge, 0xfa);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_VMFault_Length);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 0x18);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 0);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x24);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) & (1u << 6), 0);
    EXPECT(seL4_GetMR(seL4_VMFault_IP) >= (seL4_Word)loader_of);
    EXPECT(seL4_GetMR(seL4_VMFault_IP) < (seL4_Word)loader_of + 64);
    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    reply(0, 0);
    EXPECT_EQ(results[0], 0);
}

TEST("FAULT-0002", "a store to a read-only page is a VMFault that says write")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_CPtr ep;

    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_CanRead, seL4_ARM_Default_VMAttributes));
    results[0] = 0;
    ep = start_faulting(&thread, storer_to, HOLE + 8, 7);
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 8);
    EXPECT(seL4_GetMR(seL4_VMFault_FSR) & (1u << 6));
    /* More rights through the same cap at the same address, then the store succeeds. */
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, HOLE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    reply(0, 0);
    EXPECT_EQ(results[0], 1);
    EXPECT_EQ(*(volatile seL4_Word *)(HOLE + 8), 7);
}

static void jumper(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    ((void (*)(void))address)();
    (void)unused1;
    (void)unused2;
    thread_stop();
}

TEST("FAULT-0003", "a jump into a hole is a prefetch VMFault")
{
    struct thread thread;
    seL4_CPtr ep = start_faulting(&thread, jumper, HOLE + 0x40, 0);

    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), HOLE + 0x40);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 0x40);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x20);
}

TEST("FAULT-0004", "an execute-never page does not run")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_CPtr ep;

    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_ReadWrite,
                       seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever));
    *(volatile uint32_t *)HOLE = 0xd65f03c0; /* ret */
    ep = start_faulting(&thread, jumper, HOLE, 0);
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);
}

static void unknown_caller(seL4_Word number, seL4_Word unused1, seL4_Word unused2)
{
    struct raw regs = { 10, 11, 12, 13, 14, 15, 16, number };

    (void)unused1;
    (void)unused2;
    raw_svc(&regs);
    results[0] = regs.x0;
    results[1] = regs.x3;
    results[2] = regs.x7;
    thread_stop();
}

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

static void undefined_instruction(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile(".long 0x00000000");
    results[0] = 1;
    thread_stop();
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

static void breakpoint(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile("brk #7");
    results[0] = 1;
    thread_stop();
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

static void raw_caller(seL4_Word number, seL4_Word cap, seL4_Word info)
{
    struct raw regs = { .x0 = cap, .x1 = info, .x7 = number };

    raw_svc(&regs);
    results[0] = regs.x0;
    results[1] = 1;
    thread_stop();
}

TEST("FAULT-0009", "a wait on an empty slot is a CapFault; filled and replied to, it is repeated")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr empty = slot_new();
    struct thread thread;
    seL4_CPtr ep;

    results[1] = 0;
    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x11));
    seL4_Signal(badged);
    ep = start_faulting(&thread, raw_caller, (seL4_Word)seL4_SysRecv, empty);
    EXPECT_FAULT(ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), empty);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    EXPECT_EQ(*(uint32_t *)seL4_GetMR(seL4_CapFault_IP), 0xd4000001);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_BitsLeft), 0);
    EXPECT_OK(copy_cap(empty, ntfn, seL4_AllRights));
    reply(0, 0);
    EXPECT_EQ(results[1], 1);
    EXPECT_EQ(results[0], 0x11);
}

TEST("FAULT-0010", "a receive on a cap without the read right is a CapFault in the receive phase")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr target = object_new(seL4_EndpointObject, 0);
    seL4_CPtr write_only = slot_new();
    struct thread thread;

    EXPECT_OK(copy_cap(write_only, target, seL4_CanWrite));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, (thread_entry)(void *)raw_svc, 0, 0, 0));
    /* raw_svc(NULL) faults at address 0 first: a cheap check that page 0 is not mapped. */
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0);
    {
        static struct raw regs;

        regs = (struct raw){ .x0 = write_only, .x7 = (seL4_Word)seL4_SysRecv };
        EXPECT_OK(thread_start(&thread, (thread_entry)(void *)raw_svc, (seL4_Word)&regs, 0, 0));
    }
    EXPECT_FAULT(ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), write_only);
}

TEST("FAULT-0011", "without a usable fault endpoint the thread stops and others go on")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr weak = slot_new();
    struct thread thread[2];
    seL4_Word badge = 1;

    results[0] = 0;
    EXPECT_OK(copy_cap(weak, ep, seL4_ReadWrite));
    EXPECT(thread_new(&thread[0], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread[0], undefined_instruction, 0, 0, 0));
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, weak) != 0);
    EXPECT_OK(thread_start(&thread[1], undefined_instruction, 0, 0, 0));
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
    EXPECT_EQ(results[0], 0);
}

TEST("FAULT-0012", "an address that does not resolve is a CapFault in the send phase")
{
    struct thread thread;
    seL4_CPtr wild = 1ul << 40;
    seL4_CPtr ep = start_faulting(&thread, raw_caller, (seL4_Word)seL4_SysSend, wild);

    EXPECT_FAULT(ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), wild);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 0);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_LookupFailureType), seL4_GuardMismatch);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_BitsLeft), 64);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_GuardMismatch_GuardFound), 0);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_GuardMismatch_BitsFound),
              64 - env.info->initThreadCNodeSizeBits);
}

TEST("FAULT-0013", "an NBSend to an address that does not resolve is silent")
{
    seL4_NBSendWithMRs(1ul << 40, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                       seL4_Null);
}

TEST("FAULT-0014", "an unresolvable capability in a message is a CapFault in the send phase")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    thread.buffer->caps_or_badges[0] = 1ul << 41;
    EXPECT_OK(thread_start(&thread, raw_caller, (seL4_Word)seL4_SysSend, ep,
                           seL4_MessageInfo_new(0, 0, 1, 0).words[0]));
    EXPECT_FAULT(ep, seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), 1ul << 41);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_InRecvPhase), 0);
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

static void use_fpu(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    seL4_Word value;

    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile(".arch_extension fp\n\tfmov d0, %1\n\tfmov %0, d0"
                     : "=r"(value)
                     : "r"(0x4711ul));
    results[0] = value;
    thread_stop();
}

TEST("FAULT-0016", "the FPU of a thread that gave it up is a VCPUFault, until the flag goes")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_TCB_SetFlags_t flags;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    flags = seL4_TCB_SetFlags(thread.tcb, 0, seL4_TCBFlag_fpuDisabled);
    EXPECT_OK(flags.error);
    EXPECT_OK(thread_start(&thread, use_fpu, 0, 0, 0));
    for (int i = 0; i < 2; i++) {
        EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
        EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, 0x07);
        if (i == 1) {
            flags = seL4_TCB_SetFlags(thread.tcb, seL4_TCBFlag_fpuDisabled, 0);
            EXPECT_OK(flags.error);
        }
        reply(0, 0);
    }
    EXPECT_EQ(results[0], 0x4711);
}

/*
 * A CSpace in which pointers fail in every way. Outer CNode: 56 guard bits of zero, radix 4, so
 * four bits of a pointer are left behind it. Slot 1: fault endpoint; 2: a CNode that takes eight
 * bits; 3: a CNode of two bits behind a guard of 01; 4: nothing.
 */
#define CPTR_HANDLER 0x10
#define CPTR_DEPTH   0x20
#define CPTR_GUARD   0x38
#define CPTR_EMPTY   0x40
#define CPTR_OUTER   0x12340

static seL4_CPtr broken_cspace(seL4_CPtr handler)
{
    seL4_CPtr outer = object_new(seL4_CapTableObject, 4);
    seL4_CPtr deep = object_new(seL4_CapTableObject, 8);
    seL4_CPtr guarded = object_new(seL4_CapTableObject, 2);
    seL4_CPtr cspace = slot_new();
    seL4_Error error =
        mint_cap(cspace, outer, seL4_AllRights, seL4_CNode_CapData_new(0, 56).words[0]);

    if (error == seL4_NoError) {
        error = seL4_CNode_Copy(outer, 1, 4, ROOT, handler, FULL_DEPTH, seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = seL4_CNode_Copy(outer, 2, 4, ROOT, deep, FULL_DEPTH, seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = seL4_CNode_Mint(outer, 3, 4, ROOT, guarded, FULL_DEPTH, seL4_AllRights,
                                seL4_CNode_CapData_new(1, 2).words[0]);
    }
    return error == seL4_NoError ? cspace : 0;
}

/* A pointer, and the description of its failure from the message's fourth word on. */
struct bad_pointer {
    seL4_Word cptr;
    seL4_Word length;
    seL4_Word words[4];
};

static const struct bad_pointer bad_pointers[] = {
    { CPTR_DEPTH, 6, { seL4_DepthMismatch, 4, 8 } },
    { CPTR_GUARD, 7, { seL4_GuardMismatch, 4, 1, 2 } },
    { CPTR_OUTER, 7, { seL4_GuardMismatch, 64, 0, 56 } },
    { CPTR_EMPTY, 5, { seL4_MissingCapability, 0 } },
};

#define BAD_POINTERS (sizeof(bad_pointers) / sizeof(bad_pointers[0]))

/* Whether the message is the CapFault that belongs to the pointer. */
static bool is_cap_fault(seL4_MessageInfo_t info, const struct bad_pointer *bad, bool receives)
{
    bool good = seL4_MessageInfo_get_label(info) == seL4_Fault_CapFault &&
                seL4_MessageInfo_get_length(info) == bad->length &&
                *(uint32_t *)seL4_GetMR(seL4_CapFault_IP) == 0xd4000001 &&
                seL4_GetMR(seL4_CapFault_Addr) == bad->cptr &&
                seL4_GetMR(seL4_CapFault_InRecvPhase) == receives;

    for (seL4_Word i = seL4_CapFault_LookupFailureType; i < bad->length; i++) {
        good = good && seL4_GetMR((int)i) == bad->words[i - seL4_CapFault_LookupFailureType];
    }
    return good;
}

/* A thread above the runner in that CSpace, not started. */
static seL4_Error thread_in(struct thread *thread, seL4_CPtr cspace)
{
    return thread_new(thread, PRIO_RUNNER + 1, 0) == 0
               ? seL4_NotEnoughMemory
               : seL4_TCB_SetSpace(thread->tcb, CPTR_HANDLER, cspace, 0, VSPACE, 0);
}

TEST("FAULT-0017", "CapFaults of calls that send: each way a pointer fails, with its description")
{
    static const seL4_Word calls[] = { (seL4_Word)seL4_SysSend, (seL4_Word)seL4_SysCall };
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT_OK(thread_in(&thread, broken_cspace(ep)));
    for (size_t call = 0; call < 2; call++) {
        /* An empty slot is found, and is no CapFault here. */
        for (size_t i = 0; i < BAD_POINTERS - 1; i++) {
            EXPECT_OK(thread_start(&thread, raw_caller, calls[call], bad_pointers[i].cptr, 0));
            EXPECT(is_cap_fault(seL4_Recv(ep, seL4_Null), &bad_pointers[i], false));
            EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
        }
        /* The same for the last of three capabilities in the message. */
        thread.buffer->caps_or_badges[0] = CPTR_HANDLER;
        thread.buffer->caps_or_badges[1] = CPTR_EMPTY;
        for (size_t i = 0; i < BAD_POINTERS - 1; i++) {
            thread.buffer->caps_or_badges[2] = bad_pointers[i].cptr;
            EXPECT_OK(thread_start(&thread, raw_caller, calls[call], CPTR_HANDLER,
                                   seL4_MessageInfo_new(0, 0, 3, 0).words[0]));
            EXPECT(is_cap_fault(seL4_Recv(ep, seL4_Null), &bad_pointers[i], false));
            EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
        }
    }
}

TEST("FAULT-0018",
     "CapFaults of calls that receive: each way a pointer fails, with its description")
{
    static const seL4_Word calls[] = { (seL4_Word)seL4_SysRecv, (seL4_Word)seL4_SysNBRecv,
                                       (seL4_Word)seL4_SysReplyRecv };
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    EXPECT_OK(thread_in(&thread, broken_cspace(ep)));
    for (size_t call = 0; call < 3; call++) {
        for (size_t i = 0; i < BAD_POINTERS; i++) {
            EXPECT_OK(thread_start(&thread, raw_caller, calls[call], bad_pointers[i].cptr, 0));
            EXPECT(is_cap_fault(seL4_Recv(ep, seL4_Null), &bad_pointers[i], true));
            EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
        }
    }
}

TEST("FAULT-0019", "a thread without a CSpace stops at its first pointer, and nobody is told")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_UserContext regs = { 0 };
    seL4_Word badge = 1;

    results[1] = 0;
    thread.tcb = object_new(seL4_TCBObject, 0);
    EXPECT_OK(seL4_TCB_SetSchedParams(thread.tcb, RUNNER_TCB, 0, PRIO_RUNNER + 1));
    /* It has no address space either: the first instruction is its VMFault, which finds no way. */
    regs.pc = (seL4_Word)raw_caller;
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 1, 0, 1, &regs));
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
    EXPECT_OK(seL4_TCB_ReadRegisters(thread.tcb, 0, 0, 1, &regs));
    EXPECT_EQ(regs.pc, (seL4_Word)raw_caller);
    /* The fault handler's pointer fails as well when the CNode behind it is emptied. */
    EXPECT_OK(thread_in(&thread, broken_cspace(ep)));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, ep, FULL_DEPTH));
    EXPECT_OK(thread_start(&thread, raw_caller, (seL4_Word)seL4_SysRecv, CPTR_EMPTY, 0));
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
    EXPECT_EQ(results[1], 0);
}

TEST("FAULT-0020", "CapFault, VMFault and VCPUFault resume whatever the reply's label is")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr empty = slot_new();
    struct thread thread[2];
    seL4_UserContext regs;
    seL4_CPtr ep;

    results[1] = 0;
    ep = start_faulting(&thread[0], raw_caller, (seL4_Word)seL4_SysNBRecv, empty);
    EXPECT_FAULT(ep, seL4_Fault_CapFault);
    EXPECT_OK(copy_cap(empty, ntfn, seL4_AllRights));
    reply(1, 0);
    EXPECT_EQ(results[1], 1);

    results[0] = 99;
    ep = start_faulting(&thread[0], loader_of, HOLE, 0);
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    reply(2, 4);
    EXPECT_EQ(results[0], 0);

    ep = start_faulting(&thread[1], breakpoint, 0, 0);
    EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
    EXPECT_OK(seL4_TCB_ReadRegisters(thread[1].tcb, 0, 0, 1, &regs));
    regs.pc += 4;
    EXPECT_OK(seL4_TCB_WriteRegisters(thread[1].tcb, 0, 0, 1, &regs));
    reply(3, 1);
    EXPECT_EQ(results[0], 1);
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

static volatile seL4_Word heard[2];

/* Takes one message without a buffer of its own: what arrives is what the registers hold. */
static void hear(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    seL4_MessageInfo_t info;

    (void)unused1;
    (void)unused2;
    info = seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    heard[0] = seL4_MessageInfo_get_label(info);
    heard[1] = seL4_MessageInfo_get_length(info);
    thread_stop();
}

TEST("FAULT-0023", "a handler without an IPC buffer hears four words of a longer fault")
{
    static const struct {
        thread_entry entry;
        seL4_Word argument;
        seL4_Word cap;
        seL4_Word label;
    } faults[] = {
        { unknown_caller, 0x777, 0, seL4_Fault_UnknownSyscall },
        { undefined_instruction, 0, 0, seL4_Fault_UserException },
        { raw_caller, (seL4_Word)seL4_SysSend, NOWHERE, seL4_Fault_CapFault },
    };
    struct thread handler;
    struct thread thread[3];

    EXPECT(thread_new(&handler, PRIO_RUNNER + 2, 0) != 0);
    EXPECT_OK(seL4_TCB_SetIPCBuffer(handler.tcb, 0, 0));
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        seL4_CPtr ep =
            start_faulting(&thread[i], faults[i].entry, faults[i].argument, faults[i].cap);

        EXPECT(ep != 0);
        EXPECT_OK(thread_start(&handler, hear, ep, 0, 0));
        EXPECT_EQ(heard[0], faults[i].label);
        EXPECT_EQ(heard[1], 4);
    }
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
