/* SPDX-License-Identifier: BSD-2-Clause */
/* What invocations of TCB and VCPU capabilities promise. Source: sel4-abi 6.2, 6.7. */
#include <string.h>

#include "kernel_scene.h"
#include "object/vcpu.h"

static struct actor thread;

static void begin(void)
{
    scene_begin(false);
    thread = scene_thread(100, 0);
}

/* ---- Registers ---- */

static void test_read_registers(void)
{
    begin();
    for (unsigned i = 0; i < SEL4_USER_CONTEXT_WORDS; i++) {
        arch_set_register(thread.tcb, i, i == 2 ? 0 : 1000 + i);
    }
    struct host_message read = { .label = TCBReadRegisters, .length = 2, .word = { 0, 36 } };
    bool good = host_call(thread.cap, &read) == 0 && scene_length(host_root) == 36;

    for (unsigned i = 0; i < 36; i++) {
        good = good && (i == 2 || host_word(i) == 1000 + i);
    }
    TAP_OK(good && thread.tcb->state == THREAD_RESTART, "read registers: all 36, in order");
    read.word[1] = 3;
    TAP_OK(host_call(thread.cap, &read) == 0 && scene_length(host_root) == 3,
           "read registers: some");
    read.word[1] = 0;
    TAP_OK(REFUSES(thread.cap, &read, SEL4_RANGE_ERROR, 1, 36), "read registers: none");
    read.word[1] = 37;
    TAP_OK(REFUSES(thread.cap, &read, SEL4_RANGE_ERROR, 1, 36), "read registers: too many");
    read.word[1] = 36;
    TAP_OK(REFUSES(SEL4_SLOT_INIT_TCB, &read, SEL4_ILLEGAL_OPERATION), "read registers: one's own");
    read.word[0] = SEL4_READ_REGISTERS_SUSPEND;
    TAP_OK(host_call(thread.cap, &read) == 0 && thread.tcb->state == THREAD_INACTIVE,
           "read registers: with suspend");
    (void)scene_resume(&thread);
    (void)host_syscall(SEL4_SYS_SEND, thread.cap, &read);
    TAP_OK(thread.tcb->state == THREAD_INACTIVE && host_root->state == THREAD_RUNNING,
           "read registers by Send: suspends, answers nothing");
    host_root->slots[TCB_BUFFER].cap =
        cap_mask_rights(host_root->slots[TCB_BUFFER].cap, SEL4_RIGHT_READ);
    TAP_OK(host_call(thread.cap, &read) == 0 && scene_length(host_root) == 4 &&
               host_word(3) == 1003,
           "read registers: four words if the buffer is not writable");
    scene_check("read registers");
}

static void test_write_registers(void)
{
    struct host_message write = { .label = TCBWriteRegisters,
                                  .length = 38,
                                  .word = { 0, 36, 0x8000, 0x9000, ~0ull } };

    begin();
    (void)scene_suspend(&thread);
    TAP_OK(host_call(thread.cap, &write) == 0 && thread.tcb->context.elr == 0x8000 &&
               thread.tcb->context.sp == 0x9000 && thread.tcb->context.x[16] == 14 &&
               thread.tcb->context.tpidrro == 37 && thread.tcb->state == THREAD_INACTIVE,
           "write registers: all, in order; the thread goes on at the pc when it is resumed");
    TAP_OK((thread.tcb->context.spsr & 0xf) == 0, "write registers: never a mode but user mode");
    write.length = 37;
    TAP_OK(REFUSES(thread.cap, &write, SEL4_TRUNCATED_MESSAGE),
           "write registers: words are missing");
    write.length = 2;
    write.word[1] = ~0ull;
    TAP_OK(REFUSES(thread.cap, &write, SEL4_TRUNCATED_MESSAGE),
           "write registers: a count beyond all");
    write.length = 60;
    write.word[1] = 50;
    TAP_OK(host_call(thread.cap, &write) == 0 && thread.tcb->context.tpidrro == 37,
           "write registers: 36 of a larger count");
    write.word[0] = SEL4_WRITE_REGISTERS_RESUME;
    TAP_OK(REFUSES(SEL4_SLOT_INIT_TCB, &write, SEL4_ILLEGAL_OPERATION),
           "write registers: one's own");
    TAP_OK(host_call(thread.cap, &write) == 0 && thread.tcb->state == THREAD_RESTART,
           "write registers: with resume");
    write.word[1] = 0;
    write.length = 2;
    TAP_OK(host_call(thread.cap, &write) == 0, "write registers: none is accepted");
    scene_check("write registers");
}

