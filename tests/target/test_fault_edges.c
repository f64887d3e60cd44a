/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults at the edges: addresses that no translation reaches, every word of a UserException, and
 * threads that are started anew while their fault is unanswered.
 */
#define AREA "60"
#include "env.h"

#define REGISTER_COUNT (sizeof(seL4_UserContext) / sizeof(seL4_Word))
#define SYNDROME_WRITE (1u << 6)
#define EC_SHIFT       26
#define EC_FETCH       0x20
#define EC_ACCESS      0x24
#define NZCV_SHIFT     28

/* Where the helpers leave what they saw. */
static volatile seL4_Word seen[2];

/* x0: address, x1: value to store, x2: where the result goes. All of them go on at far_done. */
extern const char far_load[], far_store[], far_jump[], far_done[];
__asm__(".pushsection .text\n"
        "far_load:  ldr x0, [x0]\n"
        "           b far_done\n"
        "far_store: str x1, [x0]\n"
        "           b far_done\n"
        "far_jump:  br x0\n"
        "far_done:  str x0, [x2]\n"
        "           b thread_stop\n"
        ".popsection\n");

/* x0: a stack pointer that nobody can use, x2: where SP and flags after the answer go. */
extern const char undefined_at[], undefined_next[], undefined_entry[];
__asm__(".pushsection .text\n"
        "undefined_entry: mov sp, x0\n"
        "                 cmp xzr, xzr\n" /* equal, no borrow: Z and C */
        "undefined_at:    .inst 0xe7f000f0\n"
        "undefined_next:  mov x3, sp\n"
        "                 mrs x4, nzcv\n"
        "                 stp x3, x4, [x2]\n"
        "                 b thread_stop\n"
        ".popsection\n");

static seL4_Error start_at(struct thread *thread, const char *code, seL4_Word x0, seL4_Word x1)
{
    return thread_start(thread, (thread_entry)(seL4_Word)code, x0, x1, (seL4_Word)seen);
}

/* Puts a helper that waits for the answer to its fault behind the faulting instruction. */
static seL4_Error move_on(struct thread *thread, const char *code, seL4_Word x0)
{
    seL4_UserContext regs;
    seL4_Error error = seL4_TCB_ReadRegisters(thread->tcb, 0, 0, REGISTER_COUNT, &regs);

    if (error != seL4_NoError) {
        return error;
    }
    regs.pc = (seL4_Word)code;
    regs.x0 = x0;
    return seL4_TCB_WriteRegisters(thread->tcb, 0, 0, REGISTER_COUNT, &regs);
}

/* One access to the address by a helper of that priority; the fault says what it was. */
static void access_far(seL4_Word address, const char *code, seL4_Word priority)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    bool is_jump = code == far_jump;
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_Word syndrome;

    seen[0] = 0;
    EXPECT(thread_new(&thread, priority, ep) != 0);
    EXPECT_OK(start_at(&thread, code, address, 5));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_VMFault_Length);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), is_jump ? address : (seL4_Word)code);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), address);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), is_jump);
    syndrome = seL4_GetMR(seL4_VMFault_FSR);
    EXPECT_EQ(syndrome >> EC_SHIFT, is_jump ? EC_FETCH : EC_ACCESS);
    EXPECT_EQ(syndrome & SYNDROME_WRITE, code == far_store ? SYNDROME_WRITE : 0);
    EXPECT_OK(move_on(&thread, far_done, 0x600d));
    EXPECT_EQ(seen[0], 0);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    if (priority < PRIO_RUNNER) {
        EXPECT_OK(seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER + 1));
    }
    EXPECT_EQ(seen[0], 0x600d);
}

TEST("FAULT-0200", "an address beyond every translation is a VMFault with all its bits")
{
    static const seL4_Word addresses[] = {
        seL4_UserTop - 7,   /* the last one that can be mapped */
        seL4_UserTop + 1,   /* the first one that cannot */
        0x7a5c3b1d2e48,     /* 47 bits */
        0xffff800000001230, /* the upper half */
    };

    for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        access_far(addresses[i], far_load, PRIO_RUNNER + 1);
        access_far(addresses[i], far_store, PRIO_RUNNER - 1);
        access_far(addresses[i], far_jump, PRIO_RUNNER + 1);
    }
}

