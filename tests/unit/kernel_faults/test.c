/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: what the handler is told, what its answer does, and what happens without a handler.
 * Every scene is played through the general code and through the fast paths.
 * Source: sel4-abi 7, 4.1.
 */
#include <string.h>

#include "kernel_scene.h"
#include "serrors.h"

static const struct host_message none;

#define PC   0x400100ull
#define SP   0x7ff0ull
#define NZCV 0x60000000ull

/* A thread whose faults arrive at `endpoint` with a badge, and one that handles them. */
static uint64_t endpoint;
static uint64_t badged;
static struct actor faulter;
static struct actor handler;

static void begin(void)
{
    endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    badged = scene_mint(endpoint, 15, 0xfa);
    faulter = scene_thread(255, badged);
    handler = scene_thread(255, 0);
    faulter.tcb->context.fault_ip = PC; /* where it starts */
    faulter.tcb->context.sp = SP;
}

static void handle(void)
{
    (void)scene_do(handler.tcb, SEL4_SYS_RECV, endpoint, &none);
}

static void fault(uint64_t type, uint64_t word)
{
    scene_run(faulter.tcb);
    host_fault(type, word);
}

static bool handler_sees(uint64_t label, unsigned length)
{
    return handler.tcb->state == THREAD_RUNNING && arch_badge(handler.tcb) == 0xfa &&
           scene_label(handler.tcb) == label && scene_length(handler.tcb) == length;
}

static void answer(const struct host_message *message)
{
    (void)scene_do(handler.tcb, SEL4_SYS_REPLY_RECV, endpoint, message);
}

static void vm_fault(void)
{
    begin();
    for (unsigned late = 0; late < 2; late++) {
        if (!late) {
            handle();
        }
        fault(SEL4_FAULT_VM, 0x123000);
        if (late) {
            TAP_OK(faulter.tcb->state == THREAD_BLOCKED_SEND, "fault: waits for its handler");
            handle();
        }
        TAP_OK(handler_sees(SEL4_FAULT_VM, SEL4_VM_FAULT_LENGTH) &&
                   scene_word(&handler, SEL4_VM_FAULT_IP) == PC &&
                   scene_word(&handler, SEL4_VM_FAULT_ADDR) == 0x123000 &&
                   scene_word(&handler, SEL4_VM_FAULT_PREFETCH) == 0 &&
                   scene_word(&handler, SEL4_VM_FAULT_FSR) == 0x92000046,
               "VMFault: IP, address, prefetch, FSR, and the badge of the handler's capability");
        TAP_OK(faulter.tcb->state == THREAD_BLOCKED_REPLY,
               "fault: the thread waits for the answer");
        answer(MESSAGE(.label = 77, .length = 2, .word = { 1, 2 }));
        scene_run(faulter.tcb);
        TAP_OK(faulter.tcb->state == THREAD_RUNNING && faulter.tcb->context.elr == PC &&
                   faulter.tcb->fault.type == SEL4_FAULT_NULL,
               "VMFault: any answer resumes the thread where it was");
        scene_run(host_root);
        (void)scene_suspend(&handler);
        (void)scene_resume(&handler);
    }
}

static void one_word_faults(void)
{
    const uint64_t types[] = { SEL4_FAULT_VCPU, SEL4_FAULT_VGIC_MAINTENANCE,
                               SEL4_FAULT_VPPI_EVENT };

    begin();
    handle();
    for (unsigned i = 0; i < 3; i++) {
        fault(types[i], 0x42 + i);
        TAP_OK(handler_sees(types[i], 1) && scene_word(&handler, 0) == 0x42 + i,
               "fault %u: one word", (unsigned)types[i]);
        answer(MESSAGE(.label = 1));
        scene_run(faulter.tcb);
        TAP_OK(faulter.tcb->context.elr == PC, "fault %u: any answer resumes", (unsigned)types[i]);
    }
}

