/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual CPUs: small EL1 guests and the exits that they make. */
#define AREA "90"
#include "env.h"

#define GUEST_IPA   0x40000000ul
#define GICV_PADDR  0x08040000ul
#define GICC_IPA    0x08010000ul
#define BADGE       0x6e57
#define GUEST_BYTES (4 * PAGE_BYTES)
#define REPORT      0x100

#define EC_WFX    0x01
#define EC_SMC64  0x17
#define EC_SYSREG 0x18

extern const unsigned char guest_hello[], guest_smc[], guest_wfi[], guest_access[], guest_jump[],
    guest_sysregs[], guest_counter[], guest_syscall[], guest_irq[], guest_timer[], guest_fpu[],
    guest_stage1[], guest_end[];

struct guest {
    seL4_CPtr vcpu;
    seL4_CPtr tcb;
    seL4_CPtr vspace;
    seL4_CPtr ep;
    seL4_CPtr cnode; /* radix 2; slot 1: fault endpoint */
};

static void copy_code(const unsigned char *code)
{
    volatile unsigned char *page = (volatile unsigned char *)SCRATCH_VADDR;

    for (size_t i = 0; i < GUEST_BYTES && code + i < guest_end; i++) {
        page[i] = code[i];
    }
}

static seL4_Error map_guest_memory(struct guest *guest, const unsigned char *code)
{
    seL4_Error error;

    for (seL4_Word offset = 0; offset < GUEST_BYTES; offset += PAGE_BYTES) {
        seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
        seL4_CPtr copy = slot_new();

        error = copy_cap(copy, page, seL4_AllRights);
        if (error == seL4_NoError) {
            error = map_page(VSPACE, page, SCRATCH_VADDR + offset, seL4_ReadWrite,
                             seL4_ARM_Default_VMAttributes);
        }
        if (error == seL4_NoError) {
            error = map_page(guest->vspace, copy, GUEST_IPA + offset, seL4_ReadWrite,
                             seL4_ARM_Default_VMAttributes);
        }
        if (error != seL4_NoError) {
            return error;
        }
    }
    copy_code(code);
    for (seL4_Word offset = 0; offset < GUEST_BYTES; offset += PAGE_BYTES) {
        (void)seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, SCRATCH_VADDR + offset,
                                                   SCRATCH_VADDR + offset + PAGE_BYTES);
        (void)seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR + offset,
                                                SCRATCH_VADDR + offset + PAGE_BYTES);
    }
    return seL4_NoError;
}

/* The next guest waits for guest_go(). */
static bool hold_guest;

/* Makes a guest that will start `code` at EL1h with x1 = argument. */
static seL4_Error guest_new(struct guest *guest, const unsigned char *code, seL4_Word argument)
{
    seL4_CPtr plain = object_new(seL4_CapTableObject, 2);
    seL4_UserContext regs = { 0 };
    seL4_Error error;

    guest->cnode = slot_new();
    guest->ep = object_new(seL4_EndpointObject, 0);
    guest->vspace = object_new(seL4_ARM_VSpaceObject, 0);
    guest->tcb = object_new(seL4_TCBObject, 0);
    guest->vcpu = object_new(seL4_ARM_VCPUObject, 0);
    error = mint_cap(guest->cnode, plain, seL4_AllRights, seL4_CNode_CapData_new(0, 62).words[0]);
    if (error == seL4_NoError) {
        error = seL4_CNode_Mint(guest->cnode, 1, FULL_DEPTH, ROOT, guest->ep, FULL_DEPTH,
                                seL4_CapRights_new(1, 0, 0, 1), BADGE);
    }
    if (error == seL4_NoError) {
        error = seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, guest->vspace);
    }
    if (error == seL4_NoError) {
        error = map_guest_memory(guest, code);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_Configure(guest->tcb, 1, guest->cnode, 0, guest->vspace, 0, 0, 0);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(guest->tcb, RUNNER_TCB, 0, PRIO_RUNNER - 1);
    }
    if (error == seL4_NoError) {
        error = seL4_ARM_VCPU_SetTCB(guest->vcpu, guest->tcb);
    }
    regs.pc = GUEST_IPA;
    regs.spsr = 0x3c5;
    regs.x1 = argument;
    if (error == seL4_NoError) {
        error = seL4_TCB_WriteRegisters(guest->tcb, !hold_guest, 0,
                                        sizeof(regs) / sizeof(seL4_Word), &regs);
    }
    hold_guest = false;
    return error;
}

/* Waits for the guest's next exit; its label, or ~0 when the badge is wrong. */
static seL4_Word guest_exit(struct guest *guest)
{
    seL4_Word badge = 0;
    seL4_MessageInfo_t info = seL4_Recv(guest->ep, &badge);

    return badge == BADGE ? seL4_MessageInfo_get_label(info) : ~0ul;
}

