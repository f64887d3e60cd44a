/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: who blocks, who is served, with which rights; cancelling and deleting. */
#include <string.h>

#include "ipc.h"

static void send_blocks(void)
{
    begin();
    uint64_t badged = scene_mint(endpoint, 15, 0x51);
    struct user_context before;

    (void)scene_do(client.tcb, SEL4_SYS_SEND, badged,
                   MESSAGE(.label = 9, .length = 4, .word = { 1, 2, 3, 4 }));
    before = client.tcb->context;
    TAP_OK(client.tcb->state == THREAD_BLOCKED_SEND, "send: blocks while nobody receives");
    TAP_OK(receive(&server, endpoint) == 0x51 && scene_label(server.tcb) == 9 &&
               scene_length(server.tcb) == 4 && scene_word(&server, 3) == 4,
           "send: the receiver gets the badge of the sender's capability, label and words");
    TAP_OK(client.tcb->state == THREAD_RUNNING &&
               !memcmp(&before, &client.tcb->context, sizeof(before)),
           "send: the sender goes on with all registers as they were");
}

static void send_to_waiting(void)
{
    begin();
    (void)receive(&server, endpoint);
    TAP_OK(server.tcb->state == THREAD_BLOCKED_RECV, "recv: blocks while nobody sends");
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint,
                   MESSAGE(.label = 3, .length = 1, .word = { 7 }));
    TAP_OK(client.tcb->state == THREAD_RUNNING && server.tcb->state == THREAD_RUNNING &&
               scene_word(&server, 0) == 7 && arch_badge(server.tcb) == 0,
           "send: does not block when somebody waits; no badge arrives as 0");
    TAP_OK(current_thread() == client.tcb && server.tcb->is_queued,
           "send: a woken thread of equal priority queues");
}

static void nonblocking(void)
{
    begin();
    scene_run(client.tcb);
    scene_keep();
    (void)host_syscall(SEL4_SYS_NB_SEND, endpoint, MESSAGE(.length = 2, .word = { 5, 6 }));
    TAP_OK(scene_is_kept(client.tcb), "nbsend: dropped when nobody waits");
    client.tcb->context.x[3] = 0x1234;
    (void)scene_do(client.tcb, SEL4_SYS_NB_RECV, endpoint, MESSAGE(.label = 8));
    TAP_OK(arch_badge(client.tcb) == 0 && scene_label(client.tcb) == 8 &&
               client.tcb->context.x[3] == 0x1234 && client.tcb->state == THREAD_RUNNING,
           "nbrecv: without a sender only x0 changes, to 0");
    (void)receive(&server, endpoint);
    (void)scene_do(client.tcb, SEL4_SYS_NB_SEND, endpoint, MESSAGE(.length = 2, .word = { 5, 6 }));
    TAP_OK(server.tcb->state == THREAD_RUNNING && scene_word(&server, 1) == 6,
           "nbsend: delivered to a thread that waits");
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint, MESSAGE(.label = 4));
    (void)scene_do(server.tcb, SEL4_SYS_NB_RECV, endpoint, &none);
    TAP_OK(scene_label(server.tcb) == 4 && client.tcb->state == THREAD_RUNNING,
           "nbrecv: takes the message of a blocked sender");
}

static void queues_are_fifo(void)
{
    struct actor third;

    begin();
    third = scene_thread(255, 0);
    (void)scene_do(client.tcb, SEL4_SYS_SEND, scene_mint(endpoint, 15, 1), &none);
    (void)scene_do(server.tcb, SEL4_SYS_SEND, scene_mint(endpoint, 15, 2), &none);
    (void)scene_do(third.tcb, SEL4_SYS_SEND, scene_mint(endpoint, 15, 3), &none);
    (void)host_syscall(SEL4_SYS_RECV, endpoint, &none);
    TAP_OK(arch_badge(host_root) == 1, "senders: first come, first served");
    (void)host_syscall(SEL4_SYS_NB_RECV, endpoint, &none);
    TAP_OK(arch_badge(host_root) == 2, "senders: then the second");
    (void)receive(&client, endpoint);
    TAP_OK(arch_badge(client.tcb) == 3, "senders: then the third");
    (void)receive(&client, endpoint);
    (void)receive(&server, endpoint);
    (void)receive(&third, endpoint);
    (void)host_syscall(SEL4_SYS_SEND, endpoint, MESSAGE(.label = 21));
    (void)host_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 22));
    TAP_OK(scene_label(client.tcb) == 21 && scene_label(server.tcb) == 22 &&
               third.tcb->state == THREAD_BLOCKED_RECV,
           "receivers: the one that waits longest gets the message");
}

