/* SPDX-License-Identifier: BSD-2-Clause */
/* VMFaults of native threads: loads, stores and jumps that no translation allows. */
#define AREA "60"
#include "fault.h"

static void storer_to(seL4_Word address, seL4_Word value, seL4_Word unused)
{
    (void)unused;
    *(volatile seL4_Word *)address = value;
    results[0] = 1;
    thread_stop();
}

TEST("FAULT-0001", "a load from a hole is a VMFault; after mapping and a reply it goes on")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_Word badge = 0;
    seL4_MessageInfo_t info;
    seL4_CPtr ep;

    results[0] = 99;
    ep = start_faulting(&thread, loader_of, HOLE + 0x18, 0);
    EXPECT(ep != 0);
    info = seL4_Recv(ep, &badge);
    EXPECT_EQ(badge, 0xfa);
    EXPECT_EQ(seL4_MessageInfo_get_label(info), seL4_Fault_VMFault);
    EXPECT_EQ(seL4_MessageInfo_get_length(info), seL4_VMFault_Length);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 0x18);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 0);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x24);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) & (1u << 6), 0);
    EXPECT(seL4_GetMR(seL4_VMFault_IP) >= (seL4_Word)loader_of);
    EXPECT(seL4_GetMR(seL4_VMFault_IP) < (seL4_Word)loader_of + 64);
    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    reply(0, 0);
    EXPECT_EQ(results[0], 0);
}

TEST("FAULT-0002", "a store to a read-only page is a VMFault that says write")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_CPtr ep;

    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_CanRead, seL4_ARM_Default_VMAttributes));
    results[0] = 0;
    ep = start_faulting(&thread, storer_to, HOLE + 8, 7);
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 8);
    EXPECT(seL4_GetMR(seL4_VMFault_FSR) & (1u << 6));
    /* More rights through the same cap at the same address, then the store succeeds. */
    EXPECT_OK(seL4_ARM_Page_Map(page, VSPACE, HOLE, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    reply(0, 0);
    EXPECT_EQ(results[0], 1);
    EXPECT_EQ(*(volatile seL4_Word *)(HOLE + 8), 7);
}

TEST("FAULT-0003", "a jump into a hole is a prefetch VMFault")
{
    struct thread thread;
    seL4_CPtr ep = start_faulting(&thread, jumper, HOLE + 0x40, 0);

    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_IP), HOLE + 0x40);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_Addr), HOLE + 0x40);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_FSR) >> 26, 0x20);
}

TEST("FAULT-0004", "an execute-never page does not run")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    struct thread thread;
    seL4_CPtr ep;

    EXPECT_OK(map_page(VSPACE, page, HOLE, seL4_ReadWrite,
                       seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever));
    *(volatile uint32_t *)HOLE = 0xd65f03c0; /* ret */
    ep = start_faulting(&thread, jumper, HOLE, 0);
    EXPECT_FAULT(ep, seL4_Fault_VMFault);
    EXPECT_EQ(seL4_GetMR(seL4_VMFault_PrefetchFault), 1);
}

#define SYNDROME_WRITE (1u << 6)
#define EC_SHIFT       26
#define EC_FETCH       0x20
#define EC_ACCESS      0x24

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

static seL4_Error start_at(struct thread *thread, const char *code, seL4_Word x0, seL4_Word x1)
{
    return thread_start(thread, (thread_entry)(seL4_Word)code, x0, x1, (seL4_Word)results);
}

/* Puts a helper that waits for the answer to its fault behind the faulting instruction. */
static seL4_Error move_on(struct thread *thread, const char *code, seL4_Word x0)
{
    seL4_UserContext regs;
    seL4_Error error = seL4_TCB_ReadRegisters(thread->tcb, 0, 0, CONTEXT_WORDS, &regs);

    if (error != seL4_NoError) {
        return error;
    }
    regs.pc = (seL4_Word)code;
    regs.x0 = x0;
    return seL4_TCB_WriteRegisters(thread->tcb, 0, 0, CONTEXT_WORDS, &regs);
}

/* One access to the address by a helper of that priority; the fault says what it was. */
static void access_far(seL4_Word address, const char *code, seL4_Word priority)
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    bool is_jump = code == far_jump;
    struct thread thread;
    seL4_MessageInfo_t info;
    seL4_Word syndrome;

    results[0] = 0;
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
    EXPECT_EQ(results[0], 0);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    if (priority < PRIO_RUNNER) {
        EXPECT_OK(seL4_TCB_SetPriority(thread.tcb, RUNNER_TCB, PRIO_RUNNER + 1));
    }
    EXPECT_EQ(results[0], 0x600d);
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

    results[0] = 0;
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
    EXPECT_EQ(results[0], 0);
    EXPECT_OK(move_on(&thread, far_done, 7));
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    EXPECT_EQ(results[0], 7);
    seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
}

TEST("FAULT-0202", "a thread that is started anew is no longer in the queue with its fault")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;
    seL4_Word badge = 1;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(start_at(&thread, far_load, 0x100, 0));
    EXPECT_OK(start_at(&thread, far_done, 9, 0));
    EXPECT_EQ(results[0], 9);
    (void)seL4_NBRecv(ep, &badge);
    EXPECT_EQ(badge, 0);
}