static void test_copy_registers(void)
{
    begin();
    struct actor source = scene_thread(100, 0);
    struct host_message copy = {
        .label = TCBCopyRegisters, .length = 1, .cap_count = 1, .cap = { source.cap }
    };

    source.tcb->context.x[0] = 70;
    source.tcb->context.x[9] = 79;
    source.tcb->context.sp = 0x700;
    source.tcb->context.fault_ip = 0x7000;
    (void)scene_suspend(&thread);
    copy.word[0] = SEL4_COPY_REGISTERS_TRANSFER_FRAME;
    TAP_OK(host_call(thread.cap, &copy) == 0 && thread.tcb->context.x[0] == 70 &&
               thread.tcb->context.sp == 0x700 && thread.tcb->context.elr == 0x7000 &&
               thread.tcb->context.x[9] == 0 && thread.tcb->state == THREAD_INACTIVE,
           "copy registers: the frame registers");
    copy.word[0] = SEL4_COPY_REGISTERS_TRANSFER_INTEGER;
    for (unsigned i = 17; i < 34; i++) {
        arch_set_register(source.tcb, i, 500 + i);
    }
    bool good = host_call(thread.cap, &copy) == 0 && thread.tcb->context.x[0] == 70;

    for (unsigned i = 17; i < 34; i++) {
        good = good && arch_get_register(thread.tcb, i) == 500 + i;
    }
    TAP_OK(good, "copy registers: the others");
    copy.word[0] = SEL4_COPY_REGISTERS_SUSPEND_SOURCE | SEL4_COPY_REGISTERS_RESUME_TARGET;
    TAP_OK(host_call(thread.cap, &copy) == 0 && source.tcb->state == THREAD_INACTIVE &&
               thread.tcb->state == THREAD_RESTART,
           "copy registers: suspends the source, resumes the target");
    copy.word[0] = SEL4_COPY_REGISTERS_TRANSFER_INTEGER;
    TAP_OK(host_call(SEL4_SLOT_INIT_TCB, &copy) == 0 && host_root->context.x[9] == 517 &&
               current_thread() == host_root,
           "copy registers: into oneself");
    copy.cap[0] = thread.frame;
    TAP_OK(REFUSES(thread.cap, &copy, SEL4_INVALID_CAPABILITY, 1),
           "copy registers: from a TCB only");
    scene_check("copy registers");
}

/* ---- Life and priorities ---- */

static void test_new_thread(void)
{
    bool good = true;

    begin();
    current_domain = 3;
    const struct tcb *tcb = scene_object(scene_make(SEL4_TYPE_TCB, 0));

    current_domain = 0;
    for (unsigned i = 0; i < SEL4_USER_CONTEXT_WORDS; i++) {
        good = good && (i == 2 || arch_get_register(tcb, i) == 0);
    }
    TAP_OK(good && tcb->context.spsr == thread.tcb->context.spsr &&
               (tcb->context.spsr & 0xf) == 0 && tcb->context.spsr != 0,
           "a new thread: all registers 0, user mode with interrupts on");
    TAP_OK(tcb->state == THREAD_INACTIVE && tcb->priority == 0 && tcb->max_priority == 0 &&
               tcb->flags == 0 && tcb->domain == 3 && tcb->slice_ticks == CONFIG_TIME_SLICE,
           "a new thread: inactive, priority and MCP 0, in its maker's domain");
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        good = good && slot_is_empty(&tcb->slots[i]);
    }
    TAP_OK(good, "a new thread: no capabilities");
    scene_check("new thread");
}

