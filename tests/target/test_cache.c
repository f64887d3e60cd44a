/* SPDX-License-Identifier: BSD-2-Clause */
/* Cache operations by address and by page. */
#define AREA "70"
#include "env.h"

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

TEST("VSPACE-0204", "cache operations take a whole page of either size, by page and by address")
{
    static const seL4_Word types[] = { seL4_ARM_LargePageObject, seL4_ARM_SmallPageObject };
    static const seL4_Word bits[] = { seL4_LargePageBits, seL4_PageBits };

    for (unsigned i = 0; i < 2; i++) {
        seL4_CPtr page = object_new(types[i], 0);
        seL4_Word start = i == 0 ? LARGE_VADDR : LARGE_VADDR + LARGE_BYTES;
        seL4_Word size = 1ul << bits[i];

        EXPECT_OK(make_tables(VSPACE, start, i != 0));
        EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, start, seL4_AllRights, ATTR));
        EXPECT_OK(seL4_ARM_Page_Invalidate_Data(page, 0, size));
        EXPECT_OK(seL4_ARM_Page_Clean_Data(page, 0, size));
        EXPECT_OK(seL4_ARM_Page_CleanInvalidate_Data(page, 0, size));
        EXPECT_OK(seL4_ARM_Page_Unify_Instruction(page, 0, size));
        EXPECT_OK(seL4_ARM_VSpace_Invalidate_Data(VSPACE, start, start + size));
        EXPECT_OK(seL4_ARM_VSpace_Clean_Data(VSPACE, start, start + size));
        EXPECT_OK(seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, start, start + size));
        EXPECT_OK(seL4_ARM_VSpace_Unify_Instruction(VSPACE, start, start + size));
    }
}
