/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that run on another core: moving them, and what is done to them from here. */
#include <setjmp.h>

#include "arch/vcpu.h"
#include "cores.h"
#include "object/asid.h"
#include "object/vcpu.h"

static struct actor thread;

static void begin(void)
{
    cores_begin();
    thread = scene_thread(100, 0);
}

static void test_affinity(void)
{
    begin();
    TAP_OK(REFUSES(thread.cap, MESSAGE(.label = TCBSetAffinity, .length = 1, .word = { 4 }),
                   SEL4_ILLEGAL_OPERATION) &&
               REFUSES(thread.cap, MESSAGE(.label = TCBSetAffinity, .length = 1, .word = { ~0ull }),
                       SEL4_ILLEGAL_OPERATION) &&
               REFUSES(thread.cap, MESSAGE(.label = TCBSetAffinity), SEL4_TRUNCATED_MESSAGE),
           "affinity: there are four cores");
    core_count = 2;
    TAP_OK(REFUSES(thread.cap, MESSAGE(.label = TCBSetAffinity, .length = 1, .word = { 2 }),
                   SEL4_ILLEGAL_OPERATION),
           "affinity: on a board with two of them, two");
    core_count = CONFIG_MAX_NUM_NODES;
    TAP_OK(cores_set_affinity(thread.cap, 3) == 0 && thread.tcb->core == 3 &&
               thread.tcb->is_queued && cores[3].ready[0].queue[100].tail == thread.tcb &&
               cores_interrupts(3, ARCH_IPI_RESCHEDULE) == 1,
           "affinity: a ready thread waits in the core's queue, and the sleeping core is woken");
    host_enter(3);
    TAP_OK(current_thread() == thread.tcb && thread.tcb->state == THREAD_RUNNING,
           "affinity: there it runs");
    host_enter(0);
    TAP_OK(cores_set_affinity(thread.cap, 1) == 0 && cores[3].current == cores[3].idle &&
               cores_interrupts(3, ARCH_IPI_CALL) == 1 && thread.tcb->core == 1,
           "affinity: a running thread is taken off its core first");
    host_enter(1);
    TAP_OK(current_thread() == thread.tcb && scene_restarts(thread.tcb),
           "affinity: and executes its instruction anew on the other");
    host_enter(0);
    (void)scene_suspend(&thread);
    (void)cores_interrupts(2, ARCH_IPI_RESCHEDULE);
    TAP_OK(cores_set_affinity(thread.cap, 2) == 0 && !thread.tcb->is_queued &&
               !cores_interrupts(2, ARCH_IPI_RESCHEDULE),
           "affinity: a stopped thread moves without a noise");
    scene_check("affinity");
}

static void test_own_affinity(void)
{
    begin();
    TAP_OK(cores_set_affinity(SEL4_SLOT_INIT_TCB, 2) == 0 && current_thread() == thread.tcb &&
               host_root->core == 2 && cores_interrupts(2, ARCH_IPI_RESCHEDULE) == 1,
           "affinity: one's own takes effect before the call returns");
    host_enter(2);
    TAP_OK(current_thread() == host_root && scene_label(host_root) == 0,
           "affinity: the answer arrives on the other core");
    struct actor second = scene_thread(50, 0);

    TAP_OK(second.tcb->core == 2, "a new thread belongs to the core that made it");
    scene_check("own affinity");
}

