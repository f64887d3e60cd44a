/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs: priorities and their limits, time slices, the order of equals. */
#define AREA "50"
#include "env.h"

#define SPIN_LIMIT 200000000ul

static volatile seL4_Word counters[4];

TEST("TCB-0004", "a higher priority runs at once, a lower one does not")
{
    struct thread thread[2];

    log_start();
    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread[0], log_once, 0, 0, 0));
    EXPECT_OK(thread_start(&thread[1], log_once, 1, 0, 0));
    EXPECT_EQ(log_count, 1);
    EXPECT_EQ(log_words[0], 1);
    seL4_Yield();
    EXPECT_EQ(log_count, 1);
}

TEST("TCB-0019", "an equal priority waits for a yield or the end of the slice")
{
    struct thread thread;
    unsigned int waited = 0;

    for (int i = 0; i < 6; i++) {
        log_start();
        EXPECT(thread_new(&thread, PRIO_RUNNER, 0) != 0);
        EXPECT_OK(thread_start(&thread, log_once, 1, 0, 0));
        waited += log_count == 0;
        seL4_Yield();
        EXPECT_EQ(log_count, 1);
    }
    /* A slice may end in between now and then, but not each time. */
    EXPECT(waited > 0);
}

TEST("TCB-0005", "raising a ready thread above the caller runs it, lowering does not stop others")
{
    struct thread thread;

    log_start();
    EXPECT(thread_new(&thread, PRIO_RUNNER - 10, 0) != 0);
    EXPECT_OK(thread_start(&thread, log_once, 1, 0, 0));
    EXPECT_EQ(log_count, 0);
    EXPECT_OK(seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER + 5));
    EXPECT_EQ(log_count, 1);
}

TEST("TCB-0006", "lowering oneself lets a ready thread in between run")
{
    struct thread thread;

    log_start();
    EXPECT(thread_new(&thread, PRIO_RUNNER - 10, 0) != 0);
    EXPECT_OK(thread_start(&thread, log_once, 1, 0, 0));
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER - 20));
    EXPECT_EQ(log_count, 1);
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER));
}

TEST("TCB-0007", "priorities are limited by the authority's maximum")
{
    struct thread thread[2];

    EXPECT(thread_new(&thread[0], PRIO_RUNNER - 1, 0) != 0);
    EXPECT(thread_new(&thread[1], PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetMCPriority(thread[0].tcb, RUNNER_TCB, 50));
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, thread[0].tcb, 51), seL4_RangeError);
    EXPECT_EQ(seL4_GetMR(0), 0);
    EXPECT_EQ(seL4_GetMR(1), 50);
    EXPECT_OK(seL4_TCB_SetPriority(thread[1].tcb, thread[0].tcb, 50));
    EXPECT_EQ(seL4_TCB_SetMCPriority(thread[1].tcb, thread[0].tcb, 51), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetSchedParams(thread[1].tcb, thread[0].tcb, 10, 51), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, RUNNER_TCB, 256), seL4_RangeError);
    EXPECT_EQ(seL4_TCB_SetPriority(thread[1].tcb, VSPACE, 1), seL4_InvalidCapability);
    EXPECT_EQ(seL4_GetMR(0), 1);
}

static void spinner(seL4_Word index, seL4_Word other, seL4_Word ntfn)
{
    seL4_Word rounds = 0;

    while (counters[other] < 3 && rounds < SPIN_LIMIT) {
        if (++rounds % 100000 == 0) {
            counters[index]++;
        }
    }
    counters[index] += 3;
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("TCB-0008", "equal priorities share the core by time slices")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged[2] = { slot_new(), slot_new() };
    struct thread thread[2];
    seL4_Word badge = 0;
    seL4_Word first = 0;

    for (seL4_Word i = 0; i < 2; i++) {
        counters[i] = 0;
        EXPECT_OK(mint_cap(badged[i], ntfn, seL4_AllRights, i + 1));
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], spinner, i, 1 - i, badged[i]));
    }
    seL4_Wait(ntfn, &first);
    badge = first;
    while (badge != 3) {
        seL4_Wait(ntfn, &first);
        badge |= first;
    }
    /* Neither had to give up at its limit. */
    EXPECT(counters[0] < SPIN_LIMIT / 100000);
    EXPECT(counters[1] < SPIN_LIMIT / 100000);
}

TEST("TCB-0021", "a resumed thread goes ahead of others of its priority that are ready")
{
    struct thread thread[2];

    log_start();
    for (seL4_Word i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], log_once, i, 0, 0));
    }
    /* Neither runs before both are ready, whenever slices end. */
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER - 2));
    EXPECT_EQ(log_count, 2);
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER));
    EXPECT_EQ(log_words[0], 1);
    EXPECT_EQ(log_words[1], 0);
}