/* Suspending a thread takes it out of the queue, wherever in it it is. */
static void leaving_a_queue(void)
{
    const int64_t calls[] = { SEL4_SYS_SEND, SEL4_SYS_RECV };

    for (unsigned i = 0; i < 2; i++) {
        for (unsigned leaver = 0; leaver < 3; leaver++) {
            struct actor actors[3];

            scene_begin(host_use_fastpath);
            begin();
            actors[0] = client;
            actors[1] = server;
            actors[2] = scene_thread(255, 0);
            for (unsigned k = 0; k < 3; k++) {
                (void)scene_do(actors[k].tcb, calls[i], endpoint, MESSAGE(.label = 10 + k));
            }
            (void)scene_suspend(&actors[leaver]);
            const char *wrong = host_check();

            for (unsigned k = 0; k < 2; k++) {
                (void)host_syscall(i ? SEL4_SYS_NB_SEND : SEL4_SYS_NB_RECV, endpoint, &none);
            }
            TAP_OK(!wrong && actors[leaver].tcb->state == THREAD_INACTIVE &&
                       actors[(leaver + 1) % 3].tcb->state == THREAD_RUNNING &&
                       actors[(leaver + 2) % 3].tcb->state == THREAD_RUNNING,
                   "suspend: number %u of three leaves the %s queue, the others are served",
                   leaver + 1, i ? "receive" : "send");
            (void)scene_resume(&actors[leaver]);
            TAP_OK(scene_restarts(actors[leaver].tcb), "resume: it executes its call again");
        }
    }
}

static void rights(void)
{
    begin();
    uint64_t reader = scene_mint(endpoint, SEL4_RIGHT_READ, 0);

    (void)receive(&server, endpoint);
    scene_run(host_root);
    TAP_OK(REFUSES(reader, &none, SEL4_INVALID_CAPABILITY, 0), "call: needs the write right");
    scene_keep();
    (void)host_syscall(SEL4_SYS_SEND, reader, MESSAGE(.length = 1));
    TAP_OK(scene_is_kept(host_root), "send: without write right nothing happens");
}

/* Without grant and grantReply nobody may answer: the caller is stopped for good. */
static void call_without_answer(void)
{
    begin();
    uint64_t poor = scene_mint(endpoint, SEL4_RIGHT_WRITE | SEL4_RIGHT_READ, 0);

    (void)receive(&server, endpoint);
    (void)scene_do(client.tcb, SEL4_SYS_CALL, poor, MESSAGE(.label = 5));
    TAP_OK(client.tcb->state == THREAD_INACTIVE && scene_label(server.tcb) == 5 &&
               slot_is_empty(&server.tcb->slots[TCB_CALLER]),
           "call: without grant and grantReply it arrives, and the caller becomes inactive");
    (void)scene_resume(&client);
    (void)scene_do(client.tcb, SEL4_SYS_CALL, poor, MESSAGE(.label = 6));
    TAP_OK(client.tcb->state == THREAD_BLOCKED_SEND, "call: blocks while nobody receives");
    (void)receive(&server, endpoint);
    TAP_OK(client.tcb->state == THREAD_INACTIVE && scene_label(server.tcb) == 6,
           "call: the same when the receiver comes later");
}

static void call_with_grant_reply(void)
{
    begin();
    uint64_t caller = scene_mint(endpoint, SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT_REPLY, 0);
    uint64_t reader = scene_mint(endpoint, SEL4_RIGHT_READ, 0);

    for (unsigned later = 0; later < 2; later++) {
        for (unsigned grant = 0; grant < 2; grant++) {
            uint64_t from = grant ? endpoint : reader;

            if (!later) {
                (void)receive(&server, from);
            }
            (void)scene_do(client.tcb, SEL4_SYS_CALL, caller, MESSAGE(.label = 5));
            if (later) {
                (void)receive(&server, from);
            }
            struct cap reply = server.tcb->slots[TCB_CALLER].cap;

            TAP_OK(client.tcb->state == THREAD_BLOCKED_REPLY && cap_type(reply) == CAP_REPLY &&
                       cap_object(reply) == client.tcb,
                   "call: grantReply is enough for an answer%s", later ? ", receiver late" : "");
            TAP_OK((cap_param(reply) & CAP_REPLY_GRANT) == grant,
                   "call: the answer may carry capabilities only if the receiver has grant");
            (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0, &none);
        }
    }
}

