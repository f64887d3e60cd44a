/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual CPUs: small EL1 guests and the exits that they make. */
#define AREA "90"
#include "guest.h"

TEST("VCPU-0001", "a guest's hvc is an UnknownSyscall with its registers; the reply changes them")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_hello, 0));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    for (int i = 0; i < 7; i++) {
        EXPECT_EQ(seL4_GetMR(i), (seL4_Word)i + 1);
    }
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_Syscall), REPORT);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_FaultIP), GUEST_IPA + 8 * 4);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_SPSR) & 0xf, 5);
    seL4_SetMR(0, 0x42);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0x142);
    EXPECT_EQ(seL4_GetMR(6), 7);
}

TEST("VCPU-0002", "smc is a VCPUFault at the instruction; registers come by ReadRegisters")
{
    struct guest guest;
    seL4_UserContext regs;

    EXPECT_OK(guest_new(&guest, guest_smc, 0));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, EC_SMC64);
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 4, &regs));
    EXPECT_EQ(regs.pc, GUEST_IPA + 4);
    EXPECT_EQ(regs.x0, 0x84000000);
    regs.x0 = 0x10001;
    regs.pc += 4;
    EXPECT_OK(seL4_TCB_WriteRegisters(guest.tcb, 0, 0, 4, &regs));
    guest_resume();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0x10001);
}

TEST("VCPU-0003", "wfi is a VCPUFault; a blocked guest restarts by WriteRegisters alone")
{
    struct guest guest;
    seL4_UserContext regs;

#ifdef CONFIG_DISABLE_WFI_WFE_TRAPS
    test_skip("this kernel does not trap wfi");
    return;
#endif
    EXPECT_OK(guest_new(&guest, guest_wfi, 0));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, EC_WFX);
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 1, &regs));
    EXPECT_EQ(regs.pc, GUEST_IPA + 4);
    regs.pc += 4;
    EXPECT_OK(seL4_TCB_WriteRegisters(guest.tcb, 1, 0, 1, &regs));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
}

TEST("VCPU-0004", "a stage-2 abort gives IPA and syndrome for emulation")
{
    struct guest guest;
    seL4_UserContext regs;

    EXPECT_OK(guest_new(&guest, guest_access, 0x30000120));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x30000120);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), GUEST_IPA);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 0);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x24);
    EXPECT_EQ((seL4_GetMR(seL4_VMFault_FSR) >> 22) & 7, 6); /* ISV, 32 bits wide */
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) & 0x40, 0);
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 4, &regs));
    regs.x0 = 0xabcd;
    regs.pc += 4;
    EXPECT_OK(seL4_TCB_WriteRegisters(guest.tcb, 0, 0, 4, &regs));
    guest_resume();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0xabcd);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x30000125);
    EXPECT_EQ((seL4_GetMR(seL4_VMFault_FSR) >> 22) & 7, 4); /* ISV, 8 bits wide */
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) & 0x40, 0x40);
    EXPECT_OK(guest_skip(&guest));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
}

TEST("VCPU-0005", "an instruction abort of a guest is a prefetch VMFault")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_jump, 0x30004000));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), 0x30004000);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x30004000);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);
}

TEST("VCPU-0006", "system registers written from outside are what the guest reads, and back")
{
    struct guest guest;
    seL4_ARM_VCPU_ReadRegs_t value;

    EXPECT_OK(guest_new(&guest, guest_sysregs, 0));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1, 0x1111));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_VMPIDR_EL2, 0x80000003));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_VBAR, 0x4000));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_TTBR1, 0x9000));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0x1111);
    EXPECT_EQ(seL4_GetMR(1), 0x80000003);
    EXPECT_EQ(seL4_GetMR(2) & 1, 0);
    EXPECT_EQ(seL4_GetMR(3), 0x4000);
    EXPECT_EQ(seL4_GetMR(4), 4);
    EXPECT(seL4_GetMR(5) != 0);
    EXPECT_EQ(seL4_GetMR(6), 0x9000);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    value = seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_TPIDR_EL1);
    EXPECT_OK(value.error);
    EXPECT_EQ(value.value, 0x7777);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_VBAR).value, 0x8000);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_TTBR1).value, 0x12340000);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_ELR_EL1).value, 0x5678);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_SP_EL1).value, 0x4440);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_Num).error, seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_Num, 0), seL4_InvalidArgument);
}

