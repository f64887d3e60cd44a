/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long operations give way to interrupts. The physical timer fires early in the operation; a waiter
 * of higher priority must run long before the operation ends, and the operation must still finish.
 */
#define AREA "55"
#include "env.h"

#ifdef CONFIG_EXPORT_PTMR_USER

#define TIMER_IRQ 30
#define CAPS      2000

/*
 * The emulator may hesitate between arming and operation, or notice the timer late on a busy host,
 * so one good attempt of many is asked for. A kernel that does not give way has none.
 */
#define ATTEMPTS         24
#define DELAY_STEP_TICKS 6000u
#define DELAY_STEPS      4

static volatile seL4_Word stamp;

static seL4_Word now(void)
{
    seL4_Word value;

    __asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(value)::"memory");
    return value;
}

static void waiter(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(ntfn, seL4_Null);
        stamp = now();
        __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" ::: "memory");
    }
}

/* The timer's handler, with a waiter of higher priority behind it; 0 on error. */
static seL4_CPtr timer_handler(void)
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;

    if (seL4_IRQControl_Get(seL4_CapIRQControl, TIMER_IRQ, ROOT, handler, FULL_DEPTH) !=
            seL4_NoError ||
        seL4_IRQHandler_SetNotification(handler, ntfn) != seL4_NoError ||
        thread_new(&thread, PRIO_RUNNER + 1, 0) == 0 ||
        thread_start(&thread, waiter, ntfn, 0, 0) != seL4_NoError) {
        return 0;
    }
    return handler;
}

static bool arm_timer(seL4_CPtr handler, unsigned int attempt)
{
    __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" ::: "memory");
    if (seL4_IRQHandler_Ack(handler) != seL4_NoError) {
        return false;
    }
    stamp = 0;
    __asm__ volatile("msr cntp_cval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb"
                     :
                     : "r"(now() + DELAY_STEP_TICKS * (attempt % DELAY_STEPS + 1)), "r"(1ul)
                     : "memory");
    return true;
}

/* The waiter ran inside the operation, and well before its end. */
static bool gave_way(seL4_Word start, seL4_Word end)
{
    return stamp >= start && end - stamp > (end - start) / 4;
}

/* Fills the first CAPS slots of a CNode of radix 11 with copies of an endpoint cap. */
static seL4_Error fill(seL4_CPtr cnode, seL4_CPtr ep)
{
    seL4_Error error = seL4_NoError;

    for (seL4_Word i = 0; i < CAPS && error == seL4_NoError; i++) {
        error = seL4_CNode_Copy(cnode, i, 11, ROOT, ep, FULL_DEPTH, seL4_AllRights);
    }
    return error;
}

TEST("PREEMPT-0001", "revoking thousands of caps gives way to an interrupt and completes")
{
    seL4_CPtr handler = timer_handler();
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 11);
    bool good = false;

    for (unsigned int i = 0; i < ATTEMPTS && !good; i++) {
        seL4_Word start;
        seL4_Word end;

        EXPECT_OK(fill(cnode, ep));
        EXPECT(arm_timer(handler, i));
        start = now();
        EXPECT_OK(seL4_CNode_Revoke(ROOT, ep, FULL_DEPTH));
        end = now();
        good = gave_way(start, end);
        EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, 0, 11), seL4_FailedLookup);
        EXPECT_EQ(seL4_CNode_Move(ROOT, slot_new(), FULL_DEPTH, cnode, CAPS - 1, 11),
                  seL4_FailedLookup);
    }
    EXPECT(good);
}

TEST("PREEMPT-0002", "deleting a full CNode gives way to an interrupt and completes")
{
    seL4_CPtr handler = timer_handler();
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 17);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr cnode = slot_new();
    bool good = false;

    for (unsigned int i = 0; i < ATTEMPTS && !good; i++) {
        seL4_Word start;
        seL4_Word end;

        EXPECT_OK(retype(untyped, seL4_CapTableObject, 11, cnode, 1));
        EXPECT_OK(fill(cnode, ep));
        EXPECT(arm_timer(handler, i));
        start = now();
        EXPECT_OK(seL4_CNode_Delete(ROOT, cnode, FULL_DEPTH));
        end = now();
        good = gave_way(start, end);
        EXPECT(slot_is_empty(cnode));
    }
    EXPECT(good);
    EXPECT_OK(retype(untyped, seL4_UntypedObject, 17, cnode, 1));
}

