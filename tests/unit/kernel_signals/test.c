/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications, binding, interrupts that signal, and who runs after a wake-up. Every scene is
 * played through the general code and through the fast paths. Source: sel4-abi 4.5, 6.4, 10, 11.
 */
#include <string.h>

#include "kernel_scene.h"
#include "object/asid.h"
#include "object/irq.h"

static const struct host_message none;

static uint64_t ntfn;
static uint64_t badge4;
static uint64_t badge8;
static struct actor waiter;
static struct actor other;

static void begin(uint8_t waiter_priority)
{
    ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    badge4 = scene_mint(ntfn, 3, 4);
    badge8 = scene_mint(ntfn, 3, 8);
    waiter = scene_thread(waiter_priority, 0);
    other = scene_thread(255, 0);
}

static void signal_by(const struct actor *actor, uint64_t cptr)
{
    (void)scene_do(actor->tcb, SEL4_SYS_SEND, cptr, &none);
}

/* Lets the waiter block, whatever its priority is, by stopping those above it meanwhile. */
static void let_wait(uint64_t cptr)
{
    uint8_t priority = waiter.tcb->priority;

    sched_set_priority(waiter.tcb, 255);
    sched_run();
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, cptr, &none);
    waiter.tcb->priority = priority;
}

static uint64_t bind(const struct actor *actor, uint64_t cptr)
{
    scene_run(host_root);
    return host_call(actor->cap,
                     MESSAGE(.label = TCBBindNotification, .cap_count = 1, .cap = { cptr }));
}

/* ---- States of a notification ---- */

static void signals_collect(void)
{
    begin(255);
    scene_run(other.tcb);
    struct user_context before;

    signal_by(&other, badge4);
    before = other.tcb->context;
    signal_by(&other, badge8);
    TAP_OK(other.tcb->state == THREAD_RUNNING && before.x[2] == other.tcb->context.x[2],
           "signal: never blocks, changes no register");
    waiter.tcb->context.x[1] = 0x1000;
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, MESSAGE(.label = 7));
    TAP_OK(arch_badge(waiter.tcb) == 12 && scene_label(waiter.tcb) == 7,
           "wait: the badges collected, in x0 and nothing else");
    (void)scene_do(waiter.tcb, SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(arch_badge(waiter.tcb) == 0, "poll: 0 when there is nothing");
    signal_by(&other, ntfn);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && arch_badge(waiter.tcb) == 0,
           "signal without a badge: wakes, delivers 0");
}

