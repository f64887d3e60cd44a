/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on slots: copy, mint, move, mutate, rotate, revoke, delete, save caller. */
#define AREA "20"
#include "env.h"

static volatile seL4_Word answers[4];

/* Badge with which a message through `cap` arrives; ~0 if it does not arrive. */
static seL4_Word badge_of(seL4_CPtr cap, seL4_CPtr ntfn)
{
    seL4_Word badge = ~0ul;

    seL4_Signal(cap);
    (void)seL4_Poll(ntfn, &badge);
    return badge;
}

TEST("CNODE-0001", "a copy refers to the same object")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr copy = slot_new();

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x55));
    EXPECT_OK(copy_cap(copy, badged, seL4_AllRights));
    EXPECT_EQ(badge_of(copy, ntfn), 0x55);
}

TEST("CNODE-0002", "an occupied destination is DeleteFirst")
{
    seL4_CPtr a = object_new(seL4_EndpointObject, 0);
    seL4_CPtr b = object_new(seL4_EndpointObject, 0);

    EXPECT_EQ(copy_cap(b, a, seL4_AllRights), seL4_DeleteFirst);
    EXPECT_EQ(seL4_CNode_Move(ROOT, b, FULL_DEPTH, ROOT, a, FULL_DEPTH), seL4_DeleteFirst);
    EXPECT_EQ(copy_cap(a, a, seL4_AllRights), seL4_DeleteFirst);
}

TEST("CNODE-0003", "an empty source is a failed lookup of the source root")
{
    seL4_CPtr empty = slot_new();

    EXPECT_EQ(copy_cap(slot_new(), empty, seL4_AllRights), seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_GetMR(1), seL4_MissingCapability);
}

TEST("CNODE-0004", "a depth outside 1..64 is RangeError(1, 64)")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);

    EXPECT_EQ(seL4_CNode_Delete(ROOT, ep, 0), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_GetMR(1), 64);
    EXPECT_EQ(seL4_CNode_Delete(ROOT, ep, 65), seL4_RangeError);
}

TEST("CNODE-0005", "a badge is given once, and only to an unbadged cap")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x1234567890abcdeful));
    EXPECT_EQ(badge_of(badged, ntfn), 0x1234567890abcdeful);
    EXPECT_EQ(mint_cap(slot_new(), badged, seL4_AllRights, 7), seL4_IllegalOperation);
    EXPECT_EQ(seL4_CNode_Mutate(ROOT, slot_new(), FULL_DEPTH, ROOT, ntfn, FULL_DEPTH, 7),
              seL4_IllegalOperation);
}

TEST("CNODE-0006", "rights only shrink, and a missing right is felt")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr no_write = slot_new();
    seL4_CPtr again = slot_new();
    seL4_MessageInfo_t info;

    EXPECT_OK(copy_cap(no_write, ep, seL4_CanRead));
    info = seL4_Call(no_write, seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_OK(copy_cap(again, no_write, seL4_AllRights));
    info = seL4_Call(again, seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_InvalidCapability);
}

TEST("CNODE-0007", "move empties the source and keeps the badge")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr moved = slot_new();

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 3));
    EXPECT_OK(seL4_CNode_Move(ROOT, moved, FULL_DEPTH, ROOT, badged, FULL_DEPTH));
    EXPECT(slot_is_empty(badged));
    EXPECT_EQ(badge_of(moved, ntfn), 3);
}

static seL4_Word address_of(seL4_CPtr page)
{
    seL4_ARM_Page_GetAddress_t result = seL4_ARM_Page_GetAddress(page);

    return result.error ? 0 : result.paddr;
}