static void user_exception(void)
{
    begin();
    handle();
    faulter.tcb->context.spsr |= NZCV;
    fault(SEL4_FAULT_USER_EXCEPTION, 0x2000000);
    TAP_OK(handler_sees(SEL4_FAULT_USER_EXCEPTION, 5) && scene_word(&handler, 0) == PC &&
               scene_word(&handler, 1) == SP && (scene_word(&handler, 2) & NZCV) == NZCV &&
               scene_word(&handler, 3) == 0x2000000 && scene_word(&handler, 4) == 0,
           "UserException: IP, SP, SPSR, number, code 0");
    answer(MESSAGE(.length = 5, .word = { PC + 8, SP - 16, 0x800003c5, 9, 9 }));
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.elr == PC + 8 && faulter.tcb->context.sp == SP - 16 &&
               (faulter.tcb->context.spsr & 0xf000000f) == 0x80000000,
           "UserException: the answer sets IP, SP and the flags of SPSR, never its mode");
    fault(SEL4_FAULT_USER_EXCEPTION, 1);
    answer(MESSAGE(.length = 1, .word = { PC + 16 }));
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.elr == PC + 16 && faulter.tcb->context.sp == SP - 16,
           "UserException: words left out leave registers alone");
    fault(SEL4_FAULT_USER_EXCEPTION, 1);
    answer(MESSAGE(.label = 1, .length = 1, .word = { PC }));
    TAP_OK(faulter.tcb->state == THREAD_INACTIVE, "UserException: a label stops the thread");
    scene_run(host_root);
    (void)scene_resume(&faulter);
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.elr == PC, "resume: it goes on at the IP of the answer");
}

static void unknown_syscall(void)
{
    struct host_message all = { .length = 12, .word = { 20, 21, 22, 23, 24, 25, 26, 27 } };
    bool good = true;

    begin();
    handle();
    faulter.tcb->context.spsr |= NZCV;
    for (unsigned i = 2; i < 8; i++) {
        faulter.tcb->context.x[i] = 10 + i;
    }
    (void)scene_do(faulter.tcb, 99, 10, &none);
    for (unsigned i = 2; i < 8; i++) {
        good = good && scene_word(&handler, i) == 10 + i;
    }
    TAP_OK(handler_sees(SEL4_FAULT_UNKNOWN_SYSCALL, 13) && good && scene_word(&handler, 0) == 10 &&
               scene_word(&handler, 8) == PC && scene_word(&handler, 9) == SP &&
               scene_word(&handler, 10) == PC + 4 && (scene_word(&handler, 11) & NZCV) == NZCV &&
               scene_word(&handler, 12) == 99,
           "UnknownSyscall: x0 to x7, IP, SP, LR, SPSR, number");
    all.word[8] = PC + 4;
    all.word[9] = SP - 32;
    all.word[11] = 0x800003c5;
    answer(&all);
    scene_run(faulter.tcb);
    good = true;
    for (unsigned i = 0; i < 8; i++) {
        good = good && faulter.tcb->context.x[i] == 20 + i;
    }
    TAP_OK(good && faulter.tcb->context.elr == PC + 4 && faulter.tcb->context.sp == SP - 32 &&
               (faulter.tcb->context.spsr & 0xf000000f) == 0x80000000,
           "UnknownSyscall: an answer of 12 words sets them");
    for (unsigned length = 0; length <= 9; length += 3) {
        struct host_message part = { .length = length,
                                     .word = { 30, 31, 32, 33, 34, 35, 36, 37, PC } };

        for (unsigned i = 0; i < 8; i++) {
            faulter.tcb->context.x[i] = i;
        }
        (void)scene_do(faulter.tcb, 98, 0, &none);
        answer(&part);
        scene_run(faulter.tcb);
        good = faulter.tcb->context.elr == faulter.tcb->context.fault_ip;
        for (unsigned i = 0; i < 8; i++) {
            good = good && faulter.tcb->context.x[i] == (i < length ? 30 + i : i == 1 ? 0 : i);
        }
        TAP_OK(good, "UnknownSyscall: an answer of %u words sets just those", length);
    }
    (void)scene_do(faulter.tcb, 97, 0, &none);
    answer(MESSAGE(.label = 2, .length = 1, .word = { 5 }));
    TAP_OK(faulter.tcb->state == THREAD_INACTIVE && faulter.tcb->context.x[0] == 5,
           "UnknownSyscall: a label stops the thread");
}

