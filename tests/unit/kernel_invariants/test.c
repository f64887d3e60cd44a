/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's checks of itself notice damage: each test breaks one thing and repairs it. */
#include <stdio.h>
#include <string.h>

#include "arch/machine.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "object/asid.h"
#include "object/table.h"
#include "tap.h"

static bool says(const char *expected)
{
    const char *wrong = host_check();

    if (!wrong || !strstr(wrong, expected)) {
        printf("# said: %s\n", wrong ? wrong : "nothing");
        return false;
    }
    return true;
}

static void begin(void)
{
    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, host_free_slot, 2);
    (void)host_retype(host_untyped, SEL4_TYPE_TCB, 0, host_free_slot + 2, 1);
    (void)host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, host_free_slot + 3, 1);
    (void)host_retype(host_untyped, SEL4_TYPE_NOTIFICATION, 0, host_free_slot + 4, 1);
    TAP_OK(!host_check(), "a fresh board is sound");
}

static void test_tree(void)
{
    struct slot *parent = host_slot(host_untyped);
    struct slot *page = host_slot(host_free_slot);
    struct slot saved = *page;

    page->prev = 0;
    TAP_OK(says("the next slot does not know") || says("previous slot"), "a broken link back");
    *page = saved;
    page->cap.head += 2048;
    TAP_OK(says("children overlap"), "children overlap");
    page->cap = cap_make(CAP_TCB, 0, cap_address(host_slot(host_free_slot + 1)->cap), 0);
    TAP_OK(says("children overlap"), "one object inside another");
    *page = saved;
    saved = *parent;
    parent->cap.data -= 64;
    TAP_OK(says("beyond the untyped's used part"), "child beyond the watermark");
    parent->cap.data = (1ull << cap_untyped_bits(parent->cap)) + 1;
    TAP_OK(says("watermark"), "watermark beyond the end");
    *parent = saved;
    TAP_OK(!host_check(), "the tree is sound again");
}

static void test_mapping(void)
{
    unsigned bits;
    uint64_t *entry = vspace_walk(asid_root(1), host_info->ipc_buffer, &bits);
    struct slot *buffer = host_slot(SEL4_SLOT_INIT_IPC_BUFFER);
    struct slot saved = *buffer;
    uint64_t saved_entry = *entry;

    *entry += 4096;
    TAP_OK(says("without a frame capability"), "an entry that leads to another frame");
    *entry = saved_entry;
    buffer->cap = cap_with_mapping(buffer->cap, 0, 0);
    TAP_OK(says("without a frame capability"), "an entry whose capability is not mapped");
    *buffer = saved;
    buffer->cap = cap_mask_rights(buffer->cap, SEL4_RIGHT_READ);
    TAP_OK(says("without a frame capability"), "an entry with more rights than its capability");
    *buffer = saved;
    TAP_OK(!host_check() && *entry == saved_entry, "mappings are sound again, and not marked");
}

static void test_threads(void)
{
    struct tcb *tcb = cap_object(host_slot(host_free_slot + 2)->cap);
    struct endpoint *endpoint = cap_object(host_slot(host_free_slot + 3)->cap);
    struct notification *ntfn = cap_object(host_slot(host_free_slot + 4)->cap);

    tcb->state = THREAD_RUNNING;
    TAP_OK(says("in no ready queue"), "a runnable thread that nobody will run");
    tcb->state = THREAD_INACTIVE;
    tcb->is_queued = true;
    TAP_OK(says("a blocked thread is queued"), "a blocked thread with the queued mark");
    tcb->is_queued = false;
    tcb->bound_notification = ntfn;
    TAP_OK(says("one-sided"), "a one-sided binding");
    tcb->bound_notification = 0;
    ntfn->bound_tcb = tcb;
    TAP_OK(says("one-sided"), "the other side of it");
    ntfn->bound_tcb = 0;
    endpoint->tail = ENDPOINT_SEND;
    TAP_OK(says("endpoint state"), "an endpoint with senders and no queue");
    endpoint->head = (uintptr_t)tcb;
    TAP_OK(says("endpoint queue"), "an idle thread in an endpoint's queue");
    *endpoint = (struct endpoint){ 0, 0 };
    ntfn->tail = NTFN_WAITING;
    TAP_OK(says("notification state"), "a notification that waits for nobody");
    ntfn->tail = 0;
    TAP_OK(!host_check(), "threads are sound again");
}

static void test_scheduler(void)
{
    struct ready_queues *ready = &cores[0].ready[0];

    ready->bitmap[3] |= 1;
    TAP_OK(says("ready bitmap"), "a bit without a thread");
    ready->bitmap[3] = 0;
    ready->summary = 1;
    TAP_OK(says("ready bitmap"), "a summary bit without a word");
    ready->summary = 0;
    cores[0].action = SCHED_CHOOSE_NEW;
    TAP_OK(says("decision is left over"), "a decision not taken");
    cores[0].action = SCHED_RESUME_CURRENT;
    host_root->state = THREAD_BLOCKED_RECV;
    TAP_OK(says("not simply running"), "a current thread that is blocked");
    host_root->state = THREAD_RUNNING;
    TAP_OK(!host_check(), "the scheduler is sound again");
}

int main(void)
{
    begin();
    test_tree();
    test_mapping();
    test_threads();
    test_scheduler();
    return TAP_DONE();
}
