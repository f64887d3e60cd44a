/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls that end otherwise than by being completed: callers that are stopped and resumed,
 * threads that find their capabilities changed, and what a thread starts with.
 */
#define AREA "55"
#include "env.h"

#define LOG_MAX 256

static volatile seL4_Word log_words[LOG_MAX];
static volatile seL4_Word log_count;

static void start_log(void)
{
    log_count = 0;
}

static void add_log(seL4_Word word)
{
    if (log_count < LOG_MAX) {
        log_words[log_count] = word;
    }
    log_count++;
}

static seL4_MessageInfo_t receive_word(seL4_CPtr ep, seL4_Word *word)
{
    *word = 0;
    return seL4_RecvWithMRs(ep, seL4_Null, word, seL4_Null, seL4_Null, seL4_Null);
}

static void reply_word(seL4_Word word)
{
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null, seL4_Null);
}

/* Calls once with a word and notes the answer's. */
static void caller(seL4_Word cap, seL4_Word word, seL4_Word unused)
{
    (void)unused;
    (void)seL4_CallWithMRs(cap, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                           seL4_Null);
    add_log(word);
    thread_stop();
}

TEST("EP-0200", "a call that may not be answered is repeated by Resume, with what is there then")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr cap = slot_new();
    seL4_CPtr saved = slot_new();
    struct thread thread;
    seL4_Word word;

    start_log();
    EXPECT_OK(copy_cap(cap, ep, seL4_CanWrite));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, caller, cap, 41, 0));
    (void)receive_word(ep, &word);
    EXPECT_EQ(word, 41);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved, FULL_DEPTH));
    EXPECT(slot_is_empty(saved));
    EXPECT_OK(seL4_CNode_Delete(ROOT, cap, FULL_DEPTH));
    EXPECT_OK(copy_cap(cap, ep, seL4_AllRights));
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)receive_word(ep, &word);
    EXPECT_EQ(word, 41);
    reply_word(42);
    EXPECT_EQ(log_count, 1);
    EXPECT_EQ(log_words[0], 42);
}

TEST("EP-0201", "suspending a caller takes the reply capability away, wherever it is")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr saved = slot_new();
    struct thread thread;
    seL4_Word word;

    start_log();
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, caller, ep, 1, 0));
    (void)receive_word(ep, &word);
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    reply_word(7);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)receive_word(ep, &word);
    EXPECT_EQ(word, 1);
    EXPECT_OK(seL4_CNode_SaveCaller(ROOT, saved, FULL_DEPTH));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    EXPECT(slot_is_empty(saved));
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_OK(seL4_TCB_Suspend(thread.tcb));
    EXPECT_EQ(log_count, 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    (void)receive_word(ep, &word);
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
        add_log(own_operation((seL4_IPCBuffer *)buffer, CNodeCopy, 1, 5));
        add_log(call_label(SLOT_LAST));
        add_log(own_operation((seL4_IPCBuffer *)buffer, CNodeDelete, 0, 2));
        add_log(call_label(SLOT_LAST));
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
    seL4_Word word;

    start_log();
    EXPECT(node != 0);
    EXPECT_OK(seL4_CNode_Mint(node, SLOT_OWN, BIG_RADIX, ROOT, node, FULL_DEPTH, seL4_AllRights,
                              BIG_GUARD));
    EXPECT_OK(seL4_CNode_Copy(node, SLOT_EP, BIG_RADIX, ROOT, ep, FULL_DEPTH, seL4_AllRights));
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(thread.tcb, SLOT_EP, node, BIG_GUARD, VSPACE, 0));
    EXPECT_OK(thread_start(&thread, process, (seL4_Word)thread.buffer, 2, 0));
    for (int i = 0; i < 2; i++) {
        (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
        reply_word(0);
    }
    (void)receive_word(ep, &word);
    EXPECT_EQ(word, MESSAGE_END);
    EXPECT_EQ(log_count, 8);
    for (int i = 0; i < 8; i++) {
        EXPECT_EQ(log_words[i], i % 4 == 3 ? seL4_InvalidCapability : seL4_NoError);
    }
    /* The CNode holds itself, and the thread holds it. */
    EXPECT_OK(seL4_CNode_Revoke(ROOT, node, FULL_DEPTH));
    EXPECT_OK(seL4_CNode_Delete(ROOT, node, FULL_DEPTH));
}

