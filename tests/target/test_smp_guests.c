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
#endif