TEST("PREEMPT-0003", "zeroing an untyped for its next use gives way to an interrupt and completes")
{
    seL4_CPtr handler = timer_handler();
    seL4_CPtr untyped = object_new(seL4_UntypedObject, 22);
    seL4_CPtr child = slot_new();
    bool good = false;

    EXPECT_OK(retype(untyped, seL4_UntypedObject, 22, child, 1));
    for (unsigned int i = 0; i < ATTEMPTS && !good; i++) {
        seL4_Word start;
        seL4_Word end;

        EXPECT_OK(seL4_CNode_Delete(ROOT, child, FULL_DEPTH));
        EXPECT(arm_timer(handler, i));
        start = now();
        EXPECT_OK(retype(untyped, seL4_UntypedObject, 22, child, 1));
        end = now();
        good = gave_way(start, end);
    }
    EXPECT(good);
    EXPECT_OK(seL4_CNode_Delete(ROOT, child, FULL_DEPTH));
    EXPECT_OK(retype(untyped, seL4_ARM_LargePageObject, 0, child, 1));
}

static volatile seL4_Word deleted_error;

static void deleter(seL4_Word cnode, seL4_Word ntfn, seL4_Word index)
{
    struct raw regs = { .x0 = ROOT, .x7 = (seL4_Word)seL4_SysCall };

    regs.x1 = seL4_MessageInfo_new(CNodeDelete, 0, 0, 2).words[0];
    regs.x2 = cnode;
    regs.x3 = FULL_DEPTH;
    raw_svc(&regs);
    deleted_error += regs.x1 >> 12;
    (void)index;
    seL4_Signal(ntfn);
    thread_stop();
}

TEST("PREEMPT-0004", "two threads that delete the same full CNode at once both come back")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, 11);
    seL4_CPtr badged[2] = { slot_new(), slot_new() };
    struct thread thread[2];
    seL4_Word badge = 0;
    seL4_Word all = 0;

    deleted_error = 0;
    EXPECT_OK(fill(cnode, ep));
    for (seL4_Word i = 0; i < 2; i++) {
        EXPECT_OK(mint_cap(badged[i], ntfn, seL4_AllRights, i + 1));
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
    }
    EXPECT_OK(thread_start(&thread[0], deleter, cnode, badged[0], 0));
    EXPECT_OK(thread_start(&thread[1], deleter, cnode, badged[1], 1));
    while (all != 3) {
        seL4_Wait(ntfn, &badge);
        all |= badge;
    }
    EXPECT_EQ(deleted_error, 0);
    EXPECT(slot_is_empty(cnode));
}

/*
 * Many threads that make one system call again and again, without stack or IPC buffer. They are
 * above the runner while they begin, so that each is blocked when it was started, and below it from
 * then on, so that the runner decides when they go on.
 */
#define CROWD 300

__asm__(".global crowd_entry\n"
        "crowd_entry:\n"
        "    svc #0\n"
        "    b crowd_entry\n");
extern const char crowd_entry[];

static seL4_Error crowd_thread(seL4_CPtr tcb, seL4_Word cptr, seL4_Word number)
{
    seL4_UserContext regs = { 0 };
    seL4_Error error = seL4_TCB_SetSpace(tcb, 0, ROOT, 0, VSPACE, 0);

    regs.pc = (seL4_Word)crowd_entry;
    regs.x0 = cptr;
    regs.x7 = number;
    if (error == seL4_NoError) {
        error = seL4_TCB_SetPriority(tcb, seL4_CapInitThreadTCB, PRIO_RUNNER + 1);
    }
    if (error == seL4_NoError) {
        error = seL4_TCB_WriteRegisters(tcb, 1, 0, CONTEXT_WORDS, &regs);
    }
    return error == seL4_NoError ? seL4_TCB_SetPriority(tcb, seL4_CapInitThreadTCB, PRIO_RUNNER - 1)
                                 : error;
}