TEST("FAULT-0201", "a thread that is started anew leaves its fault; the old answer reaches nobody")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    seen[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(start_at(&thread, far_load, 0x100, 0));
    (void)seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x100);
    /* The runner now holds a reply capability. Without `resume` it stays good, with it it goes. */
    EXPECT_OK(move_on(&thread, far_load, 0x200));
    EXPECT_OK(start_at(&thread, far_load, 0x300, 0));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    (void)seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), 0x300);
    EXPECT_EQ(seen[0], 0);
    EXPECT_OK(move_on(&thread, far_done, 7));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(seen[0], 7);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
}

TEST("FAULT-0202", "a thread that is started anew is no longer in the queue with its fault")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge = 1;

    seen[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(start_at(&thread, far_load, 0x100, 0));
    EXPECT_OK(start_at(&thread, far_done, 9, 0));
    EXPECT_EQ(seen[0], 9);
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
}

TEST("FAULT-0203", "a UserException has syndrome, stack pointer and flags; the answer sets them")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_Word odd_stack = 0x1234567;
    struct thread thread;
    seL4_MessageInfo_t info;

    seen[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(start_at(&thread, undefined_entry, odd_stack, 0));
    info = seL4_Recv(ep, seL4_Null);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_UserException);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_UserException_Length);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_FaultIP), (seL4_Word)undefined_at);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SP), odd_stack);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_SPSR) >> NZCV_SHIFT, 6);
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Number), 0x02000000); /* 32-bit instruction, no class */
    EXPECT_EQ(seL4_GetMR(seL4_UserException_Code), 0);
    seL4_SetMR(seL4_UserException_FaultIP, (seL4_Word)undefined_next);
    seL4_SetMR(seL4_UserException_SP, thread_stack(&thread));
    seL4_SetMR(seL4_UserException_SPSR, 9ul << NZCV_SHIFT);
    /* The words behind the third are not taken. */
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, seL4_UserException_Length));
    EXPECT_EQ(seen[0], thread_stack(&thread));
    EXPECT_EQ(seen[1] >> NZCV_SHIFT, 9);
}

TEST("FAULT-0204", "an answer with a label stops the thread, yet its words count once it resumes")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    seen[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(start_at(&thread, undefined_entry, 0x10, 0));
    (void)seL4_Recv(ep, seL4_Null);
    seL4_SetMR(seL4_UserException_FaultIP, (seL4_Word)undefined_next);
    seL4_SetMR(seL4_UserException_SP, thread_stack(&thread));
    seL4_Reply(seL4_MessageInfo_new(1, 0, 0, 2));
    EXPECT_EQ(seen[0], 0);
    EXPECT_OK(seL4_TCB_Resume(thread.tcb));
    EXPECT_EQ(seen[0], thread_stack(&thread));
}

/* x0: an address with which the operation is done; each ends in done or faults. */
static void user_caches(seL4_Word address, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word type;

    (void)unused1;
    (void)unused2;
    __asm__ volatile("mrs %0, ctr_el0\n"
                     "dc cvac, %1\n"
                     "dc cvau, %1\n"
                     "dc civac, %1\n"
                     "dsb ish\n"
                     "ic ivau, %1\n"
                     "dsb ish\n"
                     "isb\n"
                     "ldr x9, [%1, #1]" /* not aligned, in ordinary memory */
                     : "=&r"(type)
                     : "r"(address)
                     : "x9", "memory");
    seen[0] = type;
    thread_stop();
}

TEST("FAULT-0205", "user level may clean its caches, read CTR_EL0 and load from odd addresses")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    static seL4_Word words[16];
    struct thread thread;
    seL4_Word badge = 1;

    seen[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(thread_start(&thread, user_caches, (seL4_Word)words, 0, 0));
    EXPECT(seen[0] != 0);
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
}
