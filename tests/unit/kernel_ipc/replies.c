/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply capabilities: used once, saved, lost; ReplyRecv. */
#include "ipc.h"

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

void play_replies(void)
{
    scene_play("reply", reply_once);
    scene_play("reply with capabilities", reply_carries_caps);
    scene_play("saved reply", saved_reply);
    scene_play("lost reply", reply_is_lost);
    scene_play("caller leaves", caller_leaves);
    scene_play("reply and receive", reply_and_receive);
    scene_play("reply and receive, odd", reply_and_receive_odd);
}
