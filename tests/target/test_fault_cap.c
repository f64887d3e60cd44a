/* SPDX-License-Identifier: BSD-2-Clause */
/* CapFaults: pointers of system calls that lead nowhere. */
#define AREA "60"
#include "fault.h"

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