static void test_life(void)
{
    begin();
    TAP_OK(scene_suspend(&thread) == 0 && thread.tcb->state == THREAD_INACTIVE &&
               !thread.tcb->is_queued,
           "suspend: a ready thread stops");
    TAP_OK(scene_suspend(&thread) == 0, "suspend: a stopped thread stays so");
    TAP_OK(scene_resume(&thread) == 0 && thread.tcb->is_queued, "resume: it is ready again");
    scene_keep();
    (void)scene_resume(&thread);
    TAP_OK(scene_is_kept(host_root), "resume: no effect on a ready thread");
    TAP_OK(scene_delete(SEL4_SLOT_INIT_IPC_BUFFER) == 0 && ipc_buffer_of(host_root, true),
           "a thread keeps its own copy of the buffer's capability");
    (void)host_call(SEL4_SLOT_INIT_TCB, MESSAGE(.label = TCBSuspend));
    TAP_OK(host_root->state == THREAD_INACTIVE && current_thread() == thread.tcb,
           "suspend: oneself, the next one runs");
    scene_check("life");
    TAP_OK(scene_delete(SEL4_SLOT_INIT_TCB) == 0, "delete: even the initial thread");
    scene_check("life without the initial thread");
}

static void test_priorities(void)
{
    begin();
    struct actor authority = scene_thread(100, 0);
    struct host_message set = { .label = TCBSetPriority,
                                .length = 2,
                                .word = { 50, 60 },
                                .cap_count = 1,
                                .cap = { authority.cap } };
    const uint64_t labels[] = { TCBSetPriority, TCBSetMCPriority, TCBSetSchedParams };

    authority.tcb->max_priority = 55;
    for (unsigned i = 0; i < 3; i++) {
        set.label = labels[i];
        set.cap[0] = thread.frame;
        TAP_OK(REFUSES(thread.cap, &set, SEL4_INVALID_CAPABILITY, 1),
               "priority: authority is a TCB");
        set.cap[0] = authority.cap;
        set.word[0] = 56;
        TAP_OK(REFUSES(thread.cap, &set, SEL4_RANGE_ERROR, 0, 55),
               "priority: up to the authority's MCP");
        set.word[0] = 300;
        TAP_OK(REFUSES(thread.cap, &set, SEL4_RANGE_ERROR, 0, 55), "priority: never above 255");
    }
    set.word[0] = 10;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_RANGE_ERROR, 0, 55), "params: priority up to the MCP");
    set.word[1] = 55;
    TAP_OK(host_call(thread.cap, &set) == 0 && thread.tcb->max_priority == 10 &&
               thread.tcb->priority == 55,
           "params: MCP, then priority");
    set.label = TCBSetMCPriority;
    TAP_OK(host_call(thread.cap, &set) == 0 && thread.tcb->max_priority == 10, "MCP: set");
    set.label = TCBSetPriority;
    TAP_OK(host_call(thread.cap, &set) == 0 && thread.tcb->priority == 10 && thread.tcb->is_queued,
           "priority: a ready thread changes its queue");
    (void)scene_suspend(&thread);
    TAP_OK(host_call(thread.cap, &set) == 0 && !thread.tcb->is_queued,
           "priority: of a stopped thread");
    set.word[0] = 20;
    TAP_OK(host_call(SEL4_SLOT_INIT_TCB, &set) == 0 && current_thread() == authority.tcb,
           "priority: one's own takes effect before the call returns");
    scene_check("priorities");
}

