/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPC as the API promises it: endpoints, messages, capabilities in messages, reply capabilities.
 * Every scene is played through the general code and through the fast paths. Source: sel4-abi 4.
 */
#include <string.h>

#include "kernel_scene.h"

static const struct host_message none;

/* Every scene has these: an endpoint with all rights, and two threads beside the initial one. */
static uint64_t endpoint;
static struct actor client;
static struct actor server;

static void begin(void)
{
    endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    client = scene_thread(255, 0);
    server = scene_thread(255, 0);
}

static uint64_t receive(const struct actor *actor, uint64_t cptr)
{
    (void)scene_do(actor->tcb, SEL4_SYS_RECV, cptr, &none);
    return arch_badge(actor->tcb);
}

/* ---- Endpoints ---- */

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

/* ---- Messages ---- */

static void lengths(void)
{
    begin();
    for (unsigned length = 0; length <= 6; length++) {
        struct host_message message = { .label = 1,
                                        .length = length,
                                        .word = { 11, 12, 13, 14, 15, 16 } };
        bool good = true;

        memset(server.buffer, 0, sizeof(struct sel4_ipc_buffer));
        client.buffer[SEL4_IPC_BUFFER_MSG_WORD + length] = 77;
        (void)receive(&server, endpoint);
        for (unsigned i = 0; i < 4; i++) {
            arch_set_message_word(server.tcb, i, 99);
        }
        (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, &message);
        for (unsigned i = 0; i < 7; i++) {
            good = good && scene_word(&server, i) == (i < length ? 11 + i : i < 4 ? 99u : 0u);
        }
        TAP_OK(good && scene_length(server.tcb) == length, "message: %u words, no more", length);
        (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0, &message);
        TAP_OK(client.tcb->state == THREAD_RUNNING && scene_length(client.tcb) == length &&
                   (length == 0 || scene_word(&client, length - 1) == 10 + length) &&
                   arch_badge(client.tcb) == 0,
               "reply: %u words", length);
    }
}

static void long_message(void)
{
    begin();
    (void)receive(&server, endpoint);
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint, MESSAGE(.length = 127));
    TAP_OK(scene_length(server.tcb) == 120 && scene_word(&server, 119) == 119,
           "message: never more than 120 words");
}

/* Words beyond the fourth need both buffers, the receiver's writable. */
static void missing_buffers(void)
{
    static const struct {
        const char *what;
        bool at_sender;
        unsigned rights; /* of the frame; 16: no frame */
        unsigned arrive;
    } cases[] = {
        { "the sender has none", true, 16, 4 },
        { "the receiver has none", false, 16, 4 },
        { "the sender's is read-only", true, SEL4_RIGHT_READ, 6 },
        { "the receiver's is read-only", false, SEL4_RIGHT_READ, 4 },
        { "the sender's is not accessible", true, 0, 4 },
    };

    begin();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct actor *actor = cases[i].at_sender ? &client : &server;
        uint64_t frame = cases[i].rights == 16 ? 0 : scene_mint(actor->frame, cases[i].rights, 0);

        scene_run(host_root);
        scene_set_buffer(actor, frame);
        for (unsigned k = 4; k < 6; k++) {
            client.buffer[SEL4_IPC_BUFFER_MSG_WORD + k] = 50 + k;
        }
        (void)receive(&server, endpoint);
        (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint,
                       MESSAGE(.length = 6, .word = { 1, 2, 3, 4, 54, 55 }));
        TAP_OK(scene_length(server.tcb) == cases[i].arrive && scene_word(&server, 3) == 4 &&
                   (cases[i].arrive == 4 || scene_word(&server, 5) == 55),
               "message: %u of 6 words arrive when %s", cases[i].arrive, cases[i].what);
        scene_run(host_root);
        scene_set_buffer(actor, actor->frame);
    }
}

/* ---- Capabilities in messages ---- */

/* Offers `slot` of the initial CNode to whoever sends to the server. */
static void offer(uint64_t slot, uint64_t depth)
{
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = ROOT;
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_INDEX_WORD] = slot;
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_DEPTH_WORD] = depth;
}