TEST("CNODE-0011", "rotate moves two caps at once, or swaps two")
{
    seL4_CPtr a = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr b = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr c = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_Word first = address_of(a);
    seL4_Word second = address_of(b);

    /* pivot b -> c, source a -> b */
    EXPECT_OK(
        seL4_CNode_Rotate(ROOT, c, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH, 0, ROOT, a, FULL_DEPTH));
    EXPECT(slot_is_empty(a));
    EXPECT_EQ(address_of(b), first);
    EXPECT_EQ(address_of(c), second);
    EXPECT_OK(
        seL4_CNode_Rotate(ROOT, b, FULL_DEPTH, 0, ROOT, c, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH));
    EXPECT_EQ(address_of(b), second);
    EXPECT_EQ(address_of(c), first);
    EXPECT_EQ(
        seL4_CNode_Rotate(ROOT, b, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH, 0, ROOT, c, FULL_DEPTH),
        seL4_IllegalOperation);
    EXPECT_EQ(
        seL4_CNode_Rotate(ROOT, a, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH),
        seL4_IllegalOperation);
    /* A notification cannot take new data on the way, not even 0. */
    EXPECT_EQ(
        seL4_CNode_Rotate(ROOT, a, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH, 0, ROOT, ntfn, FULL_DEPTH),
        seL4_IllegalOperation);
    EXPECT_EQ(
        seL4_CNode_Rotate(ROOT, c, FULL_DEPTH, 0, ROOT, b, FULL_DEPTH, 0, ROOT, a, FULL_DEPTH),
        seL4_DeleteFirst);
}

TEST("CNODE-0012", "revoke deletes copies and badged children, not the cap itself")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr child = slot_new();
    seL4_CPtr grandchild = slot_new();

    EXPECT_OK(mint_cap(child, ntfn, seL4_AllRights, 4));
    EXPECT_OK(copy_cap(grandchild, child, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, child, FULL_DEPTH));
    EXPECT_EQ(badge_of(child, ntfn), 4);
    EXPECT(slot_is_empty(grandchild) || badge_of(grandchild, ntfn) == 4);
    EXPECT_OK(seL4_CNode_Revoke(ROOT, ntfn, FULL_DEPTH));
    EXPECT(slot_is_empty(child));
    EXPECT(slot_is_empty(grandchild));
    EXPECT_EQ(badge_of(ntfn, ntfn), 0);
}

