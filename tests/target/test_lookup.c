/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers and paths: guards, radixes and depths of CNodes, several of them in a row. */
#define AREA "20"
#include "env.h"

TEST("CNODE-0008", "mutate gives a CNode cap a guard, by which it resolves")
{
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 4);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr guarded = slot_new();

    EXPECT_OK(seL4_CNode_Copy(cnode, 9, 4, ROOT, ep, FULL_DEPTH, seL4_AllRights));
    EXPECT_OK(seL4_CNode_Mutate(ROOT, guarded, FULL_DEPTH, ROOT, cnode, FULL_DEPTH,
                                seL4_CNode_CapData_new(0x5, 4).words[0]));
    EXPECT_OK(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, guarded, 0x59, 8));
    EXPECT_OK(seL4_CNode_Move(guarded, 0x53, 8, ROOT, env.next_slot - 1, FULL_DEPTH));
    EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, guarded, 0x63, 8), seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(0), 1);
    EXPECT_EQ(seL4_GetMR(1), seL4_GuardMismatch);
    EXPECT_EQ(seL4_GetMR(2), 8);
    EXPECT_EQ(seL4_GetMR(3), 5);
    EXPECT_EQ(seL4_GetMR(4), 4);
}

TEST("CNODE-0009", "a guard that does not fit with the radix is refused")
{
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 8);

    EXPECT_EQ(mint_cap(slot_new(), cnode, seL4_AllRights, seL4_CNode_CapData_new(0, 60).words[0]),
              seL4_IllegalOperation);
    EXPECT_OK(mint_cap(slot_new(), cnode, seL4_AllRights, seL4_CNode_CapData_new(0, 56).words[0]));
}

TEST("CNODE-0010", "a lookup that ends too early or too late is a depth mismatch")
{
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 4);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);

    EXPECT_OK(seL4_CNode_Copy(cnode, 1, 4, ROOT, ep, FULL_DEPTH, seL4_AllRights));
    EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, 0x10, 8), seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(1), seL4_DepthMismatch);
    EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, 1, 2), seL4_FailedLookup);
    EXPECT_EQ(seL4_GetMR(1), seL4_DepthMismatch);
    EXPECT_EQ(seL4_GetMR(2), 2);
    EXPECT_EQ(seL4_GetMR(3), 4);
}

static void signaller(seL4_Word ntfn, seL4_Word word, seL4_Word unused)
{
    (void)unused;
    seL4_Signal(ntfn);
    log_add(word);
    thread_stop();
}

TEST("CNODE-0019", "a two-level address resolves through both CNodes in a system call")
{
    seL4_CPtr inner = object_new(seL4_CapTableObject, 4);
    seL4_CPtr outer = object_new(seL4_CapTableObject, 4);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr guarded = slot_new();
    struct thread client;
    seL4_Word badge;

    /* outer: guard of 56 zero bits, radix 4; inner: radix 4. CPtr 0x23 = outer[2], inner[3]. */
    EXPECT_OK(seL4_CNode_Mint(inner, 3, 4, ROOT, ntfn, FULL_DEPTH, seL4_AllRights, 0x77));
    EXPECT_OK(seL4_CNode_Copy(outer, 2, 4, ROOT, inner, FULL_DEPTH, seL4_AllRights));
    EXPECT_OK(mint_cap(guarded, outer, seL4_AllRights, seL4_CNode_CapData_new(0, 56).words[0]));
    EXPECT(thread_new(&client, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(client.tcb, 0, guarded, 0, VSPACE, 0));
    log_start();
    EXPECT_OK(thread_start(&client, signaller, 0x23, 1, 0));
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0x77);
    EXPECT_EQ(log_count, 1);
}

/* Calls each address below 64, each with one bit flipped, and then the right one. */
static struct {
    seL4_CPtr first;    /* an endpoint in the CSpace it begins in */
    seL4_CPtr right;    /* the only one in the CSpace that it is given then */
    seL4_Word wrong_ok; /* how many of the others were InvalidCapability */
} walk;

static seL4_Word call_label(seL4_CPtr cap)
{
    return seL4_MessageInfo_get_label(seL4_CallWithMRs(cap, seL4_MessageInfo_new(0, 0, 0, 0),
                                                       seL4_Null, seL4_Null, seL4_Null, seL4_Null));
}

static void walker(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    (void)unused1;
    (void)unused2;
    (void)unused3;
    (void)call_label(walk.first);
    for (unsigned i = 0; i < 64; i++) {
        walk.wrong_ok += call_label(i) == seL4_InvalidCapability;
        walk.wrong_ok += call_label(walk.right ^ 1ul << i) == seL4_InvalidCapability;
    }
    for (;;) {
        (void)call_label(walk.right);
    }
}