static unsigned extra_caps(const struct tcb *tcb)
{
    return (arch_message_info(tcb) >> SEL4_MSG_INFO_EXTRA_CAPS_SHIFT) & 3;
}

static unsigned unwrapped(const struct tcb *tcb)
{
    return (arch_message_info(tcb) >> SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT) & 7;
}

/* The server waits, the client sends the capabilities through `cptr`. */
static void send_caps(uint64_t cptr, unsigned count, uint64_t a, uint64_t b, uint64_t c)
{
    (void)receive(&server, endpoint);
    (void)scene_do(client.tcb, SEL4_SYS_SEND, cptr,
                   MESSAGE(.label = 1, .cap_count = count, .cap = { a, b, c }));
}

static void cap_is_placed(void)
{
    begin();
    uint64_t badged = scene_mint(scene_make(SEL4_TYPE_NOTIFICATION, 0), SEL4_RIGHT_READ, 0x33);
    uint64_t dest = scene_slot();

    offer(dest, 64);
    send_caps(endpoint, 1, badged, 0, 0);
    struct slot *slot = host_slot(dest);

    TAP_OK(cap_type(slot->cap) == CAP_NOTIFICATION && slot->cap.data == 0x33 &&
               cap_rights(slot->cap) == SEL4_RIGHT_READ && extra_caps(server.tcb) == 1 &&
               unwrapped(server.tcb) == 0,
           "caps: one capability lands in the receive slot as it is");
    TAP_OK(slot_next(host_slot(badged)) == slot, "caps: as a copy of the sender's");
    send_caps(endpoint, 1, badged, 0, 0);
    TAP_OK(extra_caps(server.tcb) == 0, "caps: none if the receive slot is full");
    (void)scene_delete(dest);
    send_caps(endpoint, 2, badged, badged, 0);
    TAP_OK(extra_caps(server.tcb) == 1, "caps: one per message is placed");
}

static void caps_unwrap(void)
{
    begin();
    uint64_t badged = scene_mint(endpoint, 15, 0x77);
    uint64_t other = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t dest = scene_slot();

    offer(dest, 64);
    send_caps(endpoint, 3, badged, other, endpoint);
    TAP_OK(extra_caps(server.tcb) == 3 && unwrapped(server.tcb) == 5 &&
               server.buffer[SEL4_IPC_BUFFER_CAPS_WORD] == 0x77 &&
               server.buffer[SEL4_IPC_BUFFER_CAPS_WORD + 2] == 0,
           "caps: those to the endpoint itself arrive as badges");
    TAP_OK(scene_object(dest) == scene_object(other),
           "caps: a capability to another endpoint is placed");
}

static void caps_not_placed(void)
{
    begin();
    uint64_t tcb = client.cap;
    uint64_t dest = scene_slot();
    uint64_t poor = scene_mint(endpoint, SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT_REPLY, 0);
    const struct {
        const char *what;
        uint64_t cptr, cap, cnode, index, depth;
    } cases[] = {
        { "the sender has no grant", poor, tcb, ROOT, dest, 64 },
        { "the slot is empty", endpoint, dest, ROOT, dest, 64 },
        { "depth is 0", endpoint, tcb, ROOT, dest, 0 },
        { "depth is 65", endpoint, tcb, ROOT, dest, 65 },
        { "the index has too few bits", endpoint, tcb, ROOT, dest, 8 },
        { "the receive CNode does not resolve", endpoint, tcb, 1ull << 60, dest, 64 },
        { "the receive CNode is a TCB", endpoint, tcb, tcb, dest, 64 },
        { "an untyped with children is sent", endpoint, host_untyped, ROOT, dest, 64 },
        { "IRQ control is sent", endpoint, SEL4_SLOT_IRQ_CONTROL, ROOT, dest, 64 },
        { "a table that is not mapped is sent", endpoint, scene_make(SEL4_TYPE_PAGE_TABLE, 0), ROOT,
          dest, 64 },
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        offer(cases[i].index, cases[i].depth);
        server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = cases[i].cnode;
        send_caps(cases[i].cptr, 1, cases[i].cap, 0, 0);
        TAP_OK(server.tcb->state == THREAD_RUNNING && scene_label(server.tcb) == 1 &&
                   extra_caps(server.tcb) == 0 && slot_is_empty(host_slot(dest)),
               "caps: the message comes alone if %s", cases[i].what);
    }
}

