/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest.h"

#define GICV_PADDR  0x08040000ul
#define GICC_IPA    0x08010000ul
#define GUEST_BYTES (4 * PAGE_BYTES)

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

seL4_Error guest_hold(struct guest *guest, const unsigned char *code, seL4_Word argument)
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
        error = seL4_TCB_WriteRegisters(guest->tcb, 0, 0, CONTEXT_WORDS, &regs);
    }
    return error;
}

seL4_Error guest_new(struct guest *guest, const unsigned char *code, seL4_Word argument)
{
    seL4_Error error = guest_hold(guest, code, argument);

    return error == seL4_NoError ? seL4_TCB_Resume(guest->tcb) : error;
}

seL4_Word guest_exit(struct guest *guest)
{
    seL4_Word badge = 0;
    seL4_MessageInfo_t info = seL4_Recv(guest->ep, &badge);

    return badge == BADGE ? seL4_MessageInfo_get_label(info) : ~0ul;
}

void guest_resume(void)
{
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
}

seL4_Error guest_skip(struct guest *guest)
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

void guest_answer(void)
{
    seL4_SetMR(seL4_UnknownSyscall_FaultIP, seL4_GetMR(seL4_UnknownSyscall_FaultIP) + 4);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 12));
}

bool map_gicv(struct guest *guest)
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

seL4_Error guest_beside(struct guest *second, const struct guest *first)
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
