/* SPDX-License-Identifier: BSD-2-Clause */
/* Untyped memory: Retype and its rules. */
#define AREA "10"
#include "env.h"

TEST("UT-0001", "every object type can be made")
{
    static const seL4_Word types[][2] = {
        { seL4_UntypedObject, 12 },      { seL4_TCBObject, 0 },
        { seL4_EndpointObject, 0 },      { seL4_NotificationObject, 0 },
        { seL4_CapTableObject, 4 },      { seL4_ARM_VSpaceObject, 0 },
        { seL4_ARM_SmallPageObject, 0 }, { seL4_ARM_LargePageObject, 0 },
        { seL4_ARM_PageTableObject, 0 }, { seL4_ARM_VCPUObject, 0 },
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        seL4_CPtr slot = slot_new();

        EXPECT_OK(retype(env.test_untyped, types[i][0], types[i][1], slot, 1));
        EXPECT(!slot_is_empty(slot));
    }
}

TEST("UT-0002", "an unknown type is InvalidArgument, argument 0")
{
    EXPECT_EQ(retype(env.test_untyped, seL4_ObjectTypeCount, 0, slot_new(), 1),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(retype(env.test_untyped, ~0ul, 0, slot_new(), 1), seL4_InvalidArgument);
}

TEST("UT-0003", "sizes out of range are refused")
{
    EXPECT_EQ(retype(env.test_untyped, seL4_UntypedObject, 64, slot_new(), 1), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), seL4_MaxUntypedBits);
    EXPECT_EQ(retype(env.test_untyped, seL4_UntypedObject, 48, slot_new(), 1), seL4_RangeError);
    EXPECT_EQ(retype(env.test_untyped, seL4_CapTableObject, 60, slot_new(), 1), seL4_RangeError);
    EXPECT_EQ(retype(env.test_untyped, seL4_UntypedObject, 3, slot_new(), 1), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(retype(env.test_untyped, seL4_CapTableObject, 0, slot_new(), 1),
              seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

TEST("UT-0004", "the number of objects is limited on both sides")
{
    EXPECT_EQ(retype(env.test_untyped, seL4_EndpointObject, 0, slot_new(), 0), seL4_RangeError);
    EXPECT_EQ(retype(env.test_untyped, seL4_EndpointObject, 0, slot_new(),
                     seL4_UntypedRetypeMaxObjects + 1),
              seL4_RangeError);
}

TEST("UT-0005", "an occupied slot anywhere in the window is DeleteFirst, and nothing is made")
{
    seL4_CPtr slot = slot_new();

    (void)slot_new();
    (void)slot_new();
    EXPECT_OK(retype(env.test_untyped, seL4_EndpointObject, 0, slot + 2, 1));
    EXPECT_EQ(retype(env.test_untyped, seL4_EndpointObject, 0, slot, 3), seL4_DeleteFirst);
    EXPECT(slot_is_empty(slot));
    EXPECT(slot_is_empty(slot + 1));
}

TEST("UT-0006", "too little memory is reported with the bytes left")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 12);

    EXPECT_OK(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_EQ(retype(untyped, seL4_UntypedObject, 12, slot_new(), 1), seL4_NotEnoughMemory);
    EXPECT_EQ(seL4_GetMR(0), 4096 - 16);
    EXPECT_EQ(retype(untyped, seL4_TCBObject, 0, slot_new(), 2), seL4_NotEnoughMemory);
    EXPECT_OK(retype(untyped, seL4_TCBObject, 0, slot_new(), 1));
}

TEST("UT-0007", "objects follow each other, each aligned to its size")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 16);
    seL4_CPtr first = slot_new();
    seL4_CPtr second = slot_new();
    seL4_ARM_Page_GetAddress_t a;
    seL4_ARM_Page_GetAddress_t b;

    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, first, 1));
    EXPECT_OK(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, second, 1));
    a = seL4_ARM_Page_GetAddress(first);
    b = seL4_ARM_Page_GetAddress(second);
    EXPECT_OK(a.error);
    EXPECT_OK(b.error);
    EXPECT_EQ(b.paddr - a.paddr, 0x2000);
    EXPECT_EQ(a.paddr % 0x10000, 0);
}

TEST("UT-0008", "after the last child is gone the memory starts again")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 13);
    seL4_CPtr page = slot_new();
    seL4_Word paddr;

    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    paddr = seL4_ARM_Page_GetAddress(page).paddr;
    EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
    EXPECT(slot_is_empty(page));
    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_EQ(seL4_ARM_Page_GetAddress(page).paddr, paddr);
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 13, page, 1));
}

TEST("UT-0009", "a new frame is zero, also where memory was used before")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 12);
    seL4_CPtr page = slot_new();
    volatile seL4_Word *words = (volatile seL4_Word *)SCRATCH_VADDR;

    EXPECT_OK(make_tables(VSPACE, SCRATCH_VADDR, true));
    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    for (size_t i = 0; i < PAGE_BYTES / 8; i++) {
        EXPECT_EQ(words[i], 0);
        words[i] = ~0ul;
    }
    EXPECT_OK(seL4_CNode_Delete(ROOT, page, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_ARM_SmallPageObject, 0, page, 1));
    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    for (size_t i = 0; i < PAGE_BYTES / 8; i++) {
        EXPECT_EQ(words[i], 0);
    }
}

