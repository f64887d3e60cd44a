/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities in messages: placed, unwrapped to badges, or left out. */
#include "ipc.h"

/* Offers `slot` of the initial CNode to whoever sends to the server. */
static void offer(uint64_t slot, uint64_t depth)
{
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_CNODE_WORD] = ROOT;
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_INDEX_WORD] = slot;
    server.buffer[SEL4_IPC_BUFFER_RECEIVE_DEPTH_WORD] = depth;
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

void play_caps(void)
{
    scene_play("capability placed", cap_is_placed);
    scene_play("capabilities unwrapped", caps_unwrap);
    scene_play("capabilities not placed", caps_not_placed);
    scene_play("receive path", receive_path);
    scene_play("capabilities of a blocked sender", caps_change_while_blocked);
}