TEST("VCPU-0007", "a fresh VCPU: SCTLR at its reset value, everything else zero")
{
    seL4_CPtr vcpu = object_new(seL4_ARM_VCPUObject, 0);

    for (seL4_Word reg = 0; reg < seL4_VCPUReg_Num; reg++) {
        seL4_ARM_VCPU_ReadRegs_t value = seL4_ARM_VCPU_ReadRegs(vcpu, reg);

        EXPECT_OK(value.error);
        EXPECT_EQ(value.value, reg == seL4_VCPUReg_SCTLR ? 0x34d58820 : 0);
    }
}

TEST("VCPU-0008", "the physical counter is trapped unless exported, the virtual one is not")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_counter, 0));
#ifndef CONFIG_EXPORT_PCNT_USER
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(0) >> 26, EC_SYSREG);
    EXPECT_OK(guest_skip(&guest));
#endif
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    guest_answer();
#ifndef CONFIG_EXPORT_PTMR_USER
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(0) >> 26, EC_SYSREG);
#else
    /* Real seL4 gives it to guests, too; this kernel keeps it for native threads. */
    if (guest_exit(&guest) != seL4_Fault_UnknownSyscall) {
        EXPECT_EQ(seL4_GetMR(0) >> 26, EC_SYSREG);
    }
#endif
}

static seL4_Error set_syscall(struct guest *guest, seL4_Word cap, seL4_Word number)
{
    seL4_UserContext regs = { 0 };

    regs.pc = GUEST_IPA;
    regs.spsr = 0x3c5;
    regs.x0 = cap;
    regs.x7 = number;
    return seL4_TCB_WriteRegisters(guest->tcb, 1, 0, CONTEXT_WORDS, &regs);
}

TEST("VCPU-0009", "hvc with a system call's number is that call, in the guest's own CSpace")
{
    struct guest guest;
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_Word badge = 0;

    EXPECT_OK(guest_new(&guest, guest_syscall, 0));
    EXPECT_OK(
        seL4_CNode_Mint(guest.cnode, 2, FULL_DEPTH, ROOT, ntfn, FULL_DEPTH, seL4_AllRights, 0x99));
    EXPECT_OK(set_syscall(&guest, 2, (seL4_Word)seL4_SysSend));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(6), (seL4_Word)seL4_SysSend);
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0x99);
    /* A cap that only the VMM has is not in the guest's CSpace. */
    EXPECT_OK(set_syscall(&guest, ntfn, (seL4_Word)seL4_SysSend));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_CapFault);
    EXPECT_EQ(seL4_GetMR(seL4_CapFault_Addr), ntfn);
}

TEST("VCPU-0010", "an injected interrupt is taken; its end is a VGICMaintenance of its register")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_irq, 0));
    NEED_GICV(&guest);
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 40, 0, 0, 1));
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 40);
    EXPECT_EQ(seL4_GetMR(seL4_UnknownSyscall_SPSR) & 0x80, 0x80);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
    EXPECT_EQ(seL4_GetMR(seL4_VGICMaintenance_IDX), 1);
    /* Again with another register, and two at once in priority order. */
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 41, 2, 0, 0));
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 42, 1, 0, 1));
    guest_resume();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 42);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
    EXPECT_EQ(seL4_GetMR(seL4_VGICMaintenance_IDX), 1);
    guest_resume();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 41);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
    EXPECT_EQ(seL4_GetMR(seL4_VGICMaintenance_IDX), 0);
}

TEST("VCPU-0011", "InjectIRQ checks number, priority, group and register")
{
    seL4_CPtr vcpu = object_new(seL4_ARM_VCPUObject, 0);
    seL4_Word last;

    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 1024, 0, 0, 0), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(1), 1023);
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 32, 0, 0), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(1), 31);
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 2, 0), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(1), 1);
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 0, 200), seL4_RangeError);
    last = seL4_GetMR(1);
    EXPECT(last >= 3 && last < 64);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 0, (seL4_Uint8)last));
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 0, (seL4_Uint8)(last + 1)), seL4_RangeError);
}

TEST("VCPU-0012", "an interrupt that is still pending is replaced by the next in its list register")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_irq, 0));
    NEED_GICV(&guest);
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 40, 0, 0, 0));
    /* Pending still: overwriting is allowed. */
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 43, 0, 0, 0));
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 43);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
}