static void waiters_are_fifo(void)
{
    struct actor third;

    begin(255);
    third = scene_thread(255, 0);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_do(other.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_do(third.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && arch_badge(waiter.tcb) == 4 &&
               other.tcb->state == THREAD_BLOCKED_NTFN,
           "signal: wakes the one that waits longest, with the badge");
    (void)host_syscall(SEL4_SYS_SEND, badge8, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge8, &none);
    TAP_OK(arch_badge(other.tcb) == 8 && third.tcb->state == THREAD_RUNNING,
           "signal: then the others");
    (void)host_syscall(SEL4_SYS_NB_SEND, badge4, &none);
    (void)host_call(badge8, &none);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(arch_badge(host_root) == 12, "NBSend and Call signal like Send");
}

static void leaving_the_queue(void)
{
    for (unsigned leaver = 0; leaver < 3; leaver++) {
        struct actor actors[3];

        scene_begin(host_use_fastpath);
        begin(255);
        actors[0] = waiter;
        actors[1] = other;
        actors[2] = scene_thread(255, 0);
        for (unsigned k = 0; k < 3; k++) {
            (void)scene_do(actors[k].tcb, SEL4_SYS_RECV, ntfn, &none);
        }
        (void)scene_suspend(&actors[leaver]);
        const char *wrong = host_check();

        for (unsigned k = 0; k < 2; k++) {
            (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
        }
        TAP_OK(!wrong && actors[leaver].tcb->state == THREAD_INACTIVE &&
                   arch_badge(actors[(leaver + 1) % 3].tcb) == 4 &&
                   arch_badge(actors[(leaver + 2) % 3].tcb) == 4,
               "suspend: number %u of three leaves the queue, the others are woken", leaver + 1);
    }
    scene_begin(host_use_fastpath);
    begin(255);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    scene_run(host_root);
    (void)scene_suspend(&waiter);
    TAP_OK(((struct notification *)scene_object(ntfn))->tail == NTFN_IDLE,
           "suspend: without its only waiter a notification is idle");
}

static void rights(void)
{
    begin(255);
    uint64_t reader = scene_mint(ntfn, SEL4_RIGHT_READ, 1);
    const struct notification *object = scene_object(ntfn);

    TAP_OK(REFUSES(reader, &none, SEL4_INVALID_CAPABILITY, 0), "signal: needs the write right");
    (void)host_syscall(SEL4_SYS_SEND, reader, &none);
    TAP_OK(ntfn_state(object) == NTFN_IDLE, "signal: without it nothing happens");
}

static void deleted(void)
{
    begin(255);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_do(other.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_delete(badge4);
    (void)scene_delete(badge8);
    TAP_OK(waiter.tcb->state == THREAD_BLOCKED_NTFN,
           "delete: not the last capability, nothing happens");
    sched_set_priority(host_root, 100);
    sched_run();
    TAP_OK(scene_delete(ntfn) == 0 && scene_restarts(waiter.tcb) && scene_restarts(other.tcb),
           "delete: with the last capability, waiters execute their calls again");
    TAP_OK(current_thread() == other.tcb,
           "delete: at once, if they are more urgent, the last one first");
    sched_set_priority(host_root, 255);
    sched_run();
    scene_run(host_root);
    uint64_t bound = scene_make(SEL4_TYPE_NOTIFICATION, 0);

    (void)bind(&waiter, bound);
    TAP_OK(scene_delete(bound) == 0 && !waiter.tcb->bound_notification, "delete: unbinds");
}

/* ---- Binding ---- */

static void binding_rules(void)
{
    begin(255);
    uint64_t second = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t busy = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t writer = scene_mint(second, SEL4_RIGHT_WRITE, 0);
    struct host_message message = { .label = TCBBindNotification,
                                    .cap_count = 1,
                                    .cap = { writer } };

    TAP_OK(REFUSES(waiter.cap, &message, SEL4_ILLEGAL_OPERATION), "bind: needs the read right");
    message.cap[0] = waiter.cap;
    TAP_OK(REFUSES(waiter.cap, &message, SEL4_ILLEGAL_OPERATION), "bind: only a notification");
    (void)scene_do(other.tcb, SEL4_SYS_RECV, busy, &none);
    scene_run(host_root);
    message.cap[0] = busy;
    TAP_OK(REFUSES(waiter.cap, &message, SEL4_ILLEGAL_OPERATION), "bind: not with waiters");
    TAP_OK(REFUSES(waiter.cap, MESSAGE(.label = TCBUnbindNotification), SEL4_ILLEGAL_OPERATION),
           "unbind: only what is bound");
    TAP_OK(bind(&waiter, ntfn) == 0 && waiter.tcb->bound_notification == scene_object(ntfn),
           "bind: one thread and one notification");
    message.cap[0] = second;
    TAP_OK(REFUSES(waiter.cap, &message, SEL4_ILLEGAL_OPERATION), "bind: the thread is taken");
    message.cap[0] = ntfn;
    TAP_OK(REFUSES(other.cap, &message, SEL4_ILLEGAL_OPERATION), "bind: the notification is taken");
    TAP_OK(host_call(waiter.cap, MESSAGE(.label = TCBUnbindNotification)) == 0 &&
               !waiter.tcb->bound_notification && bind(&other, ntfn) == 0,
           "unbind: both are free again");
    TAP_OK(scene_delete(other.cap) == 0 && !((struct notification *)scene_object(ntfn))->bound_tcb,
           "delete: a thread leaves its notification free");
}

static void bound_receive(void)
{
    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);

    (void)bind(&waiter, ntfn);
    signal_by(&other, badge4);
    (void)scene_do(other.tcb, SEL4_SYS_NB_SEND, endpoint, &none);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    TAP_OK(arch_badge(waiter.tcb) == 4 && waiter.tcb->state == THREAD_RUNNING,
           "bound: an active notification ends a Recv on an endpoint at once");
    signal_by(&other, badge8);
    (void)scene_do(waiter.tcb, SEL4_SYS_REPLY_RECV, endpoint, &none);
    TAP_OK(arch_badge(waiter.tcb) == 8, "bound: ReplyRecv too");
    for (unsigned active = 0; active < 2; active++) {
        (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
        (void)scene_do(host_root, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
        if (active) {
            signal_by(&other, badge8);
        }
        (void)scene_do(waiter.tcb, SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 6));
        TAP_OK(scene_label(host_root) == 6 && host_root->state == THREAD_RUNNING &&
                   (active ? arch_badge(waiter.tcb) == 8 && waiter.tcb->state == THREAD_RUNNING
                           : waiter.tcb->state == THREAD_BLOCKED_RECV),
               "bound: ReplyRecv answers a caller and then %s",
               active ? "takes the signal" : "waits");
        if (!active) {
            (void)scene_do(other.tcb, SEL4_SYS_SEND, endpoint, &none);
        }
    }
    signal_by(&other, badge8);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    TAP_OK(arch_badge(waiter.tcb) == 8, "bound: its own thread may wait on it");
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    signal_by(&other, badge4);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && arch_badge(waiter.tcb) == 4 &&
               endpoint_state(scene_object(endpoint)) == ENDPOINT_IDLE,
           "bound: a signal ends a receive that waits");
}

/* The bound thread waits between others, or sends: then it is not woken. */
static void bound_in_queues(void)
{
    struct actor third;

    begin(255);
    third = scene_thread(255, 0);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);

    (void)bind(&waiter, ntfn);
    (void)scene_do(other.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)scene_do(third.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && other.tcb->queue_next == third.tcb &&
               third.tcb->queue_prev == other.tcb,
           "bound: leaves the endpoint's queue from its middle");
    (void)scene_suspend(&other);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && !third.tcb->queue_next &&
               endpoint_tail(scene_object(endpoint)) == third.tcb,
           "bound: from its end");
    (void)scene_suspend(&third);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)scene_resume(&third);
    (void)scene_do(third.tcb, SEL4_SYS_RECV, endpoint, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && !third.tcb->queue_prev &&
               endpoint_head(scene_object(endpoint)) == third.tcb,
           "bound: from its start");
    (void)scene_suspend(&third);
    (void)scene_do(waiter.tcb, SEL4_SYS_SEND, endpoint, &none);
    (void)host_syscall(SEL4_SYS_SEND, badge8, &none);
    TAP_OK(waiter.tcb->state == THREAD_BLOCKED_SEND &&
               ntfn_state(scene_object(ntfn)) == NTFN_ACTIVE,
           "bound: a signal does not end a Send, it waits for the next receive");
    (void)host_syscall(SEL4_SYS_NB_RECV, endpoint, &none);
    (void)scene_do(waiter.tcb, SEL4_SYS_NB_RECV, endpoint, &none);
    TAP_OK(arch_badge(waiter.tcb) == 8, "bound: there it is");
}

