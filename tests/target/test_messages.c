/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of every length between two threads, by each pair of system calls, whatever their
 * priorities, whoever comes first and, with several cores, wherever they run.
 */
#define AREA "30"
#include "env.h"

#define LONGEST 120
#define FAST    4

/* How the client sends and the server answers. */
enum exchange {
    SEND_RECV,
    CALL_REPLY_RECV, /* the server answers and receives with one system call */
    CALL_REPLY,      /* with two */
    EXCHANGES
};

/* What one of the two threads works with. */
struct side {
    seL4_CPtr ep;
    seL4_CPtr done;
    seL4_IPCBuffer *buffer;
    enum exchange exchange;
    seL4_Word wrong; /* words and lengths that were not as expected */
};

static struct side sides[2];
static seL4_CPtr both_done;

/* Word `i` of message number `n`: no two are alike. */
static seL4_Word word_of(seL4_Word n, seL4_Word i)
{
    return (n + 1) * 0x0001000100010001ul + i;
}

static void fill(struct side *side, struct raw *regs, seL4_Word n, seL4_Word length)
{
    for (seL4_Word i = 0; i < length; i++) {
        if (i < FAST) {
            (&regs->x2)[i] = word_of(n, i);
        } else {
            side->buffer->msg[i] = word_of(n, i);
        }
    }
    regs->x1 = seL4_MessageInfo_new(n, 0, 0, length).words[0];
}

static void check(struct side *side, const struct raw *regs, seL4_Word n, seL4_Word length)
{
    seL4_MessageInfo_t info = { { regs->x1 } };

    side->wrong += seL4_MessageInfo_get_length(info) != length;
    side->wrong += seL4_MessageInfo_get_label(info) != n;
    for (seL4_Word i = 0; i < length; i++) {
        seL4_Word word = i < FAST ? (&regs->x2)[i] : side->buffer->msg[i];

        side->wrong += word != word_of(n, i);
    }
}

static void call_kernel(struct raw *regs, seL4_CPtr cap, seL4_Word number)
{
    regs->x0 = cap;
    regs->x7 = number;
    raw_svc(regs);
}

/* Message number 2 * length goes to the server, the next number comes back. */
static void client(seL4_Word argument, seL4_Word unused1, seL4_Word unused2)
{
    struct side *side = (struct side *)argument;
    struct raw regs = { 0 };

    (void)unused1;
    (void)unused2;
    for (seL4_Word length = 0; length <= LONGEST; length++) {
        fill(side, &regs, 2 * length, length);
        if (side->exchange == SEND_RECV) {
            call_kernel(&regs, side->ep, (seL4_Word)seL4_SysSend);
        } else {
            call_kernel(&regs, side->ep, (seL4_Word)seL4_SysCall);
            check(side, &regs, 2 * length + 1, length);
        }
    }
    call_kernel(&regs, side->done, (seL4_Word)seL4_SysSend);
    thread_stop();
}

static void server(seL4_Word argument, seL4_Word unused1, seL4_Word unused2)
{
    struct side *side = (struct side *)argument;
    struct raw regs = { 0 };

    (void)unused1;
    (void)unused2;
    call_kernel(&regs, side->ep, (seL4_Word)seL4_SysRecv);
    for (seL4_Word length = 0;; length++) {
        check(side, &regs, 2 * length, length);
        if (side->exchange != SEND_RECV) {
            fill(side, &regs, 2 * length + 1, length);
        }
        if (length == LONGEST) {
            break;
        }
        if (side->exchange == CALL_REPLY_RECV) {
            call_kernel(&regs, side->ep, (seL4_Word)seL4_SysReplyRecv);
            continue;
        }
        if (side->exchange == CALL_REPLY) {
            call_kernel(&regs, 0, (seL4_Word)seL4_SysReply);
        }
        call_kernel(&regs, side->ep, (seL4_Word)seL4_SysRecv);
    }
    if (side->exchange != SEND_RECV) {
        call_kernel(&regs, 0, (seL4_Word)seL4_SysReply);
    }
    regs.x1 = 0;
    call_kernel(&regs, side->done, (seL4_Word)seL4_SysSend);
    thread_stop();
}

static bool start_side(unsigned index, struct thread *thread)
{
    return thread_start(thread, index == 0 ? client : server, (seL4_Word)&sides[index], 0, 0) ==
           seL4_NoError;
}

/* All lengths once. `cores`: bit 0 and 1 say where client and server run. */
static void exchange_all(enum exchange exchange, seL4_Word client_priority, unsigned first,
                         unsigned cores)
{
    static const seL4_Word server_priority = 100;
    struct thread thread[2];
    seL4_Word done = 0;

    both_done = object_new(seL4_NotificationObject, 0);
    for (unsigned i = 0; i < 2; i++) {
        sides[i] = (struct side){ .ep = i == 0 ? object_new(seL4_EndpointObject, 0) : sides[0].ep,
                                  .done = slot_new(),
                                  .exchange = exchange };
        EXPECT_OK(mint_cap(sides[i].done, both_done, seL4_CanWrite, 1 + i));
        EXPECT(thread_new(&thread[i], i == 0 ? client_priority : server_priority, 0) != 0);
        sides[i].buffer = thread[i].buffer;
#ifdef CONFIG_ENABLE_SMP_SUPPORT
        EXPECT_OK(seL4_TCB_SetAffinity(thread[i].tcb, cores >> i & 1));
#endif
    }
    (void)cores;
    EXPECT(start_side(first, &thread[first]) && start_side(1 - first, &thread[1 - first]));
    while (done != 3) {
        seL4_Word badge = 0;

        seL4_Wait(both_done, &badge);
        done |= badge;
    }
    EXPECT_EQ(sides[0].wrong, 0);
    EXPECT_EQ(sides[1].wrong, 0);
}

static void all_orders(unsigned cores)
{
    for (unsigned exchange = 0; exchange < EXCHANGES; exchange++) {
        for (seL4_Word priority = 98; priority <= 102; priority += 2) {
            for (unsigned first = 0; first < 2; first++) {
                exchange_all((enum exchange)exchange, priority, first, cores);
                EXPECT_OK(env_give_back());
            }
        }
    }
}

TEST("EP-0203", "messages of 0 to 120 words arrive, by each pair of calls and order of priorities")
{
    all_orders(0);
}

TEST("EP-0204", "NBSend delivers every length to a server that waits above it")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr done = object_new(seL4_NotificationObject, 0);
    struct thread thread;
    struct raw regs = { 0 };

    sides[1] = (struct side){ .ep = ep, .done = done, .exchange = SEND_RECV };
    sides[0] = (struct side){ .buffer = __sel4_ipc_buffer };
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    sides[1].buffer = thread.buffer;
    EXPECT(start_side(1, &thread));
    for (seL4_Word length = 0; length <= LONGEST; length++) {
        fill(&sides[0], &regs, 2 * length, length);
        call_kernel(&regs, ep, (seL4_Word)seL4_SysNBSend);
    }
    seL4_Wait(done, seL4_Null);
    EXPECT_EQ(sides[1].wrong, 0);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
TEST("SMP-0200", "the same with client and server on two cores, or both on the other one")
{
    if (env.info->numNodes < 2) {
        test_skip("the board has one core");
        return;
    }
    for (unsigned cores = 1; cores < 4; cores++) {
        all_orders(cores);
    }
}
#endif