/* What a core holds of a thread is left behind before it moves. */
static void test_leftovers(void)
{
    begin();
    uint64_t slot = scene_make(SEL4_TYPE_VCPU, 0);
    struct vcpu *vcpu = scene_object(slot);

    cores_run_on(&thread, 1);
    cores[1].fpu_owner = thread.tcb;
    TAP_OK(cores_set_affinity(thread.cap, 2) == 0 && !cores[1].fpu_owner,
           "affinity: FPU registers are saved");
    host_enter(2);
    cores[2].fpu_owner = thread.tcb;
    host_enter(0);
    (void)cores_interrupts(2, ARCH_IPI_CALL);
    TAP_OK(host_call(thread.cap, MESSAGE(.label = TCBSetFlags, .length = 2, .word = { 0, 1 })) ==
                   0 &&
               !cores[2].fpu_owner && cores_interrupts(2, ARCH_IPI_CALL) == 2,
           "flags: a thread without FPU is stopped, its registers are taken from its core");
    host_enter(2);
    arch_vcpu_switch(vcpu);
    host_enter(0);
    TAP_OK(host_call(slot,
                     MESSAGE(.label = ARMVCPUSetTCB, .cap_count = 1, .cap = { thread.cap })) == 0 &&
               cores[2].current == cores[2].idle && vcpu->tcb == thread.tcb,
           "vcpu: its thread is taken off its core when they are paired");
    TAP_OK(cores_set_affinity(thread.cap, 3) == 0 && !cores[2].arch.vcpu,
           "affinity: the VCPU's registers are saved");
    cores[3].arch.vcpu = vcpu;
    cores[3].fpu_owner = thread.tcb;
    TAP_OK(scene_delete(thread.cap) == 0 && !cores[3].arch.vcpu && !cores[3].fpu_owner,
           "delete: a thread leaves nothing on its core");
    scene_check("leftovers");
}

/* An SError of a thread that another core takes off its core is neither lost nor anybody else's. */
static void test_serrors(void)
{
    for (unsigned entered = 0; entered < 2; entered++) {
        begin();
        uint64_t ep = scene_make(SEL4_TYPE_ENDPOINT, 0);
        struct actor guest = scene_thread(100, ep);

        cores_run_on(&guest, 1);
        if (entered) {
            arch_set_serror(guest.tcb, 0xbe000000); /* entry.S, before it waits for the lock */
        } else {
            fake_machine.serror = 0xbe000000; /* it comes while the core lets go of the thread */
        }
        (void)host_call(guest.cap,
                        MESSAGE(.label = TCBReadRegisters, .length = 2, .word = { 0, 1 }));
        TAP_OK(arch_serror(guest.tcb) == 0xbe000000 && !fake_machine.serror &&
                   cores[1].current == cores[1].idle && guest.tcb->state == THREAD_RESTART,
               "serror: stays with a thread that is taken off its core");
        host_enter(1);
        TAP_OK(guest.tcb->state == THREAD_BLOCKED_SEND && !arch_serror(guest.tcb) &&
                   guest.tcb->fault.type == SEL4_FAULT_USER_EXCEPTION &&
                   guest.tcb->fault.word[0] == 0xbe000000 && cores[1].current == cores[1].idle,
               "serror: which is stopped for it when its core would run it");
        host_enter(0);
        TAP_OK(current_thread() == host_root && scene_label(host_root) == 0,
               "serror: the other core's thread goes on");
        scene_check("serrors");
    }
}