static void test_flags_and_tls(void)
{
    begin();
    cores[0].fpu_owner = thread.tcb;
    TAP_OK(host_call(thread.cap, MESSAGE(.label = TCBSetFlags, .length = 2, .word = { 0, 3 })) ==
                   0 &&
               scene_length(host_root) == 1 && host_word(0) == SEL4_TCB_FLAG_FPU_DISABLED &&
               !cores[0].fpu_owner,
           "flags: answers those after; unknown ones are ignored; the FPU is taken away");
    TAP_OK(host_call(thread.cap, MESSAGE(.label = TCBSetFlags, .length = 2, .word = { 1, 0 })) ==
                   0 &&
               host_word(0) == 0 && thread.tcb->flags == 0,
           "flags: cleared");
    (void)host_syscall(SEL4_SYS_SEND, thread.cap,
                       MESSAGE(.label = TCBSetFlags, .length = 2, .word = { 0, 1 }));
    TAP_OK(thread.tcb->flags == 1, "flags: by Send");
    TAP_OK(host_call(thread.cap,
                     MESSAGE(.label = TCBSetTLSBase, .length = 1, .word = { 0x7777 })) == 0 &&
               thread.tcb->context.tpidr == 0x7777,
           "TLS base");
    scene_check("flags");
}

/* ---- Spaces ---- */

static uint64_t set_space(uint64_t cspace, uint64_t data, uint64_t vspace)
{
    return host_call(thread.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .word = { 9, data },
                                         .cap_count = 2, .cap = { cspace, vspace }));
}

static void test_space(void)
{
    begin();
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    uint64_t fresh = scene_make(SEL4_TYPE_VSPACE, 0);
    struct host_message set = {
        .label = TCBSetSpace, .length = 3, .cap_count = 2, .cap = { cnode, SEL4_SLOT_INIT_VSPACE }
    };

    TAP_OK(set_space(cnode, 60, SEL4_SLOT_INIT_VSPACE) == 0 && thread.tcb->fault_handler == 9 &&
               cap_object(thread.tcb->slots[TCB_CSPACE].cap) == scene_object(cnode) &&
               cap_cnode_guard_bits(thread.tcb->slots[TCB_CSPACE].cap) == 60,
           "space: CSpace with a guard, VSpace, fault handler");
    TAP_OK(set_space(cnode, 0, SEL4_SLOT_INIT_VSPACE) == 0 &&
               cap_cnode_guard_bits(thread.tcb->slots[TCB_CSPACE].cap) == 0,
           "space: data 0 leaves the capability's guard");
    set.word[1] = 61;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "space: a guard beyond 64 bits");
    set.word[1] = 0;
    set.cap[0] = thread.cap;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "space: the CSpace is a CNode");
    set.cap[0] = host_untyped;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_REVOKE_FIRST),
           "space: an untyped with children as CSpace");
    set.cap[0] = cnode;
    set.cap[1] = fresh;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "space: the VSpace has an ASID");
    set.cap[1] = cnode;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "space: the VSpace is none");
    TAP_OK(scene_delete(cnode) == 0 && !slot_is_empty(&thread.tcb->slots[TCB_CSPACE]),
           "space: deleting the original changes nothing");
    scene_check("space");
}

/*
 * Replacing the last capability to a CNode would delete the CNode, which takes as long as it has
 * capabilities. The answer is the same whether or not an interrupt comes meanwhile.
 */
static void test_space_while_interrupts_wait(void)
{
    begin();
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    struct slot *slots = scene_object(cnode);

    for (unsigned i = 0; i < 16; i++) {
        slot_insert(host_slot(thread.frame)->cap, host_slot(thread.frame), &slots[i]);
    }
    (void)set_space(cnode, 0, SEL4_SLOT_INIT_VSPACE);
    (void)scene_delete(cnode);
    for (unsigned pending = 0; pending < 2; pending++) {
        fake_machine.irq_pending = pending;
        TAP_OK(REFUSES(thread.cap,
                       MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                               .cap = { ROOT, SEL4_SLOT_INIT_VSPACE }),
                       SEL4_ILLEGAL_OPERATION),
               "space: the last capability to a CNode is not replaced%s",
               pending ? ", nor begun to be while an interrupt waits" : "");
    }
    fake_machine.irq_pending = false;
    scene_check("space, interrupt");
}

