/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPC as the API promises it: endpoints, messages, capabilities in messages, reply capabilities.
 * Every scene is played through the general code and through the fast paths. Source: sel4-abi 4.
 */
#include "ipc.h"

const struct host_message none;
uint64_t endpoint;
struct actor client;
struct actor server;

void begin(void)
{
    endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    client = scene_thread(255, 0);
    server = scene_thread(255, 0);
}

uint64_t receive(const struct actor *actor, uint64_t cptr)
{
    (void)scene_do(actor->tcb, SEL4_SYS_RECV, cptr, &none);
    return arch_badge(actor->tcb);
}

unsigned extra_caps(const struct tcb *tcb)
{
    return (arch_message_info(tcb) >> SEL4_MSG_INFO_EXTRA_CAPS_SHIFT) & 3;
}

unsigned unwrapped(const struct tcb *tcb)
{
    return (arch_message_info(tcb) >> SEL4_MSG_INFO_CAPS_UNWRAPPED_SHIFT) & 7;
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
    play_endpoints();
    play_messages();
    play_caps();
    play_replies();
    test_fast_paths_are_taken();
    return TAP_DONE();
}