/* Without an IPC buffer a handler gets four words, and can answer four. */
static void handler_without_buffer(void)
{
    begin();
    scene_set_buffer(&handler, 0);
    handle();
    (void)scene_do(faulter.tcb, 99, 10, &none);
    TAP_OK(handler_sees(SEL4_FAULT_UNKNOWN_SYSCALL, 4) && scene_word(&handler, 0) == 10,
           "UnknownSyscall: four words without a buffer");
    faulter.tcb->context.x[5] = 55;
    answer(MESSAGE(.length = 8, .word = { 1, 2, 3, 4, 5, 6, 7, 8 }));
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.x[3] == 4 && faulter.tcb->context.x[5] == 55,
           "UnknownSyscall: an answer of four words without a buffer");
    fault(SEL4_FAULT_USER_EXCEPTION, 7);
    TAP_OK(handler_sees(SEL4_FAULT_USER_EXCEPTION, 4) && scene_word(&handler, 3) == 7,
           "UserException: four words without a buffer");
    answer(&none);
    (void)scene_do(faulter.tcb, SEL4_SYS_SEND, 1ull << 60, &none);
    TAP_OK(handler_sees(SEL4_FAULT_CAP, 4) &&
               scene_word(&handler, SEL4_CAP_FAULT_LOOKUP_TYPE) == SEL4_LOOKUP_GUARD_MISMATCH,
           "CapFault: four words without a buffer");
}

/* A buffer that the handler may only read is not written by the kernel either. */
static void handler_with_read_only_buffer(void)
{
    begin();
    scene_set_buffer(&handler, scene_mint(handler.frame, SEL4_RIGHT_READ, 0));
    for (unsigned i = 0; i < 2; i++) {
        memset(handler.buffer, 0x5a, sizeof(struct sel4_ipc_buffer));
        handle();
        if (i == 0) {
            (void)scene_do(faulter.tcb, 99, 10, &none);
        } else {
            fault(SEL4_FAULT_USER_EXCEPTION, 7);
        }
        bool untouched = true;

        for (unsigned k = 0; k < SEL4_IPC_BUFFER_WORDS; k++) {
            untouched = untouched && handler.buffer[k] == 0x5a5a5a5a5a5a5a5a;
        }
        TAP_OK(scene_length(handler.tcb) == 4 && untouched,
               "%s: four words, and nothing in a read-only buffer",
               i ? "UserException" : "UnknownSyscall");
        (void)scene_do(handler.tcb, SEL4_SYS_REPLY, 0, &none);
    }
}

/* A CNode with a guard that eats `guard_bits` bits, for pointers that fail in it. */
static void put_inner_cnode(uint64_t dest, uint64_t cnode, unsigned guard_bits, uint64_t guard)
{
    (void)host_call(ROOT, MESSAGE(.label = CNodeMint, .length = 6,
                                  .word = { dest, 64, cnode, 64, 15,
                                            guard << SEL4_CAP_DATA_GUARD_SHIFT | guard_bits },
                                  .cap_count = 1, .cap = { ROOT }));
}

/* Gives the faulting thread a CSpace whose first level has no guard and leaves 56 bits. */
static void wide_cspace(void)
{
    uint64_t wide = scene_slot();

    put_inner_cnode(wide, ROOT, 0, 0);
    (void)host_call(faulter.cap,
                    MESSAGE(.label = TCBSetSpace, .length = 3, .word = { badged << 56, 0, 0 },
                            .cap_count = 2, .cap = { wide, SEL4_SLOT_INIT_VSPACE }));
}

static bool cap_fault_is(uint64_t cptr, bool in_receive, unsigned length, const uint64_t *lookup)
{
    bool good = handler_sees(SEL4_FAULT_CAP, length) && scene_word(&handler, 0) == PC &&
                scene_word(&handler, 1) == cptr && scene_word(&handler, 2) == in_receive;

    for (unsigned i = 3; i < length; i++) {
        good = good && scene_word(&handler, i) == lookup[i - 3];
    }
    return good;
}