TEST("CNODE-0013", "deleting a copy leaves the object, deleting the last cap frees it")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 12);
    seL4_CPtr ep = slot_new();
    seL4_CPtr copy = slot_new();

    EXPECT_OK(retype(untyped, seL4_EndpointObject, 0, ep, 1));
    EXPECT_OK(copy_cap(copy, ep, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Delete(ROOT, ep, FULL_DEPTH));
    EXPECT_EQ(retype(untyped, seL4_UntypedObject, 12, ep, 1), seL4_NotEnoughMemory);
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 12, ep, 1));
    /* Deleting an empty slot is no error. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, copy, FULL_DEPTH));
}

TEST("CNODE-0014", "deleting a CNode deletes what is in it, itself included")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 14);
    seL4_CPtr cnode = slot_new();

    EXPECT_OK(retype(untyped, seL4_CapTableObject, 6, cnode, 1));
    EXPECT_OK(seL4_Untyped_Retype(untyped, seL4_EndpointObject, 0, cnode, 0, 0, 0, 32));
    EXPECT_OK(seL4_Untyped_Retype(untyped, seL4_CapTableObject, 2, cnode, 0, 0, 40, 2));
    EXPECT_OK(seL4_CNode_Copy(cnode, 50, 6, ROOT, cnode, FULL_DEPTH, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Delete(ROOT, cnode, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 14, cnode, 1));
}

TEST("CNODE-0015", "a CNode that is reachable only from inside itself is freed by revoke")
{
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 14);
    seL4_CPtr cnode = slot_new();

    EXPECT_OK(retype(untyped, seL4_CapTableObject, 4, cnode, 1));
    EXPECT_OK(seL4_CNode_Copy(cnode, 1, 4, ROOT, cnode, FULL_DEPTH, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Copy(cnode, 2, 4, ROOT, cnode, FULL_DEPTH, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Move(cnode, 3, 4, ROOT, cnode, FULL_DEPTH));
    EXPECT(slot_is_empty(cnode));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 14, cnode, 1));
}

static void saved_caller_client(seL4_Word ep, seL4_Word index, seL4_Word unused)
{
    seL4_Word mr0 = index;

    (void)unused;
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &mr0, seL4_Null, seL4_Null,
                           seL4_Null);
    answers[index] = mr0;
    thread_stop();
}

TEST("CNODE-0016", "a saved caller is answered later, once")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr saved[2] = { slot_new(), slot_new() };
    struct thread client[2];
    seL4_Word mr0;

    for (seL4_Word i = 0; i < 2; i++) {
        answers[i] = 0;
        EXPECT(thread_new(&client[i], PRIO_RUNNER + 1, 0) != 0);
        EXPECT_OK(thread_start(&client[i], saved_caller_client, ep, i, 0));
        (void)seL4_RecvWithMRs(ep, seL4_Null, &mr0, seL4_Null, seL4_Null, seL4_Null);
        EXPECT_EQ(mr0, i);
        EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved[i], FULL_DEPTH));
    }
    EXPECT_EQ(copy_cap(slot_new(), saved[0], seL4_AllRights), seL4_IllegalOperation);
    for (seL4_Word i = 2; i-- > 0;) {
        mr0 = 100 + i;
        seL4_SendWithMRs(saved[i], seL4_MessageInfo_new(0, 0, 0, 1), &mr0, seL4_Null, seL4_Null,
                         seL4_Null);
        EXPECT_EQ(answers[i], 100 + i);
        EXPECT(slot_is_empty(saved[i]));
    }
}

TEST("CNODE-0017", "SaveCaller: occupied slot is refused, no caller is no error")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);

    EXPECT_EQ(seL4_CNode_SaveCaller(ROOT, ep, FULL_DEPTH), seL4_DeleteFirst);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, slot_new(), FULL_DEPTH));
    EXPECT(slot_is_empty(env.next_slot - 1));
}

static void badged_sender(seL4_Word ep, seL4_Word index, seL4_Word unused)
{
    (void)unused;
    seL4_SendWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                     seL4_Null);
    answers[index] = 1;
    thread_stop();
}

TEST("CNODE-0018", "CancelBadgedSends restarts the senders of that badge only")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged[2] = { slot_new(), slot_new() };
    struct thread sender[2];
    seL4_Word badge;

    for (seL4_Word i = 0; i < 2; i++) {
        answers[i] = 0;
        EXPECT_OK(mint_cap(badged[i], ep, seL4_AllRights, 10 + i));
        EXPECT(thread_new(&sender[i], PRIO_RUNNER + 1, 0) != 0);
        EXPECT_OK(thread_start(&sender[i], badged_sender, badged[i], i, 0));
    }
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, ep, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, badged[0], FULL_DEPTH));
    /* The first was restarted and queues again, now behind the second. */
    (void)seL4_RecvWithMRs(ep, &badge, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(badge, 11);
    (void)seL4_RecvWithMRs(ep, &badge, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(badge, 10);
    EXPECT_EQ(answers[0] + answers[1], 2);
}

/* A CNode call with so many words of {index, depth, source index, source depth, ...}. */
static seL4_Word short_call(seL4_Word label, seL4_Word words, seL4_CPtr dest, seL4_Word depth,
                            seL4_CPtr source)
{
    const seL4_Word message[4] = { dest, depth, source, FULL_DEPTH };

    for (int i = 0; i < 4; i++) {
        seL4_SetMR(i, message[i]);
    }
    seL4_SetCap(0, ROOT);
    return seL4_MessageInfo_get_label(seL4_Call(ROOT, seL4_MessageInfo_new(label, 0, 1, words)));
}

TEST("CNODE-0020", "slots are looked up before the words behind them are missed")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr empty = slot_new();

    EXPECT_EQ(short_call(CNodeMint, 2, empty, 65, ep), seL4_RangeError);
    EXPECT_EQ(short_call(CNodeMint, 3, empty, FULL_DEPTH, ep), seL4_TruncatedMessage);
    EXPECT_EQ(short_call(CNodeMint, 4, ep, FULL_DEPTH, ep), seL4_DeleteFirst);
    EXPECT_EQ(short_call(CNodeMint, 4, empty, FULL_DEPTH, empty), seL4_FailedLookup);
    EXPECT_EQ(short_call(CNodeMint, 4, empty, FULL_DEPTH, ep), seL4_TruncatedMessage);
    EXPECT_EQ(short_call(CNodeMutate, 4, empty, FULL_DEPTH, ep), seL4_TruncatedMessage);
    EXPECT_EQ(short_call(CNodeRotate, 7, empty, FULL_DEPTH, ep), seL4_TruncatedMessage);
    EXPECT_EQ(short_call(CNodeRotate, 2, empty, 0, ep), seL4_RangeError);
    EXPECT(slot_is_empty(empty));
}