/* A receive slot in a CNode of the receiver's, and one whose path ends early. */
static void receive_path(void)
{
    begin();
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    struct slot *slots = scene_object(cnode);

    offer(3, 4);
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = cnode;
    send_caps(endpoint, 1, client.cap, 0, 0);
    TAP_OK(cap_type(slots[3].cap) == CAP_TCB && extra_caps(server.tcb) == 1,
           "caps: the receive path starts at the receive CNode");
    uint64_t pair = scene_make(SEL4_TYPE_CNODE, 1);

    offer(1, 1);
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = pair;
    send_caps(endpoint, 1, client.cap, 0, 0);
    TAP_OK(!slot_is_empty((struct slot *)scene_object(pair) + 1), "caps: a path of one bit");
    offer(0x35, 8);
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = cnode;
    send_caps(endpoint, 1, client.cap, 0, 0);
    TAP_OK(extra_caps(server.tcb) == 0, "caps: none if a capability ends the path early");
}

/* The buffer is the sender's memory: it may change between sending and delivery. */
static void caps_change_while_blocked(void)
{
    begin();
    offer(scene_slot(), 64);
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint,
                   MESSAGE(.label = 1, .cap_count = 1, .cap = { client.cap }));
    client.buffer[SEL4_IPC_BUFFER_CAPS_WORD] = 1ull << 60;
    (void)receive(&server, endpoint);
    TAP_OK(client.tcb->state == THREAD_RUNNING && scene_label(server.tcb) == 1 &&
               extra_caps(server.tcb) == 0,
           "caps: a pointer that went bad costs the capabilities, not the message");
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint,
                   MESSAGE(.label = 2, .cap_count = 1, .cap = { client.cap }));
    scene_run(host_root);
    scene_set_buffer(&client, 0);
    (void)receive(&server, endpoint);
    TAP_OK(scene_label(server.tcb) == 2 && extra_caps(server.tcb) == 0,
           "caps: the same if the buffer went away");
    (void)scene_do(client.tcb, SEL4_SYS_SEND, endpoint, MESSAGE(.label = 3, .cap_count = 1));
    (void)receive(&server, endpoint);
    TAP_OK(scene_label(server.tcb) == 3 && extra_caps(server.tcb) == 0,
           "caps: without a buffer none are sent");
    scene_run(host_root);
    scene_set_buffer(&client, client.frame);
    scene_set_buffer(&server, 0);
    send_caps(endpoint, 1, client.cap, 0, 0);
    TAP_OK(scene_label(server.tcb) == 1 && extra_caps(server.tcb) == 0,
           "caps: without a buffer none are received");
}

/* ---- Reply capabilities ---- */

/* The client calls, the server has received it. */
static void call_arrives(const struct host_message *message)
{
    (void)receive(&server, endpoint);
    (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, message);
}

static uint64_t save_caller(uint64_t slot)
{
    scene_run(server.tcb);
    return host_call(ROOT, MESSAGE(.label = CNodeSaveCaller, .length = 2, .word = { slot, 64 }));
}

static void reply_once(void)
{
    begin();
    scene_run(server.tcb);
    scene_keep();
    (void)host_syscall(SEL4_SYS_REPLY, 0, MESSAGE(.length = 3, .word = { 1, 2, 3 }));
    TAP_OK(scene_is_kept(server.tcb), "reply: without a caller nothing happens");
    call_arrives(&none);
    (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0,
                   MESSAGE(.label = 6, .length = 2, .word = { 8, 9 }));
    TAP_OK(client.tcb->state == THREAD_RUNNING && scene_label(client.tcb) == 6 &&
               scene_word(&client, 1) == 9 && slot_is_empty(&server.tcb->slots[TCB_CALLER]),
           "reply: the caller goes on, the capability is used up");
}