TEST("TCB-0023", "each of the three priority calls names the authority or its limit")
{
    static const struct {
        seL4_Word label;
        seL4_Word words;
    } calls[] = { { TCBSetPriority, 1 }, { TCBSetMCPriority, 1 }, { TCBSetSchedParams, 2 } };
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr authority = object_new(seL4_TCBObject, 0);
    seL4_Word priorities[] = { 51, 0 };

    EXPECT_OK(seL4_TCB_SetMCPriority(authority, RUNNER_TCB, 50));
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        EXPECT_NUMBER(call_error(tcb, calls[i].label, ROOT, 1, priorities, calls[i].words),
                      seL4_InvalidCapability, 1);
        EXPECT_RANGE(call_error(tcb, calls[i].label, authority, 1, priorities, calls[i].words), 0,
                     50);
    }
    /* The second of two is looked at, too. */
    EXPECT_RANGE(seL4_TCB_SetSchedParams(tcb, authority, 50, 51), 0, 50);
    EXPECT_OK(seL4_TCB_SetSchedParams(tcb, authority, 50, 50));
}

TEST("TCB-0202", "resuming oneself and giving oneself the same priority changes nothing")
{
    struct thread thread;

    log_start();
    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, log_once, 3, 0, 0));
    EXPECT_OK(seL4_TCB_Resume(RUNNER_TCB));
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER));
    EXPECT_EQ(log_count, 0);
}

/* x0: my number, x1: counter, x2: log. Needs no stack and no buffer. */
extern const char note_priority[];
__asm__(".pushsection .text\n"
        "note_priority: ldr x3, [x1]\n"
        "    str x0, [x2, x3, lsl #3]\n"
        "    add x3, x3, #1\n"
        "    str x3, [x1]\n"
        "    mov x0, x4\n" /* a notification, in x4 */
        "    mov x1, #0\n"
        "    mov x7, x5\n" /* Send, in x5 */
        "    svc #0\n"
        "1:  mov x0, x6\n" /* nobody signals this one */
        "    mov x7, x8\n" /* Recv, in x8 */
        "    svc #0\n"
        "    b 1b\n"
        ".popsection\n");

static seL4_Error start_noter(seL4_CPtr tcb, seL4_Word priority, seL4_CPtr ntfn)
{
    seL4_UserContext regs = { 0 };
    seL4_Error error = seL4_TCB_Configure(tcb, 0, ROOT, 0, VSPACE, 0, 0, 0);

    if (error == seL4_NoError) {
        error = seL4_TCB_SetSchedParams(tcb, RUNNER_TCB, 0, priority);
    }
    regs.pc = (seL4_Word)note_priority;
    regs.x0 = priority;
    regs.x1 = (seL4_Word)&log_count;
    regs.x2 = (seL4_Word)log_words;
    regs.x4 = ntfn;
    regs.x5 = (seL4_Word)seL4_SysSend;
    regs.x6 = env.park_ntfn;
    regs.x8 = (seL4_Word)seL4_SysRecv;
    return error == seL4_NoError ? seL4_TCB_WriteRegisters(tcb, 1, 0, CONTEXT_WORDS, &regs) : error;
}

TEST("TCB-0204", "threads of every priority below the runner's run from the highest down")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr last = object_new(seL4_NotificationObject, 0);
    seL4_CPtr tcb;

    log_start();
    for (seL4_Word priority = PRIO_WATCHER + 1; priority < PRIO_RUNNER; priority++) {
        tcb = object_new(seL4_TCBObject, 0);
        EXPECT(tcb != 0);
        EXPECT_OK(start_noter(tcb, priority, priority == PRIO_WATCHER + 1 ? last : ntfn));
    }
    EXPECT_EQ(log_count, 0);
    seL4_Wait(last, seL4_Null);
    EXPECT_EQ(log_count, PRIO_RUNNER - PRIO_WATCHER - 1);
    for (seL4_Word i = 0; i < log_count; i++) {
        EXPECT_EQ(log_words[i], PRIO_RUNNER - 1 - i);
    }
}

/* Lets everything above it run before it answers. */
static void bouncer(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        reply_word(receive_word(ep) + 100);
    }
}

static void bouncing(seL4_Word ep, seL4_Word word, seL4_Word ntfn)
{
    log_add(word);
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                           seL4_Null);
    log_add(word);
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("TCB-0205", "callers of a thread below them all come first, and are answered as they queued")
{
    static const seL4_Word expected[] = { 3, 2, 1, 103, 102, 101 };
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn[3];
    struct thread server;
    struct thread client[3];

    log_start();
    EXPECT(thread_new(&server, 10, 0) != 0);
    EXPECT_OK(thread_start(&server, bouncer, ep, 0, 0));
    for (seL4_Word i = 0; i < 3; i++) {
        ntfn[i] = object_new(seL4_NotificationObject, 0);
        EXPECT(thread_new(&client[i], 11 + i, 0) != 0);
        EXPECT_OK(thread_start(&client[i], bouncing, ep, 1 + i, ntfn[i]));
    }
    for (seL4_Word i = 0; i < 3; i++) {
        seL4_Wait(ntfn[i], seL4_Null);
    }
    EXPECT_EQ(log_count, 6);
    for (seL4_Word i = 0; i < 6; i++) {
        EXPECT_EQ(log_words[i], expected[i]);
    }
}