/* ---- Who runs ---- */

static void priorities(void)
{
    static const struct {
        uint8_t priority;
        const char *what;
    } cases[] = { { 254, "lower" }, { 255, "equal" } };

    for (unsigned i = 0; i < 2; i++) {
        scene_begin(host_use_fastpath);
        begin(cases[i].priority);
        let_wait(ntfn);
        signal_by(&other, badge4);
        TAP_OK(current_thread() == other.tcb && waiter.tcb->is_queued &&
                   arch_badge(waiter.tcb) == 4,
               "signal: a waiter of %s priority is ready and waits its turn", cases[i].what);
    }
    scene_begin(host_use_fastpath);
    begin(255);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    scene_run(host_root);
    (void)scene_suspend(&other);
    sched_set_priority(host_root, 200);
    sched_run();
    (void)host_syscall(SEL4_SYS_SEND, badge4, &none);
    TAP_OK(current_thread() == waiter.tcb && host_root->is_queued,
           "signal: a waiter of higher priority runs at once");
}

/* Only threads of the current domain run, whatever their priority. */
static void domains(void)
{
    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    const struct host_message *move = MESSAGE(.label = DomainSetSet, .length = 1, .word = { 2 },
                                              .cap_count = 1, .cap = { waiter.cap });

    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    scene_run(host_root);
    TAP_OK(host_call(SEL4_SLOT_DOMAIN, move) == 0 && waiter.tcb->domain == 2, "domain: moved");
    signal_by(&other, badge4);
    TAP_OK(waiter.tcb->state == THREAD_RUNNING && waiter.tcb->is_queued &&
               current_thread() == other.tcb,
           "signal: a waiter of another domain is ready there");
    (void)scene_suspend(&waiter);
    waiter.tcb->domain = 0;
    (void)scene_resume(&waiter);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    (void)host_call(SEL4_SLOT_DOMAIN, move);
    (void)scene_do(other.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
    TAP_OK(scene_label(waiter.tcb) == 5 && waiter.tcb->is_queued && current_thread() == host_root,
           "call: to a thread of another domain arrives, and it does not run now");
}

/* The schedule: each domain has its ticks, an end marker leads back to the start. */
static void domain_schedule_runs(void)
{
    begin(255);
    const struct host_message *entry[] = {
        MESSAGE(.label = DomainScheduleConfigure, .length = 3, .word = { 1, 2, 3 }),
        MESSAGE(.label = DomainScheduleConfigure, .length = 3, .word = { 2, 0, 2 }),
        MESSAGE(.label = DomainScheduleConfigure, .length = 3, .word = { 3, 0, 0 }),
        MESSAGE(.label = DomainScheduleSetStart, .length = 1, .word = { 1 }),
    };

    (void)scene_suspend(&other);
    (void)host_call(SEL4_SLOT_DOMAIN, MESSAGE(.label = DomainSetSet, .length = 1, .word = { 2 },
                                              .cap_count = 1, .cap = { waiter.cap }));
    for (unsigned i = 0; i < 4; i++) {
        (void)host_call(SEL4_SLOT_DOMAIN, entry[i]);
    }
    for (unsigned tick = 0; tick < 13; tick++) {
        const struct tcb *wanted = tick % 5 < 3 ? waiter.tcb : host_root;

        TAP_OK(current_thread() == wanted && current_domain == (tick % 5 < 3 ? 2 : 0),
               "schedule: tick %u belongs to domain %u", tick, current_domain);
        sched_tick();
        sched_run();
    }
    (void)host_call(SEL4_SLOT_DOMAIN, MESSAGE(.label = DomainSetSet, .length = 1, .word = { 3 },
                                              .cap_count = 1, .cap = { SEL4_SLOT_INIT_TCB }));
    TAP_OK(current_thread() == this_core()->idle && host_root->is_queued,
           "domain: a thread that leaves the current one does not run on");
    host_root->domain = 0;
    memset(cores[0].ready, 0, sizeof(cores[0].ready));
    host_root->is_queued = waiter.tcb->is_queued = false;
    waiter.tcb->domain = 0;
    sched_append(host_root);
    sched_append(waiter.tcb);
    current_domain = 0;
    sched_choose_later();
    sched_run();
}

/* A thread without an address space is woken like any other; it then has nothing mapped. */
static void no_address_space(void)
{
    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t vspace = scene_make(SEL4_TYPE_VSPACE, 0);

    (void)host_call(SEL4_SLOT_INIT_ASID_POOL,
                    MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
    (void)host_call(waiter.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { ROOT, vspace }));
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    (void)scene_revoke(vspace);
    (void)scene_delete(vspace);
    TAP_OK(slot_is_empty(&waiter.tcb->slots[TCB_VSPACE]), "revoke: takes the thread's copy too");
    (void)scene_do(other.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 6));
    TAP_OK(current_thread() == waiter.tcb && scene_label(waiter.tcb) == 6 &&
               this_core()->arch.translation == 0,
           "call: a receiver without address space runs, with none loaded");
    (void)scene_do(waiter.tcb, SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 7));
    TAP_OK(scene_label(other.tcb) == 7, "replyrecv: and answers");
    scene_run(host_root);
    (void)scene_suspend(&waiter);
    (void)scene_resume(&waiter);
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_suspend(&other);
    sched_set_priority(host_root, 200);
    sched_run();
    (void)host_syscall(SEL4_SYS_SEND, badge8, &none);
    TAP_OK(current_thread() == waiter.tcb && arch_badge(waiter.tcb) == 8 &&
               this_core()->arch.translation == 0,
           "signal: the same");
}

