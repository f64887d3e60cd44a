/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of any kind: who hears of them, and what the answer does. */
#define AREA "60"
#include "fault.h"

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
