/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls and invocations chosen by the fuzzer, performed by whatever thread the kernel runs.
 * After each one the kernel's invariants are checked; its own CHECKs abort.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arch/machine.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "object/ipc.h"
#include "object/irq.h"

#define SLOTS (1u << CONFIG_ROOT_CNODE_SIZE_BITS)

struct input {
    const uint8_t *data;
    size_t left;
};

static unsigned byte(struct input *input)
{
    if (input->left == 0) {
        return 0;
    }
    input->left--;
    return *input->data++;
}

/* The objects every run starts with, in the slots from the first free one on. */
static const struct {
    uint8_t type;
    uint8_t size_bits;
} prelude[] = {
    { SEL4_TYPE_TCB, 0 },          { SEL4_TYPE_TCB, 0 },        { SEL4_TYPE_TCB, 0 },
    { SEL4_TYPE_ENDPOINT, 0 },     { SEL4_TYPE_ENDPOINT, 0 },   { SEL4_TYPE_NOTIFICATION, 0 },
    { SEL4_TYPE_NOTIFICATION, 0 }, { SEL4_TYPE_CNODE, 3 },      { SEL4_TYPE_CNODE, 4 },
    { SEL4_TYPE_SMALL_PAGE, 0 },   { SEL4_TYPE_SMALL_PAGE, 0 }, { SEL4_TYPE_PAGE_TABLE, 0 },
    { SEL4_TYPE_PAGE_TABLE, 0 },   { SEL4_TYPE_PAGE_TABLE, 0 }, { SEL4_TYPE_VSPACE, 0 },
    { SEL4_TYPE_VCPU, 0 },         { SEL4_TYPE_UNTYPED, 12 },   { SEL4_TYPE_UNTYPED, 13 },
};
#define PRELUDE_COUNT (sizeof(prelude) / sizeof(prelude[0]))
#define POOL          32 /* slots that the run works in: the prelude's and free ones */

struct rule {
    uint8_t object;
    uint8_t cap_count;
    uint8_t word_count;
};
#define RULE(name, object_, caps_, words_) [name] = { SEL4_OBJ_##object_, caps_, words_ },
static const struct rule rules[SEL4_INVOCATION_COUNT + 1] = { SEL4_INVOCATIONS(RULE) };

static uint64_t any_slot(struct input *input)
{
    unsigned choice = byte(input);

    if (choice < 0xc0) {
        return host_free_slot + choice % POOL;
    }
    return choice < 0xe0 ? choice % 16 : choice % SLOTS;
}

static uint64_t any_word(struct input *input)
{
    static const uint64_t special[] = {
        0,     1,        2,          3,       4,          5,          7,
        12,    15,       64,         40,      0x1000,     0x10000000, 0x10001000,
        40960, 0x200000, 0x40000000, 1 << 20, 1ull << 40, 1ull << 44, ~0ull,
    };
    unsigned choice = byte(input);

    if (choice < 0x60) {
        return any_slot(input);
    }
    return special[choice % (sizeof(special) / sizeof(special[0]))];
}

/* Words in the places where slots and depths belong are slots and depths, more often than not. */
static void any_message(struct input *input, struct host_message *message)
{
    message->label = byte(input) % (SEL4_INVOCATION_COUNT + 2);
    message->length = 12;
    message->cap_count = 3;
    if (byte(input) < 0x10) {
        message->length = byte(input) % 13;
        message->cap_count = byte(input) % 4;
    }
    for (unsigned i = 0; i < 12; i++) {
        message->word[i] = any_word(input);
    }
    if (message->label <= SEL4_INVOCATION_COUNT && rules[message->label].object == SEL4_OBJ_CNODE) {
        message->word[0] = any_slot(input);
        message->word[1] = 64;
        message->word[2] = any_slot(input);
        message->word[3] = 64;
    }
    for (unsigned i = 0; i < message->cap_count; i++) {
        message->cap[i] = byte(input) & 1 ? any_slot(input) : 1 + byte(input) % 6;
    }
}

/* A capability that understands the label, if the choice falls on one. */
static uint64_t target_of(struct input *input, uint64_t label)
{
    static const uint8_t slots[] = {
        [SEL4_OBJ_UNTYPED] = 16,    [SEL4_OBJ_TCB] = 0,  [SEL4_OBJ_VSPACE] = 14,
        [SEL4_OBJ_PAGE_TABLE] = 11, [SEL4_OBJ_PAGE] = 9, [SEL4_OBJ_VCPU] = 15,
    };
    unsigned object = label <= SEL4_INVOCATION_COUNT ? rules[label].object : 0;

    switch (object) {
    case SEL4_OBJ_CNODE: return SEL4_SLOT_INIT_CNODE;
    case SEL4_OBJ_IRQ_CONTROL: return SEL4_SLOT_IRQ_CONTROL;
    case SEL4_OBJ_DOMAIN: return SEL4_SLOT_DOMAIN;
    case SEL4_OBJ_SMC: return SEL4_SLOT_SMC;
    case SEL4_OBJ_ASID_CONTROL: return SEL4_SLOT_ASID_CONTROL;
    case SEL4_OBJ_ASID_POOL: return SEL4_SLOT_INIT_ASID_POOL;
    default:
        return object < sizeof(slots) && byte(input) < 0xc0
                   ? host_free_slot + slots[object] + byte(input) % 2
                   : any_slot(input);
    }
}