TEST("CNODE-0200", "64 CNodes of one bit: one address leads to the end, the others to empty slots")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr nodes[64];
    struct thread thread;

    walk.first = ep;
    walk.right = 1;
    walk.wrong_ok = 0;
    for (int i = 0; i < 64; i++) {
        nodes[i] = object_new(seL4_CapTableObject, 1);
        EXPECT(nodes[i] != 0);
    }
    /* Each is in slot 0 or 1 of the one before it, in turns; the endpoint is in slot 1 of the last. */
    for (int i = 0; i < 64; i++) {
        seL4_CPtr cap = i < 63 ? nodes[i + 1] : ep;
        seL4_Word slot = (seL4_Word)i & 1;

        EXPECT_OK(seL4_CNode_Copy(nodes[i], slot, 1, ROOT, cap, FULL_DEPTH, seL4_AllRights));
        walk.right |= slot << (63 - i);
    }
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, walker, 0, 0, 0));
    (void)seL4_Recv(ep, seL4_Null);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, 0, nodes[0], 0, VSPACE, 0));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    (void)seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(walk.wrong_ok, 128);
}

/* As a process that owns its CSpace: a copy to the last slot, a call through it, the copy goes. */
#define BIG_RADIX   17
#define SLOT_OWN    2
#define SLOT_EP     3
#define SLOT_LAST   ((1ul << BIG_RADIX) - 1)
#define BIG_GUARD   seL4_CNode_CapData_new(0, seL4_WordBits - BIG_RADIX).words[0]
#define MESSAGE_END 77

static seL4_Word own_operation(seL4_IPCBuffer *buffer, seL4_Word label, seL4_Word caps,
                               seL4_Word words)
{
    struct raw regs = { .x0 = SLOT_OWN,
                        .x1 = seL4_MessageInfo_new(label, 0, caps, words).words[0],
                        .x2 = SLOT_LAST,
                        .x3 = seL4_WordBits,
                        .x4 = SLOT_EP,
                        .x5 = seL4_WordBits,
                        .x7 = (seL4_Word)seL4_SysCall };

    buffer->msg[4] = seL4_AllRights.words[0];
    buffer->caps_or_badges[0] = SLOT_OWN;
    raw_svc(&regs);
    return seL4_MessageInfo_get_label((seL4_MessageInfo_t){ { regs.x1 } });
}

static void process(seL4_Word buffer, seL4_Word rounds, seL4_Word unused)
{
    (void)unused;
    for (seL4_Word i = 0; i < rounds; i++) {
        log_add(own_operation((seL4_IPCBuffer *)buffer, CNodeCopy, 1, 5));
        log_add(call_label(SLOT_LAST));
        log_add(own_operation((seL4_IPCBuffer *)buffer, CNodeDelete, 0, 2));
        log_add(call_label(SLOT_LAST));
    }
    for (;;) {
        seL4_Word word = MESSAGE_END;

        (void)seL4_CallWithMRs(SLOT_EP, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null,
                               seL4_Null, seL4_Null);
    }
}

TEST("CNODE-0202", "a thread in a CSpace of 2^17 slots works on its own CNode, and both go at once")
{
    /* First the large object, or half of the memory would be lost to its alignment. */
    seL4_CPtr node = object_new(seL4_CapTableObject, BIG_RADIX);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    log_start();
    EXPECT(node != 0);
    EXPECT_OK(seL4_CNode_Mint(node, SLOT_OWN, BIG_RADIX, ROOT, node, FULL_DEPTH, seL4_AllRights,
                              BIG_GUARD));
    EXPECT_OK(seL4_CNode_Copy(node, SLOT_EP, BIG_RADIX, ROOT, ep, FULL_DEPTH, seL4_AllRights));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, SLOT_EP, node, BIG_GUARD, VSPACE, 0));
    EXPECT_OK(thread_start(&thread, process, (seL4_Word)thread.buffer, 2, 0));
    for (int i = 0; i < 2; i++) {
        (void)receive_word(ep);
        reply_word(0);
    }
    EXPECT_EQ(receive_word(ep), MESSAGE_END);
    EXPECT_EQ(log_count, 8);
    for (int i = 0; i < 8; i++) {
        EXPECT_EQ(log_words[i], i % 4 == 3 ? seL4_InvalidCapability : seL4_NoError);
    }
    /* The CNode holds itself, and the thread holds it. */
    EXPECT_OK(seL4_CNode_Revoke(ROOT, node, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, node, FULL_DEPTH));
}
