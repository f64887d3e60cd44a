/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces: pages, tables, ASIDs, cache operations. */
#define AREA "70"
#include "env.h"

#define ATTR        seL4_ARM_Default_VMAttributes
#define OTHER_VADDR (SCRATCH_VADDR + 0x400000)

static volatile seL4_Word seen[2];

TEST("VSPACE-0001", "one frame at two addresses is the same memory")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(copy_cap(copy, page, seL4_AllRights));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(VSPACE, copy, OTHER_VADDR, seL4_CanRead, ATTR));
    *(volatile seL4_Word *)(SCRATCH_VADDR + 16) = 0x1234;
    EXPECT_EQ(*(volatile seL4_Word *)(OTHER_VADDR + 16), 0x1234);
}

TEST("VSPACE-0002", "missing tables are named by level")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr table;
    seL4_Word level = 0;
    int maps = 0;

    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    for (; maps < 4; maps++) {
        seL4_Error error = seL4_ARM_Page_Map(page, vspace, 0x1000, seL4_ReadWrite, ATTR);

        if (error == seL4_NoError) {
            break;
        }
        EXPECT_EQ(error, seL4_FailedLookup);
        level = seL4_MappingFailedLookupLevel();
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
        EXPECT_EQ(level, maps == 0 ? 30 : 21);
#else
        EXPECT_EQ(level, maps == 0 ? 39 : maps == 1 ? 30 : 21);
#endif
        table = object_new(seL4_ARM_PageTableObject, 0);
        EXPECT_OK(seL4_ARM_PageTable_Map(table, vspace, 0x1000, ATTR));
        EXPECT_EQ(seL4_ARM_PageTable_Map(table, vspace, 0x200000, ATTR), seL4_InvalidCapability);
        EXPECT_EQ(seL4_GetMR(0), 0);
    }
    EXPECT_EQ(level, 21);
    table = object_new(seL4_ARM_PageTableObject, 0);
    EXPECT_EQ(seL4_ARM_PageTable_Map(table, vspace, 0x1000, ATTR), seL4_DeleteFirst);
}

TEST("VSPACE-0003", "a 2 MB page maps, aligned only, and reaches its last byte")
{
    seL4_CPtr page = object_new(seL4_ARM_LargePageObject, 0);
    volatile unsigned char *bytes = (volatile unsigned char *)SCRATCH_VADDR;

    EXPECT(page != 0);
    EXPECT_OK(make_tables(VSPACE, SCRATCH_VADDR, false));
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    bytes[0] = 1;
    bytes[0x1fffff] = 2;
    EXPECT_EQ(bytes[0], 1);
    EXPECT_EQ(bytes[0x1fffff], 2);
}

TEST("VSPACE-0004", "a mapped cap maps again only at the same place")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_EQ(seL4_ARM_Page_Map(page, vspace, SCRATCH_VADDR, seL4_ReadWrite, ATTR),
              seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_CanRead, ATTR));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR + 0x1000, seL4_ReadWrite, ATTR));
}

static void probe(seL4_Word address, seL4_Word write, seL4_Word unused)
{
    (void)unused;
    if (write) {
        *(volatile seL4_Word *)address = 1;
    }
    seen[0] = *(volatile seL4_Word *)address;
    seen[1] = 1;
    thread_stop();
}

/* Whether a helper that accesses the address faults. */
static bool access_faults(seL4_Word address, bool write)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge = 0;
    seL4_CPtr badged = slot_new();

    seen[1] = 0;
    (void)mint_cap(badged, ep, seL4_AllRights, 1);
    (void)thread_new(&thread, PRIO_RUNNER + 1, badged);
    (void)thread_start(&thread, probe, address, write, 0);
    (void)seL4_NBRecv(ep, &badge);
    (void)seL4_TCB_Suspend(thread.tcb);
    return badge == 1 && seen[1] == 0;
}

TEST("VSPACE-0005", "unmap, delete and fewer rights take effect at once")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_CanRead, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, true));
    EXPECT(!access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    EXPECT(access_faults(SCRATCH_VADDR, false));
}

