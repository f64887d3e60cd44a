/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of every length between two threads, by each pair of system calls, whatever their
 * priorities, whoever comes first and, with several cores, wherever they run.
 */
#define AREA "40"
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

/* A system call with all registers around it. */
struct around {
    seL4_Word in[8];    /* x0 to x7 before */
    seL4_Word out[8];   /* and after */
    seL4_Word rest[23]; /* x8 to x30 after; before it was REST_BASE + number */
    seL4_Word flags;    /* after; before it was FLAGS */
};

#define REST_BASE 0x5000
#define FLAGS     (6ul << 28)

void svc_around(struct around *around);
__asm__(".pushsection .text\n"
        ".macro mark n\n"
        "    mov x\\n, #0x5000 + \\n\n"
        ".endm\n"
        ".global svc_around\n"
        "svc_around:\n"
        "    stp x19, x20, [sp, #-112]!\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    str x0, [sp, #96]\n"
        "    mov x9, x0\n"
        "    ldp x0, x1, [x9]\n"
        "    ldp x2, x3, [x9, #16]\n"
        "    ldp x4, x5, [x9, #32]\n"
        "    ldp x6, x7, [x9, #48]\n"
        ".irp n, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18\n"
        "    mark \\n\n"
        ".endr\n"
        ".irp n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30\n"
        "    mark \\n\n"
        ".endr\n"
        "    cmp xzr, xzr\n"
        "    svc #0\n"
        "    stp x8, x9, [sp, #-16]!\n"
        "    ldr x8, [sp, #112]\n"
        "    mrs x9, nzcv\n"
        "    str x9, [x8, #312]\n"
        "    stp x0, x1, [x8, #64]\n"
        "    stp x2, x3, [x8, #80]\n"
        "    stp x4, x5, [x8, #96]\n"
        "    stp x6, x7, [x8, #112]\n"
        "    ldp x0, x1, [sp], #16\n"
        "    stp x0, x1, [x8, #128]\n"
        "    stp x10, x11, [x8, #144]\n"
        "    stp x12, x13, [x8, #160]\n"
        "    stp x14, x15, [x8, #176]\n"
        "    stp x16, x17, [x8, #192]\n"
        "    stp x18, x19, [x8, #208]\n"
        "    stp x20, x21, [x8, #224]\n"
        "    stp x22, x23, [x8, #240]\n"
        "    stp x24, x25, [x8, #256]\n"
        "    stp x26, x27, [x8, #272]\n"
        "    stp x28, x29, [x8, #288]\n"
        "    str x30, [x8, #304]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp x19, x20, [sp], #112\n"
        "    ret\n"
        ".popsection\n");

/*
 * How many registers a call with a message of `words` changed that it must leave alone: x6 and
 * above, and, unless it receives, all.
 */
static unsigned changed(seL4_CPtr cap, seL4_Word number, seL4_Word words, bool receives)
{
    struct around around = { .in = { cap, words, 0x102, 0x103, 0x104, 0x105, 0x106, number } };
    unsigned count;

    svc_around(&around);
    count = around.flags != FLAGS;
    for (unsigned i = receives ? 6 : 0; i < 8; i++) {
        count += around.out[i] != around.in[i];
    }
    for (unsigned i = 0; i < 23; i++) {
        count += around.rest[i] != REST_BASE + 8 + i;
    }
    return count;
}

static void keeper(seL4_Word ep, seL4_Word number, seL4_Word receives)
{
    sides[0].wrong += changed(ep, number, 2, receives != 0);
    thread_stop();
}

TEST("EP-0205", "registers beside the message survive every system call, with and without a switch")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    struct thread thread;
    seL4_Word mr = 0;

    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysYield, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysNBSend, 0, false), 0);
    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysReply, 0, false), 0);
    EXPECT_EQ(changed(ROOT, (seL4_Word)seL4_SysCall, 0, true), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysRecv, 0, true), 0);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysNBRecv, 0, true), 0);
    seL4_Signal(ntfn);
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysReplyRecv, 0, true), 0);
    /* A helper above blocks in each way; what it finds when it goes on is in `wrong`. */
    sides[0].wrong = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, 0) != 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysSend, 0));
    (void)seL4_RecvWithMRs(ep, seL4_Null, &mr, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(mr, 0x102);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysCall, 1));
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    EXPECT_EQ(changed(0, (seL4_Word)seL4_SysReply, 3, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysRecv, 1));
    EXPECT_EQ(changed(ep, (seL4_Word)seL4_SysSend, 3, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ep, (seL4_Word)seL4_SysReplyRecv, 1));
    EXPECT_EQ(changed(ep, (seL4_Word)seL4_SysNBSend, 5, false), 0);
    EXPECT_OK(thread_start(&thread, keeper, ntfn, (seL4_Word)seL4_SysRecv, 1));
    EXPECT_EQ(changed(ntfn, (seL4_Word)seL4_SysSend, 0, false), 0);
    EXPECT_EQ(sides[0].wrong, 0);
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
