/* SPDX-License-Identifier: BSD-2-Clause */
/* Several cores: what is unmapped or deleted is out of reach everywhere when the call returns. */
#define AREA "85"
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

static void read_page(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        smp_count += 1 + (*(volatile seL4_Word *)address & 0);
    }
}

TEST("SMP-0005", "an unmapped page is out of reach of the other core when the call returns")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_Word before;

    NEED_CORES();
    smp_count = 0;
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    EXPECT(thread_on(&thread, 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, read_page, SCRATCH_VADDR, 0, 0));
    for (int i = 0; i < 20; i++) {
        EXPECT(moves());
        EXPECT_OK(seL4_ARM_Page_Unmap(page));
        before = smp_count;
        /* One read may have been on its way to the counter. */
        for (volatile int j = 0; j < 10000; j++) {
        }
        EXPECT(smp_count - before <= 1);
        info = seL4_Recv(ep, seL4_Null);
        EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
        EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), SCRATCH_VADDR);
        EXPECT_OK(
            map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
        seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    }
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
}

/* counter at [x0], for ever; in an address space of its own. */
static const uint32_t count_code[] = {
    0xf9400001, /* ldr x1, [x0] */
    0x91000421, /* add x1, x1, #1 */
    0xf9000001, /* str x1, [x0] */
    0x17fffffd, /* b . - 12 */
};
#define CODE_VADDR 0x400000ul

static seL4_Error other_space(seL4_CPtr vspace, seL4_CPtr page, struct thread *thread,
                              seL4_CPtr fault_ep)
{
    seL4_CPtr copy = slot_new();
    seL4_UserContext regs = { 0 };
    seL4_Error error = seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace);

    if (error == seL4_NoError) {
        error =
            map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    }
    if (error != seL4_NoError) {
        return error;
    }
    for (unsigned int i = 0; i < sizeof(count_code) / sizeof(count_code[0]); i++) {
        ((volatile uint32_t *)SCRATCH_VADDR)[i] = count_code[i];
    }
    error = seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + PAGE_BYTES);
    if (error == seL4_NoError) {
        error = copy_cap(copy, page, seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = map_page(vspace, copy, CODE_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    }
    if (error == seL4_NoError) {
        error = thread_on(thread, 1, fault_ep) != 0 ? seL4_NoError : seL4_InvalidArgument;
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_SetSpace(thread->tcb, fault_ep, ROOT, 0, vspace, 0);
    }
    regs.pc = CODE_VADDR;
    regs.x0 = CODE_VADDR + 0x100;
    return error == seL4_NoError ? seL4_TCB_WriteRegisters(thread->tcb, 1, 0, CONTEXT_WORDS, &regs)
                                 : error;
}

TEST("SMP-0024", "an address space that is deleted is no longer used by the core that runs in it")
{
    const volatile seL4_Word *counter = (const volatile seL4_Word *)(SCRATCH_VADDR + 0x100);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_Word before;

    NEED_CORES();
    EXPECT_OK(other_space(vspace, page, &thread, ep));
    EXPECT(grows(counter));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    before = *counter;
    for (volatile int i = 0; i < 1000000; i++) {
    }
    EXPECT_EQ(*counter, before);
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
}

#endif