static uint64_t space_in_new_pool(uint64_t *pool)
{
    uint64_t memory = scene_make(SEL4_TYPE_UNTYPED, 12);
    uint64_t vspace = scene_make(SEL4_TYPE_VSPACE, 0);

    *pool = scene_slot();
    (void)host_call(SEL4_SLOT_ASID_CONTROL,
                    MESSAGE(.label = ARMASIDControlMakePool, .length = 2, .word = { *pool, 64 },
                            .cap_count = 2, .cap = { memory, ROOT }));
    (void)host_call(*pool, MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
    return vspace;
}

/* A thread must not come to run in the address space that got its own one's ASID. */
static void asid_given_away(void)
{
    uint64_t pool;

    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t vspace = space_in_new_pool(&pool);

    (void)host_call(waiter.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { ROOT, vspace }));
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    (void)scene_delete(pool);
    (void)scene_do(other.tcb, SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
    TAP_OK(current_thread() == waiter.tcb && this_core()->arch.translation == 0,
           "call: a receiver whose ASID pool is gone has no address space");
    (void)scene_do(waiter.tcb, SEL4_SYS_REPLY_RECV, endpoint, &none);
    scene_run(host_root);
    uint64_t heir = space_in_new_pool(&pool);

    (void)host_call(other.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                       .cap = { ROOT, heir }));
    scene_run(other.tcb);
    TAP_OK(cap_asid(host_slot(heir)->cap) == cap_asid(host_slot(vspace)->cap) &&
               this_core()->arch.translation != 0,
           "the ASID has a new owner");
    (void)host_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 6));
    TAP_OK(current_thread() == waiter.tcb && scene_label(waiter.tcb) == 6 &&
               this_core()->arch.translation == 0,
           "call: the old one is not let into it");
}

