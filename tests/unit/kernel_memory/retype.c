/* SPDX-License-Identifier: BSD-2-Clause */
/* Retype: each type of object, device memory, what is left, and what is refused. */
#include <string.h>

#include "memory.h"

/* Each type: which capability comes out, aligned, zeroed, and accounted to the untyped. */
static void test_every_type(void)
{
    static const struct {
        const char *name;
        uint64_t type, size_bits;
        unsigned bits;
        enum cap_type cap;
        uint64_t param;
    } types[] = {
        { "untyped", SEL4_TYPE_UNTYPED, 4, 4, CAP_UNTYPED, 4 },
        { "TCB", SEL4_TYPE_TCB, 0, 11, CAP_TCB, 0 },
        { "endpoint", SEL4_TYPE_ENDPOINT, 0, 4, CAP_ENDPOINT, SEL4_RIGHTS_ALL },
        { "notification", SEL4_TYPE_NOTIFICATION, 0, 5, CAP_NOTIFICATION, 3 },
        { "CNode", SEL4_TYPE_CNODE, 1, 6, CAP_CNODE, 1 },
        { "VSpace", SEL4_TYPE_VSPACE, 0, 12, CAP_VSPACE, 0 },
        { "small page", SEL4_TYPE_SMALL_PAGE, 0, 12, CAP_FRAME, 0 | CAP_FRAME_READ_WRITE << 2 },
        { "page table", SEL4_TYPE_PAGE_TABLE, 0, 12, CAP_TABLE, 0 },
        { "VCPU", SEL4_TYPE_VCPU, 0, 12, CAP_VCPU, 0 },
    };

    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        scene_begin(false);
        uint64_t parent = scene_make(SEL4_TYPE_UNTYPED, 16);
        uint64_t size = 1ull << types[i].bits;
        uint64_t slot = scene_slot();

        (void)scene_slot();
        memset(scene_object(parent), 0xff, 1 << 16);
        host_slot(parent)->cap.data = 1 << 16; /* as after a revoke: all is dirty */
        TAP_OK(host_retype(parent, types[i].type, types[i].size_bits, slot, 2) == 0 &&
                   cap_type(cap_at(slot)) == types[i].cap &&
                   cap_param(cap_at(slot)) == types[i].param &&
                   cap_address(cap_at(slot)) == cap_address(cap_at(parent)) &&
                   cap_at(slot).data == 0 && cap_at(slot + 1).data == 0 &&
                   cap_address(cap_at(slot + 1)) == cap_address(cap_at(parent)) + size &&
                   cap_at(parent).data == 2 * size,
               "retype: two of type %s, one after the other", types[i].name);
        const uint64_t *end = (const uint64_t *)((uint8_t *)scene_object(slot) + 2 * size);

        TAP_OK(end[0] == 0 && end[4] == 0, "retype: the rest was zeroed before");
        TAP_OK(scene_delete(slot) == 0 && scene_delete(slot + 1) == 0 &&
                   host_retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 1) == 0 &&
                   cap_at(parent).data == 16,
               "retype: after the last child went, from the start again");
        scene_check(types[i].name);
    }
}

static void test_device_memory(void)
{
    static const struct {
        uint64_t type;
        unsigned bits;
    } frames[] = { { SEL4_TYPE_SMALL_PAGE, 12 },
                   { SEL4_TYPE_LARGE_PAGE, 21 },
                   { SEL4_TYPE_HUGE_PAGE, 30 } };

    for (unsigned i = 0; i < 3; i++) {
        scene_begin(false);
        uint64_t slot = scene_slot();
        uint64_t cleared = fake_machine.cleared_bytes;

        TAP_OK(host_retype(host_device, frames[i].type, 0, slot, 1) == 0 &&
                   cap_frame_is_device(cap_at(slot)) &&
                   cap_frame_bits(cap_at(slot)) == frames[i].bits &&
                   cap_address(cap_at(slot)) == cap_address(cap_at(host_device)),
               "device memory: a frame of %u bits", frames[i].bits);
        (void)scene_delete(slot);
        TAP_OK(host_retype(host_device, SEL4_TYPE_UNTYPED, 12, slot, 1) == 0 &&
                   cap_untyped_is_device(cap_at(slot)) && cap_at(host_device).data == 4096 &&
                   fake_machine.cleared_bytes == cleared,
               "device memory: an untyped of it, never zeroed");
        scene_check("device memory");
    }
}