TEST("VSPACE-0006", "without the read right there is no access, and rights of the cap limit")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr read_only = slot_new();

    EXPECT_OK(copy_cap(read_only, page, seL4_CanRead));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_NoRights, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(map_page(VSPACE, read_only, OTHER_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(OTHER_VADDR, false));
    EXPECT(access_faults(OTHER_VADDR, true));
}

TEST("VSPACE-0007", "addresses above the top and unaligned ones are refused")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);

    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, (seL4_Word)seL4_UserTop + 1, seL4_ReadWrite, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_ARM_PageTable_Map(table, VSPACE, (seL4_Word)seL4_UserTop + 1, ATTR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR + 8, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_EQ(seL4_ARM_Page_Map(page, ROOT, SCRATCH_VADDR, seL4_ReadWrite, ATTR),
              seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

TEST("VSPACE-0008", "a VSpace needs an ASID before use, and gets one only once")
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);

    EXPECT_EQ(seL4_ARM_PageTable_Map(table, vspace, 0, ATTR), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT(seL4_ARM_Page_Map(page, vspace, 0, seL4_ReadWrite, ATTR) != seL4_NoError);
    EXPECT_EQ(copy_cap(slot_new(), vspace, seL4_AllRights), seL4_IllegalOperation);
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_EQ(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, page), seL4_InvalidCapability);
    EXPECT_OK(copy_cap(slot_new(), vspace, seL4_AllRights));
}

TEST("VSPACE-0009", "ASID pools are made of exactly 4 KB of untyped RAM")
{
    seL4_CPtr small = object_new(seL4_UntypedObject, 12);
    seL4_CPtr large = object_new(seL4_UntypedObject, 13);
    seL4_CPtr pool = slot_new();
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    EXPECT(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, large, ROOT, pool, FULL_DEPTH) !=
           seL4_NoError);
    EXPECT_OK(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, small, ROOT, pool, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, vspace));
    /* Deleting the pool takes the ASID away. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    EXPECT_EQ(seL4_ARM_PageTable_Map(object_new(seL4_ARM_PageTableObject, 0), vspace, 0, ATTR),
              seL4_FailedLookup);
}

TEST("VSPACE-0010", "an unmapped table takes its pages out of sight and can be mapped again")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(make_tables(VSPACE, SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, SCRATCH_VADDR, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
    EXPECT_OK(copy_cap(copy, table, seL4_AllRights));
    EXPECT_EQ(seL4_ARM_PageTable_Unmap(table), seL4_RevokeFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_PageTable_Unmap(table));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, SCRATCH_VADDR, ATTR));
    EXPECT(access_faults(SCRATCH_VADDR, false));
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
}

TEST("VSPACE-0011", "cache operations by address space: ranges and errors")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 5;
    EXPECT_OK(seL4_ARM_VSpace_Clean_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 0x1000));
    EXPECT_OK(seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 64));
    EXPECT_OK(seL4_ARM_VSpace_Invalidate_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 64));
    EXPECT_OK(seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 64));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 5);
    EXPECT_EQ(seL4_ARM_VSpace_Clean_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_ARM_VSpace_Clean_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 0x1001),
              seL4_RangeError);
    EXPECT_EQ(seL4_ARM_VSpace_Clean_Data(VSPACE, SCRATCH_VADDR, (seL4_Word)seL4_UserTop + 2),
              seL4_IllegalOperation);
    EXPECT_OK(seL4_ARM_VSpace_Clean_Data(VSPACE, OTHER_VADDR, OTHER_VADDR + 64));
}

TEST("VSPACE-0012", "cache operations by page: offsets and errors")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 0, 64), seL4_IllegalOperation);
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_ARM_Page_Clean_Data(page, 0, 0x1000));
    EXPECT_OK(seL4_ARM_Page_Invalidate_Data(page, 64, 128));
    EXPECT_OK(seL4_ARM_Page_CleanInvalidate_Data(page, 0, 0x1000));
    EXPECT_OK(seL4_ARM_Page_Unify_Instruction(page, 0, 0x1000));
    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 64, 64), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 0x1000, 0x1040), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 0, 0x1001), seL4_InvalidArgument);
}

TEST("VSPACE-0013", "code written through one mapping runs through another after unify")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();
    volatile uint32_t *code = (volatile uint32_t *)SCRATCH_VADDR;
    seL4_Word (*run)(void) = (seL4_Word(*)(void))OTHER_VADDR;

    EXPECT_OK(copy_cap(copy, page, seL4_AllRights));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(VSPACE, copy, OTHER_VADDR, seL4_CanRead, ATTR));
    for (uint32_t i = 1; i < 4; i++) {
        code[0] = 0xd2800000 | (i << 5); /* mov x0, #i */
        code[1] = 0xd65f03c0;            /* ret */
        EXPECT_OK(seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 8));
        EXPECT_EQ(run(), i);
    }
}