static void cap_faults(void)
{
    static const int64_t calls[] = { SEL4_SYS_CALL, SEL4_SYS_SEND, SEL4_SYS_RECV, SEL4_SYS_NB_RECV,
                                     SEL4_SYS_REPLY_RECV };

    begin();
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    uint64_t deep = scene_slot();
    uint64_t odd = scene_slot();

    put_inner_cnode(deep, cnode, 55, 0);
    put_inner_cnode(odd, cnode, 8, 0x5a);
    wide_cspace();

    const struct {
        const char *what;
        uint64_t cptr;
        unsigned length;
        uint64_t lookup[4];
    } cases[] = {
        { "guard mismatch",
          odd << 56 | 0x1ull << 48,
          7,
          { SEL4_LOOKUP_GUARD_MISMATCH, 56, 0x5a, 8 } },
        { "depth mismatch", deep << 56, 6, { SEL4_LOOKUP_DEPTH_MISMATCH, 56, 59 } },
    };

    for (unsigned i = 0; i < 2; i++) {
        for (unsigned k = 0; k < 5; k++) {
            handle();
            faulter.tcb->context.elr = PC;
            (void)scene_do(faulter.tcb, calls[k], cases[i].cptr, &none);
            TAP_OK(cap_fault_is(cases[i].cptr, k >= 2, cases[i].length, cases[i].lookup),
                   "CapFault: %s, system call %d", cases[i].what, (int)calls[k]);
            (void)scene_do(handler.tcb, SEL4_SYS_REPLY, 0, MESSAGE(.label = 5));
            TAP_OK(scene_restarts(faulter.tcb), "CapFault: any answer lets it try again");
        }
    }
    faulter.tcb->context.elr = PC;
    scene_run(faulter.tcb);
    scene_keep();
    (void)host_syscall(SEL4_SYS_NB_SEND, deep << 56, &none);
    TAP_OK(scene_is_kept(faulter.tcb), "nbsend: a pointer that leads nowhere is ignored");
}

static void no_cspace(void)
{
    begin();
    uint64_t cspace = scene_make(SEL4_TYPE_CNODE, 4);

    handle();
    scene_run(host_root);
    (void)host_call(faulter.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .word = { badged },
                                         .cap_count = 2, .cap = { cspace, SEL4_SLOT_INIT_VSPACE }));
    (void)scene_revoke(cspace);
    TAP_OK(slot_is_empty(&faulter.tcb->slots[TCB_CSPACE]), "revoke: takes the thread's CSpace");
    (void)scene_do(faulter.tcb, SEL4_SYS_SEND, endpoint, &none);
    TAP_OK(faulter.tcb->state == THREAD_INACTIVE && handler.tcb->state == THREAD_BLOCKED_RECV,
           "fault: without a CSpace there is no handler; the thread stops");
}

/* What Recv refuses, always as a cap fault in the receive phase with "missing capability". */
static void receive_refused(void)
{
    static const uint64_t missing[] = { SEL4_LOOKUP_MISSING_CAPABILITY, 0 };

    begin();
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t bound = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    const struct {
        const char *what;
        uint64_t cptr;
    } cases[] = {
        { "an empty slot", scene_slot() },
        { "a TCB", faulter.cap },
        { "an endpoint without read right", scene_mint(endpoint, SEL4_RIGHT_WRITE, 0) },
        { "a notification without read right", scene_mint(ntfn, SEL4_RIGHT_WRITE, 0) },
        { "a notification bound to another thread", bound },
    };

    (void)host_call(handler.cap,
                    MESSAGE(.label = TCBBindNotification, .cap_count = 1, .cap = { bound }));
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        handle();
        faulter.tcb->context.elr = PC;
        (void)scene_do(faulter.tcb, i & 1 ? SEL4_SYS_NB_RECV : SEL4_SYS_RECV, cases[i].cptr, &none);
        TAP_OK(cap_fault_is(cases[i].cptr, true, 5, missing), "recv on %s is a CapFault",
               cases[i].what);
        (void)scene_do(handler.tcb, SEL4_SYS_REPLY, 0, &none);
    }
}