static void reply_carries_caps(void)
{
    begin();
    uint64_t reader = scene_mint(endpoint, SEL4_RIGHT_READ, 0);
    uint64_t dest = scene_slot();

    for (unsigned grant = 0; grant < 2; grant++) {
        (void)receive(&server, grant ? endpoint : reader);
        client.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = ROOT;
        client.buffer[SEL4_IPC_BUFFER_RECEIVE_INDEX_WORD] = dest;
        client.buffer[SEL4_IPC_BUFFER_RECEIVE_DEPTH_WORD] = 64;
        (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, &none);
        (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0, MESSAGE(.cap_count = 1, .cap = { endpoint }));
        TAP_OK(extra_caps(client.tcb) == grant && unwrapped(client.tcb) == 0 &&
                   slot_is_empty(host_slot(dest)) == !grant,
               "reply: %s",
               grant ? "carries a capability with the receiver's grant right"
                     : "carries none without it");
    }
}

static void saved_reply(void)
{
    begin();
    uint64_t slot = scene_slot();
    uint64_t copy = scene_slot();

    scene_run(server.tcb);
    TAP_OK(save_caller(slot) == 0 && slot_is_empty(host_slot(slot)),
           "save: without a caller it succeeds and does nothing");
    call_arrives(MESSAGE(.label = 1));
    TAP_OK(save_caller(slot) == 0 && cap_type(host_slot(slot)->cap) == CAP_REPLY &&
               slot_is_empty(&server.tcb->slots[TCB_CALLER]),
           "save: the reply capability moves to the slot");
    TAP_OK(REFUSES(ROOT,
                   MESSAGE(.label = CNodeCopy, .length = 5, .word = { copy, 64, slot, 64, 15 },
                           .cap_count = 1, .cap = { ROOT }),
                   SEL4_ILLEGAL_OPERATION),
           "a reply capability is not copied");
    TAP_OK(host_call(ROOT, MESSAGE(.label = CNodeMove, .length = 4, .word = { copy, 64, slot, 64 },
                                   .cap_count = 1, .cap = { ROOT })) == 0 &&
               cap_type(host_slot(copy)->cap) == CAP_REPLY,
           "a reply capability is moved");
    (void)scene_do(server.tcb, SEL4_SYS_SEND, copy,
                   MESSAGE(.label = 0x21, .length = 1, .word = { 4 }));
    TAP_OK(client.tcb->state == THREAD_RUNNING && scene_label(client.tcb) == 0x21 &&
               scene_word(&client, 0) == 4 && slot_is_empty(host_slot(copy)),
           "sending to it answers the caller, once");
    scene_run(server.tcb);
    TAP_OK(REFUSES(copy, &none, SEL4_INVALID_CAPABILITY, 0), "afterwards the slot is empty");
    call_arrives(MESSAGE(.label = 1));
    (void)save_caller(slot);
    TAP_OK(host_call(slot, MESSAGE(.label = 0x22)) == 0 && current_thread() == server.tcb &&
               scene_length(server.tcb) == 0 && scene_label(client.tcb) == 0x22,
           "calling it answers the caller, and is itself answered empty");
}