/* A CSpace that is being deleted, step by step, by somebody else. */
static void test_space_dying(void)
{
    begin();
    uint64_t memory = scene_make(SEL4_TYPE_UNTYPED, 12);
    uint64_t cnode = scene_slot();

    (void)host_retype(memory, SEL4_TYPE_CNODE, 4, cnode, 1);
    for (unsigned i = 0; i < 16; i++) {
        slot_insert(host_slot(thread.frame)->cap, host_slot(thread.frame),
                    (struct slot *)scene_object(cnode) + i);
    }
    (void)set_space(cnode, 0, SEL4_SLOT_INIT_VSPACE);
    (void)scene_delete(cnode);
    fake_machine.irq_pending = true;
    (void)scene_revoke(memory);
    TAP_OK(cap_type(thread.tcb->slots[TCB_CSPACE].cap) == CAP_ZOMBIE,
           "revoke: stopped in the middle");
    TAP_OK(REFUSES(thread.cap,
                   MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                           .cap = { ROOT, SEL4_SLOT_INIT_VSPACE }),
                   SEL4_ILLEGAL_OPERATION),
           "space: what is being deleted is not overwritten");
    fake_machine.irq_pending = false;
    TAP_OK(scene_revoke(memory) == 0 && slot_is_empty(&thread.tcb->slots[TCB_CSPACE]) &&
               set_space(ROOT, 0, SEL4_SLOT_INIT_VSPACE) == 0,
           "space: when it is deleted, a new one can be set");
    scene_check("space, dying");
}

static void test_buffer(void)
{
    begin();
    uint64_t device = scene_slot();
    struct host_message set = { .label = TCBSetIPCBuffer,
                                .length = 1,
                                .word = { 0x10000200 },
                                .cap_count = 1,
                                .cap = { thread.frame } };

    (void)host_retype(host_device, SEL4_TYPE_SMALL_PAGE, 0, device, 1);
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ALIGNMENT_ERROR), "buffer: aligned to its size");
    set.word[0] = 0x10000400;
    set.cap[0] = device;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "buffer: not in device memory");
    set.cap[0] = thread.cap;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "buffer: in a frame");
    set.cap[0] = thread.frame;
    TAP_OK(host_call(thread.cap, &set) == 0 &&
               ipc_buffer_of(thread.tcb, true) == thread.buffer + 128,
           "buffer: at its offset in the frame");
    set.word[0] = 0;
    set.cap[0] = thread.cap;
    TAP_OK(host_call(thread.cap, &set) == 0 && !ipc_buffer_of(thread.tcb, false),
           "buffer: address 0 takes it away, whatever the capability");
    scene_check("buffer");
}

