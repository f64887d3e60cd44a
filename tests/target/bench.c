/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Costs of the hot paths, printed as `name value reference`. Under QEMU's -icount shift=0 the
 * virtual counter advances one nanosecond per instruction, so values are instructions, user stub
 * and kernel together; one counter tick is 16 ns, which the loops average out. References are real
 * seL4 16 on the same model and by the same method; 0 means that none was measured.
 */
#include "env.h"

#define ROUNDS      1000u
#define NS_PER_TICK 16u /* CNTFRQ of the board is 62.5 MHz */

static seL4_CPtr bench_ep;
static seL4_CPtr bench_ntfn;
static seL4_CPtr second_ntfn;
static volatile seL4_Word bench_flag;

static seL4_Word now(void)
{
    seL4_Word value;

#ifdef CONFIG_EXPORT_VCNT_USER
    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
#else
    __asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(value)::"memory");
#endif
    return value;
}

static void report(const char *name, seL4_Word ticks, seL4_Word per, seL4_Word reference)
{
    print(name);
    print(" ");
    print_dec((ticks * NS_PER_TICK + per / 2) / per);
    print(" ");
    print_dec(reference);
    print("\n");
}

/* What the loop around a measured call costs by itself. */
static seL4_Word empty_loop(void)
{
    seL4_Word start = now();

    for (seL4_Word i = 0; i < ROUNDS; i++) {
        __asm__ volatile("" ::: "memory");
    }
    return now() - start;
}

static void fast_server(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

static void slow_server(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    (void)seL4_RecvWithMRs(ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 10), seL4_Null, seL4_Null,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

static void call_rounds(const char *name, thread_entry entry, seL4_Word words, seL4_Word reference)
{
    struct thread server;
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    seL4_Word start;

    (void)thread_new(&server, PRIO_MONITOR, 0);
    (void)thread_start(&server, entry, ep, 0, 0);
    seL4_Yield();
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, words), seL4_Null, seL4_Null,
                               seL4_Null, seL4_Null);
    }
    report(name, now() - start, ROUNDS, reference);
    (void)seL4_TCB_Suspend(server.tcb);
}

static void other_space_rounds(const char *name, seL4_Word reference)
{
    seL4_SlotRegion frames = env.info->userImageFrames;
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread server;
    seL4_Word start;

    (void)seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace);
    for (seL4_Word i = 0; i < frames.end - frames.start; i++) {
        seL4_CPtr copy = slot_new();

        (void)copy_cap(copy, frames.start + i, seL4_AllRights);
        (void)map_page(vspace, copy, 0x400000 + i * PAGE_BYTES, seL4_ReadWrite,
                       seL4_ARM_Default_VMAttributes);
    }
    (void)thread_new(&server, PRIO_MONITOR, 0);
    (void)seL4_TCB_SetSpace(server.tcb, 0, ROOT, 0, vspace, 0);
    (void)thread_start(&server, fast_server, ep, 0, 0);
    seL4_Yield();
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null, seL4_Null,
                               seL4_Null, seL4_Null);
    }
    report(name, now() - start, ROUNDS, reference);
    (void)seL4_TCB_Suspend(server.tcb);
}

static void signal_no_waiter(void)
{
    seL4_Word start = now();

    for (seL4_Word i = 0; i < ROUNDS; i++) {
        seL4_Signal(bench_ntfn);
    }
    report("signal_no_waiter", now() - start, ROUNDS, 0);
    (void)seL4_Poll(bench_ntfn, seL4_Null);
}

static void low_waiter(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(ntfn, seL4_Null);
        bench_flag = 1;
        seL4_Signal(second_ntfn);
    }
}

/* Signal to a waiter of lower priority: it becomes ready, but does not run yet. */
static void signal_without_switch(void)
{
    struct thread waiter;
    seL4_Word total = 0;

    (void)thread_new(&waiter, PRIO_MONITOR - 1, 0);
    (void)thread_start(&waiter, low_waiter, bench_ntfn, 0, 0);
    seL4_Signal(bench_ntfn);
    seL4_Wait(second_ntfn, seL4_Null);
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        seL4_Word start;

        /* Let the waiter block again; it is below us, so wait until it has answered. */
        start = now();
        seL4_Signal(bench_ntfn);
        total += now() - start;
        seL4_Wait(second_ntfn, seL4_Null);
    }
    report("signal_to_lower_no_switch", total, ROUNDS, 377);
    (void)seL4_TCB_Suspend(waiter.tcb);
}

static volatile seL4_Word stamp;

static void high_waiter(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (;;) {
        seL4_Wait(ntfn, seL4_Null);
        stamp = now();
    }
}