TEST("UT-0010", "device memory becomes frames and untypeds only")
{
    seL4_CPtr untyped = env.device_untyped;
    seL4_CPtr child = slot_new();

    if (untyped == 0) {
        test_skip("no device untyped of RAM on this kernel");
        return;
    }
    EXPECT_EQ(retype(untyped, seL4_TCBObject, 0, slot_new(), 1), seL4_InvalidArgument);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(retype(untyped, seL4_ARM_PageTableObject, 0, slot_new(), 1), seL4_InvalidArgument);
    EXPECT_EQ(retype(untyped, seL4_CapTableObject, 4, slot_new(), 1), seL4_InvalidArgument);
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 13, child, 1));
    EXPECT_EQ(retype(child, seL4_EndpointObject, 0, slot_new(), 1), seL4_InvalidArgument);
    EXPECT_OK(retype(child, seL4_ARM_SmallPageObject, 0, slot_new(), 1));
    EXPECT_EQ(seL4_ARM_Page_GetAddress(env.next_slot - 1).paddr, env.device_paddr);
}

TEST("UT-0011", "an untyped with children cannot be copied")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 12);
    seL4_CPtr copy = slot_new();

    EXPECT_OK(copy_cap(copy, untyped, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_EQ(copy_cap(copy, untyped, seL4_AllRights), seL4_RevokeFirst);
}

TEST("UT-0012", "unknown labels are IllegalOperation, short messages TruncatedMessage")
{
    seL4_MessageInfo_t info;

    info = seL4_Call(env.test_untyped, seL4_MessageInfo_new(9999, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_IllegalOperation);
    seL4_SetCap(0, ROOT);
    info = seL4_Call(env.test_untyped, seL4_MessageInfo_new(UntypedRetype, 0, 1, 5));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_TruncatedMessage);
    info = seL4_Call(env.test_untyped, seL4_MessageInfo_new(UntypedRetype, 0, 0, 6));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_TruncatedMessage);
}

TEST("UT-0013", "the destination may be a CNode inside another one")
{
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);

    EXPECT(inner != 0);
    EXPECT_OK(seL4_Untyped_Retype(env.test_untyped, seL4_EndpointObject, 0, ROOT, inner, FULL_DEPTH,
                                  3, 2));
    EXPECT_OK(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, inner, 3, 4));
    EXPECT_OK(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, inner, 4, 4));
    EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, inner, 5, 4), seL4_FailedLookup);
}

TEST("UT-0014", "a destination that is no CNode or a window that does not fit is refused")
{
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);

    EXPECT_EQ(seL4_Untyped_Retype(env.test_untyped, seL4_EndpointObject, 0, inner, 0, 0, 16, 1),
              seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), 15);
    EXPECT_EQ(seL4_Untyped_Retype(env.test_untyped, seL4_EndpointObject, 0, inner, 0, 0, 15, 2),
              seL4_RangeError);
    EXPECT_EQ(seL4_Untyped_Retype(env.test_untyped, seL4_EndpointObject, 0, ep, 0, 0, 0, 1),
              seL4_FailedLookup);
    EXPECT_EQ(
        seL4_Untyped_Retype(env.test_untyped, seL4_EndpointObject, 0, ROOT, ep, FULL_DEPTH, 0, 1),
        seL4_FailedLookup);
}

TEST("UT-0015", "the largest batch works and is revoked in one call")
{
    static const seL4_Word types[] = { seL4_EndpointObject, seL4_TCBObject, seL4_ARM_VCPUObject };
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 20);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 8);

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        EXPECT_OK(seL4_Untyped_Retype(untyped, types[i], 0, cnode, 0, 0, 0, 256));
        EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
        EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, 0, 8), seL4_FailedLookup);
        EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, 255, 8), seL4_FailedLookup);
    }
    EXPECT_OK(seL4_Untyped_Retype(untyped, seL4_UntypedObject, 20, cnode, 0, 0, 0, 1));
}

TEST("UT-0016", "a window or a CNode that will not do is named in the answer")
{
    seL4_CPtr ut = env.test_untyped;
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_Word max = seL4_UntypedRetypeMaxObjects;

    EXPECT_RANGE(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 0, 0), 1, max);
    EXPECT_RANGE(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 0, max + 1), 1, max);
    EXPECT_RANGE(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, inner, 0, 0, 13, 4), 1, 3);
    EXPECT_RANGE(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, inner, 0, 0, ~0ul, 1), 0, 15);
    EXPECT_RANGE(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, ROOT, inner, 65, 0, 1), 1, 64);
    EXPECT_LOOKUP(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, ep, 0, 0, 0, 1), 0,
                  seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(2), 0);
    EXPECT_LOOKUP(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, ep, 0, 4, 0, 1), 0,
                  seL4_InvalidRoot);
    EXPECT_LOOKUP(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, ROOT, ep, FULL_DEPTH, 0, 1), 0,
                  seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(2), FULL_DEPTH);
    EXPECT_LOOKUP(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, ROOT, NOWHERE, FULL_DEPTH, 0, 1),
                  0, seL4_GuardMismatch);
    EXPECT_EQ(seL4_GetMR(2), FULL_DEPTH);
    EXPECT_EQ(seL4_GetMR(3), 0);
    EXPECT_EQ(seL4_GetMR(4), ROOT_GUARD_BITS);
    EXPECT_LOOKUP(seL4_Untyped_Retype(ut, seL4_EndpointObject, 0, inner, 0x12, 8, 0, 1), 0,
                  seL4_DepthMismatch);
    EXPECT_EQ(seL4_GetMR(2), 4);
    EXPECT_EQ(seL4_GetMR(3), 0);
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