/* Maps the whole image into another address space, by copies of the image's frame caps. */
static seL4_Error map_image(seL4_CPtr vspace)
{
    seL4_SlotRegion frames = env.info->userImageFrames;

    for (seL4_Word i = 0; i < frames.end - frames.start; i++) {
        seL4_CPtr copy = slot_new();
        seL4_Error error = copy_cap(copy, frames.start + i, seL4_AllRights);

        if (error == seL4_NoError) {
            error = map_page(vspace, copy, 0x400000 + i * PAGE_BYTES, seL4_ReadWrite, ATTR);
        }
        if (error != seL4_NoError) {
            return error;
        }
    }
    return seL4_NoError;
}

static void probe_and_fault(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    struct raw regs = { .x7 = 0x1234 };

    (void)unused1;
    (void)unused2;
    *(volatile seL4_Word *)address = 1;
    regs.x0 = *(volatile seL4_Word *)address;
    raw_svc(&regs);
    thread_stop();
}

TEST("VSPACE-0014", "a thread in another address space sees its own page; its end is a fault")
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr mine = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr other = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_MessageInfo_t info;

    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_OK(map_image(vspace));
    EXPECT_OK(map_page(VSPACE, mine, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(vspace, other, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 0x1111;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, ep, ROOT, 0, vspace, 0));
    EXPECT_OK(thread_start(&thread, probe_and_fault, SCRATCH_VADDR, 1, 0));
    /* An unknown system call reports what it read. */
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0x1111);
    EXPECT_OK(seL4_CNode_Revoke(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(thread_start(&thread, probe, SCRATCH_VADDR, 0, 0));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
}

TEST("VSPACE-0015", "copies of a frame cap are unmapped, and each deletion removes one mapping")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(copy_cap(copy, page, seL4_AllRights));
    EXPECT_OK(map_page(VSPACE, copy, OTHER_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT(access_faults(OTHER_VADDR, false));
    EXPECT(!access_faults(SCRATCH_VADDR, true));
}

TEST("VSPACE-0016", "an ASID pool that goes takes all its address spaces with it")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);
    seL4_CPtr pool = slot_new();
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr vspace[40];

    EXPECT_OK(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, FULL_DEPTH));
    for (int i = 0; i < 40; i++) {
        vspace[i] = object_new(seL4_ARM_VSpaceObject, 0);
        EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, vspace[i]));
    }
    EXPECT_OK(
        map_page(vspace[39], page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    EXPECT_OK(seL4_ARM_Page_Clean_Data(page, 0, 64));
    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    for (int i = 0; i < 40; i++) {
        seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);

        EXPECT_EQ(
            seL4_ARM_PageTable_Map(table, vspace[i], SCRATCH_VADDR, seL4_ARM_Default_VMAttributes),
            seL4_FailedLookup);
    }
    /* The page still says where it was mapped, but that place is gone. */
    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 0, 64), seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(1), seL4_InvalidRoot);
    EXPECT_OK(seL4_ARM_Page_Unmap(page));
    EXPECT_EQ(seL4_ARM_Page_Clean_Data(page, 0, 64), seL4_IllegalOperation);
}
