/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SErrors that come while the kernel leaves a thread: only that thread is stopped, its handler hears
 * of it, and whatever else it was about comes first. Source: core/fault.h; sel4-abi 7.
 */
#include "serrors.h"

#include "arch/switch.h"
#include "kernel_scene.h"
#include "object/vcpu.h"

#define SERROR   0xbe000011ull
#define PRIORITY 255

static const struct host_message none;

static uint64_t endpoint; /* of the culprit's handler */
static uint64_t service;  /* where the culprit calls */
static struct actor culprit;
static struct actor handler;
static struct actor other; /* who must not be harmed */

static void begin(void)
{
    endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    service = scene_make(SEL4_TYPE_ENDPOINT, 0);
    culprit = scene_thread(PRIORITY, endpoint);
    handler = scene_thread(PRIORITY, 0);
    other = scene_thread(PRIORITY, endpoint);
    (void)scene_do(handler.tcb, SEL4_SYS_RECV, endpoint, &none);
}

/* The thread runs, and the next switch away from it finds an SError. Returns where it is. */
static uint64_t access_nothing(const struct actor *actor)
{
    scene_run(actor->tcb);
    fake_machine.serror = SERROR;
    return actor->tcb->context.elr;
}

static bool is_kept(void)
{
    return arch_serror(culprit.tcb) == SERROR && !fake_machine.serror;
}

/* The handler has the message, the culprit waits for its answer, and nothing is kept any more. */
static bool handler_hears(uint64_t ip)
{
    return scene_label(handler.tcb) == SEL4_FAULT_USER_EXCEPTION &&
           scene_word(&handler, SEL4_USER_EXCEPTION_FAULT_IP) == ip &&
           scene_word(&handler, SEL4_USER_EXCEPTION_NUMBER) == SERROR &&
           handler.tcb->state == THREAD_RUNNING && culprit.tcb->state == THREAD_BLOCKED_REPLY &&
           !arch_serror(culprit.tcb);
}

static void answer(void)
{
    (void)scene_do(handler.tcb, SEL4_SYS_REPLY_RECV, endpoint, &none);
}

/* The exit was a fault, whose handler runs next. */
static void while_faulting(void)
{
    begin();
    uint64_t ip = access_nothing(&culprit);

    host_fault(SEL4_FAULT_VM, 0x1000);
    TAP_OK(is_kept() && scene_label(handler.tcb) == SEL4_FAULT_VM &&
               handler.tcb->state == THREAD_RUNNING && !arch_serror(handler.tcb),
           "serror: behind a fault, it is kept; the handler hears of the fault");
    answer();
    TAP_OK(handler_hears(ip), "serror: once that is answered, of the SError");
    answer();
    scene_run(culprit.tcb);
    TAP_OK(culprit.tcb->context.elr == ip && !arch_serror(culprit.tcb),
           "serror: the answer lets the thread go on where it was");
}

/* The exit was a call, answered before the SError is raised: the call is not made again. */
static void while_calling(void)
{
    begin();
    (void)scene_do(other.tcb, SEL4_SYS_RECV, service, &none);
    uint64_t ip = access_nothing(&culprit);

    (void)scene_do(culprit.tcb, SEL4_SYS_CALL, service, MESSAGE(.length = 1, .word = { 7 }));
    TAP_OK(is_kept() && other.tcb->state == THREAD_RUNNING && scene_word(&other, 0) == 7 &&
               !arch_serror(other.tcb),
           "serror: behind a call, it is kept; who is called gets the message");
    (void)scene_do(other.tcb, SEL4_SYS_REPLY_RECV, service, MESSAGE(.length = 1, .word = { 8 }));
    TAP_OK(handler_hears(ip + 4) && scene_word(&culprit, 0) == 8,
           "serror: the caller gets its answer, and is stopped behind the call");
    (void)scene_do(handler.tcb, SEL4_SYS_REPLY_RECV, endpoint, &none);
    scene_run(culprit.tcb);
    TAP_OK(culprit.tcb->context.elr == ip + 4, "serror: it does not call again");
}

/* The thread was only displaced. */
static void while_yielding(void)
{
    begin();
    uint64_t ip = access_nothing(&culprit);

    (void)scene_do(culprit.tcb, SEL4_SYS_YIELD, 0, &none);
    TAP_OK(is_kept() && culprit.tcb->state == THREAD_RUNNING && culprit.tcb->is_queued,
           "serror: of a thread that is displaced, it waits in the ready queue with it");
    scene_run(handler.tcb);
    TAP_OK(handler_hears(ip + 4), "serror: and is raised in its turn");
}