TEST("VCPU-0013", "the virtual timer is a VPPIEvent, masked until AckVPPI")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_timer, 1000));
    NEED_GICV(&guest);
    for (int round = 0; round < 3; round++) {
        seL4_Word label = guest_exit(&guest);

        EXPECT_EQ(label, seL4_Fault_VPPIEvent);
        EXPECT_EQ(seL4_GetMR(seL4_VPPIEvent_IRQ), 27);
        EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 27, 0, 0, 0));
        guest_resume();
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
        EXPECT_EQ(seL4_GetMR(seL4_VGICMaintenance_IDX), 0);
        EXPECT_OK(seL4_ARM_VCPU_AckVPPI(guest.vcpu, 27));
        guest_resume();
        EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
        EXPECT_EQ(seL4_GetMR(0), 0x55);
        guest_answer();
    }
    EXPECT_EQ(seL4_ARM_VCPU_AckVPPI(guest.vcpu, 28), seL4_InvalidArgument);
    EXPECT_EQ(seL4_ARM_VCPU_AckVPPI(guest.vcpu, 5000), seL4_RangeError);
}

TEST("VCPU-0014", "two guests keep their own registers when they alternate")
{
    struct guest first;
    struct guest second;

    EXPECT_OK(guest_new(&first, guest_sysregs, 0));
    EXPECT_OK(guest_beside(&second, &first));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(first.vcpu, seL4_VCPUReg_TPIDR_EL1, 0xaaaa));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(second.vcpu, seL4_VCPUReg_TPIDR_EL1, 0xbbbb));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(first.vcpu, seL4_VCPUReg_VMPIDR_EL2, 0x80000000));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(second.vcpu, seL4_VCPUReg_VMPIDR_EL2, 0x80000001));
    EXPECT_EQ(guest_exit(&first), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0xaaaa);
    EXPECT_EQ(seL4_GetMR(1), 0x80000000);
    EXPECT_OK(set_syscall(&second, 0, 0));
    EXPECT_EQ(guest_exit(&second), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0xbbbb);
    EXPECT_EQ(seL4_GetMR(1), 0x80000001);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(first.vcpu, seL4_VCPUReg_TPIDR_EL1).value, 0xaaaa);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(second.vcpu, seL4_VCPUReg_TPIDR_EL1).value, 0xbbbb);
}

TEST("VCPU-0015", "taking the VCPU away ends guest mode; deleting it while in use is safe")
{
    struct guest guest;
    seL4_UserContext regs;

    EXPECT_OK(guest_new(&guest, guest_hello, 0));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_OK(seL4_CNode_Delete(ROOT, guest.vcpu, FULL_DEPTH));
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 3, &regs));
    EXPECT_EQ(regs.spsr & 0xf, 0);
    EXPECT_EQ(seL4_ARM_VCPU_SetTCB(object_new(seL4_ARM_VCPUObject, 0), VSPACE),
              seL4_IllegalOperation);
}

TEST("VCPU-0016", "floating-point registers of the guest survive its exits")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_fpu, 0));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    __asm__ volatile(".arch_extension fp\n\tfmov d9, %0" : : "r"(0x9999ul));
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 0x4321);
}

TEST("VCPU-0017", "with stage 1 on, the fault address is the IPA that the guest's tables give")
{
    struct guest guest;
    volatile seL4_Word *table = (volatile seL4_Word *)(SCRATCH_VADDR + PAGE_BYTES * 2);

    EXPECT_OK(guest_new(&guest, guest_stage1, GUEST_IPA + PAGE_BYTES * 2));
    /* Level 1 blocks of 1 GB: 0x40000000 1:1, 0x80000000 -> IPA 0xc0000000. */
    table[1] = 0x40000000 | 0x701;
    table[2] = 0xc0000000 | 0x701;
    EXPECT_OK(seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, SCRATCH_VADDR + PAGE_BYTES * 2,
                                                   SCRATCH_VADDR + PAGE_BYTES * 3));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0xc0000123);
}

TEST("VCPU-0018", "a VCPU without a thread takes interrupts and registers, and keeps them")
{
    seL4_CPtr vcpu = object_new(seL4_ARM_VCPUObject, 0);

    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(vcpu, 0, 0, 0, 0));
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(vcpu, 1023, 31, 1, 1));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(vcpu, seL4_VCPUReg_CNTVOFF, 0x1234));
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(vcpu, seL4_VCPUReg_CNTVOFF).value, 0x1234);
    EXPECT_OK(seL4_ARM_VCPU_AckVPPI(vcpu, 27));
}

TEST("VCPU-0019", "InjectIRQ names the range of each of its four parts")
{
    seL4_CPtr vcpu = object_new(seL4_ARM_VCPUObject, 0);
    seL4_Word last;

    EXPECT_RANGE(seL4_ARM_VCPU_InjectIRQ(vcpu, 1024, 0, 0, 0), 0, 1023);
    EXPECT_RANGE(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 32, 0, 0), 0, 31);
    EXPECT_RANGE(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 2, 0), 0, 1);
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 0, 255), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    last = seL4_GetMR(1);
    EXPECT_RANGE(seL4_ARM_VCPU_InjectIRQ(vcpu, 40, 0, 0, (seL4_Uint8)(last + 1)), 0, last);
}

