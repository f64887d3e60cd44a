/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls of debug kernels. DebugPutChar and those for several cores are used elsewhere. */
#define AREA "97"
#include "env.h"

#ifdef CONFIG_DEBUG_BUILD

TEST("DEBUG-0001", "DebugCapIdentify answers the kind of each capability")
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr handler = slot_new();
    struct {
        seL4_CPtr cap;
        seL4_Word tag;
    } kinds[] = {
        { seL4_CapNull, 0 },
        { NOWHERE, 0 },
        { object_new(seL4_UntypedObject, seL4_ASIDPoolBits), 2 },
        { object_new(seL4_EndpointObject, 0), 4 },
        { object_new(seL4_NotificationObject, 0), 6 },
        { ROOT, 10 },
        { RUNNER_TCB, 12 },
        { seL4_CapIRQControl, 14 },
        { handler, 16 },
        { seL4_CapDomain, 20 },
        { object_new(seL4_ARM_SmallPageObject, 0), 1 },
        { object_new(seL4_ARM_PageTableObject, 0), 3 },
        { VSPACE, 9 },
        { seL4_CapASIDControl, 11 },
        { pool, 13 },
        { object_new(seL4_ARM_VCPUObject, 0), 15 },
    };

    EXPECT_OK(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl,
                                            object_new(seL4_UntypedObject, seL4_ASIDPoolBits), ROOT,
                                            pool, FULL_DEPTH));
    EXPECT_OK(seL4_IRQControl_Get(seL4_CapIRQControl, 50, ROOT, handler, FULL_DEPTH));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        EXPECT_EQ(seL4_DebugCapIdentify(kinds[i].cap), kinds[i].tag);
    }
#ifdef CONFIG_ALLOW_SMC_CALLS
    EXPECT_EQ(seL4_DebugCapIdentify(seL4_CapSMC), 25);
#endif
#ifndef CONFIG_ENABLE_SMP_SUPPORT
    EXPECT_OK(
        seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, 5, 0, ROOT, slot_new(), FULL_DEPTH));
    EXPECT_EQ(seL4_DebugCapIdentify(env.next_slot - 1), 27);
#endif
}

static void saved_caller(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                           seL4_Null);
    thread_stop();
}

TEST("DEBUG-0002", "DebugCapIdentify knows a saved caller's reply capability")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr saved = slot_new();
    struct thread client;

    EXPECT(thread_new(&client, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&client, saved_caller, ep, 0, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved, FULL_DEPTH));
    EXPECT_EQ(seL4_DebugCapIdentify(saved), 8);
}

TEST("DEBUG-0003", "DebugNameThread and DebugDumpScheduler come back with every register as it was")
{
    struct raw regs = { 0, 11, 12, 13, 14, 15, 16, (seL4_Word)seL4_SysDebugDumpScheduler };

    seL4_DebugNameThread(RUNNER_TCB, "runner");
    raw_svc(&regs);
    EXPECT_EQ(regs.x0, 0);
    EXPECT_EQ(regs.x1, 11);
    EXPECT_EQ(regs.x5, 15);
    EXPECT_EQ(regs.x6, 16);
    EXPECT_EQ(regs.x7, (seL4_Word)seL4_SysDebugDumpScheduler);
}

TEST("TCB-0206", "debug builds name threads; a name need not fit into the kernel's place for it")
{
    char name[600];

    for (unsigned i = 0; i < sizeof(name) - 1; i++) {
        name[i] = (char)('a' + i % 26);
    }
    name[sizeof(name) - 1] = '\0';
    seL4_DebugNameThread(RUNNER_TCB, name);
    seL4_DebugNameThread(RUNNER_TCB, "runner");
}

TEST("DEBUG-0004", "DebugSnapshot comes back")
{
    seL4_DebugSnapshot();
}

/* Only when it is asked for by name: nothing comes after it. */
TEST("HALT-0001", "DebugHalt stops the machine")
{
    seL4_DebugHalt();
    EXPECT(!"the machine was stopped");
}

#endif