/* 255 VMIDs for all address spaces: a receiver whose one was taken away gets another. */
static void vmid_taken_away(void)
{
    uint64_t pool;

    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t vspace = space_in_new_pool(&pool);
    uint64_t *entry = asid_entry(cap_asid(host_slot(vspace)->cap));

    (void)host_call(waiter.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { ROOT, vspace }));
    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(other.tcb);
    for (unsigned i = 2; *entry >> ASID_VMID_SHIFT; i++) {
        asid_assign(asid_pools[1], i, 1ull << 12);
        (void)asid_give_vmid(&asid_pools[1]->entry[i]);
    }
    (void)host_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 9));
    TAP_OK(current_thread() == waiter.tcb && scene_label(waiter.tcb) == 9 &&
               *entry >> ASID_VMID_SHIFT != 0 && this_core()->arch.translation == *entry,
           "call: a receiver without VMID is given one");
    for (unsigned i = 2; i < ASID_POOL_ENTRIES; i++) {
        asid_free((cap_asid(host_slot(vspace)->cap) & ~511ull) + i, 1ull << 12);
    }
}

/* Somebody more urgent is ready: neither partner of a call or a reply jumps the queue. */
static void urgent_thread_first(void)
{
    struct actor urgent;

    begin(255);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);

    (void)scene_do(waiter.tcb, SEL4_SYS_RECV, endpoint, &none);
    scene_run(host_root);
    sched_set_priority(waiter.tcb, 100);
    urgent = scene_thread(200, 0);
    (void)scene_suspend(&other);
    (void)host_syscall(SEL4_SYS_CALL, endpoint, MESSAGE(.label = 5));
    TAP_OK(current_thread() == urgent.tcb && waiter.tcb->is_queued && scene_label(waiter.tcb) == 5,
           "call: a thread between caller and receiver runs first");
    (void)host_syscall(SEL4_SYS_RECV, ntfn, &none);
    host_root->priority = 50;
    TAP_OK(current_thread() == waiter.tcb, "then the receiver");
    (void)scene_resume(&other);
    sched_set_priority(other.tcb, 80);
    sched_run();
    (void)host_syscall(SEL4_SYS_REPLY_RECV, endpoint, MESSAGE(.label = 6));
    TAP_OK(current_thread() == other.tcb && host_root->is_queued && scene_label(host_root) == 6,
           "replyrecv: a thread between server and caller runs first");
}

