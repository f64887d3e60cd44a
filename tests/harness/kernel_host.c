/* SPDX-License-Identifier: BSD-2-Clause */
#include "kernel_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/debug.h"
#include "api/fastpath.h"
#include "api/syscall.h"
#include "arch/machine.h"
#include "arch/thread.h"
#include "core/boot.h"
#include "core/check.h"
#include "core/fault.h"
#include "core/invariants.h"
#include "core/lock.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/ipc.h"
#include "object/irq.h"

struct tcb *host_root;
bool host_use_fastpath;
unsigned host_fastpath_count;
struct sel4_boot_info *host_info;
uint64_t host_free_slot;
uint64_t host_untyped;
uint64_t host_device;

uint8_t *host_ram;
/* The initial CNode, also when the thread has lost its capability to it. */
static struct slot *root_slots;
static struct tcb idle[CONFIG_MAX_NUM_NODES] __attribute__((aligned(64)));

_Noreturn void boot_fail(const char *reason)
{
    fprintf(stderr, "boot failed: %s\n", reason);
    abort();
}

static void choose_untypeds(void)
{
    host_untyped = 0;
    host_device = 0;
    for (uint64_t i = 0; i < host_info->untyped.end - host_info->untyped.start; i++) {
        const struct sel4_untyped_desc *desc = &host_info->untyped_list[i];

        if (desc->is_device && desc->size_bits >= 21) {
            host_device = host_info->untyped.start + i;
        } else if (!desc->is_device && desc->size_bits >= 20) {
            host_untyped = host_info->untyped.start + i;
        }
    }
    if (!host_untyped || !host_device) {
        boot_fail("no untypeds");
    }
}

void host_boot(void)
{
    static struct range_list free_ranges;
    static struct range_list device;
    struct boot_args args = { .entry = 0x400000 };
    uint64_t size = 1ull << HOST_RAM_BITS;

    if (!host_ram) {
        host_ram = aligned_alloc(size, size);
    }
    memset(host_ram, 0xa5, size);
    memset(cores, 0, sizeof(cores));
    memset(idle, 0, sizeof(idle));
    fake_reset();
    host_fastpath_count = 0;
    asid_init();
    irq_init();
    debug_init();
    free_ranges.count = 0;
    device.count = 0;
    /* The image: four pages at the start of RAM. */
    args.image_start = (uintptr_t)host_ram;
    args.image_end = args.image_start + 4 * 4096;
    args.physical_minus_virtual = args.image_start - 0x400000;
    range_add(&free_ranges, args.image_end, args.image_start + size);
    range_add(&device, HOST_DEVICE_BASE, HOST_DEVICE_BASE + (1ull << HOST_DEVICE_BITS));
    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        cores[i].id = i;
        sched_init(&cores[i], &idle[i]);
    }
    irq_reserve(PLAT_VTIMER_IRQ);
    for (unsigned ipi = 0; CONFIG_MAX_NUM_NODES > 1 && ipi < ARCH_IPI_COUNT; ipi++) {
        irq_reserve(ipi);
    }
    host_root = boot_root_task(&args, &free_ranges, &device);
    root_slots = cap_object(host_root->slots[TCB_CSPACE].cap);
    thread_set_state(host_root, THREAD_RUNNING);
    sched_enqueue(host_root);
    sched_run();
    host_info = cap_object(host_slot(SEL4_SLOT_BOOT_INFO_FRAME)->cap);
    host_free_slot = host_info->empty.start;
    choose_untypeds();
}

struct slot *host_slot(uint64_t index)
{
    return root_slots + index;
}

/* As the entry code does: the shortcut first. */
static bool take_fastpath(int64_t number, const struct tcb *tcb)
{
    uint64_t cptr = tcb->context.x[0];
    uint64_t info = tcb->context.x[1];

    switch (number) {
    case SEL4_SYS_CALL: return fastpath_call(cptr, info);
    case SEL4_SYS_REPLY_RECV: return fastpath_reply_recv(cptr, info);
    case SEL4_SYS_SEND: return fastpath_send(cptr);
    default: return number >= 0 && fastpath_unknown_syscall(number);
    }
}

void host_fault(uint64_t type, uint64_t address)
{
    struct tcb *tcb = current_thread();
    struct fault fault = { .type = type, .word = { address, 0, 0x92000046 } };
    uint64_t words[SEL4_VM_FAULT_LENGTH] = { tcb->context.elr, address, 0, 0x92000046 };

    tcb->context.fault_ip = tcb->context.elr;
    lock_acquire();
    if (host_use_fastpath && (type == SEL4_FAULT_VM || type == SEL4_FAULT_VCPU) &&
        fastpath_fault(&fault, type == SEL4_FAULT_VM ? words : &address,
                       type == SEL4_FAULT_VM ? SEL4_VM_FAULT_LENGTH : SEL4_VCPU_FAULT_LENGTH)) {
        host_fastpath_count++;
    } else {
        fault_raise(tcb, &fault);
        sched_run();
    }
    lock_release();
}

void host_enter(unsigned core)
{
    fake_play_core(core);
    lock_acquire();
    sched_run();
    lock_release();
}

uint64_t host_syscall(int64_t number, uint64_t cptr, const struct host_message *message)
{
    struct tcb *tcb = current_thread();
    uint64_t *buffer = ipc_buffer_of(tcb, true);

    tcb->context.x[0] = cptr;
    tcb->context.x[1] = message->label << SEL4_MSG_INFO_LABEL_SHIFT |
                        (uint64_t)message->cap_count << SEL4_MSG_INFO_EXTRA_CAPS_SHIFT |
                        message->length;
    for (unsigned i = 0; i < message->length; i++) {
        ipc_set_word(tcb, buffer, i, i < 12 ? message->word[i] : i);
    }
    for (unsigned i = 0; buffer && i < message->cap_count; i++) {
        buffer[SEL4_IPC_BUFFER_CAPS_WORD + i] = message->cap[i];
    }
    tcb->context.fault_ip = tcb->context.elr;
    tcb->context.elr += 4;
    lock_acquire();
    if (host_use_fastpath && take_fastpath(number, tcb)) {
        host_fastpath_count++;
    } else {
        syscall_handle(number);
    }
    lock_release();
    return tcb->context.x[1] >> SEL4_MSG_INFO_LABEL_SHIFT;
}

uint64_t host_call(uint64_t cptr, const struct host_message *message)
{
    return host_syscall(SEL4_SYS_CALL, cptr, message);
}

uint64_t host_word(unsigned i)
{
    struct tcb *tcb = current_thread();

    const uint64_t *buffer = ipc_buffer_of(tcb, false);

    return buffer || i < SEL4_MSG_FAST_REGISTERS ? ipc_word(tcb, buffer, i) : 0;
}

uint64_t host_retype(uint64_t untyped, uint64_t type, uint64_t size_bits, uint64_t slot,
                     uint64_t count)
{
    struct host_message message = {
        .label = UntypedRetype,
        .length = 6,
        .word = { type, size_bits, 0, 0, slot, count },
        .cap_count = 1,
        .cap = { SEL4_SLOT_INIT_CNODE },
    };

    return host_call(untyped, &message);
}

const char *host_check(void)
{
    const char *wrong = invariants_all();

    return wrong ? wrong : invariants_scheduler();
}