/* The odd ones use the first pointer, the even ones the second. */
static seL4_Error make_crowd(seL4_CPtr odd, seL4_CPtr even, seL4_Word number)
{
    seL4_Error error = seL4_NoError;

    for (seL4_Word i = 0; i < CROWD && error == seL4_NoError; i++) {
        error = crowd_thread(object_new(seL4_TCBObject, 0), i & 1 ? odd : even, number);
    }
    return error;
}

static void settled(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Signal(ntfn);
    }
}

/* Waits until the crowd has nothing to do any more: a thread below it runs. */
static bool let_settle(void)
{
    static struct thread thread;
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);

    if (thread_new(&thread, PRIO_RUNNER - 2, 0) == 0 ||
        thread_start(&thread, settled, ntfn, 0, 0) != seL4_NoError) {
        return false;
    }
    seL4_Wait(ntfn, seL4_Null);
    return seL4_TCB_Suspend(thread.tcb) == seL4_NoError;
}

/* Takes all waiting messages out of the endpoint; how many had this badge. */
static unsigned int count_senders(seL4_CPtr ep, seL4_Word badge)
{
    unsigned int count = 0;
    seL4_Word got;

    for (unsigned int i = 0; i < CROWD; i++) {
        (void)seL4_NBRecv(ep, &got);
        count += got == badge;
    }
    return count;
}

TEST("PREEMPT-0005", "deleting an endpoint restarts each of hundreds of senders")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr other = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();

    EXPECT_OK(copy_cap(badged, ep, seL4_AllRights));
    EXPECT_OK(make_crowd(badged, badged, (seL4_Word)seL4_SysSend));
    EXPECT_OK(seL4_CNode_Revoke(ROOT, ep, FULL_DEPTH));
    EXPECT(slot_is_empty(badged));
    EXPECT_OK(seL4_CNode_Delete(ROOT, ep, FULL_DEPTH));
    /* They send again, now to what is there instead. */
    EXPECT_OK(mint_cap(badged, other, seL4_AllRights, 7));
    EXPECT(let_settle());
    EXPECT_EQ(count_senders(other, 7), CROWD);
}

TEST("PREEMPT-0006", "deleting a notification restarts each of hundreds of waiters")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr other = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_Word badge = 0;

    EXPECT_OK(mint_cap(badged, other, seL4_AllRights, 5));
    EXPECT_OK(make_crowd(ntfn, ntfn, (seL4_Word)seL4_SysRecv));
    EXPECT_OK(seL4_CNode_Delete(ROOT, ntfn, FULL_DEPTH));
    EXPECT_OK(copy_cap(ntfn, other, seL4_AllRights));
    EXPECT(let_settle());
    /* They wait again, on what is there instead: each takes one signal, and the next one stays. */
    for (unsigned int i = 0; i < CROWD; i++) {
        seL4_Signal(badged);
    }
    (void)seL4_Poll(other, &badge);
    EXPECT_EQ(badge, 0);
    seL4_Signal(badged);
    (void)seL4_Poll(other, &badge);
    EXPECT_EQ(badge, 5);
}

TEST("PREEMPT-0007", "CancelBadgedSends gives way to an interrupt and restarts only that badge")
{
    seL4_CPtr handler = timer_handler();
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr odd = slot_new();
    seL4_CPtr even = slot_new();

    EXPECT_OK(mint_cap(odd, ep, seL4_AllRights, 1));
    EXPECT_OK(mint_cap(even, ep, seL4_AllRights, 2));
    EXPECT_OK(make_crowd(odd, even, (seL4_Word)seL4_SysSend));
    EXPECT(arm_timer(handler, 0));
    EXPECT_OK(seL4_CNode_CancelBadgedSends(ROOT, odd, FULL_DEPTH));
    EXPECT_EQ(count_senders(ep, 2), CROWD / 2);
    EXPECT(let_settle());
    /* All of them send again: those that were restarted, and those that were served. */
    EXPECT_EQ(count_senders(ep, 1), CROWD / 2);
}

#endif
