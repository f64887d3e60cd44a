/* SPDX-License-Identifier: BSD-2-Clause */
/* Callers that are suspended and resumed, or whose capabilities go while they wait. */
#define AREA "30"
#include "env.h"

/* Calls once with a word and notes the answer's. */
static void caller(seL4_Word cap, seL4_Word word, seL4_Word unused)
{
    (void)unused;
    (void)seL4_CallWithMRs(cap, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                           seL4_Null);
    log_add(word);
    thread_stop();
}

TEST("EP-0200", "a call that may not be answered is repeated by Resume, with what is there then")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr cap = slot_new();
    seL4_CPtr saved = slot_new();
    struct thread thread;

    log_start();
    EXPECT_OK(copy_cap(cap, ep, seL4_CanWrite));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, caller, cap, 41, 0));
    EXPECT_EQ(receive_word(ep), 41);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved, FULL_DEPTH));
    EXPECT(slot_is_empty(saved));
    EXPECT_OK(seL4_CNode_Delete(ROOT, cap, FULL_DEPTH));
    EXPECT_OK(copy_cap(cap, ep, seL4_AllRights));
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_EQ(receive_word(ep), 41);
    reply_word(42);
    EXPECT_EQ(log_count, 1);
    EXPECT_EQ(log_words[0], 42);
}

TEST("EP-0201", "suspending a caller takes the reply capability away, wherever it is")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr saved = slot_new();
    struct thread thread;

    log_start();
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, caller, ep, 1, 0));
    (void)receive_word(ep);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    reply_word(7);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_EQ(receive_word(ep), 1);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved, FULL_DEPTH));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    EXPECT(slot_is_empty(saved));
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    EXPECT_EQ(log_count, 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)receive_word(ep);
    reply_word(8);
    EXPECT_EQ(log_count, 1);
    EXPECT_EQ(log_words[0], 8);
}

TEST("EP-0202", "a caller in the queue whose capability goes finds an empty slot when it restarts")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr copy = slot_new();
    struct thread thread;
    seL4_Word badge = 1;
    static struct raw regs;

    regs = (struct raw){ .x0 = copy, .x1 = 0, .x7 = (seL4_Word)seL4_SysCall };
    EXPECT_OK(mint_cap(badged, ep, seL4_AllRights, 5));
    EXPECT_OK(copy_cap(copy, badged, seL4_AllRights));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, (thread_entry)(seL4_Word)raw_svc, (seL4_Word)&regs, 0, 0));
    EXPECT_EQ(regs.x1, 0);
    /* The copy goes; the message stays in the queue until the badge is cancelled. */
    EXPECT_OK(seL4_CNode_Revoke(ROOT, badged, FULL_DEPTH));
    EXPECT(slot_is_empty(copy));
    EXPECT_EQ(regs.x1, 0);
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, badged, FULL_DEPTH));
    /* It is ready again, with the error to come; let it run. */
    seL4_Yield();
    EXPECT_EQ(seL4_MessageInfo_get_label((seL4_MessageInfo_t){ { regs.x1 } }),
              seL4_InvalidCapability);
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
}
