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

    EXPECT_OK(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace));
    EXPECT_OK(map_image(vspace));
    EXPECT_OK(map_page(VSPACE, mine, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(vspace, other, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 0x1111;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, ep, ROOT, 0, vspace, 0));
    EXPECT_OK(thread_start(&thread, probe_and_fault, SCRATCH_VADDR, 1, 0));
    /* An unknown system call reports what it read. */
    EXPECT_FAULT(ep, seL4_Fault_UnknownSyscall);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0x1111);
    EXPECT_OK(seL4_CNode_Revoke(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(thread_start(&thread, probe, SCRATCH_VADDR, 0, 0));
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
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

typedef seL4_Error (*cache_operation)(seL4_CPtr cap, seL4_Word start, seL4_Word end);

static const cache_operation by_address[] = {
    seL4_ARM_VSpace_Clean_Data,
    seL4_ARM_VSpace_Invalidate_Data,
    seL4_ARM_VSpace_CleanInvalidate_Data,
    seL4_ARM_VSpace_Unify_Instruction,
};
static const cache_operation by_page[] = {
    seL4_ARM_Page_Clean_Data,
    seL4_ARM_Page_Invalidate_Data,
    seL4_ARM_Page_CleanInvalidate_Data,
    seL4_ARM_Page_Unify_Instruction,
};

/* A new ASID pool; the next free number is its. */
static seL4_CPtr pool_new(void)
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);

    return seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, pool, FULL_DEPTH) ==
                   seL4_NoError
               ? pool
               : 0;
}

/* A new address space with an ASID of the pool. */
static seL4_CPtr space_in(seL4_CPtr pool)
{
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    return seL4_ARM_ASIDPool_Assign(pool, vspace) == seL4_NoError ? vspace : 0;
}

TEST("VSPACE-0017", "each cache operation by address refuses the same ranges and spaces")
{
    seL4_Word top = (seL4_Word)seL4_UserTop;
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr no_asid = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr pool = pool_new();
    seL4_CPtr gone = space_in(pool);

    EXPECT(gone != 0);
    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    for (size_t i = 0; i < sizeof(by_address) / sizeof(by_address[0]); i++) {
        EXPECT_NUMBER(by_address[i](VSPACE, SCRATCH_VADDR, SCRATCH_VADDR), seL4_InvalidArgument, 1);
        EXPECT_NUMBER(by_address[i](VSPACE, SCRATCH_VADDR, 0), seL4_InvalidArgument, 1);
        EXPECT_EQ(by_address[i](VSPACE, SCRATCH_VADDR, top + 1), seL4_IllegalOperation);
        EXPECT_RANGE(by_address[i](VSPACE, SCRATCH_VADDR + 64, SCRATCH_VADDR + 0x1001),
                     SCRATCH_VADDR + 64, SCRATCH_VADDR + 0xfff);
        EXPECT_NUMBER(by_address[i](no_asid, 0, 64), seL4_InvalidCapability, 0);
        EXPECT_LOOKUP(by_address[i](gone, 0, 64), 0, seL4_InvalidRoot);
        EXPECT_OK(by_address[i](VSPACE, SCRATCH_VADDR + 64, SCRATCH_VADDR + 0x1000));
    }
}

TEST("VSPACE-0018", "each cache operation by page refuses the same offsets and pages")
{
    seL4_CPtr unmapped = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr stale = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr pool = pool_new();
    seL4_CPtr gone = space_in(pool);

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(map_page(gone, stale, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    for (size_t i = 0; i < sizeof(by_page) / sizeof(by_page[0]); i++) {
        EXPECT_EQ(by_page[i](unmapped, 0, 64), seL4_IllegalOperation);
        EXPECT_LOOKUP(by_page[i](stale, 0, 64), 0, seL4_InvalidRoot);
        EXPECT_NUMBER(by_page[i](page, 64, 64), seL4_InvalidArgument, 1);
        EXPECT_NUMBER(by_page[i](page, 64, 0), seL4_InvalidArgument, 1);
        EXPECT_NUMBER(by_page[i](page, 0x1000, 0x1040), seL4_InvalidArgument, 0);
        EXPECT_NUMBER(by_page[i](page, 0, 0x1001), seL4_InvalidArgument, 0);
        EXPECT_OK(by_page[i](page, 0, 0x1000));
    }
}

/* End of the kernel's window on physical memory. */
#define WINDOW_BYTES (255ul << 30)

TEST("VSPACE-0019", "cache operations do not reach what lies outside the kernel's window")
{
    seL4_CPtr page = device_frame(WINDOW_BYTES);

    if (page == 0) {
        test_skip("no device untyped there on this kernel");
        return;
    }
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, 0));
    for (size_t i = 0; i < sizeof(by_page) / sizeof(by_page[0]); i++) {
        EXPECT_EQ(by_page[i](page, 0, 64), seL4_IllegalOperation);
        EXPECT_OK(by_address[i](VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + 64));
    }
}

TEST("VSPACE-0020", "a space whose ASID is gone, or another's by now, takes no mapping")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr pool = pool_new();
    seL4_CPtr old = space_in(pool);

    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    EXPECT_LOOKUP(seL4_ARM_PageTable_Map(table, old, 0, ATTR), 0, seL4_InvalidRoot);
    EXPECT_LOOKUP(seL4_ARM_Page_Map(page, old, 0, seL4_ReadWrite, ATTR), 0, seL4_InvalidRoot);
    /* A new pool takes the number, and in it a new space the ASID. */
    EXPECT(space_in(pool_new()) != 0);
    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, old, 0, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_Page_Map(page, old, 0, seL4_ReadWrite, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_VSpace_Clean_Data(old, 0, 64), seL4_InvalidCapability, 0);
}