TEST("NTFN-0200", "a bound thread takes its signals by waiting for either, each of them once")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_Word badge;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 6));
    EXPECT_OK(seL4_TCB_BindNotification(RUNNER_TCB, ntfn));
    for (int i = 0; i < 4; i++) {
        seL4_Send(badged, seL4_MessageInfo_new(0, 0, 0, 0));
        badge = 0;
        seL4_Wait(i & 1 ? ep : ntfn, &badge);
        EXPECT_EQ(badge, 6);
        (void)seL4_NBRecv(ep, &badge);
        EXPECT_EQ(badge, 0);
        (void)seL4_Poll(ntfn, &badge);
        EXPECT_EQ(badge, 0);
    }
    EXPECT_OK(seL4_TCB_UnbindNotification(RUNNER_TCB));
}

/* Stores the registers it starts with, x0 to x30, SP and the flags. */
static volatile seL4_Word start_registers[33] __attribute__((used));
static unsigned char spare_stack[512] __attribute__((aligned(16), used));
extern const char note_registers[];
__asm__(".pushsection .text\n"
        "note_registers: msr tpidr_el0, x0\n"
        "    adrp x0, start_registers\n"
        "    add x0, x0, :lo12:start_registers\n"
        "    str x1, [x0, #8]\n"
        "    mrs x1, tpidr_el0\n"
        "    str x1, [x0]\n"
        "    stp x2, x3, [x0, #16]\n"
        "    stp x4, x5, [x0, #32]\n"
        "    stp x6, x7, [x0, #48]\n"
        "    stp x8, x9, [x0, #64]\n"
        "    stp x10, x11, [x0, #80]\n"
        "    stp x12, x13, [x0, #96]\n"
        "    stp x14, x15, [x0, #112]\n"
        "    stp x16, x17, [x0, #128]\n"
        "    stp x18, x19, [x0, #144]\n"
        "    stp x20, x21, [x0, #160]\n"
        "    stp x22, x23, [x0, #176]\n"
        "    stp x24, x25, [x0, #192]\n"
        "    stp x26, x27, [x0, #208]\n"
        "    stp x28, x29, [x0, #224]\n"
        "    mov x1, sp\n"
        "    mrs x2, nzcv\n"
        "    stp x30, x1, [x0, #240]\n"
        "    str x2, [x0, #256]\n"
        "    adrp x0, spare_stack + 512\n"
        "    add x0, x0, :lo12:spare_stack + 512\n"
        "    mov sp, x0\n"
        "    b thread_stop\n"
        ".popsection\n");

TEST("TCB-0200", "a thread starts with exactly the registers it was given")
{
    struct thread thread;
    seL4_UserContext regs = { 0 };
    seL4_Word *words = (seL4_Word *)&regs;
    /* The order of seL4_UserContext behind pc, sp, spsr. */
    static const unsigned char numbers[31] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17,
                                               18, 29, 30, 9,  10, 11, 12, 13, 14, 15, 19,
                                               20, 21, 22, 23, 24, 25, 26, 27, 28 };

    for (unsigned i = 0; i < 31; i++) {
        words[3 + i] = 0x1000100010000ul + numbers[i];
    }
    regs.pc = (seL4_Word)note_registers;
    regs.sp = 1;
    regs.spsr = 0xaul << 28;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_WriteRegisters(thread.tcb, 1, 0, sizeof(regs) / sizeof(seL4_Word), &regs));
    for (unsigned i = 0; i < 31; i++) {
        EXPECT_EQ(start_registers[i], 0x1000100010000ul + i);
    }
    EXPECT_EQ(start_registers[31], 1);
    EXPECT_EQ(start_registers[32], 0xaul << 28);
}

TEST("TCB-0201", "registers can be read and written one by one, also of a thread that never ran")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_CPtr copy = slot_new();
    seL4_UserContext regs = { 0 };

    EXPECT_OK(copy_cap(copy, tcb, seL4_AllRights));
    EXPECT_OK(seL4_TCB_ReadRegisters(tcb, 0, 0, 1, &regs));
    EXPECT_EQ(regs.pc, 0);
    for (seL4_Word pc = 0; pc < 3; pc++) {
        regs.pc = pc;
        EXPECT_OK(seL4_TCB_WriteRegisters(tcb, 0, 0, 1, &regs));
        regs.pc = 99;
        EXPECT_OK(seL4_TCB_ReadRegisters(copy, 0, 0, 1, &regs));
        EXPECT_EQ(regs.pc, pc);
    }
}