TEST("VCPU-0020", "AckVPPI, ReadRegs and WriteRegs name what they refuse")
{
    seL4_CPtr vcpu = object_new(seL4_ARM_VCPUObject, 0);
    seL4_Word last;

    EXPECT_EQ(seL4_ARM_VCPU_AckVPPI(vcpu, ~0ul), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    last = seL4_GetMR(1);
    EXPECT(last >= 32 && last < 1020);
    EXPECT_RANGE(seL4_ARM_VCPU_AckVPPI(vcpu, last + 1), 0, last);
    EXPECT_NUMBER(seL4_ARM_VCPU_AckVPPI(vcpu, last), seL4_InvalidArgument, 0);
    EXPECT_NUMBER(seL4_ARM_VCPU_AckVPPI(vcpu, 26), seL4_InvalidArgument, 0);
    EXPECT_NUMBER(seL4_ARM_VCPU_ReadRegs(vcpu, seL4_VCPUReg_Num).error, seL4_InvalidArgument, 1);
    EXPECT_NUMBER(seL4_ARM_VCPU_ReadRegs(vcpu, ~0ul).error, seL4_InvalidArgument, 1);
    EXPECT_NUMBER(seL4_ARM_VCPU_WriteRegs(vcpu, seL4_VCPUReg_Num, 0), seL4_InvalidArgument, 1);
    EXPECT_NUMBER(seL4_ARM_VCPU_WriteRegs(vcpu, ~0ul, 0), seL4_InvalidArgument, 1);
}

TEST("VCPU-0021", "a list register whose interrupt is active is DeleteFirst, the others are free")
{
    struct guest guest;
    struct guest second;

    EXPECT_OK(guest_new(&guest, guest_irq, 0));
    NEED_GICV(&guest);
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 40, 0, 0, 2));
    guest_answer();
    /* It comes out of the handler, before the end of the interrupt. */
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 40);
    /* The kernel looks at the list registers when it puts another VCPU in their place. */
    EXPECT_OK(guest_beside(&second, &guest));
    EXPECT_OK(set_syscall(&second, 0, 0));
    EXPECT_EQ(guest_exit(&second), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 41, 0, 0, 2), seL4_DeleteFirst);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 41, 0, 0, 1));
}

TEST("VCPU-0022", "an abort of the guest's user mode is a VMFault of its thread")
{
    struct guest guest;
    seL4_UserContext regs;

    EXPECT_OK(guest_hold(&guest, guest_access, 0x30000120));
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 3, &regs));
    regs.spsr = 0x3c0;
    EXPECT_OK(seL4_TCB_WriteRegisters(guest.tcb, 1, 0, 3, &regs));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), GUEST_IPA);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x30000120);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 0);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x24);
    EXPECT_OK(seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 3, &regs));
    EXPECT_EQ(regs.spsr & 0xf, 0);
}

TEST("VCPU-0023", "a guest goes on whatever the label of the reply to its exit is")
{
    struct guest guest;

    EXPECT_OK(guest_new(&guest, guest_irq, 0));
    NEED_GICV(&guest);
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 40, 0, 0, 0));
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VGICMaintenance);
    EXPECT_OK(seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 41, 0, 0, 0));
    seL4_Reply(seL4_MessageInfo_new(9, 0, 0, 1));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 41);
    /* But an UnknownSyscall is ended by one. */
    seL4_Reply(seL4_MessageInfo_new(9, 0, 0, 0));
    EXPECT_OK(seL4_TCB_Resume(guest.tcb));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 41);
}

/* Native threads' value and DZE: nothing else that the kernel would have to change. */
#define SCTLR_DZE 0x34d5d824ul

static void zero_line(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    __asm__ volatile("dc zva, %0" : : "r"(address) : "memory");
    thread_stop();
}

/* A native thread that asks DCZID_EL0 and zeroes by DC ZVA must not depend on which guest ran last. */
TEST("VCPU-0300",
     "a guest that allows DC ZVA to its user level does not allow it to native threads")
{
    static unsigned char line[4096] __attribute__((aligned(4096)));
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct guest guest;
    struct thread thread;
    seL4_Word dczid;

    EXPECT_OK(guest_hold(&guest, guest_hello, 0));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_SCTLR, SCTLR_DZE));
    EXPECT_OK(seL4_TCB_Resume(guest.tcb));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_SCTLR).value, SCTLR_DZE);
    __asm__ volatile("mrs %0, dczid_el0" : "=r"(dczid));
    EXPECT_EQ(dczid & 0x10, 0x10);
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, zero_line, (seL4_Word)line, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_label(seL4_NBRecv(ep, seL4_Null)), seL4_Fault_VCPUFault);
    EXPECT_EQ(seL4_GetMR(0) >> 26, EC_SYSREG);
}

