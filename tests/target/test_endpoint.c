/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints: message transfer, badges, capabilities in messages, rights, queues. */
#define AREA "30"
#include "env.h"

static void adder(seL4_Word ep, seL4_Word rounds, seL4_Word unused)
{
    seL4_Word badge;
    seL4_Word mr[4];
    seL4_MessageInfo_t info;

    (void)unused;
    info = seL4_RecvWithMRs(ep, &badge, &mr[0], &mr[1], &mr[2], &mr[3]);
    for (seL4_Word i = 0; i < rounds; i++) {
        mr[0] += badge;
        mr[3] = seL4_MessageInfo_get_label(info);
        info = seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(77, 0, 0, 4), &badge, &mr[0], &mr[1],
                                     &mr[2], &mr[3]);
    }
    thread_stop();
}

static void call_adder(seL4_Word priority)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread server;

    EXPECT_OK(mint_cap(badged, ep, seL4_AllRights, 1000));
    EXPECT(thread_new(&server, priority, 0) != 0);
    EXPECT_OK(thread_start(&server, adder, ep, 10, 0));
    for (seL4_Word i = 0; i < 10; i++) {
        seL4_Word mr[4] = { i, i + 1, i + 2, 0 };
        seL4_MessageInfo_t info = seL4_CallWithMRs(badged, seL4_MessageInfo_new(5 + i, 0, 0, 4),
                                                   &mr[0], &mr[1], &mr[2], &mr[3]);

        EXPECT_EQ(seL4_MessageInfo_get_label(info), 77);
        EXPECT_EQ(seL4_MessageInfo_get_length(info), 4);
        EXPECT_EQ(mr[0], i + 1000);
        EXPECT_EQ(mr[1], i + 1);
        EXPECT_EQ(mr[2], i + 2);
        EXPECT_EQ(mr[3], 5 + i);
    }
}

TEST("EP-0001", "call and reply carry label, badge and four words (server above the client)")
{
    call_adder(PRIO_RUNNER + 1);
}

TEST("EP-0002", "the same with the server below and beside the client")
{
    call_adder(PRIO_RUNNER - 1);
    call_adder(PRIO_RUNNER);
}

static void echo_long(seL4_Word ep, seL4_Word buffer, seL4_Word length)
{
    seL4_IPCBuffer *mine = (seL4_IPCBuffer *)buffer;
    seL4_Word mr[4];
    seL4_MessageInfo_t info = seL4_RecvWithMRs(ep, seL4_Null, &mr[0], &mr[1], &mr[2], &mr[3]);

    for (seL4_Word i = 4; i < seL4_MessageInfo_get_length(info) && i < 120; i++) {
        mine->msg[i]++;
    }
    log_add(seL4_MessageInfo_get_length(info));
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, length), &mr[0], &mr[1], &mr[2], &mr[3]);
    thread_stop();
}

TEST("EP-0003", "a message of 120 words arrives whole, and 127 are cut to 120")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;
    seL4_MessageInfo_t info;

    log_start();
    for (seL4_Word length = 120; length <= 127; length += 7) {
        EXPECT(thread_new(&server, PRIO_RUNNER + 1, 0) != 0);
        EXPECT_OK(thread_start(&server, echo_long, ep, (seL4_Word)server.buffer, length));
        for (int i = 0; i < 120; i++) {
            seL4_SetMR(i, 1000 + (seL4_Word)i);
        }
        info = seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, length));
        EXPECT_EQ(log_words[log_count - 1], 120);
        EXPECT_EQ(seL4_MessageInfo_get_length(info), 120);
        for (int i = 0; i < 120; i++) {
            EXPECT_EQ(seL4_GetMR(i), 1000 + (seL4_Word)i + (i >= 4));
        }
    }
}

TEST("EP-0004", "without an IPC buffer a message is cut to four words")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;
    seL4_MessageInfo_t info;

    log_start();
    EXPECT(thread_new(&server, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetIPCBuffer(server.tcb, 0, 0));
    EXPECT_OK(thread_start(&server, echo_long, ep, (seL4_Word)server.buffer, 9));
    info = seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, 20));
    EXPECT_EQ(log_words[0], 4);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), 4);
}

