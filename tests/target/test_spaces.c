/* SPDX-License-Identifier: BSD-2-Clause */
/* Address spaces to their limits: all ASIDs, tables that go under their pages, whole large pages. */
#define AREA "70"
#include "env.h"

#define ATTR        seL4_ARM_Default_VMAttributes
#define POOLS       (1u << seL4_NumASIDPoolsBits)
#define POOL_SIZE   (1u << seL4_ASIDPoolIndexBits)
#define LARGE_BYTES (1ul << seL4_LargePageBits)
/* Two large pages side by side, both of which no table covers at first. */
#define HERE  (SCRATCH_VADDR + 0x40000000ul)
#define THERE (HERE + LARGE_BYTES)

static seL4_Error make_pool(seL4_CPtr pool)
{
    return seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl,
                                         object_new(seL4_UntypedObject, seL4_ASIDPoolBits), ROOT,
                                         pool, FULL_DEPTH);
}

TEST("VSPACE-0200",
     "all ASID pools but the first can be made, not one more; deleted ones come again")
{
    seL4_CPtr pool = 0;
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);

    for (unsigned i = 1; i < POOLS; i++) {
        pool = slot_new();
        EXPECT_OK(make_pool(pool));
    }
    EXPECT_EQ(make_pool(slot_new()), seL4_DeleteFirst);
    EXPECT_EQ(seL4_ARM_ASIDPool_Assign(pool, VSPACE), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, vspace));
    EXPECT_OK(seL4_CNode_Delete(ROOT, pool, FULL_DEPTH));
    EXPECT_OK(make_pool(pool));
}

TEST("VSPACE-0201", "a pool takes as many address spaces as it has entries, then it is full")
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr vspace = 0;

    EXPECT_OK(make_pool(pool));
    for (unsigned i = 0; i < POOL_SIZE; i++) {
        vspace = object_new(seL4_ARM_VSpaceObject, 0);
        EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, vspace));
    }
    EXPECT_EQ(seL4_ARM_ASIDPool_Assign(pool, object_new(seL4_ARM_VSpaceObject, 0)),
              seL4_DeleteFirst);
    EXPECT_OK(seL4_CNode_Delete(ROOT, vspace, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_ASIDPool_Assign(pool, object_new(seL4_ARM_VSpaceObject, 0)));
}

static volatile seL4_Word *words_at(seL4_Word address)
{
    return (volatile seL4_Word *)address;
}

/* Words all over the range. */
static void fill(seL4_Word address, seL4_Word bytes, seL4_Word seed)
{
    for (seL4_Word at = 0; at < bytes; at += bytes / 64) {
        *words_at(address + at) = seed ^ at;
    }
}

static bool is_filled(seL4_Word address, seL4_Word bytes, seL4_Word seed)
{
    for (seL4_Word at = 0; at < bytes; at += bytes / 64) {
        if (*words_at(address + at) != (seed ^ at)) {
            return false;
        }
    }
    return true;
}

TEST("VSPACE-0202", "pages keep their contents while tables are deleted and mapped elsewhere")
{
    seL4_CPtr small = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr large = object_new(seL4_ARM_LargePageObject, 0);
    seL4_CPtr table = object_new(seL4_ARM_PageTableObject, 0);
    seL4_CPtr second = object_new(seL4_ARM_PageTableObject, 0);

    EXPECT_OK(make_tables(VSPACE, HERE, false));
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, HERE + LARGE_BYTES / 2, seL4_ReadWrite, ATTR),
              seL4_AlignmentError);
    EXPECT_OK(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR));
    fill(THERE, LARGE_BYTES, 0x5a);
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, HERE, seL4_ReadWrite, ATTR), seL4_InvalidArgument);
    EXPECT_OK(seL4_ARM_Page_Unmap(large));
    EXPECT_EQ(seL4_ARM_Page_Map(small, VSPACE, THERE, seL4_ReadWrite, ATTR), seL4_FailedLookup);
    /* A table's address need not be aligned. */
    EXPECT_OK(seL4_ARM_PageTable_Map(table, VSPACE, THERE + 10, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(small, VSPACE, THERE + PAGE_BYTES, seL4_ReadWrite, ATTR));
    fill(THERE + PAGE_BYTES, PAGE_BYTES, 0x77);
    EXPECT_EQ(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR), seL4_FailedLookup);
    EXPECT_OK(seL4_CNode_Delete(ROOT, table, FULL_DEPTH));
    EXPECT_OK(seL4_ARM_Page_Unmap(small));
    EXPECT_OK(seL4_ARM_Page_Unmap(large));
    EXPECT_OK(seL4_ARM_PageTable_Map(second, VSPACE, HERE, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(small, VSPACE, HERE + PAGE_BYTES, seL4_ReadWrite, ATTR));
    EXPECT_OK(seL4_ARM_Page_Map(large, VSPACE, THERE, seL4_ReadWrite, ATTR));
    EXPECT(is_filled(HERE + PAGE_BYTES, PAGE_BYTES, 0x77));
    EXPECT(is_filled(THERE, LARGE_BYTES, 0x5a));
}