/*
 * All that a guest can forbid its own user level in SCTLR_EL1: misaligned pointers and stack (A, SA0),
 * DC ZVA, CTR_EL0, WFI, WFE, cache maintenance; the same for FP in CPACR_EL1.
 */
#define SCTLR_STRICT 0x30d0183eul

static volatile seL4_Word done;

static void use_everything(seL4_Word unused0, seL4_Word unused1, seL4_Word unused2)
{
    static unsigned char bytes[64] __attribute__((aligned(64)));
    seL4_Word value;

    (void)unused0;
    (void)unused1;
    (void)unused2;
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(bytes + 1) : "memory");
    done = 1;
    __asm__ volatile("mrs %0, ctr_el0" : "=r"(value));
    done = 2;
    __asm__ volatile("dc civac, %0\n dc cvau, %0\n ic ivau, %0" : : "r"(bytes) : "memory");
    done = 3;
    __asm__ volatile("wfe\n wfi");
    done = 4;
    __asm__ volatile(".arch_extension fp\n fmov d3, %0" : : "r"(value));
    done = 5;
    __asm__ volatile("mov x9, sp\n"
                     "sub sp, x9, #24\n"
                     "ldr x10, [sp]\n"
                     "mov sp, x9"
                     :
                     :
                     : "x9", "x10", "memory");
    done = 6;
    thread_stop();
}

/* @by_vmm: the VMM closes the FPU to the guest once more, behind its exit */
static void strict_guest(bool by_vmm)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct guest guest;
    struct thread thread;
    seL4_Word ip;

    EXPECT_OK(guest_hold(&guest, guest_sctlr, 0));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_SCTLR, SCTLR_STRICT));
    EXPECT_OK(seL4_TCB_Resume(guest.tcb));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), SCTLR_STRICT);
    ip = seL4_GetMR(seL4_UnknownSyscall_FaultIP);
    if (by_vmm) {
        EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_CPACR, 0));
    }
    done = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, use_everything, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_label(seL4_NBRecv(ep, seL4_Null)), 0);
    for (int turn = 0; turn < 1000 && done < 6; turn++) {
        seL4_Yield();
    }
    EXPECT_EQ(done, 6);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_SCTLR).value, SCTLR_STRICT);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CPACR).value, 0);
    /* NBRecv took the right to answer away. */
    EXPECT_OK(seL4_TCB_Suspend(guest.tcb));
    EXPECT_OK(seL4_TCB_WriteRegisters(guest.tcb, 1, 0, 1, &(seL4_UserContext){ .pc = ip - 8 }));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), SCTLR_STRICT);
}

TEST("VCPU-0304", "what a guest forbids its user level, native threads do all the same")
{
    strict_guest(false);
}

TEST("VCPU-0305", "and what a VMM forbids its guest, while its registers are loaded")
{
    strict_guest(true);
}

#ifdef CONFIG_EXPORT_VTMR_USER
TEST("VCPU-0301", "a native thread that uses the exported virtual timer leaves the guest's alone")
{
    struct guest guest;
    seL4_Word deadline;
    seL4_Word status;

    EXPECT_OK(guest_hold(&guest, guest_hello, 0));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_CNTV_CVAL, ~0ul >> 1));
    EXPECT_OK(seL4_ARM_VCPU_WriteRegs(guest.vcpu, seL4_VCPUReg_CNTV_CTL, 1));
    EXPECT_OK(seL4_TCB_Resume(guest.tcb));
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    /* Due at once, with its interrupt, which goes to nobody. */
    __asm__ volatile("msr cntv_cval_el0, xzr\n msr cntv_ctl_el0, %0\n isb" : : "r"(1ul));
    __asm__ volatile("mrs %0, cntv_cval_el0\n mrs %1, cntv_ctl_el0" : "=r"(deadline), "=r"(status));
    EXPECT_EQ(deadline, 0);
    EXPECT_EQ(status, 5);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CNTV_CVAL).value, ~0ul >> 1);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CNTV_CTL).value, 1);
    guest_answer();
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CNTV_CVAL).value, ~0ul >> 1);
    EXPECT_EQ(seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CNTV_CTL).value, 1);
    __asm__ volatile("msr cntv_ctl_el0, xzr");
}
#endif
