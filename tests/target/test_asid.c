/* SPDX-License-Identifier: BSD-2-Clause */
/* ASIDs and their pools: who gets one, how many there are, what goes with them. */
#define AREA "70"
#include "env.h"

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
    EXPECT(space_in(last) != 0);
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