TEST("TCB-0202", "resuming oneself and giving oneself the same priority changes nothing")
{
    struct thread thread;

    start_log();
    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, caller, 0, 3, 0));
    EXPECT_OK(seL4_TCB_Resume(RUNNER_TCB));
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER));
    EXPECT_EQ(log_count, 0);
}

static void load_exclusive(seL4_Word ntfn, seL4_Word word, seL4_Word failed)
{
    register seL4_Word x0 __asm__("x0") = ntfn;
    register seL4_Word x1 __asm__("x1") = 0;
    register seL4_Word x7 __asm__("x7") = (seL4_Word)seL4_SysSend;
    seL4_Word loaded;

    __asm__ volatile("ldxr %[loaded], [%[word]]\n"
                     "svc #0\n"
                     "stxr w1, %[loaded], [%[word]]\n"
                     "str x1, [%[failed]]\n"
                     : [loaded] "=&r"(loaded), "+r"(x0), "+r"(x1)
                     : [word] "r"(word), [failed] "r"(failed), "r"(x7)
                     : "memory");
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("TCB-0203", "a load-exclusive does not survive a switch to another thread")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    static volatile seL4_Word word;
    static volatile seL4_Word failed;
    struct thread thread;

    failed = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER - 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, load_exclusive, ntfn, (seL4_Word)&word, (seL4_Word)&failed));
    seL4_Wait(ntfn, seL4_Null);
    seL4_Wait(ntfn, seL4_Null);
    EXPECT_EQ(failed, 1);
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
    return error == seL4_NoError
               ? seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof(regs) / sizeof(seL4_Word), &regs)
               : error;
}

TEST("TCB-0204", "threads of every priority below the runner's run from the highest down")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr last = object_new(seL4_NotificationObject, 0);
    seL4_CPtr tcb;

    start_log();
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
    seL4_Word word;

    (void)unused1;
    (void)unused2;
    for (;;) {
        (void)receive_word(ep, &word);
        reply_word(word + 100);
    }
}

static void bouncing(seL4_Word ep, seL4_Word word, seL4_Word ntfn)
{
    add_log(word);
    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &word, seL4_Null, seL4_Null,
                           seL4_Null);
    add_log(word);
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

    start_log();
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

TEST("TCB-0206", "debug builds name threads; a name need not fit into the kernel's place for it")
{
#ifdef CONFIG_DEBUG_BUILD
    char name[600];

    for (unsigned i = 0; i < sizeof(name) - 1; i++) {
        name[i] = (char)('a' + i % 26);
    }
    name[sizeof(name) - 1] = '\0';
    seL4_DebugNameThread(RUNNER_TCB, name);
    seL4_DebugNameThread(RUNNER_TCB, "runner");
#else
    test_skip("release builds have no names");
#endif
}

static void set_own_register(seL4_Word value, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(value));
    for (unsigned i = 0; i < 2; i++) {
        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(value));
        add_log(value);
        seL4_Yield();
    }
    thread_stop();
}

static seL4_Word own_base(void)
{
    seL4_Word base;

    __asm__ volatile("mrs %0, " TLS_REGISTER : "=r"(base));
    return base;
}

TEST("TCB-0207", "a thread sets its own thread-local storage, by register or by call, and keeps it")
{
    struct thread thread[2];
    seL4_UserContext regs = { 0 };

    start_log();
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], set_own_register, 0x7000 + i, 0, 0));
    }
    EXPECT_OK(seL4_TCB_SetTLSBase(RUNNER_TCB, 0x123450));
    EXPECT_EQ(own_base(), 0x123450);
    EXPECT_OK(seL4_TCB_SetPriority(RUNNER_TCB, RUNNER_TCB, PRIO_RUNNER - 2));
    EXPECT_EQ(own_base(), 0x123450);
    EXPECT_EQ(log_count, 4);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT_OK(
            seL4_TCB_ReadRegisters(thread[i].tcb, 0, 0, sizeof(regs) / sizeof(seL4_Word), &regs));
        EXPECT_EQ(regs.tpidr_el0, 0x7000 + i);
    }
    EXPECT_EQ(log_words[0] + log_words[1] + log_words[2] + log_words[3], 4 * 0x7000 + 2);
}