/* ---- Interrupts ---- */

static uint64_t get_irq(uint64_t irq, uint64_t dest, uint64_t depth)
{
    return host_call(SEL4_SLOT_IRQ_CONTROL,
                     MESSAGE(.label = IRQIssueIRQHandler, .length = 3, .word = { irq, dest, depth },
                             .cap_count = 1, .cap = { ROOT }));
}

static void irq_life(void)
{
    begin(255);
    uint64_t handler = scene_slot();
    struct host_message set = { .label = IRQSetIRQHandler, .cap_count = 1, .cap = { badge4 } };

    TAP_OK(get_irq(40, handler, 64) == 0 && fake_machine.masked[40] == 2, "irq: issued, unmasked");
    irq_deliver(40);
    TAP_OK(fake_machine.masked[40] == 1, "irq: without a notification it is swallowed, masked");
    TAP_OK(host_call(handler, MESSAGE(.label = IRQAckIRQ)) == 0 && fake_machine.masked[40] == 2,
           "ack: unmasks");
    TAP_OK(host_call(handler, &set) == 0, "irq: a notification is set");
    set.cap[0] = badge8;
    TAP_OK(host_call(handler, &set) == 0, "irq: and replaced");
    (void)scene_delete(badge8);
    irq_deliver(40);
    sched_run();
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(arch_badge(host_root) == 8,
           "irq: signals with the badge; deleting the original changes nothing");
    TAP_OK(host_call(handler, MESSAGE(.label = IRQClearIRQHandler)) == 0,
           "clear: removes the binding");
    (void)host_call(handler, MESSAGE(.label = IRQAckIRQ));
    irq_deliver(40);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(arch_badge(host_root) == 0 && fake_machine.masked[40] == 1, "irq: then swallowed again");
    set.cap[0] = badge4;
    (void)host_call(handler, &set);
    (void)scene_revoke(ntfn);
    irq_deliver(40);
    (void)host_syscall(SEL4_SYS_NB_RECV, ntfn, &none);
    TAP_OK(arch_badge(host_root) == 0, "revoke: takes the interrupt's copy too");
    irq_deliver(41);
    TAP_OK(fake_machine.masked[41] == 1, "irq: one that nobody has is masked");
}

/* The last capability to a notification is the interrupt's; others wait on it when it is replaced. */
static void irq_replaced(void)
{
    begin(255);
    uint64_t handler = scene_slot();
    uint64_t next = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    struct host_message set = { .label = IRQSetIRQHandler, .cap_count = 1, .cap = { ntfn } };

    (void)get_irq(40, handler, 64);
    (void)host_call(handler, &set);
    let_wait(ntfn);
    (void)scene_do(other.tcb, SEL4_SYS_RECV, ntfn, &none);
    (void)scene_delete(badge4);
    (void)scene_delete(badge8);
    (void)scene_delete(ntfn);
    set.cap[0] = next;
    fake_machine.irq_pending = true;
    (void)host_call(handler, &set);
    TAP_OK(scene_restarts(waiter.tcb) && other.tcb->state == THREAD_BLOCKED_NTFN,
           "irq: replacing the notification stops when an interrupt waits");
    fake_machine.irq_pending = false;
    scene_run(host_root);
    TAP_OK(host_call(handler, &set) == 0 && scene_restarts(other.tcb), "irq: and goes on");
    irq_deliver(40);
    TAP_OK(ntfn_state(scene_object(next)) == NTFN_ACTIVE, "irq: the new one is signalled");
}