static void test_configure(void)
{
    begin();
    struct host_message set = { .label = TCBConfigure,
                                .length = 4,
                                .word = { 5, 0, 0, 0x10000001 },
                                .cap_count = 3,
                                .cap = { ROOT, SEL4_SLOT_INIT_VSPACE, thread.frame } };

    TAP_OK(REFUSES(thread.cap, &set, SEL4_ALIGNMENT_ERROR), "configure: a bad buffer refuses all");
    set.word[3] = 0x10000000;
    set.cap[1] = thread.frame;
    TAP_OK(REFUSES(thread.cap, &set, SEL4_ILLEGAL_OPERATION), "configure: so does a bad space");
    set.cap[1] = SEL4_SLOT_INIT_VSPACE;
    TAP_OK(host_call(thread.cap, &set) == 0 && thread.tcb->fault_handler == 5,
           "configure: all at once");
    TAP_OK(host_call(SEL4_SLOT_INIT_TCB, &set) == 0 && current_thread() == host_root,
           "configure: oneself");
    uint64_t vspace = scene_make(SEL4_TYPE_VSPACE, 0);

    (void)host_call(SEL4_SLOT_INIT_ASID_POOL,
                    MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
    uint64_t before = this_core()->arch.translation;

    set.cap[1] = vspace;
    TAP_OK(host_call(SEL4_SLOT_INIT_TCB, &set) == 0 && this_core()->arch.translation != before &&
               this_core()->arch.translation != 0,
           "configure: one's own new address space is loaded at once");
    scene_check("configure");
}

/* ---- VCPUs ---- */

static uint64_t vcpu_slot;

static uint64_t set_tcb(uint64_t vcpu, uint64_t tcb)
{
    return host_call(vcpu, MESSAGE(.label = ARMVCPUSetTCB, .cap_count = 1, .cap = { tcb }));
}

static void test_vcpu_pairs(void)
{
    begin();
    vcpu_slot = scene_make(SEL4_TYPE_VCPU, 0);
    uint64_t second_slot = scene_make(SEL4_TYPE_VCPU, 0);
    struct vcpu *first = scene_object(vcpu_slot);
    struct vcpu *second = scene_object(second_slot);
    struct actor other = scene_thread(100, 0);

    TAP_OK(REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUSetTCB, .cap_count = 1, .cap = { vcpu_slot }),
                   SEL4_ILLEGAL_OPERATION),
           "vcpu: paired with a TCB only");
    TAP_OK(set_tcb(vcpu_slot, thread.cap) == 0 && first->tcb == thread.tcb &&
               thread.tcb->vcpu == first,
           "vcpu: a pair");
    TAP_OK(set_tcb(vcpu_slot, other.cap) == 0 && !thread.tcb->vcpu && first->tcb == other.tcb,
           "vcpu: a new thread ends the earlier pair");
    TAP_OK(set_tcb(second_slot, other.cap) == 0 && !first->tcb && second->tcb == other.tcb,
           "vcpu: so does a new VCPU");
    arch_set_register(other.tcb, 2, 0x3c5);
    TAP_OK((other.tcb->context.spsr & 0xf) == 5, "vcpu: its thread may run at EL1");
    TAP_OK(scene_delete(second_slot) == 0 && !other.tcb->vcpu &&
               (other.tcb->context.spsr & 0xf) == 0,
           "delete: a VCPU leaves a thread that runs at EL0");
    TAP_OK(scene_delete(vcpu_slot) == 0, "delete: a VCPU without thread");
    vcpu_slot = scene_make(SEL4_TYPE_VCPU, 0);
    (void)set_tcb(vcpu_slot, other.cap);
    TAP_OK(scene_delete(other.cap) == 0 && !((struct vcpu *)scene_object(vcpu_slot))->tcb,
           "delete: a thread leaves its VCPU free");
    TAP_OK(!cores[0].arch.vcpu && set_tcb(vcpu_slot, SEL4_SLOT_INIT_TCB) == 0 && host_root->vcpu &&
               cores[0].arch.vcpu == host_root->vcpu,
           "vcpu: the running thread's is loaded at once");
    TAP_OK(scene_delete(vcpu_slot) == 0 && !cores[0].arch.vcpu,
           "delete: a loaded VCPU leaves the hardware");
    vcpu_slot = scene_make(SEL4_TYPE_VCPU, 0);
    cores[0].arch.vcpu = scene_object(vcpu_slot);
    TAP_OK(scene_delete(vcpu_slot) == 0 && !cores[0].arch.vcpu,
           "delete: also one whose thread went before it");
    scene_check("vcpu pairs");
}

