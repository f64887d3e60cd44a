/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: guests that run elsewhere than their VMM, which is on core 0. */
#define AREA "90"
#include "guest.h"
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

static seL4_Error guest_go(struct guest *guest, seL4_Word core)
{
    seL4_Error error = seL4_TCB_SetAffinity(guest->tcb, core);

    return error == seL4_NoError ? seL4_TCB_Resume(guest->tcb) : error;
}

TEST("VCPU-0101", "a guest on another core: exits, registers written and read from here")
{
    struct guest guest;

    NEED_CORES();
    EXPECT_OK(guest_hold(&guest, guest_sysregs, 0));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1, 0x1111));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_VMPIDR_EL2, 0x80000003));
    EXPECT_OK(guest_go(&guest, 1));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0x1111);
    EXPECT_EQ(seL4_GetMR(1), 0x80000003);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1).value, 0x7777);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_VBAR).value, 0x8000);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_TTBR1).value, 0x12340000);
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1, 0x2222));
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1).value, 0x2222);
}

TEST("VCPU-0102", "interrupts injected from here into a guest that runs on another core")
{
    struct guest guest;

    NEED_CORES();
    EXPECT_OK(guest_hold(&guest, guest_irq, 0));
    NEED_GICV(&guest);
    EXPECT_OK(guest_go(&guest, 1));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    guest_answer();
    for (seL4_Word i = 0; i < 20; i++) {
        /* The guest runs, and has nothing else to come out for. */
        EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, (seL4_Uint16)(40 + i), 0, 0, i % 4));
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
        EXPECT_EQ(seL4_GetMR(0), 40 + i);
        guest_answer();
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
        EXPECT_EQ(seL4_GetMR(seL4_VGICMaintenance_IDX), i % 4);
        guest_resume();
        if (i % 5 == 4) {
            /* A running guest moves, with what it has in its core's registers. */
            EXPECT_OK(seL4_TCB_SetAffinity(guest.tcb, 1 + i / 5 % (env.info->numNodes - 1)));
        }
    }
    EXPECT_OK(seL4_TCB_Suspend(guest.tcb));
}

TEST("VCPU-0103", "the virtual timer of a guest on another core, acknowledged while it runs")
{
    struct guest guest;

    NEED_CORES();
    EXPECT_OK(guest_hold(&guest, guest_timer, 1000));
    NEED_GICV(&guest);
    EXPECT_OK(guest_go(&guest, 1));
    for (int round = 0; round < 10; round++) {
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_VPPIEvent);
        EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 27, 0, 0, 0));
        guest_resume();
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
        guest_resume();
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
        guest_answer();
        /* By now it may wait for the next one, which is masked. */
        for (volatile int i = 0; i < 10000 * round; i++) {
        }
        EXPECT_OK(seL4_ARM_VCPU_AckVPPI(guest.vcpu, 27));
    }
    EXPECT_OK(seL4_TCB_Suspend(guest.tcb));
}

TEST("VCPU-0104", "a guest that runs on another core loses its VCPU, or the other way round")
{
    struct guest guest;
    seL4_CPtr vcpu;

    NEED_CORES();
    EXPECT_OK(guest_hold(&guest, guest_irq, 0));
    EXPECT(map_gicv(&guest));
    EXPECT_OK(guest_go(&guest, 1));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    guest_answer();
    EXPECT_OK(seL4_CNode_Delete(ROOT, guest.vcpu, FULL_DEPTH));
    /* It goes on as a native thread, in user mode. */
    vcpu = object_new(seL4_ARM_VCPUObject, 0);
    EXPECT_OK(seL4_ARM_VCPU_SetTCB(vcpu, guest.tcb));
    EXPECT_OK(seL4_CNode_Delete(ROOT, guest.tcb, FULL_DEPTH));
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(vcpu, seL4_VCPUReg_SCTLR).error, seL4_NoError);
}
#define HOLE_PADDR 0x0a800000ul /* nothing answers there */
#define HOLE_IPA   0x50000000ul

/* Peers that share memory, or two VCPUs of one guest, can do this to the kernel's look at the tables. */
TEST("VCPU-0302", "a guest's tables change between its abort and the walk that finds the address")
{
    volatile seL4_Word *table = (volatile seL4_Word *)(SCRATCH_VADDR + PAGE_BYTES * 2);
    seL4_CPtr hole = device_frame(HOLE_PADDR);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct guest guest;
    seL4_Word faults = 0;
    seL4_Word badge;

    NEED_CORES();
    EXPECT(hole != 0);
    EXPECT_OK(guest_hold(&guest, guest_stores, GUEST_IPA + PAGE_BYTES * 2));
    EXPECT_OK(map_page(guest.vspace, page, GUEST_IPA + 0x10000, seL4_CanRead,
                       seL4_ARM_Default_VMAttributes));
    EXPECT_OK(map_page(guest.vspace, hole, HOLE_IPA, seL4_ReadWrite, 0));
    /* Level 1: 0x40000000 1:1; 0x80000000 the same gigabyte, or a table that cannot be read. */
    table[1] = 0x40000000 | 0x701;
    table[2] = 0x40000000 | 0x701;
    EXPECT_OK(seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, SCRATCH_VADDR + PAGE_BYTES * 2,
                                                   SCRATCH_VADDR + PAGE_BYTES * 3));
    EXPECT_OK(guest_go(&guest, 1));
    while (faults < 150) {
        for (unsigned int i = 0; i < 2000; i++) {
            table[2] = HOLE_IPA | 3;
            table[2] = 0x40000000 | 0x701;
        }
        badge = 0;
        (void)seL4_NBRecv(guest.ep, &badge);
        if (badge == BADGE) {
            faults++;
            guest_resume();
        }
    }
    EXPECT_OK(seL4_TCB_Suspend(guest.tcb));
}
#endif