static void test_watermark(void)
{
    scene_begin(false);
    uint64_t parent = scene_make(SEL4_TYPE_UNTYPED, 14);
    uint64_t base = cap_address(cap_at(parent));
    uint64_t slot = scene_slot();
    uint64_t more = scene_slot();
    struct host_message ask = { .label = UntypedRetype,
                                .length = 6,
                                .word = { SEL4_TYPE_SMALL_PAGE, 0, 0, 0, 0, 4 },
                                .cap_count = 1,
                                .cap = { ROOT } };

    (void)scene_slot(), (void)scene_slot(), (void)scene_slot();
    TAP_OK(host_retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 1) == 0 &&
               host_retype(parent, SEL4_TYPE_SMALL_PAGE, 0, more, 1) == 0 &&
               cap_address(cap_at(more)) == base + 4096 && cap_at(parent).data == 8192,
           "retype: rounds up to the object's size");
    ask.word[4] = more + 1;
    TAP_OK(REFUSES(parent, &ask, SEL4_NOT_ENOUGH_MEMORY, 8192),
           "retype: says how many bytes are left");
    (void)scene_delete(slot);
    TAP_OK(REFUSES(parent, &ask, SEL4_NOT_ENOUGH_MEMORY, 8192),
           "retype: deleting one child gives nothing back");
    (void)scene_delete(more);
    TAP_OK(host_call(parent, &ask) == 0 && cap_at(parent).data == 1 << 14,
           "retype: deleting the last one gives all back");
    scene_check("watermark");
}

static void test_small_untyped(void)
{
    scene_begin(false);
    uint64_t parent = scene_make(SEL4_TYPE_UNTYPED, 5);
    uint64_t slot = scene_slot();
    uint64_t copy = scene_slot();
    uint64_t *words = scene_object(parent);

    TAP_OK(host_call(ROOT,
                     MESSAGE(.label = CNodeCopy, .length = 5, .word = { copy, 64, parent, 64, 15 },
                             .cap_count = 1, .cap = { ROOT })) == 0 &&
               cap_at(parent).data == 32,
           "copy: an untyped without children; both never hand out the same memory");
    TAP_OK(REFUSES(parent,
                   MESSAGE(.label = UntypedRetype, .length = 6,
                           .word = { SEL4_TYPE_ENDPOINT, 0, 0, 0, slot, 1 }, .cap_count = 1,
                           .cap = { ROOT }),
                   SEL4_NOT_ENOUGH_MEMORY, 0),
           "retype: nothing is left in the copied one");
    (void)scene_delete(copy);
    words[3] = ~0ull;
    TAP_OK(host_retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 2) == 0 && words[3] == 0,
           "retype: memory below the zeroing step is zeroed whole");
    scene_check("small untyped");
}