static void cancel_badged(void)
{
    struct actor third;
    uint64_t one;

    begin();
    third = scene_thread(255, 0);
    one = scene_mint(endpoint, 15, 1);
    uint64_t two = scene_mint(endpoint, 15, 2);
    const struct host_message *cancel =
        MESSAGE(.label = CNodeCancelBadgedSends, .length = 2, .word = { one, 64 });

    TAP_OK(host_call(ROOT, cancel) == 0, "cancel: nobody waits");
    (void)scene_do(client.tcb, SEL4_SYS_CALL, one, &none);
    (void)scene_do(server.tcb, SEL4_SYS_SEND, two, &none);
    (void)scene_do(third.tcb, SEL4_SYS_SEND, one, &none);
    TAP_OK(host_call(ROOT, cancel) == 0 && scene_restarts(client.tcb) && scene_restarts(third.tcb),
           "cancel: senders with the badge execute their calls again");
    TAP_OK(server.tcb->state == THREAD_BLOCKED_SEND, "cancel: other badges stay");
    (void)receive(&client, endpoint);
    TAP_OK(arch_badge(client.tcb) == 2 && server.tcb->state == THREAD_RUNNING,
           "cancel: and are served");
    (void)receive(&client, endpoint);
    TAP_OK(host_call(ROOT, cancel) == 0 && client.tcb->state == THREAD_BLOCKED_RECV,
           "cancel: receivers stay");
}

/* It stops for an interrupt after each sender, and goes on where it was, whoever has left since. */
static void cancel_preempted(void)
{
    begin();
    struct actor third = scene_thread(255, 0);
    uint64_t other = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t one = scene_mint(endpoint, 15, 1);
    uint64_t two = scene_mint(endpoint, 15, 2);
    const struct host_message *cancel =
        MESSAGE(.label = CNodeCancelBadgedSends, .length = 2, .word = { one, 64 });

    for (unsigned leaves = 0; leaves < 2; leaves++) {
        (void)scene_do(client.tcb, SEL4_SYS_SEND, one, &none);
        (void)scene_do(server.tcb, SEL4_SYS_SEND, two, &none);
        (void)scene_do(third.tcb, SEL4_SYS_SEND, one, &none);
        scene_run(host_root);
        fake_machine.irq_pending = true;
        (void)host_call(ROOT, cancel);
        fake_machine.irq_pending = false;
        TAP_OK(scene_restarts(client.tcb) && third.tcb->state == THREAD_BLOCKED_SEND,
               "cancel: stops when an interrupt waits");
        if (leaves) {
            thread_suspend(server.tcb);
            thread_restart(server.tcb);
            (void)scene_do(server.tcb, SEL4_SYS_SEND, other, &none);
        }
        scene_run(host_root);
        TAP_OK(host_call(ROOT, cancel) == 0 && scene_restarts(third.tcb) &&
                   server.tcb->state == THREAD_BLOCKED_SEND,
               "cancel: goes on with the next sender%s", leaves ? ", also if that one left" : "");
        (void)host_syscall(SEL4_SYS_NB_RECV, endpoint, &none);
    }
}

/*
 * Of several such calls the last one that stopped goes on where it was; the others begin anew, also
 * when the capability they name has become another.
 */