static void extra_cap_faults(void)
{
    static const uint64_t guard[] = { SEL4_LOOKUP_GUARD_MISMATCH, 64, 0,
                                      64 - CONFIG_ROOT_CNODE_SIZE_BITS };
    const struct host_message *bad =
        MESSAGE(.cap_count = 2, .cap = { SEL4_SLOT_INIT_TCB, 1ull << 60 });

    begin();
    uint64_t other = scene_make(SEL4_TYPE_ENDPOINT, 0);

    handle();
    (void)scene_do(faulter.tcb, SEL4_SYS_CALL, other, bad);
    TAP_OK(cap_fault_is(1ull << 60, false, 7, guard),
           "CapFault: an extra capability that leads nowhere, in the send phase");
    (void)scene_do(handler.tcb, SEL4_SYS_REPLY, 0, &none);
    faulter.tcb->context.elr = PC;
    scene_run(faulter.tcb);
    scene_keep();
    (void)host_syscall(SEL4_SYS_NB_SEND, other, bad);
    TAP_OK(scene_is_kept(faulter.tcb), "nbsend: such a message is ignored");
}

/* Handlers that cannot take a fault: the thread stops, and nobody hears of it. */
static void no_handler(void)
{
    begin();
    const struct {
        const char *what;
        uint64_t cptr;
    } cases[] = {
        { "no handler", 0 },
        { "a pointer that leads nowhere", 1ull << 60 },
        { "a TCB as handler", handler.cap },
        { "an endpoint without write right",
          scene_mint(endpoint, SEL4_RIGHT_READ | SEL4_RIGHT_GRANT, 1) },
        { "an endpoint without grant and grantReply",
          scene_mint(endpoint, SEL4_RIGHT_READ | SEL4_RIGHT_WRITE, 1) },
    };
    const uint64_t types[] = { SEL4_FAULT_VM, SEL4_FAULT_UNKNOWN_SYSCALL };

    handle();
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (unsigned k = 0; k < 2; k++) {
            struct actor victim = scene_thread(255, cases[i].cptr);

            scene_run(victim.tcb);
            if (types[k] == SEL4_FAULT_VM) {
                host_fault(SEL4_FAULT_VM, 0x1000);
            } else {
                (void)host_syscall(5, 0, &none);
            }
            TAP_OK(victim.tcb->state == THREAD_INACTIVE &&
                       victim.tcb->fault.type == SEL4_FAULT_NULL &&
                       handler.tcb->state == THREAD_BLOCKED_RECV,
                   "fault %u, %s: the thread becomes inactive", (unsigned)types[k], cases[i].what);
            scene_run(host_root);
            (void)scene_delete(victim.cap);
        }
    }
}

static void handler_rights(void)
{
    static const unsigned rights[] = { SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT,
                                       SEL4_RIGHT_WRITE | SEL4_RIGHT_GRANT_REPLY };

    begin();
    for (unsigned i = 0; i < 2; i++) {
        struct actor victim = scene_thread(255, scene_mint(endpoint, rights[i], 0x60 + i));

        handle();
        scene_run(victim.tcb);
        host_fault(SEL4_FAULT_VM, 0x1000);
        TAP_OK(arch_badge(handler.tcb) == 0x60 + i && scene_label(handler.tcb) == SEL4_FAULT_VM &&
                   victim.tcb->state == THREAD_BLOCKED_REPLY,
               "fault: write with %s is enough", i ? "grantReply" : "grant");
        (void)scene_do(handler.tcb, SEL4_SYS_REPLY, 0, &none);
    }
}