static void test_window(void)
{
    scene_begin(false);
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 2);
    struct slot *slots = scene_object(cnode);
    struct host_message ask = { .label = UntypedRetype,
                                .length = 6,
                                .word = { SEL4_TYPE_ENDPOINT, 0, cnode, 64, 1, 3 },
                                .cap_count = 1,
                                .cap = { ROOT } };

    TAP_OK(host_call(host_untyped, &ask) == 0 && slot_is_empty(&slots[0]) &&
               !slot_is_empty(&slots[1]) && !slot_is_empty(&slots[3]),
           "retype: into a window of a CNode that a path names");
    ask.word[4] = 0;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_DELETE_FIRST),
           "retype: all slots of the window are empty");
    ask.word[5] = 5;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_RANGE_ERROR, 1, 4),
           "retype: the window fits the CNode");
    ask.word[4] = 4;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_RANGE_ERROR, 0, 3), "retype: offset in the CNode");
    ask.word[4] = 0;
    ask.word[5] = 257;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_RANGE_ERROR, 1, 256), "retype: fan-out limit");
    ask.word[5] = 0;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_RANGE_ERROR, 1, 256), "retype: at least one");
    ask.word[5] = 1;
    ask.word[3] = 65;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_RANGE_ERROR, 1, 64), "retype: depth");
    ask.word[2] = scene_slot();
    ask.word[3] = 64;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 64),
           "retype: the path leads to a CNode");
    ask.word[2] = 1ull << 60;
    TAP_OK(
        REFUSES(host_untyped, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_GUARD_MISMATCH, 64, 0, 56),
        "retype: the path resolves");
    ask.cap[0] = host_untyped;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "retype: the path starts at a CNode");
    ask.word[3] = 0;
    TAP_OK(REFUSES(host_untyped, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 0),
           "retype: the root itself is a CNode");
    scene_check("window");
}

static void test_type_arguments(void)
{
    static const struct {
        const char *what;
        uint64_t type, size_bits;
        uint64_t error[3];
        unsigned count;
    } cases[] = {
        { "no such type", 11, 0, { SEL4_INVALID_ARGUMENT, 0 }, 2 },
        { "an untyped of 48 bits", SEL4_TYPE_UNTYPED, 48, { SEL4_RANGE_ERROR, 0, 47 }, 3 },
        { "a CNode of 43 bits", SEL4_TYPE_CNODE, 43, { SEL4_RANGE_ERROR, 0, 47 }, 3 },
        { "a size beyond a word", SEL4_TYPE_ENDPOINT, 64, { SEL4_RANGE_ERROR, 0, 47 }, 3 },
        { "a size that wraps", SEL4_TYPE_CNODE, ~0ull, { SEL4_RANGE_ERROR, 0, 47 }, 3 },
        { "a CNode of one slot", SEL4_TYPE_CNODE, 0, { SEL4_INVALID_ARGUMENT, 1 }, 2 },
        { "an untyped of 8 bytes", SEL4_TYPE_UNTYPED, 3, { SEL4_INVALID_ARGUMENT, 1 }, 2 },
        { "2 MiB out of less", SEL4_TYPE_LARGE_PAGE, 0, { SEL4_NOT_ENOUGH_MEMORY, 1 << 16 }, 2 },
        { "the largest size out of less",
          SEL4_TYPE_UNTYPED,
          47,
          { SEL4_NOT_ENOUGH_MEMORY, 1 << 16 },
          2 },
        { "1 GiB out of less", SEL4_TYPE_HUGE_PAGE, 0, { SEL4_NOT_ENOUGH_MEMORY, 1 << 16 }, 2 },
    };

    scene_begin(false);
    uint64_t parent = scene_make(SEL4_TYPE_UNTYPED, 16);
    uint64_t slot = scene_slot();

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TAP_OK(scene_refuses(parent,
                             MESSAGE(.label = UntypedRetype, .length = 6,
                                     .word = { cases[i].type, cases[i].size_bits, 0, 0, slot, 1 },
                                     .cap_count = 1, .cap = { ROOT }),
                             cases[i].count, cases[i].error),
               "retype: refuses %s", cases[i].what);
    }
    TAP_OK(REFUSES(host_device,
                   MESSAGE(.label = UntypedRetype, .length = 6,
                           .word = { SEL4_TYPE_ENDPOINT, 0, 0, 0, slot, 1 }, .cap_count = 1,
                           .cap = { ROOT }),
                   SEL4_INVALID_ARGUMENT, 1),
           "retype: no kernel object in device memory");
    scene_check("arguments");
}

void play_retype(void)
{
    test_every_type();
    test_device_memory();
    test_watermark();
    test_small_untyped();
    test_window();
    test_type_arguments();
}