TEST("VSPACE-0203", "mapping a page again where it is keeps what is in it, whatever the attributes")
{
    static const seL4_Word attributes[] = { seL4_ARM_Default_VMAttributes,
                                            seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever };
    static const seL4_Word types[] = { seL4_ARM_LargePageObject, seL4_ARM_SmallPageObject };
    static const seL4_Word bits[] = { seL4_LargePageBits, seL4_PageBits };

    for (unsigned i = 0; i < 2; i++) {
        seL4_CPtr page = object_new(types[i], 0);
        seL4_Word address = i == 0 ? HERE : THERE;

        EXPECT_OK(make_tables(VSPACE, address, i != 0));
        EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, address, seL4_AllRights, ATTR));
        EXPECT_EQ(*words_at(address + (1ul << bits[i]) - 8), 0);
        for (unsigned j = 0; j < 2; j++) {
            fill(address, 1ul << bits[i], j);
            EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, address, seL4_AllRights,
                                        (seL4_ARM_VMAttributes)attributes[j]));
            EXPECT(is_filled(address, 1ul << bits[i], j));
        }
        EXPECT_OK(seL4_ARM_Page_Unmap(page));
    }
}

TEST("VSPACE-0204", "cache operations take a whole page of either size, by page and by address")
{
    static const seL4_Word types[] = { seL4_ARM_LargePageObject, seL4_ARM_SmallPageObject };
    static const seL4_Word bits[] = { seL4_LargePageBits, seL4_PageBits };

    for (unsigned i = 0; i < 2; i++) {
        seL4_CPtr page = object_new(types[i], 0);
        seL4_Word start = i == 0 ? HERE : THERE;
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

TEST("VSPACE-0205", "a frame is zero again after its untyped was revoked, seen without the cache")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_PageBits);
    seL4_CPtr page = slot_new();

    for (seL4_Word i = 0; i < 3; i++) {
        seL4_Word address = HERE + i * PAGE_BYTES;

        EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
        EXPECT_OK(map_page(VSPACE, page, address, seL4_ReadWrite, 0));
        EXPECT_EQ(*words_at(address), 0);
        *words_at(address) = 0xc0ffee;
        EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
        EXPECT(slot_is_empty(page));
    }
}

TEST("UT-0200", "errors of Retype name the limits, and come before what else is wrong")
{
    seL4_CPtr node = object_new(seL4_CapTableObject, 2);
    seL4_CPtr untyped = object_new(seL4_UntypedObject, seL4_TCBBits + 2);

    for (seL4_Word count = 0; count <= 1ul << 31; count += 1ul << 31) {
        EXPECT_EQ(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, ROOT, node, FULL_DEPTH, 1, count),
                  seL4_RangeError);
        EXPECT_EQ(seL4_GetMR(0), 1);
        EXPECT_EQ(seL4_GetMR(1), seL4_UntypedRetypeMaxObjects);
    }
    EXPECT_EQ(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, ROOT, node, FULL_DEPTH, 3, 2),
              seL4_RangeError);
    EXPECT_EQ(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, ROOT, node, FULL_DEPTH, 4, 1),
              seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(1), 3);
    EXPECT_OK(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, ROOT, node, FULL_DEPTH, 0, 4));
    /* Full, and nothing left: the slots are looked at first. */
    EXPECT_EQ(seL4_Untyped_Retype(untyped, seL4_TCBObject, 0, ROOT, node, FULL_DEPTH, 2, 1),
              seL4_DeleteFirst);
    EXPECT_EQ(retype(untyped, seL4_TCBObject, 0, slot_new(), 1), seL4_NotEnoughMemory);
    EXPECT_EQ(seL4_GetMR(0), 0);
    for (seL4_Word bits = seL4_TCBBits + 2 - seL4_SlotBits + 1; bits < 64; bits++) {
        EXPECT(retype(untyped, seL4_CapTableObject, bits, slot_new(), 1) != seL4_NoError);
    }
    EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
    EXPECT_OK(
        retype(untyped, seL4_CapTableObject, seL4_TCBBits + 2 - seL4_SlotBits, slot_new(), 1));
}