/* Every operation on a TCB, while the thread runs on core 1: does that core have to let go of it? */
static void test_stall(void)
{
    static const struct {
        const char *name;
        struct host_message message;
        bool stalls;
    } calls[] = {
#define CALL(name_, stalls_, ...) { #name_, { .label = name_, __VA_ARGS__ }, stalls_ }
        CALL(TCBReadRegisters, true, .length = 2, .word = { 0, 4 }),
        CALL(TCBWriteRegisters, true, .length = 6, .word = { 0, 4, 1, 2, 3, 4 }),
        CALL(TCBCopyRegisters, true, .length = 1, .cap_count = 1, .cap = { SEL4_SLOT_INIT_TCB }),
        CALL(TCBConfigure, true, .length = 4, .cap_count = 3,
             .cap = { ROOT, SEL4_SLOT_INIT_VSPACE, ROOT }),
        CALL(TCBSetSpace, true, .length = 3, .cap_count = 2,
             .cap = { ROOT, SEL4_SLOT_INIT_VSPACE }),
        CALL(TCBSetIPCBuffer, true, .length = 1, .cap_count = 1, .cap = { ROOT }),
        CALL(TCBSetPriority, true, .length = 1, .word = { 90 }, .cap_count = 1,
             .cap = { SEL4_SLOT_INIT_TCB }),
        CALL(TCBSetMCPriority, false, .length = 1, .word = { 90 }, .cap_count = 1,
             .cap = { SEL4_SLOT_INIT_TCB }),
        CALL(TCBSetSchedParams, true, .length = 2, .word = { 90, 90 }, .cap_count = 1,
             .cap = { SEL4_SLOT_INIT_TCB }),
        CALL(TCBSuspend, true, .length = 0),
        CALL(TCBResume, false, .length = 0),
        CALL(TCBSetTLSBase, true, .length = 1, .word = { 0x1234 }),
        CALL(TCBSetFlags, true, .length = 2, .word = { 0, 1 }),
        CALL(TCBSetAffinity, true, .length = 1, .word = { 1 }),
    };

    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        begin();
        cores_run_on(&thread, 1);
        cores[1].stalled = false;
        uint64_t error = host_call(thread.cap, &calls[i].message);
        bool was_taken = cores[1].current == cores[1].idle && cores[1].stalled;

        TAP_OK(error == 0 && was_taken == calls[i].stalls && !host_check(), "%s: the thread %s",
               calls[i].name, calls[i].stalls ? "is taken off its core" : "runs on");
        host_enter(1);
        bool runs = current_thread() == thread.tcb;

        TAP_OK(runs == (calls[i].message.label != TCBSuspend) && !cores[1].stalled && !host_check(),
               "%s: afterwards it %s", calls[i].name, runs ? "goes on there" : "does not run");
        host_enter(0);
    }
}

/* A refusal does not even take the thread off its core. */
static void test_refused(void)
{
    begin();
    cores_run_on(&thread, 1);
    TAP_OK(REFUSES(thread.cap, MESSAGE(.label = TCBSetAffinity, .length = 1, .word = { 4 }),
                   SEL4_ILLEGAL_OPERATION) &&
               REFUSES(thread.cap,
                       MESSAGE(.label = TCBReadRegisters, .length = 2, .word = { 0, 37 }),
                       SEL4_RANGE_ERROR, 1, 36) &&
               REFUSES(
                   thread.cap,
                   MESSAGE(.label = TCBCopyRegisters, .length = 1, .cap_count = 1, .cap = { ROOT }),
                   SEL4_INVALID_CAPABILITY, 1) &&
               REFUSES(thread.cap,
                       MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                               .cap = { ROOT, ROOT }),
                       SEL4_ILLEGAL_OPERATION),
           "refused: the thread runs on undisturbed");
    scene_check("refused");
}

/* Both sides of CopyRegisters, and other ways to reach a thread that runs elsewhere. */
static void test_reached_otherwise(void)
{
    begin();
    struct actor source = scene_thread(100, 0);

    cores_run_on(&thread, 1);
    cores_run_on(&source, 2);
    (void)host_call(thread.cap, MESSAGE(.label = TCBCopyRegisters, .length = 1, .word = { 0 },
                                        .cap_count = 1, .cap = { source.cap }));
    TAP_OK(cores[1].current == cores[1].idle && cores[2].current == cores[2].idle,
           "copy registers: both threads are taken off their cores");
    host_enter(1);
    host_enter(0);
    TAP_OK(host_call(SEL4_SLOT_DOMAIN, MESSAGE(.label = DomainSetSet, .length = 1, .word = { 0 },
                                               .cap_count = 1, .cap = { thread.cap })) == 0 &&
               cores[1].current == cores[1].idle && thread.tcb->is_queued && !host_check(),
           "domain: the thread is taken off its core before it is queued");
    host_enter(1);
    host_enter(0);
    TAP_OK(scene_delete(thread.cap) == 0 && cores[1].current == cores[1].idle && !host_check(),
           "delete: a running thread is taken off its core");
    host_enter(2);
    host_enter(0);
    TAP_OK(scene_suspend(&source) == 0 && scene_restarts(source.tcb) == false &&
               source.tcb->state == THREAD_INACTIVE && scene_resume(&source) == 0 &&
               scene_restarts(source.tcb),
           "suspend: a thread that was running goes on where it was when it is resumed");
    scene_check("reached otherwise");
}