TEST("EP-0005", "NBSend without a receiver is dropped, NBRecv without a sender gives badge 0")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct raw regs = { .x0 = ep, .x1 = 0x1111, .x2 = 2, .x3 = 3, .x7 = (seL4_Word)seL4_SysNBRecv };

    seL4_NBSendWithMRs(ep, seL4_MessageInfo_new(1, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                       seL4_Null);
    raw_svc(&regs);
    EXPECT_EQ(regs.x0, 0);
    /* Only x0 changes. */
    EXPECT_EQ(regs.x1, 0x1111);
    EXPECT_EQ(regs.x2, 2);
    EXPECT_EQ(regs.x3, 3);
}

TEST("EP-0006", "a send that receives nothing changes no register")
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct raw regs = { ntfn, 0, 12, 13, 14, 15, 16, (seL4_Word)seL4_SysSend };

    raw_svc(&regs);
    EXPECT_EQ(regs.x0, ntfn);
    EXPECT_EQ(regs.x1, 0);
    EXPECT_EQ(regs.x2, 12);
    EXPECT_EQ(regs.x5, 15);
    EXPECT_EQ(regs.x6, 16);
    EXPECT_EQ(regs.x7, (seL4_Word)seL4_SysSend);
}

static void plain_sender(seL4_Word cap, seL4_Word word, seL4_Word unused)
{
    (void)unused;
    seL4_SendWithMRs(cap, seL4_MessageInfo_new(3, 0, 0, 1), &word, seL4_Null, seL4_Null, seL4_Null);
    log_add(word);
    thread_stop();
}

TEST("EP-0007", "senders are served first in, first out")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread sender[4];
    seL4_Word word = 0;

    log_start();
    for (seL4_Word i = 0; i < 4; i++) {
        EXPECT(thread_new(&sender[i], PRIO_RUNNER + 4 - i, 0) != 0);
        EXPECT_OK(thread_start(&sender[i], plain_sender, ep, i, 0));
    }
    EXPECT_EQ(log_count, 0);
    for (seL4_Word i = 0; i < 4; i++) {
        (void)seL4_RecvWithMRs(ep, seL4_Null, &word, seL4_Null, seL4_Null, seL4_Null);
        EXPECT_EQ(word, i);
    }
    EXPECT_EQ(log_count, 4);
}

static void cap_sender(seL4_Word ep, seL4_Word buffer, seL4_Word cap)
{
    seL4_IPCBuffer *mine = (seL4_IPCBuffer *)buffer;

    mine->caps_or_badges[0] = cap;
    seL4_SendWithMRs(ep, seL4_MessageInfo_new(0, 0, 1, 0), seL4_Null, seL4_Null, seL4_Null,
                     seL4_Null);
    thread_stop();
}

static seL4_MessageInfo_t receive_cap(seL4_CPtr ep, seL4_CPtr through, seL4_CPtr cap,
                                      seL4_CPtr slot)
{
    struct thread sender;
    seL4_MessageInfo_t none = seL4_MessageInfo_new(0xbad, 0, 3, 0);

    if (thread_new(&sender, PRIO_RUNNER + 1, 0) == 0 ||
        thread_start(&sender, cap_sender, through, (seL4_Word)sender.buffer, cap) != seL4_NoError) {
        return none;
    }
    seL4_SetCapReceivePath(ROOT, slot, FULL_DEPTH);
    return seL4_Recv(ep, seL4_Null);
}

TEST("EP-0008", "a cap in a message lands in the receive slot")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr slot = slot_new();
    seL4_MessageInfo_t info;
    seL4_Word badge = 0;

    EXPECT_OK(mint_cap(badged, ntfn, seL4_AllRights, 0x42));
    info = receive_cap(ep, ep, badged, slot);
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 1);
    EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(info), 0);
    seL4_Signal(slot);
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0x42);
}

TEST("EP-0009", "without the grant right no cap is transferred")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr no_grant = slot_new();
    seL4_CPtr slot = slot_new();
    seL4_MessageInfo_t info;

    EXPECT_OK(copy_cap(no_grant, ep, seL4_ReadWrite));
    info = receive_cap(ep, no_grant, ntfn, slot);
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 0);
    EXPECT(slot_is_empty(slot));
}

TEST("EP-0010", "a cap to the endpoint itself is unwrapped to its badge")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();
    seL4_CPtr slot = slot_new();
    seL4_MessageInfo_t info;

    EXPECT_OK(mint_cap(badged, ep, seL4_AllRights, 0xbad9e));
    info = receive_cap(ep, ep, badged, slot);
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 1);
    EXPECT_EQ(seL4_MessageInfo_get_capsUnwrapped(info), 1);
    EXPECT_EQ(seL4_GetBadge(0), 0xbad9e);
    EXPECT(slot_is_empty(slot));
}