TEST("CNODE-0021", "rotate: a pivot that does not resolve counts as source, an empty one does not")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr empty = slot_new();

    EXPECT_EQ(seL4_CNode_Rotate(ROOT, empty, FULL_DEPTH, 0, ROOT, 1ul << 40, FULL_DEPTH, 0, ROOT,
                                tcb, FULL_DEPTH),
              seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_CNode_Rotate(ROOT, empty, FULL_DEPTH, 0, ROOT, slot_new(), FULL_DEPTH, 0, ROOT,
                                tcb, FULL_DEPTH),
              seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), seL4_MissingCapability);
    EXPECT(!slot_is_empty(tcb));
}

/*
 * One CNode operation with everything in order but what the test varies: where it goes, and (for
 * those that take one) where it comes from.
 */
static seL4_MessageInfo_t operation(seL4_Word label, seL4_CPtr cnode, seL4_Word dest,
                                    seL4_Word depth, seL4_CPtr source_root, seL4_Word source,
                                    seL4_Word source_depth)
{
    const seL4_Word rotate[] = { dest,       depth, 0,      seL4_CapInitThreadTCB,
                                 FULL_DEPTH, 0,     source, source_depth };
    const seL4_Word others[] = { dest, depth, source, source_depth, 15, 0 };
    const bool takes_two = label == CNodeRotate;

    return call_words(cnode, label, source_root, takes_two ? 2 : 1, takes_two ? rotate : others,
                      takes_two ? 8 : 6);
}

static const seL4_Word with_source[] = { CNodeCopy, CNodeMint, CNodeMove, CNodeMutate,
                                         CNodeRotate };
static const seL4_Word without_source[] = { CNodeRevoke, CNodeDelete, CNodeCancelBadgedSends,
                                            CNodeSaveCaller };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The label at position i of both lists. */
static seL4_Word operation_label(size_t i)
{
    return i < COUNT(with_source) ? with_source[i] : without_source[i - COUNT(with_source)];
}

/* Whether the answer is this error with so many words. */
static bool answers_error(seL4_MessageInfo_t info, seL4_Error error, seL4_Word length)
{
    return seL4_MessageInfo_get_label(info) == error && seL4_MessageInfo_get_length(info) == length;
}

TEST("CNODE-0022", "each operation refuses a destination that does not resolve, and says why")
{
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);

    for (size_t i = 0; i < COUNT(with_source) + COUNT(without_source); i++) {
        seL4_Word label = operation_label(i);

        for (seL4_Word depth = 0; depth <= 65; depth += 65) {
            EXPECT(answers_error(operation(label, ROOT, 1, depth, ROOT, tcb, FULL_DEPTH),
                                 seL4_RangeError, 2));
            EXPECT_EQ(seL4_GetMR(0), 1);
            EXPECT_EQ(seL4_GetMR(1), 64);
        }
        EXPECT(answers_error(operation(label, ROOT, NOWHERE, FULL_DEPTH, ROOT, tcb, FULL_DEPTH),
                             seL4_FailedLookup, 5));
        EXPECT_EQ(seL4_GetMR(0), 0);
        EXPECT_EQ(seL4_GetMR(1), seL4_GuardMismatch);
        EXPECT_EQ(seL4_GetMR(2), 64);
        EXPECT_EQ(seL4_GetMR(3), 0);
        EXPECT_EQ(seL4_GetMR(4), ROOT_GUARD_BITS);
        EXPECT(answers_error(operation(label, inner, 0x12, 8, ROOT, tcb, FULL_DEPTH),
                             seL4_FailedLookup, 4));
        EXPECT_EQ(seL4_GetMR(0), 0);
        EXPECT_EQ(seL4_GetMR(1), seL4_DepthMismatch);
        EXPECT_EQ(seL4_GetMR(2), 4);
        EXPECT_EQ(seL4_GetMR(3), 0);
        EXPECT(answers_error(operation(label, inner, 1, 2, ROOT, tcb, FULL_DEPTH),
                             seL4_FailedLookup, 4));
        EXPECT_EQ(seL4_GetMR(2), 2);
        EXPECT_EQ(seL4_GetMR(3), 4);
    }
}