static void reply_is_lost(void)
{
    uint64_t ntfn;

    begin();
    ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    call_arrives(&none);
    (void)scene_do(server.tcb, SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(!slot_is_empty(&server.tcb->slots[TCB_CALLER]),
           "recv on a notification keeps the reply capability");
    (void)scene_do(server.tcb, SEL4_SYS_NB_RECV, endpoint, &none);
    TAP_OK(slot_is_empty(&server.tcb->slots[TCB_CALLER]) &&
               client.tcb->state == THREAD_BLOCKED_REPLY,
           "recv on an endpoint discards it, the caller stays blocked");
    (void)scene_do(host_root, SEL4_SYS_YIELD, 0, &none);
    scene_run(host_root);
    TAP_OK(scene_resume(&client) == 0 && scene_restarts(client.tcb),
           "resume: such a caller executes its call again");
}

static void caller_leaves(void)
{
    begin();
    uint64_t slot = scene_slot();

    call_arrives(&none);
    (void)save_caller(slot);
    scene_run(host_root);
    TAP_OK(scene_suspend(&client) == 0 && client.tcb->state == THREAD_INACTIVE &&
               slot_is_empty(host_slot(slot)),
           "suspend: the reply capability to the thread goes away, also a saved one");
    (void)scene_resume(&client);
    call_arrives(&none);
    scene_run(host_root);
    TAP_OK(scene_delete(client.cap) == 0 && slot_is_empty(&server.tcb->slots[TCB_CALLER]),
           "delete: a thread takes the reply capability to it along");
}

static void reply_and_receive(void)
{
    begin();
    struct actor third = scene_thread(255, 0);

    call_arrives(MESSAGE(.label = 1));
    (void)scene_do(server.tcb, SEL4_SYS_REPLY_RECV, endpoint,
                   MESSAGE(.label = 2, .length = 4, .word = { 1, 2, 3, 4 }));
    TAP_OK(client.tcb->state == THREAD_RUNNING && scene_label(client.tcb) == 2 &&
               scene_word(&client, 3) == 4 && server.tcb->state == THREAD_BLOCKED_RECV,
           "replyrecv: answers, then waits");
    (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 3));
    (void)scene_do(third.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 4));
    TAP_OK(third.tcb->state == THREAD_BLOCKED_SEND, "replyrecv: the next caller queues");
    (void)scene_do(server.tcb, SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 5, .length = 6));
    TAP_OK(scene_label(client.tcb) == 5 && scene_length(client.tcb) == 6 &&
               server.tcb->state == THREAD_RUNNING && scene_label(server.tcb) == 4 &&
               third.tcb->state == THREAD_BLOCKED_REPLY,
           "replyrecv: answers, and takes the one that waits");
    (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0, &none);
    (void)receive(&third, endpoint);
    (void)scene_do(server.tcb, SEL4_SYS_REPLY_RECV, endpoint, &none);
    TAP_OK(server.tcb->state == THREAD_BLOCKED_RECV && third.tcb->queue_next == server.tcb,
           "replyrecv: without a caller it just waits, behind those who wait already");
    (void)scene_do(client.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 6));
    (void)scene_do(third.tcb, SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 7));
    TAP_OK(scene_label(client.tcb) == 7 && server.tcb->queue_next == third.tcb &&
               third.tcb->queue_prev == server.tcb,
           "replyrecv: answers, and waits behind those who wait already");
}

/* Answers of more words than registers, and those followed by a receive that is refused. */
static void reply_and_receive_odd(void)
{
    begin();
    uint64_t writer = scene_mint(endpoint, SEL4_RIGHT_WRITE, 0);

    for (unsigned length = 5; length <= 20; length += 15) {
        call_arrives(&none);
        (void)scene_do(server.tcb, SEL4_SYS_REPLY_RECV, endpoint,
                       MESSAGE(.label = 2, .length = length, .word = { 1, 2, 3, 4, 5 }));
        TAP_OK(scene_label(client.tcb) == 2 && scene_length(client.tcb) == length &&
                   scene_word(&client, 4) == 5 && server.tcb->state == THREAD_BLOCKED_RECV,
               "replyrecv: an answer of %u words", length);
        (void)scene_do(host_root, SEL4_SYS_SEND, endpoint, &none);
    }
    const uint64_t refused[] = { writer, client.cap, 1ull << 60 };

    for (unsigned i = 0; i < 3; i++) {
        call_arrives(&none);
        (void)scene_do(server.tcb, SEL4_SYS_REPLY_RECV, refused[i], MESSAGE(.label = 3 + i));
        TAP_OK(scene_label(client.tcb) == 3 + i && server.tcb->state == THREAD_INACTIVE,
               "replyrecv: answers first; then the receive is refused and nobody handles it");
        scene_run(host_root);
        (void)scene_resume(&server);
    }
}

