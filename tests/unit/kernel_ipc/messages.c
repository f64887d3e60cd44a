/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of messages, the pointers that name where they go, and buffers that are missing. */
#include <string.h>

#include "ipc.h"

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

void play_messages(void)
{
    scene_play("message lengths", lengths);
    scene_play("long message", long_message);
    scene_play("missing buffers", missing_buffers);
    scene_play("pointer ends early", pointer_ends_early);
}