TEST("CNODE-0023", "each operation refuses a source that does not resolve, and says why")
{
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr to = slot_new();

    for (size_t i = 0; i < COUNT(with_source); i++) {
        seL4_Word label = with_source[i];

        for (seL4_Word depth = 0; depth <= 65; depth += 65) {
            EXPECT(answers_error(operation(label, ROOT, to, FULL_DEPTH, ROOT, tcb, depth),
                                 seL4_RangeError, 2));
            EXPECT_EQ(seL4_GetMR(0), 1);
            EXPECT_EQ(seL4_GetMR(1), 64);
        }
        EXPECT(answers_error(operation(label, ROOT, to, FULL_DEPTH, tcb, 1, FULL_DEPTH),
                             seL4_FailedLookup, 2));
        EXPECT_EQ(seL4_GetMR(0), 1);
        EXPECT_EQ(seL4_GetMR(1), seL4_InvalidRoot);
        EXPECT(answers_error(operation(label, ROOT, to, FULL_DEPTH, ROOT, NOWHERE, FULL_DEPTH),
                             seL4_FailedLookup, 5));
        EXPECT_EQ(seL4_GetMR(0), 1);
        EXPECT_EQ(seL4_GetMR(1), seL4_GuardMismatch);
        EXPECT(answers_error(operation(label, ROOT, to, FULL_DEPTH, inner, 0x12, 8),
                             seL4_FailedLookup, 4));
        EXPECT_EQ(seL4_GetMR(0), 1);
        EXPECT_EQ(seL4_GetMR(1), seL4_DepthMismatch);
        if (label != CNodeRotate) { /* whose pivot is looked up in the same root */
            EXPECT(answers_error(operation(label, ROOT, to, FULL_DEPTH, inner, 3, 4),
                                 seL4_FailedLookup, 3));
            EXPECT_EQ(seL4_GetMR(0), 1);
            EXPECT_EQ(seL4_GetMR(1), seL4_MissingCapability);
            EXPECT_EQ(seL4_GetMR(2), 4);
        }
    }
    EXPECT_LOOKUP(seL4_CNode_Rotate(ROOT, to, FULL_DEPTH, 0, ROOT, tcb, FULL_DEPTH, 0, inner, 3, 4),
                  1, seL4_MissingCapability);
    EXPECT_EQ(seL4_GetMR(2), 4);
    EXPECT(slot_is_empty(to));
}

TEST("CNODE-0024", "an occupied destination is DeleteFirst for each operation that fills one")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr taken = object_new(seL4_EndpointObject, 0);

    for (size_t i = 0; i < COUNT(with_source); i++) {
        EXPECT(
            answers_error(operation(with_source[i], ROOT, taken, FULL_DEPTH, ROOT, tcb, FULL_DEPTH),
                          seL4_DeleteFirst, 0));
    }
    EXPECT_EQ(seL4_CNode_SaveCaller(ROOT, taken, FULL_DEPTH), seL4_DeleteFirst);
}

TEST("CNODE-0025", "CancelBadgedSends wants an endpoint with all rights")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr weak = slot_new();

    for (seL4_Word missing = 1; missing < 16; missing <<= 1) {
        seL4_CapRights_t rights = { { seL4_AllRights.words[0] & ~missing } };

        EXPECT_OK(copy_cap(weak, ep, rights));
        EXPECT_EQ(seL4_CNode_CancelBadgedSends(ROOT, weak, FULL_DEPTH), seL4_IllegalOperation);
        EXPECT_OK(seL4_CNode_Delete(ROOT, weak, FULL_DEPTH));
    }
    EXPECT_EQ(seL4_CNode_CancelBadgedSends(ROOT, weak, FULL_DEPTH), seL4_IllegalOperation);
    EXPECT_EQ(seL4_CNode_CancelBadgedSends(ROOT, RUNNER_TCB, FULL_DEPTH), seL4_IllegalOperation);
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, ep, FULL_DEPTH));
}