static void test_vcpu_registers(void)
{
    begin();
    vcpu_slot = scene_make(SEL4_TYPE_VCPU, 0);
    bool good = true;

    for (uint64_t i = 0; i < SEL4_VCPU_REG_COUNT; i++) {
        good = good &&
               host_call(vcpu_slot, MESSAGE(.label = ARMVCPUReadReg, .length = 1, .word = { i })) ==
                   0 &&
               scene_length(host_root) == 1 &&
               host_word(0) == (i == SEL4_VCPU_REG_SCTLR ? 0x34d58820 : 0);
        good = good && host_call(vcpu_slot, MESSAGE(.label = ARMVCPUWriteReg, .length = 2,
                                                    .word = { i, 7 + i })) == 0;
        good = good &&
               host_call(vcpu_slot, MESSAGE(.label = ARMVCPUReadReg, .length = 1, .word = { i })) ==
                   0 &&
               host_word(0) == 7 + i;
    }
    TAP_OK(good, "vcpu: registers read as reset, then as written");
    TAP_OK(REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUReadReg, .length = 1, .word = { 24 }),
                   SEL4_INVALID_ARGUMENT, 1),
           "vcpu: no such register to read");
    TAP_OK(REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUWriteReg, .length = 2, .word = { 24, 1 }),
                   SEL4_INVALID_ARGUMENT, 1),
           "vcpu: nor to write");
    scene_check("vcpu registers");
}

static uint64_t inject_word(uint64_t virq, uint64_t priority, uint64_t group, uint64_t index)
{
    return virq | priority << 16 | group << 24 | index << 32;
}

static void test_vcpu_interrupts(void)
{
    begin();
    vcpu_slot = scene_make(SEL4_TYPE_VCPU, 0);
    struct vcpu *vcpu = scene_object(vcpu_slot);
    struct host_message inject = { .label = ARMVCPUInjectIRQ, .length = 1 };
    const struct {
        const char *what;
        uint64_t word, limit;
    } cases[] = {
        { "interrupt", inject_word(1024, 0, 0, 0), 1023 },
        { "priority", inject_word(27, 32, 0, 0), 31 },
        { "group", inject_word(27, 0, 2, 0), 1 },
        { "list register", inject_word(27, 0, 0, 4), 3 },
    };

    for (unsigned i = 0; i < 4; i++) {
        inject.word[0] = cases[i].word;
        TAP_OK(REFUSES(vcpu_slot, &inject, SEL4_RANGE_ERROR, 0, cases[i].limit),
               "inject: range of the %s", cases[i].what);
    }
    inject.word[0] = inject_word(27, 5, 1, 3);
    TAP_OK(host_call(vcpu_slot, &inject) == 0 &&
               vcpu->lr[3] == (27 | 1u << 19 | 5u << 23 | 1u << 28 | 1u << 30),
           "inject: pending, with maintenance, priority and group");
    TAP_OK(host_call(vcpu_slot, &inject) == 0, "inject: over one that is pending");
    vcpu->lr[3] = 27 | 2u << 28;
    TAP_OK(REFUSES(vcpu_slot, &inject, SEL4_DELETE_FIRST), "inject: not over one that is active");
    vcpu->vppi_masked = true;
    TAP_OK(REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUAckVPPI, .length = 1, .word = { 160 }),
                   SEL4_RANGE_ERROR, 0, 159),
           "ack: interrupt numbers end at 159");
    TAP_OK(REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUAckVPPI, .length = 1, .word = { 26 }),
                   SEL4_INVALID_ARGUMENT, 0) &&
               REFUSES(vcpu_slot, MESSAGE(.label = ARMVCPUAckVPPI, .length = 1, .word = { 159 }),
                       SEL4_INVALID_ARGUMENT, 0),
           "ack: only the virtual timer");
    TAP_OK(host_call(vcpu_slot, MESSAGE(.label = ARMVCPUAckVPPI, .length = 1, .word = { 27 })) ==
                   0 &&
               !vcpu->vppi_masked,
           "ack: the virtual timer may come again");
    scene_check("vcpu interrupts");
}

int main(void)
{
    test_read_registers();
    test_write_registers();
    test_copy_registers();
    test_new_thread();
    test_life();
    test_priorities();
    test_flags_and_tls();
    test_space();
    test_space_while_interrupts_wait();
    test_space_dying();
    test_buffer();
    test_configure();
    test_vcpu_pairs();
    test_vcpu_registers();
    test_vcpu_interrupts();
    return TAP_DONE();
}