static void while_waiting(void)
{
    begin();
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t ip = access_nothing(&culprit);

    (void)scene_do(culprit.tcb, SEL4_SYS_RECV, ntfn, &none);
    TAP_OK(is_kept() && culprit.tcb->state == THREAD_BLOCKED_NTFN, "serror: of one that waits");
    (void)scene_do(other.tcb, SEL4_SYS_SEND, ntfn, &none);
    scene_run(handler.tcb);
    TAP_OK(handler_hears(ip + 4), "serror: a signal wakes it, and it is stopped");
}

static void of_a_guest(void)
{
    begin();
    uint64_t vcpu = scene_make(SEL4_TYPE_VCPU, 0);

    (void)host_call(vcpu, MESSAGE(.label = ARMVCPUSetTCB, .cap_count = 1, .cap = { culprit.cap }));
    uint64_t ip = access_nothing(&culprit);

    host_fault(SEL4_FAULT_VCPU, 0x5a);
    TAP_OK(is_kept() && scene_word(&handler, 0) == 0x5a, "serror: of a guest, behind its exit");
    answer();
    TAP_OK(scene_label(handler.tcb) == SEL4_FAULT_VCPU && scene_length(handler.tcb) == 1 &&
               scene_word(&handler, 0) == SERROR && culprit.tcb->state == THREAD_BLOCKED_REPLY,
           "serror: its VMM hears of it in a VCPUFault, before the guest goes on");
    answer();
    scene_run(culprit.tcb);
    TAP_OK(culprit.tcb->context.elr == ip, "serror: the answer lets the guest go on");
}

static void while_suspended(void)
{
    begin();
    (void)access_nothing(&culprit);
    (void)scene_do(culprit.tcb, SEL4_SYS_CALL, culprit.cap, MESSAGE(.label = TCBSuspend));
    TAP_OK(is_kept() && culprit.tcb->state == THREAD_INACTIVE,
           "serror: of a thread that stops itself");
    scene_run(host_root);
    (void)scene_resume(&culprit);
    scene_run(handler.tcb);
    TAP_OK(handler_hears(culprit.tcb->context.elr), "serror: it does not run when it is resumed");
}

static void without_handler(void)
{
    begin();
    struct actor orphan = scene_thread(PRIORITY, 0);

    (void)access_nothing(&orphan);
    (void)scene_do(orphan.tcb, SEL4_SYS_YIELD, 0, &none);
    TAP_OK(arch_serror(orphan.tcb) == SERROR, "serror: of a thread without handler");
    for (unsigned turn = 0; turn < 4; turn++) {
        (void)host_syscall(SEL4_SYS_YIELD, 0, &none);
    }
    TAP_OK(orphan.tcb->state == THREAD_INACTIVE && !arch_serror(orphan.tcb),
           "serror: it stops for good");
}

/* Several in a row are raised by one decision of the scheduler. */
static void of_several(void)
{
    begin();
    scene_run(host_root);
    arch_set_serror(culprit.tcb, SERROR);
    arch_set_serror(other.tcb, SERROR);
    (void)scene_suspend(&handler);
    (void)host_syscall(SEL4_SYS_YIELD, 0, &none);
    TAP_OK(current_thread() == host_root && culprit.tcb->state == THREAD_BLOCKED_SEND &&
               other.tcb->state == THREAD_BLOCKED_SEND && !arch_serror(culprit.tcb) &&
               !arch_serror(other.tcb),
           "serror: two threads are stopped, the third runs");
}

/* It goes with its thread. */
static void of_a_dead_thread(void)
{
    begin();
    (void)access_nothing(&culprit);
    (void)scene_do(culprit.tcb, SEL4_SYS_YIELD, 0, &none);
    scene_run(host_root);
    TAP_OK(is_kept() && scene_delete(culprit.cap) == 0 && handler.tcb->state == THREAD_BLOCKED_RECV,
           "serror: of a thread that is deleted, nobody hears");
}

static void while_idle(void)
{
    scene_begin(false);
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);

    (void)host_syscall(SEL4_SYS_RECV, ntfn, &none);
    TAP_OK(current_thread() == this_core()->idle, "serror: nobody runs");
    fake_machine.serror = SERROR;
    sched_restart(host_root);
    sched_choose_later();
    sched_run();
    TAP_OK(current_thread() == host_root && !arch_serror(host_root) &&
               fake_machine.serror == SERROR && !arch_serror(this_core()->idle),
           "serror: with nobody on the core, it stays where it is");
    fake_machine.serror = 0;
}

void test_serrors(void)
{
    scene_play("SError behind a fault", while_faulting);
    scene_play("SError behind a call", while_calling);
    scene_play("SError of a displaced thread", while_yielding);
    scene_play("SError of a waiting thread", while_waiting);
    scene_play("SError of a guest", of_a_guest);
    scene_play("SError of a suspended thread", while_suspended);
    scene_play("SError without handler", without_handler);
    scene_play("SErrors of several threads", of_several);
    scene_play("SError of a deleted thread", of_a_dead_thread);
    while_idle();
}