TEST("CNODE-0026", "what cannot be derived is neither copied nor minted")
{
    seL4_CPtr to = slot_new();
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 12);
    const seL4_CPtr underivable[] = { seL4_CapIRQControl, object_new(seL4_ARM_VSpaceObject, 0),
                                      object_new(seL4_ARM_PageTableObject, 0) };

    for (size_t i = 0; i < COUNT(underivable); i++) {
        EXPECT_EQ(copy_cap(to, underivable[i], seL4_AllRights), seL4_IllegalOperation);
        EXPECT_EQ(mint_cap(to, underivable[i], seL4_AllRights, 0), seL4_IllegalOperation);
    }
    EXPECT_OK(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1));
    EXPECT_EQ(copy_cap(to, untyped, seL4_AllRights), seL4_RevokeFirst);
    EXPECT_EQ(mint_cap(to, untyped, seL4_AllRights, 0), seL4_RevokeFirst);
    /* It may be moved; its child stays where it belongs. */
    EXPECT_OK(seL4_CNode_Move(ROOT, to, FULL_DEPTH, ROOT, untyped, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Mutate(ROOT, untyped, FULL_DEPTH, ROOT, to, FULL_DEPTH, 0));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, untyped, FULL_DEPTH));
    EXPECT(slot_is_empty(env.next_slot - 1));
}

TEST("CNODE-0201", "what operations say of empty slots, and of a slot moved onto itself")
{
    seL4_CPtr full = object_new(seL4_EndpointObject, 0);
    seL4_CPtr other = object_new(seL4_TCBObject, 0);
    seL4_CPtr empty = slot_new();
    seL4_CPtr empty2 = slot_new();
    seL4_CPtr empty3 = slot_new();

    EXPECT_OK(seL4_CNode_Delete(ROOT, empty, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, empty, FULL_DEPTH));
    EXPECT_EQ(seL4_CNode_CancelBadgedSends(ROOT, empty, FULL_DEPTH), seL4_IllegalOperation);
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, full, FULL_DEPTH));
    EXPECT_EQ(seL4_CNode_Move(ROOT, empty, FULL_DEPTH, ROOT, empty, FULL_DEPTH), seL4_FailedLookup);
    EXPECT_EQ(seL4_CNode_Move(ROOT, full, FULL_DEPTH, ROOT, full, FULL_DEPTH), seL4_DeleteFirst);
    EXPECT_EQ(copy_cap(full, empty, seL4_AllRights), seL4_DeleteFirst);
    EXPECT_EQ(copy_cap(empty2, empty, seL4_AllRights), seL4_FailedLookup);
    EXPECT_EQ(seL4_CNode_Mutate(ROOT, empty2, FULL_DEPTH, ROOT, empty, FULL_DEPTH, 0),
              seL4_FailedLookup);
    EXPECT_EQ(seL4_CNode_Rotate(ROOT, empty, FULL_DEPTH, 0, ROOT, full, FULL_DEPTH, 0, ROOT, full,
                                FULL_DEPTH),
              seL4_IllegalOperation);
    EXPECT_EQ(seL4_CNode_Rotate(ROOT, empty, FULL_DEPTH, 0, ROOT, empty2, FULL_DEPTH, 0, ROOT,
                                empty3, FULL_DEPTH),
              seL4_FailedLookup);
    EXPECT_EQ(seL4_CNode_Rotate(ROOT, other, FULL_DEPTH, 0, ROOT, full, FULL_DEPTH, 0, ROOT, empty,
                                FULL_DEPTH),
              seL4_DeleteFirst);
    EXPECT_EQ(seL4_CNode_SaveCaller(ROOT, full, FULL_DEPTH), seL4_DeleteFirst);
    EXPECT(slot_is_empty(empty) && slot_is_empty(empty2) && slot_is_empty(empty3));
    EXPECT(!slot_is_empty(full) && !slot_is_empty(other));
}