static void retype(struct input *input)
{
    (void)host_retype(byte(input) & 1 ? host_untyped : host_free_slot + 16 + byte(input) % 2,
                      byte(input) % 12, 4 + byte(input) % 9,
                      host_free_slot + PRELUDE_COUNT + byte(input) % (POOL - PRELUDE_COUNT),
                      1 + byte(input) % 3);
}

/* Threads with the initial thread's spaces, the first one's faults going to an endpoint. */
static void start_threads(void)
{
    for (unsigned i = 0; i < 3; i++) {
        struct host_message space = {
            .label = TCBConfigure,
            .length = 4,
            .word = { host_free_slot + 3, 0, 0, 0 },
            .cap_count = 3,
            .cap = { SEL4_SLOT_INIT_CNODE, SEL4_SLOT_INIT_VSPACE, SEL4_SLOT_INIT_IPC_BUFFER },
        };
        struct host_message sched = {
            .label = TCBSetSchedParams,
            .length = 2,
            .word = { 250, 254 + (i == 2) },
            .cap_count = 1,
            .cap = { SEL4_SLOT_INIT_TCB },
        };
        struct host_message resume = { .label = TCBResume };

        space.word[3] = i == 0 ? 0 : host_info->ipc_buffer;
        (void)host_call(host_free_slot + i, &space);
        (void)host_call(host_free_slot + i, &sched);
        (void)host_call(host_free_slot + i, &resume);
#ifdef CONFIG_ENABLE_SMP_SUPPORT
        struct host_message affinity = { .label = TCBSetAffinity, .length = 1, .word = { i + 1 } };

        (void)host_call(host_free_slot + i, &affinity);
#endif
    }
}

static void begin(void)
{
    struct host_message assign = { .label = ARMASIDPoolAssign, .cap_count = 1 };

    host_boot();
    host_use_fastpath = false;
    for (unsigned i = 0; i < PRELUDE_COUNT; i++) {
        (void)host_retype(host_untyped, prelude[i].type, prelude[i].size_bits, host_free_slot + i,
                          1);
    }
    assign.cap[0] = host_free_slot + 14;
    (void)host_call(SEL4_SLOT_INIT_ASID_POOL, &assign);
    start_threads();
}

/* Nothing runs: an interrupt comes, or, if that woke nobody, the initial thread is resumed. */
static void wake_somebody(struct input *input)
{
    if (current_thread() != this_core()->idle) {
        return;
    }
    irq_deliver(40 + byte(input) % 4);
    sched_run();
    if (current_thread() == this_core()->idle && thread_is_stopped(host_root)) {
        thread_restart(host_root);
        sched_run();
    }
}

static void step(struct input *input)
{
    struct host_message message;
    unsigned choice = byte(input);

    fake_machine.irq_pending = (choice & 0x8f) == 0x8f;
    if ((choice & 0x7f) < 0x10) {
        retype(input);
    } else if ((choice & 0x7f) < 0x60) {
        any_message(input, &message);
        (void)host_call(target_of(input, message.label), &message);
    } else if ((choice & 0x7f) < 0x64) {
        static const uint8_t types[] = { SEL4_FAULT_VM, SEL4_FAULT_VCPU,
                                         SEL4_FAULT_USER_EXCEPTION };

        host_fault(types[byte(input) % 3], any_word(input));
    } else {
        any_message(input, &message);
        message.length = byte(input) % 8;
        message.cap_count = byte(input) % 8 ? 0 : message.cap_count;
        (void)host_syscall((choice & 0x7f) == 0x7f ? byte(input) : -(int64_t)(1 + choice % 9),
                           host_free_slot + byte(input) % 8, &message);
    }
    if (byte(input) < 8) {
        sched_tick();
        sched_run();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };

    begin();
    host_use_fastpath = byte(&input) & 1;
    while (input.left) {
        if (CONFIG_MAX_NUM_NODES > 1) {
            host_enter(byte(&input) % CONFIG_MAX_NUM_NODES);
        }
        if (current_thread() != this_core()->idle) {
            step(&input);
        }
        wake_somebody(&input);
        const char *wrong = host_check();

        if (wrong) {
            fprintf(stderr, "invariant broken: %s\n", wrong);
            abort();
        }
        if (CONFIG_MAX_NUM_NODES == 1 && current_thread() == cores[0].idle) {
            break;
        }
    }
    return 0;
}