/* A thread that was stalled in the middle of nothing, and one that was already restarting. */
static void test_stalled_twice(void)
{
    begin();
    cores_run_on(&thread, 1);
    (void)cores_set_affinity(thread.cap, 2);
    (void)cores_set_affinity(thread.cap, 1);
    TAP_OK(cores[1].current == cores[1].idle && cores[1].action == SCHED_CHOOSE_NEW &&
               thread.tcb->state == THREAD_RESTART,
           "stall: a thread that does not run is only queued elsewhere");
    host_enter(1);
    thread.tcb->state = THREAD_RESTART;
    fake_play_core(0);
    TAP_OK(scene_suspend(&thread) == 0 && thread.tcb->state == THREAD_INACTIVE && !host_check(),
           "stall: one that restarts anyway stays so until it is suspended");
}

/* Other cores that translate with an address space that goes away load another. */
static void test_address_space(void)
{
    begin();
    uint64_t memory = scene_make(SEL4_TYPE_UNTYPED, SEL4_VSPACE_BITS);
    uint64_t vspace = scene_slot();

    (void)host_retype(memory, SEL4_TYPE_VSPACE, 0, vspace, 1);
    (void)host_call(SEL4_SLOT_INIT_ASID_POOL,
                    MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
    (void)host_call(thread.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { ROOT, vspace }));
    cores_run_on(&thread, 1);
    unsigned vmid = (unsigned)(cores[1].arch.translation >> ASID_VMID_SHIFT);

    TAP_OK(vmid && arch_vmid_is_loaded(vmid) &&
               vmid != cores[0].arch.translation >> ASID_VMID_SHIFT,
           "address space: loaded on core 1");
    (void)cores_interrupts(1, ARCH_IPI_CALL);
    TAP_OK(scene_revoke(memory) == 0 && !cores[1].arch.translation && !arch_vmid_is_loaded(vmid) &&
               cores_interrupts(1, ARCH_IPI_CALL) == 1 && cores[1].current == thread.tcb,
           "address space: deleted, it is loaded nowhere; the thread is left to fault");
    scene_check("address space");
}

static jmp_buf halted;

static bool debug_call_halts(int64_t number, uint64_t x0, uint64_t x1)
{
    static const struct host_message none;

    fake_halt = &halted;
    if (setjmp(halted)) {
        fake_halt = 0;
        return true;
    }
    (void)host_syscall(number, x0, x1 ? MESSAGE(.length = (unsigned)x1) : &none);
    fake_halt = 0;
    return false;
}

static void test_debug(void)
{
    begin();
    (void)cores_set_affinity(thread.cap, 3);
    TAP_OK(!debug_call_halts(SEL4_SYS_DEBUG_GET_THREAD_AFFINITY, thread.cap, 0) &&
               arch_badge(host_root) == 3,
           "debug: a thread's core");
    TAP_OK(!debug_call_halts(SEL4_SYS_DEBUG_SEND_IPI, 2, ARCH_IPI_RESCHEDULE) &&
               cores_interrupts(2, ARCH_IPI_RESCHEDULE) == 1,
           "debug: interrupts a core");
    TAP_OK(debug_call_halts(SEL4_SYS_DEBUG_SEND_IPI, 4, 1), "debug: no such core halts");
    begin();
    TAP_OK(debug_call_halts(SEL4_SYS_DEBUG_SEND_IPI, 0, 16), "debug: no such SGI halts");
    begin();
    TAP_OK(debug_call_halts(SEL4_SYS_DEBUG_GET_THREAD_AFFINITY, ROOT, 0),
           "debug: what is no thread has no core");
    begin();
}

void test_threads(void)
{
    test_affinity();
    test_own_affinity();
    test_leftovers();
    test_stall();
    test_serrors();
    test_refused();
    test_reached_otherwise();
    test_stalled_twice();
    test_address_space();
    test_debug();
}