/* A pointer whose last bits are not needed: a capability that is no CNode ends it. */
static void pointer_ends_early(void)
{
    begin();
    uint64_t wide = scene_slot();

    (void)host_call(ROOT,
                    MESSAGE(.label = CNodeMint, .length = 6, .word = { wide, 64, ROOT, 64, 15, 0 },
                            .cap_count = 1, .cap = { ROOT }));
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);

    (void)host_call(cnode,
                    MESSAGE(.label = CNodeCopy, .length = 5, .word = { 3, 4, endpoint, 64, 15 },
                            .cap_count = 1, .cap = { ROOT }));
    (void)host_call(client.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { wide, SEL4_SLOT_INIT_VSPACE }));
    const uint64_t pointers[] = { endpoint << 56, endpoint << 56 | 0x123456,
                                  cnode << 56 | 3ull << 52, cnode << 56 | 3ull << 52 | 0x77 };

    for (unsigned i = 0; i < 4; i++) {
        (void)receive(&server, endpoint);
        (void)scene_do(client.tcb, SEL4_SYS_CALL, pointers[i], MESSAGE(.label = 60 + i));
        TAP_OK(scene_label(server.tcb) == 60 + i && client.tcb->state == THREAD_BLOCKED_REPLY,
               "pointer %u: the bits behind a capability do not count", i);
        (void)scene_do(server.tcb, SEL4_SYS_REPLY, 0, &none);
    }
    (void)scene_do(client.tcb, SEL4_SYS_CALL, cnode << 56 | 4ull << 52, &none);
    TAP_OK(scene_label(client.tcb) == SEL4_INVALID_CAPABILITY && scene_length(client.tcb) == 1 &&
               scene_word(&client, 0) == 0,
           "pointer: to an empty slot is no capability");
}

/*
 * The fast paths are there for these: without them nothing would be wrong, only slow. Each case is
 * counted by itself, with the fast paths on.
 */
static void test_fast_paths_are_taken(void)
{
    static const unsigned rights[] = { SEL4_RIGHTS_ALL, SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT,
                                       SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT_REPLY };

    scene_begin(true);
    begin();
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);

    for (unsigned i = 0; i < 3; i++) {
        uint64_t cptr = scene_mint(endpoint, rights[i], 1);

        (void)receive(&server, endpoint);
        scene_run(client.tcb);
        unsigned before = host_fastpath_count;

        (void)host_syscall(SEL4_SYS_CALL, cptr, MESSAGE(.length = 4));
        TAP_OK(host_fastpath_count == before + 1 && current_thread() == server.tcb,
               "fast: a Call of four words, rights %u", rights[i]);
        (void)host_syscall(SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.length = 4));
        TAP_OK(host_fastpath_count == before + 2 && current_thread() == client.tcb,
               "fast: its ReplyRecv");
        (void)host_syscall(SEL4_SYS_SEND, ntfn, &none);
        TAP_OK(host_fastpath_count == before + 3, "fast: a Signal");
        host_fault(SEL4_FAULT_VM, 0x1000);
        TAP_OK(host_fastpath_count == before + 3, "not fast: a fault without handler");
        scene_run(host_root);
        (void)scene_resume(&client);
        (void)scene_do(host_root, SEL4_SYS_SEND, endpoint, &none);
    }
    scene_check("fast paths are taken");
}

int main(void)
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
    scene_play("urgent senders", urgent_senders);
    scene_play("endpoint deleted", endpoint_deleted);
    scene_play("message lengths", lengths);
    scene_play("long message", long_message);
    scene_play("missing buffers", missing_buffers);
    scene_play("capability placed", cap_is_placed);
    scene_play("capabilities unwrapped", caps_unwrap);
    scene_play("capabilities not placed", caps_not_placed);
    scene_play("receive path", receive_path);
    scene_play("capabilities of a blocked sender", caps_change_while_blocked);
    scene_play("reply", reply_once);
    scene_play("reply with capabilities", reply_carries_caps);
    scene_play("saved reply", saved_reply);
    scene_play("lost reply", reply_is_lost);
    scene_play("caller leaves", caller_leaves);
    scene_play("reply and receive", reply_and_receive);
    scene_play("reply and receive, odd", reply_and_receive_odd);
    scene_play("pointer ends early", pointer_ends_early);
    test_fast_paths_are_taken();
    return TAP_DONE();
}