/* Signal to a waiter of higher priority, until that one runs. */
static void signal_with_switch(void)
{
    struct thread waiter;
    seL4_Word total = 0;

    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR - 2);
    (void)thread_new(&waiter, PRIO_MONITOR, 0);
    (void)thread_start(&waiter, high_waiter, bench_ntfn, 0, 0);
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        seL4_Word start = now();

        seL4_Signal(bench_ntfn);
        total += stamp - start;
    }
    report("signal_to_higher_with_switch", total, ROUNDS, 506);
    (void)seL4_TCB_Suspend(waiter.tcb);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR);
}

#ifndef CONFIG_ENABLE_SMP_SUPPORT
/* From the raising of a software-generated interrupt to the user thread that waits for it. */
static void irq_to_user(void)
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr signal = slot_new();
    struct thread waiter;
    seL4_Word total = 0;

    (void)seL4_IRQControl_Get(seL4_CapIRQControl, 5, ROOT, handler, FULL_DEPTH);
    (void)seL4_IRQControl_IssueSGISignal(seL4_CapIRQControl, 5, 0, ROOT, signal, FULL_DEPTH);
    (void)seL4_IRQHandler_SetNotification(handler, bench_ntfn);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR - 2);
    (void)thread_new(&waiter, PRIO_MONITOR, 0);
    (void)thread_start(&waiter, high_waiter, bench_ntfn, 0, 0);
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        seL4_Word start;

        (void)seL4_IRQHandler_Ack(handler);
        start = now();
        seL4_Signal(signal);
        while (stamp <= start) {
        }
        total += stamp - start;
    }
    report("sgi_call_and_irq_to_user", total, ROUNDS, 0);
    (void)seL4_TCB_Suspend(waiter.tcb);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR);
}
#endif

#ifdef CONFIG_EXPORT_PTMR_USER
/* From the physical timer's deadline to the user thread that waits for its interrupt. */
static void timer_to_user(void)
{
    seL4_CPtr handler = slot_new();
    struct thread waiter;
    seL4_Word total = 0;
    seL4_Word rounds = 0;
    seL4_Error error = seL4_IRQControl_Get(seL4_CapIRQControl, 30, ROOT, handler, FULL_DEPTH);

    if (error != seL4_NoError) {
        print("# timer_to_user: interrupt 30 is not available\n");
        return;
    }
    (void)seL4_IRQHandler_SetNotification(handler, bench_ntfn);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR - 2);
    (void)thread_new(&waiter, PRIO_MONITOR, 0);
    (void)thread_start(&waiter, high_waiter, bench_ntfn, 0, 0);
    for (; rounds < 200; rounds++) {
        seL4_Word deadline;
        seL4_Word counter;

        (void)seL4_IRQHandler_Ack(handler);
        __asm__ volatile("isb\n\tmrs %0, cntpct_el0" : "=r"(counter)::"memory");
        deadline = now() + 100;
        stamp = 0;
        __asm__ volatile("msr cntp_cval_el0, %0\n\tmsr cntp_ctl_el0, %1\n\tisb"
                         :
                         : "r"(counter + 100), "r"(1ul)
                         : "memory");
        while (stamp == 0) {
        }
        __asm__ volatile("msr cntp_ctl_el0, xzr\n\tisb" ::: "memory");
        total += stamp - deadline;
    }
    report("timer_irq_to_user", total, rounds, 352);
    (void)seL4_TCB_Suspend(waiter.tcb);
    (void)seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, PRIO_MONITOR);
}
#endif

extern const unsigned char guest_exits[];
extern const unsigned char guest_reads[];

struct bench_guest {
    seL4_CPtr tcb;
    seL4_CPtr vcpu;
    seL4_CPtr vspace;
};