static void irq_refusals(void)
{
    begin(255);
    uint64_t handler = scene_slot();
    uint64_t dest = scene_slot();
    uint64_t reader = scene_mint(ntfn, SEL4_RIGHT_READ, 0);
    struct host_message get = { .label = IRQIssueIRQHandler,
                                .length = 3,
                                .word = { 160, dest, 64 },
                                .cap_count = 1,
                                .cap = { ROOT } };
    struct host_message set = { .label = IRQSetIRQHandler, .cap_count = 1, .cap = { reader } };

    (void)get_irq(40, handler, 64);
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_RANGE_ERROR, 0, 159) &&
               get_irq(159, scene_slot(), 64) == 0,
           "irq: numbers end at 159");
    get.word[0] = 40;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_REVOKE_FIRST), "irq: issued already");
    get.word[0] = 27;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_REVOKE_FIRST), "irq: the kernel's own");
    get.word[0] = 41;
    get.word[1] = handler;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_DELETE_FIRST), "irq: occupied slot");
    get.word[2] = 65;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_RANGE_ERROR, 1, 64), "irq: depth");
    get.cap[0] = ntfn;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "irq: the destination is no CNode");
    TAP_OK(REFUSES(handler, &set, SEL4_INVALID_CAPABILITY, 0),
           "irq: a notification without write right");
    set.cap[0] = waiter.cap;
    TAP_OK(REFUSES(handler, &set, SEL4_INVALID_CAPABILITY, 0), "irq: a TCB as notification");
}

static void irq_trigger(void)
{
    begin(255);
    struct host_message get = {
        .label = ARMIRQIssueIRQHandlerTrigger, .length = 4, .cap_count = 1, .cap = { ROOT }
    };

    for (unsigned i = 0; i < 3; i++) {
        const uint64_t irqs[] = { 50, 51, 9 };

        get.word[0] = irqs[i];
        get.word[1] = i != 1;
        get.word[2] = scene_slot();
        get.word[3] = 64;
        TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == 0 &&
                   fake_machine.trigger[irqs[i]] == (i == 0   ? 2
                                                     : i == 1 ? 1
                                                              : 0) &&
                   fake_machine.masked[irqs[i]] == 2,
               "irq %u: %s", (unsigned)irqs[i],
               i == 0   ? "edge"
               : i == 1 ? "level"
                        : "the trigger of an SGI is left alone");
    }
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &get, SEL4_REVOKE_FIRST), "irq: issued already");
}

static void sgi_capability(void)
{
    begin(255);
    uint64_t dest = scene_slot();
    struct host_message issue = { .label = ARMIRQIssueSGISignal,
                                  .length = 4,
                                  .word = { 16, 1, dest, 64 },
                                  .cap_count = 1,
                                  .cap = { ROOT } };

    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &issue, SEL4_RANGE_ERROR, 0, 15), "sgi: 16 numbers");
    issue.word[0] = 6;
    issue.word[1] = 8;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &issue, SEL4_INVALID_ARGUMENT, 1), "sgi: 8 targets");
    issue.word[1] = 3;
    issue.word[2] = ntfn;
    TAP_OK(REFUSES(SEL4_SLOT_IRQ_CONTROL, &issue, SEL4_DELETE_FIRST), "sgi: occupied slot");
    issue.word[2] = dest;
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &issue) == 0, "sgi: issued");
    (void)host_syscall(SEL4_SYS_SEND, dest, &none);
    TAP_OK(fake_machine.sgi_sent == 6 && fake_machine.sgi_target == 3,
           "sgi: Send raises it on its target");
    fake_machine.sgi_sent = 0;
    TAP_OK(host_call(dest, &none) == 0 && fake_machine.sgi_sent == 6, "sgi: Call too");
    uint64_t copy = scene_mint(dest, 15, 0);

    TAP_OK(cap_same_object(host_slot(copy)->cap, host_slot(dest)->cap), "sgi: copied");
}

int main(void)
{
    scene_play("signals collect", signals_collect);
    scene_play("order of waiters", waiters_are_fifo);
    scene_play("leaving the queue", leaving_the_queue);
    scene_play("notification rights", rights);
    scene_play("notification deleted", deleted);
    scene_play("rules of binding", binding_rules);
    scene_play("bound receive", bound_receive);
    scene_play("bound thread in queues", bound_in_queues);
    scene_play("priorities", priorities);
    scene_play("domains", domains);
    scene_play("domain schedule", domain_schedule_runs);
    scene_play("no address space", no_address_space);
    scene_play("ASID given away", asid_given_away);
    scene_play("VMID taken away", vmid_taken_away);
    scene_play("urgent thread first", urgent_thread_first);
    scene_play("interrupt", irq_life);
    scene_play("interrupt notification replaced", irq_replaced);
    scene_play("interrupt refusals", irq_refusals);
    scene_play("interrupt triggers", irq_trigger);
    scene_play("SGI", sgi_capability);
    return TAP_DONE();
}
