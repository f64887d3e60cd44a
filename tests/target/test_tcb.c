/* SPDX-License-Identifier: BSD-2-Clause */
/* TCBs: suspend and resume, deletion, configuration. */
#define AREA "50"
#include "env.h"

static volatile seL4_Word counters[4];

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
    log_add(value);
    thread_stop();
}

TEST("TCB-0010", "suspending a blocked sender withdraws it; resuming repeats the call")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge;
    seL4_Word word = 0;

    log_start();
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, sender, ep, 5, 0));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(log_count, 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)seL4_RecvWithMRs(ep, &badge, &word, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(word, 5);
    EXPECT_EQ(log_count, 1);
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