/* A guest that runs 16 bytes of code at IPA 0x40000000; its faults come to bench_ep. */
static void make_guest(struct bench_guest *guest, const unsigned char *program)
{
    seL4_CPtr plain = object_new(seL4_CapTableObject, 2);
    seL4_CPtr cnode = slot_new();
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr copy = slot_new();
    volatile uint32_t *code = (volatile uint32_t *)SCRATCH_VADDR;
    seL4_UserContext regs = { 0 };

    guest->vspace = object_new(seL4_ARM_VSpaceObject, 0);
    guest->tcb = object_new(seL4_TCBObject, 0);
    guest->vcpu = object_new(seL4_ARM_VCPUObject, 0);
    (void)mint_cap(cnode, plain, seL4_AllRights, seL4_CNode_CapData_new(0, 62).words[0]);
    (void)seL4_CNode_Mint(cnode, 1, FULL_DEPTH, ROOT, bench_ep, FULL_DEPTH,
                          seL4_CapRights_new(1, 0, 0, 1), 1);
    (void)seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, guest->vspace);
    (void)copy_cap(copy, page, seL4_AllRights);
    (void)map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    (void)map_page(guest->vspace, copy, 0x40000000, seL4_ReadWrite, seL4_ARM_Default_VMAttributes);
    for (int i = 0; i < 4; i++) {
        code[i] = ((const uint32_t *)(const void *)program)[i];
    }
    (void)seL4_ARM_VSpace_CleanInvalidate_Data(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + PAGE_BYTES);
    (void)seL4_ARM_VSpace_Unify_Instruction(VSPACE, SCRATCH_VADDR, SCRATCH_VADDR + PAGE_BYTES);
    (void)seL4_CNode_Delete(ROOT, page, FULL_DEPTH);
    (void)seL4_TCB_Configure(guest->tcb, 1, cnode, 0, guest->vspace, 0, 0, 0);
    (void)seL4_TCB_SetSchedParams(guest->tcb, seL4_CapInitThreadTCB, 0, PRIO_MONITOR - 1);
    (void)seL4_ARM_VCPU_SetTCB(guest->vcpu, guest->tcb);
    regs.pc = 0x40000000;
    regs.spsr = 0x3c5;
    (void)seL4_TCB_WriteRegisters(guest->tcb, 1, 0, CONTEXT_WORDS, &regs);
    (void)seL4_RecvWithMRs(bench_ep, seL4_Null, seL4_Null, seL4_Null, seL4_Null, seL4_Null);
}

/* hvc and back: the reply's four words go to x0..x3, and the guest repeats its hvc. */
static void vm_exit_hvc(void)
{
    struct bench_guest guest;
    seL4_Word start;

    make_guest(&guest, guest_exits);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        seL4_Word zero = 0;

        (void)seL4_ReplyRecvWithMRs(bench_ep, seL4_MessageInfo_new(0, 0, 0, 4), seL4_Null, &zero,
                                    &zero, &zero, &zero);
    }
    report("vm_exit_hvc_and_back", now() - start, ROUNDS, 1700);
    (void)seL4_TCB_Suspend(guest.tcb);
}

/* A device register read: fault, pc and x0 read, both written back, reply. */
static void vm_exit_mmio(void)
{
    struct bench_guest guest;
    seL4_UserContext regs;
    seL4_Word start;

    make_guest(&guest, guest_reads);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 4, &regs);
        regs.x0 = i;
        regs.pc = 0x40000000;
        (void)seL4_TCB_WriteRegisters(guest.tcb, 0, 0, 4, &regs);
        (void)seL4_ReplyRecvWithMRs(bench_ep, seL4_MessageInfo_new(0, 0, 0, 0), seL4_Null,
                                    seL4_Null, seL4_Null, seL4_Null, seL4_Null);
    }
    report("vm_exit_register_read_emulated", now() - start, ROUNDS, 2600);
    (void)seL4_TCB_Suspend(guest.tcb);
}

/* Single invocations that a VMM makes often. */
static void vmm_invocations(void)
{
    struct bench_guest guest;
    seL4_UserContext regs;
    seL4_Word start;

    make_guest(&guest, guest_exits);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_TCB_ReadRegisters(guest.tcb, 0, 0, 12, &regs);
    }
    report("tcb_read_registers_12", now() - start, ROUNDS, 0);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_TCB_WriteRegisters(guest.tcb, 0, 0, 12, &regs);
    }
    report("tcb_write_registers_12", now() - start, ROUNDS, 0);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_ARM_VCPU_InjectIRQ(guest.vcpu, 40, 0, 0, 0);
    }
    report("vcpu_inject_irq", now() - start, ROUNDS, 0);
    start = now();
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        (void)seL4_ARM_VCPU_ReadRegs(guest.vcpu, seL4_VCPUReg_CNTV_CTL);
    }
    report("vcpu_read_regs", now() - start, ROUNDS, 0);
    (void)seL4_TCB_Suspend(guest.tcb);
}

void bench_run(void)
{
    print("# name instructions reference (rounds ");
    print_dec(ROUNDS);
    print(")\n");
    bench_ep = object_new(seL4_EndpointObject, 0);
    bench_ntfn = object_new(seL4_NotificationObject, 0);
    second_ntfn = object_new(seL4_NotificationObject, 0);
    report("empty_loop", empty_loop(), ROUNDS, 0);
    call_rounds("call_reply_recv_0_words", fast_server, 0, 440);
    other_space_rounds("call_reply_recv_0_words_other_space", 440);
    call_rounds("call_reply_recv_10_words", slow_server, 10, 1418);
    signal_no_waiter();
    signal_without_switch();
    signal_with_switch();
#ifndef CONFIG_ENABLE_SMP_SUPPORT
    irq_to_user();
#endif
#ifdef CONFIG_EXPORT_PTMR_USER
    timer_to_user();
#endif
    vm_exit_hvc();
    vm_exit_mmio();
    vmm_invocations();
    print("# bench: done\n");
}