/* A monitor moves the pc of a thread that waits for its answer, or resumes it without one. */
static void changed_while_waiting(void)
{
    const struct host_message *move =
        MESSAGE(.label = TCBWriteRegisters, .length = 3, .word = { 0, 1, PC + 4 });

    begin();
    handle();
    fault(SEL4_FAULT_VCPU, 1);
    scene_run(handler.tcb);
    TAP_OK(host_call(faulter.cap, move) == 0 && faulter.tcb->state == THREAD_BLOCKED_REPLY,
           "write registers: a thread in a fault keeps waiting");
    answer(&none);
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.elr == PC + 4, "reply: it goes on at the pc that was written");
    fault(SEL4_FAULT_VM, 1);
    scene_run(handler.tcb);
    TAP_OK(scene_resume(&faulter) == 0 && faulter.tcb->fault.type == SEL4_FAULT_NULL &&
               slot_is_empty(&handler.tcb->slots[TCB_CALLER]) && scene_restarts(faulter.tcb),
           "resume: ends the fault and takes the reply capability away");
}

/* A fault that waits for its handler is raised anew when the endpoint goes. */
static void handler_endpoint_goes(void)
{
    begin();
    fault(SEL4_FAULT_VM, 0x5000);
    scene_run(host_root);
    TAP_OK(faulter.tcb->state == THREAD_BLOCKED_SEND && scene_revoke(endpoint) == 0 &&
               scene_delete(endpoint) == 0 && scene_restarts(faulter.tcb) &&
               faulter.tcb->fault.type == SEL4_FAULT_NULL,
           "delete: the thread executes the faulting instruction again");
}

/* Answers by other ways than ReplyRecv with a waiting endpoint. */
static void answered_through_saved_reply(void)
{
    begin();
    uint64_t slot = scene_slot();

    handle();
    fault(SEL4_FAULT_VM, 0x5000);
    scene_run(handler.tcb);
    (void)host_call(ROOT, MESSAGE(.label = CNodeSaveCaller, .length = 2, .word = { slot, 64 }));
    (void)host_syscall(SEL4_SYS_SEND, slot, MESSAGE(.label = 3));
    scene_run(faulter.tcb);
    TAP_OK(faulter.tcb->context.elr == PC && slot_is_empty(host_slot(slot)),
           "a saved reply capability answers a fault, once");
}

/* A guest's exits and their answers take the fast paths; anything else would be right, and slow. */
static void test_fast_paths_are_taken(void)
{
    static const uint64_t types[] = { SEL4_FAULT_VM, SEL4_FAULT_VCPU, SEL4_FAULT_UNKNOWN_SYSCALL };

    scene_begin(true);
    begin();
    handle();
    for (unsigned i = 0; i < 3; i++) {
        unsigned before = host_fastpath_count;

        scene_run(faulter.tcb);
        if (types[i] == SEL4_FAULT_UNKNOWN_SYSCALL) {
            (void)host_syscall(50, 0, &none);
        } else {
            host_fault(types[i], 1);
        }
        TAP_OK(host_fastpath_count == before + 1 && current_thread() == handler.tcb,
               "fast: fault %u", (unsigned)types[i]);
        answer(&none);
        TAP_OK(host_fastpath_count == before + 2 && current_thread() == faulter.tcb,
               "fast: its answer");
    }
    scene_check("fast paths are taken");
}

int main(void)
{
    scene_play("VMFault", vm_fault);
    scene_play("faults of one word", one_word_faults);
    scene_play("UserException", user_exception);
    scene_play("UnknownSyscall", unknown_syscall);
    scene_play("handler without buffer", handler_without_buffer);
    scene_play("handler with read-only buffer", handler_with_read_only_buffer);
    scene_play("CapFault", cap_faults);
    scene_play("no CSpace", no_cspace);
    scene_play("receive refused", receive_refused);
    scene_play("CapFault by extra capabilities", extra_cap_faults);
    scene_play("no handler", no_handler);
    scene_play("rights of the handler", handler_rights);
    scene_play("changes to a waiting thread", changed_while_waiting);
    scene_play("handler's endpoint goes", handler_endpoint_goes);
    scene_play("saved answer", answered_through_saved_reply);
    test_fast_paths_are_taken();
    test_serrors();
    return TAP_DONE();
}