TEST("EP-0011", "an occupied receive slot keeps its cap; the message still arrives")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr slot = object_new(seL4_EndpointObject, 0);
    seL4_MessageInfo_t info = receive_cap(ep, ep, ntfn, slot);

    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 0);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), 0);
}

static void doomed_caller(seL4_Word cap, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    (void)seL4_CallWithMRs(cap, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                           seL4_Null);
    log_add(1);
    thread_stop();
}

TEST("EP-0012", "a call without grant and grant-reply delivers, then the caller stops")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr weak = slot_new();
    seL4_CPtr reply_only = slot_new();
    struct thread caller[2];

    log_start();
    EXPECT_OK(copy_cap(weak, ep, seL4_CanWrite));
    EXPECT_OK(copy_cap(reply_only, ep, seL4_CapRights_new(1, 0, 0, 1)));
    EXPECT(thread_new(&caller[0], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&caller[0], doomed_caller, weak, 0, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(log_count, 0);
    EXPECT(thread_new(&caller[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&caller[1], doomed_caller, reply_only, 0, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(log_count, 1);
}

TEST("EP-0013", "a reply without a caller does nothing; the caller is answered once")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread caller;

    log_start();
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT(thread_new(&caller, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&caller, doomed_caller, ep, 0, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    for (int i = 0; i < 2; i++) {
        seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null,
                          seL4_Null);
    }
    EXPECT_EQ(log_count, 1);
}

TEST("EP-0014", "the next receive on an endpoint drops the caller")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread caller;

    log_start();
    EXPECT(thread_new(&caller, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&caller, doomed_caller, ep, 0, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    (void)seL4_NBRecv(ep, seL4_Null);
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(log_count, 0);
}

TEST("EP-0015", "deleting the endpoint restarts the blocked sender; its send then goes nowhere")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread sender;

    log_start();
    EXPECT(thread_new(&sender, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&sender, plain_sender, ep, 1, 0));
    EXPECT_EQ(log_count, 0);
    /* An empty slot is an invalid capability, which a send (unlike a call) does not report. */
    EXPECT_OK(seL4_CNode_Delete(ROOT, ep, FULL_DEPTH));
    EXPECT_EQ(log_count, 1);
}

static void granting_server(seL4_Word ep, seL4_Word buffer, seL4_Word cap)
{
    seL4_IPCBuffer *mine = (seL4_IPCBuffer *)buffer;

    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    mine->caps_or_badges[0] = cap;
    seL4_ReplyWithMRs(seL4_MessageInfo_new(0, 0, 1, 0), seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    thread_stop();
}

TEST("EP-0016", "a reply carries a cap only if the receiver's endpoint cap has grant")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr read_only = slot_new();
    seL4_CPtr slot = slot_new();
    struct thread server[2];
    seL4_MessageInfo_t info;

    EXPECT_OK(copy_cap(read_only, ep, seL4_CanRead));
    seL4_SetCapReceivePath(ROOT, slot, FULL_DEPTH);
    EXPECT(thread_new(&server[0], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(
        thread_start(&server[0], granting_server, read_only, (seL4_Word)server[0].buffer, ntfn));
    info = seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 0);
    EXPECT(thread_new(&server[1], PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&server[1], granting_server, ep, (seL4_Word)server[1].buffer, ntfn));
    seL4_SetCapReceivePath(ROOT, slot, FULL_DEPTH);
    info = seL4_Call(ep, seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(seL4_MessageInfo_get_extraCaps(info), 1);
    EXPECT(!slot_is_empty(slot));
}

#define LEVELS 64

/*
 * LEVELS CNodes of two slots, each in slot 0 of the one above: the longest way that a pointer can
 * go. CPtr 0 is `first`, CPtr 1 the outermost CNode itself, which is returned; 0 on error.
 */
static seL4_CPtr deep_cspace(seL4_CPtr first)
{
    seL4_CPtr innermost = slot_new();
    seL4_CPtr inner = first;
    seL4_CPtr outer = innermost;

    for (unsigned int i = 0; i < LEVELS; i++) {
        outer = i == 0 ? innermost : slot_new();
        if (retype(env.test_untyped, seL4_CapTableObject, 1, outer, 1) != seL4_NoError ||
            seL4_CNode_Copy(outer, 0, 1, ROOT, inner, FULL_DEPTH, seL4_AllRights) != seL4_NoError) {
            return 0;
        }
        inner = outer;
    }
    return seL4_CNode_Copy(innermost, 1, 1, ROOT, outer, FULL_DEPTH, seL4_AllRights) == seL4_NoError
               ? outer
               : 0;
}

static volatile seL4_Word deep_reply;

static void deep_caller(seL4_Word buffer, seL4_Word unused1, seL4_Word unused2)
{
    seL4_IPCBuffer *mine = (seL4_IPCBuffer *)buffer;
    struct raw regs = { .x0 = 0, .x7 = (seL4_Word)seL4_SysCall };

    (void)unused1;
    (void)unused2;
    for (int i = 0; i < seL4_MsgMaxExtraCaps; i++) {
        mine->caps_or_badges[i] = 0;
    }
    regs.x1 = seL4_MessageInfo_new(1, 0, seL4_MsgMaxExtraCaps, seL4_MsgMaxLength).words[0];
    raw_svc(&regs);
    deep_reply = regs.x1;
    regs.x0 = 0;
    regs.x7 = (seL4_Word)seL4_SysRecv;
    raw_svc(&regs);
}

static void deep_server(seL4_Word buffer, seL4_Word unused1, seL4_Word unused2)
{
    seL4_IPCBuffer *mine = (seL4_IPCBuffer *)buffer;
    struct raw regs = { .x0 = 0, .x7 = (seL4_Word)seL4_SysRecv };

    (void)unused1;
    (void)unused2;
    mine->receiveCNode = 1;
    mine->receiveIndex = 1;
    mine->receiveDepth = LEVELS;
    for (;;) {
        raw_svc(&regs);
        regs.x0 = 0;
        regs.x7 = (seL4_Word)seL4_SysReplyRecv;
        regs.x1 = seL4_MessageInfo_new(2, 0, 0, seL4_MsgMaxLength).words[0];
    }
}

TEST("EP-0017", "pointers through 64 CNodes resolve at every place of a message")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr badged = slot_new();
    struct thread client;
    struct thread server;
    seL4_CPtr client_cspace;
    seL4_CPtr server_cspace;

    EXPECT_OK(mint_cap(badged, ep, seL4_AllRights, 0x64));
    client_cspace = deep_cspace(badged);
    server_cspace = deep_cspace(ep);
    EXPECT(client_cspace != 0 && server_cspace != 0);
    EXPECT(thread_new(&server, PRIO_RUNNER + 2, 0) != 0);
    EXPECT(thread_new(&client, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(seL4_TCB_SetSpace(client.tcb, 0, client_cspace, 0, VSPACE, 0));
    EXPECT_OK(seL4_TCB_SetSpace(server.tcb, 0, server_cspace, 0, VSPACE, 0));
    deep_reply = 0;
    EXPECT_OK(thread_start(&server, deep_server, (seL4_Word)server.buffer, 0, 0));
    EXPECT_OK(thread_start(&client, deep_caller, (seL4_Word)client.buffer, 0, 0));
    EXPECT_EQ(deep_reply, seL4_MessageInfo_new(2, 0, 0, seL4_MsgMaxLength).words[0]);
    /* The capabilities were to the endpoint itself, so they came as badges. */
    for (int i = 0; i < seL4_MsgMaxExtraCaps; i++) {
        EXPECT_EQ(server.buffer->caps_or_badges[i], 0x64);
    }
}

static void echo_number(seL4_Word ep, seL4_Word number, seL4_Word unused)
{
    (void)unused;
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), seL4_Null, &number,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

TEST("EP-0018", "receivers take turns: first in, first out")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server[3];

    for (seL4_Word i = 0; i < 3; i++) {
        EXPECT(thread_new(&server[i], PRIO_RUNNER + 1, 0) != 0);
        EXPECT_OK(thread_start(&server[i], echo_number, ep, i, 0));
    }
    for (seL4_Word i = 0; i < 9; i++) {
        seL4_Word number = ~0ul;

        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), &number, seL4_Null, seL4_Null,
                               seL4_Null);
        EXPECT_EQ(number, i % 3);
    }
}