static void guest_resume(void)
{
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
}

/* Lets the guest go on behind the trapping instruction. */
static seL4_Error guest_skip(struct guest *guest)
{
    seL4_UserContext regs;
    seL4_Error error = seL4_TCB_ReadRegisters(guest->tcb, 0, 0, 1, &regs);

    regs.pc += 4;
    if (error == seL4_NoError) {
        error = seL4_TCB_WriteRegisters(guest->tcb, 0, 0, 1, &regs);
    }
    guest_resume();
    return error;
}

/* Answers an UnknownSyscall so that the guest goes on behind its hvc. */
static void guest_answer(void)
{
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 4);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 12));
}

static bool map_gicv(struct guest *guest)
{
    for (seL4_Word offset = 0; offset < 2 * PAGE_BYTES; offset += PAGE_BYTES) {
        static seL4_CPtr first;
        seL4_CPtr frame;

        if (offset == 0) {
            first = device_frame(GICV_PADDR);
            frame = first;
        } else {
            /* Its neighbour, from the other half of the last split. */
            frame = slot_new();
            if (retype(frame - 1, seL4_ARM_SmallPageObject, 0, frame, 1) != seL4_NoError) {
                return true; /* one page is enough for these tests */
            }
        }
        if (frame == 0 ||
            map_page(guest->vspace, frame, GICC_IPA + offset, seL4_ReadWrite, 0) != seL4_NoError) {
            return false;
        }
    }
    return true;
}

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
#if defined(CONFIG_EXPORT_PCNT_USER)
    /* Real seL4 opens it to guests, too; a kernel that closes it while a VCPU runs traps. */
    if (guest_exit(&guest) == seL4_Fault_UnknownSyscall) {
        return;
    }
#else
    EXPECT_EQ(guest_exit(&guest), seL4_Fault_VCPUFault);
#endif
    EXPECT_EQ(seL4_GetMR(0) >> 26, EC_SYSREG);
}

static seL4_Error set_syscall(struct guest *guest, seL4_Word cap, seL4_Word number)
{
    seL4_UserContext regs = { 0 };

    regs.pc = GUEST_IPA;
    regs.spsr = 0x3c5;
    regs.x0 = cap;
    regs.x7 = number;
    return seL4_TCB_WriteRegisters(guest->tcb, 1, 0, sizeof(regs) / sizeof(seL4_Word), &regs);
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
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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

/* A second VCPU in the first guest's address space and CSpace; set_syscall() starts it. */
static seL4_Error guest_beside(struct guest *second, const struct guest *first)
{
    seL4_Error error;

    *second = *first;
    second->vcpu = object_new(seL4_ARM_VCPUObject, 0);
    second->ep = object_new(seL4_EndpointObject, 0);
    second->tcb = object_new(seL4_TCBObject, 0);
    error = seL4_CNode_Mint(first->cnode, 3, FULL_DEPTH, ROOT, second->ep, FULL_DEPTH,
                            seL4_CapRights_new(1, 0, 0, 1), BADGE);
    if (error == seL4_NoError) {
        error = seL4_TCB_Configure(second->tcb, 3, first->cnode, 0, first->vspace, 0, 0, 0);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(second->tcb, RUNNER_TCB, 0, PRIO_RUNNER - 1);
    }
    return error == seL4_NoError ? seL4_ARM_VCPU_SetTCB(second->vcpu, second->tcb) : error;
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
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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

    hold_guest = true;
    EXPECT_OK(guest_new(&guest, guest_access, 0x30000120));
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
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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

#ifdef CONFIG_ENABLE_SMP_SUPPORT
/* The runner, which is the VMM, is on core 0; the guests below are elsewhere. */
static seL4_Error guest_on(struct guest *guest, const unsigned char *code, seL4_Word argument)
{
    hold_guest = true;
    return guest_new(guest, code, argument);
}

static seL4_Error guest_go(struct guest *guest, seL4_Word core)
{
    seL4_Error error = seL4_TCB_SetAffinity(guest->tcb, core);

    return error == seL4_NoError ? seL4_TCB_Resume(guest->tcb) : error;
}

#define NEED_CORES()                                                                               \
    do {                                                                                           \
        if (env.info->numNodes < 2) {                                                              \
            test_skip("the board has one core");                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

TEST("VCPU-0101", "a guest on another core: exits, registers written and read from here")
{
    struct guest guest;

    NEED_CORES();
    EXPECT_OK(guest_on(&guest, guest_sysregs, 0));
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
    EXPECT_OK(guest_on(&guest, guest_irq, 0));
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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
    EXPECT_OK(guest_on(&guest, guest_timer, 1000));
    if (!map_gicv(&guest)) {
        test_skip("no GICv2 virtual CPU interface on this board");
        return;
    }
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
    EXPECT_OK(guest_on(&guest, guest_irq, 0));
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