static void cancel_displaced(void)
{
    begin();
    struct actor senders[3];
    struct actor second = scene_thread(255, 0);
    uint64_t one = scene_mint(endpoint, 15, 1);
    uint64_t other = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t other_one = scene_mint(other, 15, 1);
    uint64_t two = scene_mint(endpoint, 15, 2);
    struct host_message cancel = { .label = CNodeCancelBadgedSends,
                                   .length = 2,
                                   .word = { one, 64 } };
    /* What the slot that the call names holds when it is executed again. */
    const uint64_t replaced_by[] = { one, other_one, two };

    for (unsigned i = 0; i < 3; i++) {
        senders[i] = scene_thread(255, 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned k = 0; k < 3; k++) {
            (void)scene_do(senders[k].tcb, SEL4_SYS_SEND, k == 1 ? two : one, &none);
        }
        (void)scene_do(client.tcb, SEL4_SYS_SEND, other_one, &none);
        (void)scene_do(server.tcb, SEL4_SYS_SEND, other_one, &none);
        fake_machine.irq_pending = true;
        cancel.word[0] = one;
        (void)scene_do(host_root, SEL4_SYS_CALL, ROOT, &cancel);
        uint64_t ticket = host_root->resume_at;

        cancel.word[0] = other_one;
        if (i == 0) {
            (void)scene_do(second.tcb, SEL4_SYS_CALL, ROOT, &cancel);
            TAP_OK(ticket && second.tcb->resume_at && second.tcb->resume_at != ticket,
                   "cancel: a second call stops too");
        }
        fake_machine.irq_pending = false;
        cancel.word[0] = replaced_by[i];
        (void)scene_do(host_root, SEL4_SYS_CALL, ROOT, &cancel);
        bool is_done[] = { scene_restarts(senders[2].tcb), scene_restarts(server.tcb),
                           scene_restarts(senders[1].tcb) };

        TAP_OK(is_done[i] && !host_root->resume_at && !host_check(), "cancel: %s is done whole",
               i == 0   ? "the first call"
               : i == 1 ? "one for another endpoint"
                        : "one for another badge");
        if (i == 0) {
            cancel.word[0] = other_one;
            (void)scene_do(second.tcb, SEL4_SYS_CALL, ROOT, &cancel);
            TAP_OK(scene_restarts(client.tcb) && scene_restarts(server.tcb),
                   "cancel: the second goes on where it was");
        }
        for (unsigned k = 0; k < 3; k++) {
            thread_suspend(senders[k].tcb);
            thread_restart(senders[k].tcb);
        }
        thread_suspend(client.tcb);
        thread_restart(client.tcb);
        thread_suspend(server.tcb);
        thread_restart(server.tcb);
        sched_run();
    }
}

/* Threads that become ready by it run at once if they are more urgent. */
static void urgent_senders(void)
{
    begin();
    uint64_t badged = scene_mint(endpoint, 15, 4);

    for (unsigned deleted = 0; deleted < 2; deleted++) {
        (void)scene_do(client.tcb, SEL4_SYS_SEND, badged, &none);
        scene_run(host_root);
        (void)scene_suspend(&server);
        sched_set_priority(host_root, 100);
        sched_run();
        if (deleted) {
            (void)scene_delete(badged);
            (void)scene_delete(endpoint);
        } else {
            (void)host_call(ROOT, MESSAGE(.label = CNodeCancelBadgedSends, .length = 2,
                                          .word = { badged, 64 }));
        }
        TAP_OK(current_thread() == client.tcb && scene_restarts(client.tcb),
               "%s: a more urgent sender runs at once", deleted ? "delete" : "cancel");
        sched_set_priority(host_root, 255);
        sched_run();
        scene_run(host_root);
        (void)scene_resume(&server);
    }
}

static void endpoint_deleted(void)
{
    begin();
    (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, &none);
    (void)scene_do(server.tcb, SEL4_SYS_SEND, endpoint, &none);
    TAP_OK(scene_delete(endpoint) == 0 && scene_restarts(client.tcb) && scene_restarts(server.tcb),
           "delete: with the last capability, senders execute their calls again");
    uint64_t idle = scene_make(SEL4_TYPE_ENDPOINT, 0);

    TAP_OK(scene_delete(idle) == 0 && slot_is_empty(host_slot(idle)), "delete: an idle endpoint");
}

void play_endpoints(void)
{
    scene_play("send, blocking", send_blocks);
    scene_play("send, receiver waits", send_to_waiting);
    scene_play("non-blocking calls", nonblocking);
    scene_play("order of queues", queues_are_fifo);
    scene_play("leaving a queue", leaving_a_queue);
    scene_play("endpoint rights", rights);
    scene_play("call without answer", call_without_answer);
    scene_play("call with grantReply", call_with_grant_reply);
    scene_play("cancel badged sends", cancel_badged);
    scene_play("cancel preempted", cancel_preempted);
    scene_play("cancel displaced", cancel_displaced);
    scene_play("urgent senders", urgent_senders);
    scene_play("endpoint deleted", endpoint_deleted);
}