TEST("VSPACE-0021", "Map names the argument or the capability that will not do")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr large = object_new(seL4_ARM_LargePageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr no_asid = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_Word above = (seL4_Word)seL4_UserTop + 1;

    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, VSPACE, above, ATTR), seL4_InvalidArgument, 0);
    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, ROOT, 0, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_PageTable_Map(table, no_asid, 0, ATTR), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_Page_Map(page, no_asid, 0, seL4_ReadWrite, ATTR), seL4_InvalidCapability,
                  1);
    EXPECT_NUMBER(seL4_ARM_Page_Map(large, VSPACE, above, seL4_ReadWrite, ATTR),
                  seL4_InvalidArgument, 0);
    /* Where a table is installed a large page finds one level too many. */
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_LOOKUP(seL4_ARM_Page_Map(large, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR), 0,
                  seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(2), seL4_PageBits);
}

TEST("VSPACE-0022",
     "a page mapped over another's place takes it; the other's unmap changes nothing")
{
    seL4_CPtr first = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr second = object_new(seL4_ARM_SmallPageObject, 0);

    EXPECT_OK(map_page(VSPACE, first, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    *(volatile seL4_Word *)SCRATCH_VADDR = 1;
    EXPECT_OK(seL4_ARM_Page_Map(second, VSPACE, SCRATCH_VADDR, seL4_ReadWrite, ATTR));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0);
    *(volatile seL4_Word *)SCRATCH_VADDR = 2;
    EXPECT_OK(seL4_ARM_Page_Unmap(first));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 2);
    EXPECT_OK(seL4_ARM_Page_Unmap(second));
    EXPECT(access_faults(SCRATCH_VADDR, false));
}

TEST("VSPACE-0023", "MakePool refuses an untyped or a slot that will not do, and says why")
{
    seL4_CPtr control = seL4_CapASIDControl;
    seL4_CPtr good = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);
    seL4_CPtr small = object_new(seL4_UntypedObject, seL4_ASIDPoolBits - 1);
    seL4_CPtr large = object_new(seL4_UntypedObject, seL4_ASIDPoolBits + 1);
    seL4_CPtr parent = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);
    seL4_CPtr taken = object_new(seL4_CapTableObject, 4);
    seL4_CPtr device = slot_new();
    seL4_CPtr slot = slot_new();
    const seL4_CPtr wrong[] = { small, large, ROOT, device };

    EXPECT_OK(retype(parent, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT(env.device_untyped == 0 || retype(env.device_untyped, seL4_UntypedObject,
                                             seL4_ASIDPoolBits, device, 1) == seL4_NoError);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        EXPECT_NUMBER(seL4_ARM_ASIDControl_MakePool(control, wrong[i], ROOT, slot, FULL_DEPTH),
                      seL4_InvalidCapability, 1);
    }
    EXPECT_EQ(seL4_ARM_ASIDControl_MakePool(control, parent, ROOT, slot, FULL_DEPTH),
              seL4_RevokeFirst);
    EXPECT_EQ(seL4_ARM_ASIDControl_MakePool(control, good, ROOT, taken, FULL_DEPTH),
              seL4_DeleteFirst);
    EXPECT_RANGE(seL4_ARM_ASIDControl_MakePool(control, good, ROOT, slot, 0), 1, 64);
    EXPECT_LOOKUP(seL4_ARM_ASIDControl_MakePool(control, good, VSPACE, slot, FULL_DEPTH), 0,
                  seL4_InvalidRoot);
    EXPECT_LOOKUP(seL4_ARM_ASIDControl_MakePool(control, good, ROOT, NOWHERE, FULL_DEPTH), 0,
                  seL4_GuardMismatch);
    EXPECT_LOOKUP(seL4_ARM_ASIDControl_MakePool(control, good, taken, 0x12, 8), 0,
                  seL4_DepthMismatch);
    EXPECT_OK(seL4_ARM_ASIDControl_MakePool(control, good, ROOT, slot, FULL_DEPTH));
}

TEST("VSPACE-0024", "there are 128 ASID pools; then DeleteFirst, until one goes")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_ASIDPoolBits);
    seL4_CPtr slot = slot_new();
    seL4_CPtr last = 0;

    /* The initial thread's is the first. */
    for (int i = 1; i < 1 << seL4_NumASIDPoolsBits; i++) {
        last = pool_new();
        EXPECT(last != 0);
    }
    EXPECT_EQ(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, slot, FULL_DEPTH),
              seL4_DeleteFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, last, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, ROOT, slot, FULL_DEPTH));
    EXPECT(space_in(slot) != 0);
}

TEST("VSPACE-0025", "a pool has 512 ASIDs; then DeleteFirst, until one is free")
{
    seL4_CPtr pool = pool_new();
    seL4_CPtr vspace = 0;
    seL4_CPtr one_more = object_new(seL4_ARM_VSpaceObject, 0);

    for (int i = 0; i < 1 << seL4_ASIDPoolIndexBits; i++) {
        vspace = space_in(pool);
        EXPECT(vspace != 0);
    }
    EXPECT_EQ(seL4_ARM_ASIDPool_Assign(pool, one_more), seL4_DeleteFirst);
    EXPECT_NUMBER(seL4_ARM_ASIDPool_Assign(pool, vspace), seL4_InvalidCapability, 1);
    EXPECT_NUMBER(seL4_ARM_ASIDPool_Assign(pool, ROOT), seL4_InvalidCapability, 1);
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, one_more));
}
