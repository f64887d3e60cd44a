/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where memory comes from and where it is mapped: Retype, ASID pools, tables, frames, and what
 * deleting each of them does. Source: sel4-abi 5, 6.1, 6.6, 8.
 */
#include <string.h>

#include "kernel_scene.h"
#include "object/asid.h"
#include "object/table.h"

#define VSPACE SEL4_SLOT_INIT_VSPACE
#define BASE   (1ull << 41)

static struct cap cap_at(uint64_t slot)
{
    return host_slot(slot)->cap;
}

/* ---- Allocation ---- */

static uint64_t retype(uint64_t untyped, uint64_t type, uint64_t size_bits, uint64_t slot,
                       uint64_t count)
{
    return host_retype(untyped, type, size_bits, slot, count);
}

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
        TAP_OK(retype(parent, types[i].type, types[i].size_bits, slot, 2) == 0 &&
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
                   retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 1) == 0 && cap_at(parent).data == 16,
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

        TAP_OK(retype(host_device, frames[i].type, 0, slot, 1) == 0 &&
                   cap_frame_is_device(cap_at(slot)) &&
                   cap_frame_bits(cap_at(slot)) == frames[i].bits &&
                   cap_address(cap_at(slot)) == cap_address(cap_at(host_device)),
               "device memory: a frame of %u bits", frames[i].bits);
        (void)scene_delete(slot);
        TAP_OK(retype(host_device, SEL4_TYPE_UNTYPED, 12, slot, 1) == 0 &&
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
    TAP_OK(retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 1) == 0 &&
               retype(parent, SEL4_TYPE_SMALL_PAGE, 0, more, 1) == 0 &&
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
    TAP_OK(retype(parent, SEL4_TYPE_ENDPOINT, 0, slot, 2) == 0 && words[3] == 0,
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

/* ---- ASID pools ---- */

static uint64_t make_pool(uint64_t untyped, uint64_t dest)
{
    return host_call(SEL4_SLOT_ASID_CONTROL,
                     MESSAGE(.label = ARMASIDControlMakePool, .length = 2, .word = { dest, 64 },
                             .cap_count = 2, .cap = { untyped, ROOT }));
}

static uint64_t assign(uint64_t pool, uint64_t vspace)
{
    return host_call(pool, MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
}

static void test_make_pool(void)
{
    scene_begin(false);
    uint64_t memory = scene_make(SEL4_TYPE_UNTYPED, 12);
    uint64_t small = scene_make(SEL4_TYPE_UNTYPED, 11);
    uint64_t parent = scene_make(SEL4_TYPE_UNTYPED, 12);
    uint64_t device = scene_slot();
    uint64_t dest = scene_slot();
    uint64_t child = scene_slot();
    struct host_message ask = { .label = ARMASIDControlMakePool,
                                .length = 2,
                                .word = { dest, 64 },
                                .cap_count = 2,
                                .cap = { small, ROOT } };
    const uint64_t wrong[] = { small, device, scene_make(SEL4_TYPE_SMALL_PAGE, 0) };

    (void)retype(host_device, SEL4_TYPE_UNTYPED, 12, device, 1);
    (void)retype(parent, SEL4_TYPE_ENDPOINT, 0, child, 1);
    for (unsigned i = 0; i < 3; i++) {
        ask.cap[0] = wrong[i];
        TAP_OK(REFUSES(SEL4_SLOT_ASID_CONTROL, &ask, SEL4_INVALID_CAPABILITY, 1), "pool: not of %s",
               i == 0   ? "2 KiB"
               : i == 1 ? "device memory"
                        : "a frame");
    }
    ask.cap[0] = parent;
    TAP_OK(REFUSES(SEL4_SLOT_ASID_CONTROL, &ask, SEL4_REVOKE_FIRST), "pool: not of memory in use");
    ask.cap[0] = memory;
    ask.word[0] = small;
    TAP_OK(REFUSES(SEL4_SLOT_ASID_CONTROL, &ask, SEL4_DELETE_FIRST), "pool: occupied slot");
    ask.cap[1] = small;
    TAP_OK(REFUSES(SEL4_SLOT_ASID_CONTROL, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "pool: the destination is no CNode");
    memset(scene_object(memory), 0xff, 4096);
    TAP_OK(make_pool(memory, dest) == 0 && cap_type(cap_at(dest)) == CAP_ASID_POOL &&
               cap_at(dest).data == 512 && asid_pools[1] == scene_object(memory) &&
               asid_pools[1]->entry[511] == 0 && cap_at(memory).data == 4096,
           "pool: made of the whole untyped, empty");
    TAP_OK(slot_is_parent(host_slot(memory), host_slot(dest)), "pool: a child of the untyped");
    TAP_OK(scene_revoke(memory) == 0 && slot_is_empty(host_slot(dest)) && !asid_pools[1],
           "revoke: the pool goes");
    scene_check("make pool");
}

static void test_no_pool_left(void)
{
    scene_begin(false);
    uint64_t memory = scene_make(SEL4_TYPE_UNTYPED, 12);
    static struct asid_pool full;

    for (unsigned i = 1; i < ASID_POOL_COUNT; i++) {
        asid_pools[i] = &full;
    }
    TAP_OK(REFUSES(SEL4_SLOT_ASID_CONTROL,
                   MESSAGE(.label = ARMASIDControlMakePool, .length = 2,
                           .word = { scene_slot(), 64 }, .cap_count = 2, .cap = { memory, ROOT }),
                   SEL4_DELETE_FIRST),
           "pool: there are 128");
}

static void test_assign(void)
{
    scene_begin(false);
    uint64_t vspace = scene_make(SEL4_TYPE_VSPACE, 0);
    struct host_message ask = { .label = ARMASIDPoolAssign, .cap_count = 1, .cap = { ROOT } };
    struct asid_pool *pool = scene_object(SEL4_SLOT_INIT_ASID_POOL);

    TAP_OK(REFUSES(SEL4_SLOT_INIT_ASID_POOL, &ask, SEL4_INVALID_CAPABILITY, 1),
           "assign: to a VSpace");
    ask.cap[0] = VSPACE;
    TAP_OK(REFUSES(SEL4_SLOT_INIT_ASID_POOL, &ask, SEL4_INVALID_CAPABILITY, 1), "assign: once");
    ask.cap[0] = vspace;
    for (unsigned i = 2; i < ASID_POOL_ENTRIES; i++) {
        pool->entry[i] = 1ull << 12;
    }
    TAP_OK(REFUSES(SEL4_SLOT_INIT_ASID_POOL, &ask, SEL4_DELETE_FIRST),
           "assign: 511 of the first pool");
    pool->entry[511] = 0;
    TAP_OK(assign(SEL4_SLOT_INIT_ASID_POOL, vspace) == 0 && cap_asid(cap_at(vspace)) == 511 &&
               asid_root(511) == scene_object(vspace),
           "assign: the free one");
    TAP_OK(scene_delete(vspace) == 0 && pool->entry[511] == 0, "delete: the ASID is free again");
    memset(&pool->entry[2], 0, sizeof(pool->entry[0]) * 510);
    vspace = scene_make(SEL4_TYPE_VSPACE, 0);
    TAP_OK(scene_delete(vspace) == 0, "delete: a VSpace without ASID");
    scene_check("assign");
}

/* The VMID of a deleted space serves the next one; one in use is never taken while others are free. */
static void test_vmids_are_freed(void)
{
    scene_begin(false);
    for (unsigned i = 2; i < 256; i++) {
        asid_assign(asid_pools[0], i, 1ull << 12);
        (void)asid_give_vmid(&asid_pools[0]->entry[i]);
    }
    TAP_OK(fake_machine.vmid_flushes == 0, "VMIDs: 254 beside the running one, none taken away");
    for (unsigned i = 100; i < 110; i++) {
        asid_free(i, 1ull << 12);
    }
    TAP_OK(fake_machine.vmid_flushes == 10, "VMIDs: a deleted space is flushed");
    for (unsigned i = 300; i < 310; i++) {
        asid_assign(asid_pools[0], i, 1ull << 12);
        (void)asid_give_vmid(&asid_pools[0]->entry[i]);
    }
    TAP_OK(fake_machine.vmid_flushes == 10, "VMIDs: those that became free are used first");
    asid_assign(asid_pools[0], 400, 1ull << 12);
    (void)asid_give_vmid(&asid_pools[0]->entry[400]);
    TAP_OK(fake_machine.vmid_flushes == 11, "VMIDs: then one is taken away, and flushed");
}

/* An address space in a pool of its own, with one mapped page; returns the pool's slot. */
struct space {
    uint64_t pool, vspace, tables[3], frame;
};

static uint64_t map(uint64_t cap, uint64_t label, uint64_t vspace, uint64_t address,
                    uint64_t rights)
{
    return host_call(cap,
                     MESSAGE(.label = label, .length = 3,
                             .word = { address, label == ARMPageTableMap ? SEL4_VM_DEFAULT : rights,
                                       SEL4_VM_DEFAULT },
                             .cap_count = 1, .cap = { vspace }));
}

static struct space make_space(void)
{
    struct space space = { .pool = scene_slot() };

    (void)make_pool(scene_make(SEL4_TYPE_UNTYPED, 12), space.pool);
    space.vspace = scene_make(SEL4_TYPE_VSPACE, 0);
    (void)assign(space.pool, space.vspace);
    for (unsigned i = 0; i < 3; i++) {
        space.tables[i] = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
        (void)map(space.tables[i], ARMPageTableMap, space.vspace, BASE, 0);
    }
    space.frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0);
    TAP_OK(map(space.frame, ARMPageMap, space.vspace, BASE, 3) == 0,
           "map: a page in a space of its own");
    return space;
}

static uint64_t entry_of(uint64_t vspace, uint64_t address, unsigned *bits)
{
    return *vspace_walk(scene_object(vspace), address, bits);
}

/* ---- After the pool or a table is gone ---- */

static void test_pool_deleted(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0);
    uint64_t table = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
    struct host_message ask = { .label = ARMPageMap,
                                .length = 3,
                                .word = { BASE + 4096, 3, 3 },
                                .cap_count = 1,
                                .cap = { space.vspace } };
    struct actor thread = scene_thread(255, 0);

    (void)host_call(thread.cap, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                        .cap = { ROOT, space.vspace }));
    scene_run(thread.tcb);
    unsigned flushes = fake_machine.vmid_flushes;

    TAP_OK(this_core()->arch.translation && scene_delete(space.pool) == 0 && !asid_pools[1] &&
               this_core()->arch.translation == 0 && fake_machine.vmid_flushes == flushes + 1,
           "delete: a pool takes the address spaces from their threads, at once");
    TAP_OK(REFUSES(frame, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "map: a page, without pool");
    ask.label = ARMPageTableMap;
    TAP_OK(REFUSES(table, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "map: a table, without pool");
    ask.word[1] = BASE + 8192;
    ask.label = ARMVSpaceClean_Data;
    TAP_OK(REFUSES(space.vspace, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "cache, without pool");
    TAP_OK(host_call(space.frame, MESSAGE(.label = ARMPageUnmap)) == 0 &&
               cap_asid(cap_at(space.frame)) == 0 &&
               (entry_of(space.vspace, BASE, &bits) & PTE_VALID),
           "unmap: nothing is left to be done");
    TAP_OK(scene_delete(space.tables[2]) == 0 && scene_revoke(space.vspace) == 0 &&
               scene_delete(space.vspace) == 0,
           "delete: neither here");
    scene_check("pool deleted");
}

/*
 * A capability to a pool that is gone, or whose place another has. Deleting a pool takes the last
 * capability to it along, so only the test can make this.
 */
static void test_pool_not_there(void)
{
    scene_begin(false);
    uint64_t slot = scene_slot();
    uint64_t vspace = scene_make(SEL4_TYPE_VSPACE, 0);
    const struct host_message *ask =
        MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace });

    (void)make_pool(scene_make(SEL4_TYPE_UNTYPED, 12), slot);
    struct asid_pool *pool = asid_pools[1];

    asid_pools[1] = NULL;
    TAP_OK(REFUSES(slot, ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "assign: the pool is gone");
    asid_pools[1] = asid_pools[0];
    TAP_OK(REFUSES(slot, ask, SEL4_INVALID_CAPABILITY, 0), "assign: another pool is in its place");
    TAP_OK(scene_delete(slot) == 0 && asid_pools[1] == asid_pools[0] && pool->entry[0] == 0,
           "delete: what is not in its place is left alone");
    asid_pools[1] = NULL;
    scene_check("pool not there");
}

/* A pool goes in steps of some ASIDs each, between which interrupts are served. */
static void test_pool_deleted_in_steps(void)
{
    scene_begin(false);
    uint64_t slot = scene_slot();
    unsigned calls = 0;
    unsigned left;

    (void)make_pool(scene_make(SEL4_TYPE_UNTYPED, 12), slot);
    for (unsigned i = 0; i < 20; i++) {
        (void)assign(slot, scene_make(SEL4_TYPE_VSPACE, 0));
    }
    struct asid_pool *pool = scene_object(slot);

    fake_machine.irq_pending = true;
    do {
        host_root->context.elr = 0x1000;
        (void)scene_delete(slot);
        left = 0;
        for (unsigned i = 0; i < ASID_POOL_ENTRIES; i++) {
            left += pool->entry[i] != 0;
        }
        calls++;
        TAP_OK(host_root->context.elr != 0x1000 || (left == 4 && asid_pools[1] == pool),
               "delete: a pool that is not empty yet is still there");
    } while (host_root->context.elr == 0x1000 && calls < 10);
    fake_machine.irq_pending = false;
    TAP_OK(calls == 2 && left == 0 && !asid_pools[1] && slot_is_empty(host_slot(slot)),
           "delete: a pool of 20 ASIDs goes in two steps");
    scene_check("pool deleted in steps");
}

/* The ASID of a dead space is given to another one: the old capabilities do not reach it. */
static void test_asid_reused(void)
{
    unsigned bits;

    scene_begin(false);
    struct space old = make_space();
    uint64_t asid = cap_asid(cap_at(old.vspace));
    struct host_message ask = { .label = ARMPageMap,
                                .length = 3,
                                .word = { BASE + 4096, 3, 3 },
                                .cap_count = 1,
                                .cap = { old.vspace } };
    uint64_t frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    (void)scene_delete(old.pool);
    struct space new = make_space();

    TAP_OK(cap_asid(cap_at(new.vspace)) == asid, "the ASID is used again");
    TAP_OK(REFUSES(frame, &ask, SEL4_INVALID_CAPABILITY, 1), "map: the old VSpace names nothing");
    ask.label = ARMVSpaceClean_Data;
    ask.word[1] = BASE + 8192;
    TAP_OK(REFUSES(old.vspace, &ask, SEL4_INVALID_CAPABILITY, 0), "cache: neither");
    TAP_OK(host_call(old.frame, MESSAGE(.label = ARMPageUnmap)) == 0 &&
               scene_delete(old.tables[2]) == 0 && scene_delete(old.vspace) == 0 &&
               (entry_of(new.vspace, BASE, &bits) & PTE_VALID) && bits == 12 &&
               asid_root(asid) == scene_object(new.vspace),
           "unmap and delete: the new space keeps its page, table and ASID");
    scene_check("ASID reused");
}

static void test_tables_deleted(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t ask_frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    TAP_OK(scene_delete(space.tables[1]) == 0 && (entry_of(space.vspace, BASE, &bits), bits == 30),
           "delete: a table takes what is below out of reach");
    TAP_OK(cap_asid(cap_at(space.frame)) != 0, "and frame capabilities stay marked as mapped");
    TAP_OK(REFUSES(ask_frame,
                   MESSAGE(.label = ARMPageMap, .length = 3, .word = { BASE, 3, 3 }, .cap_count = 1,
                           .cap = { space.vspace }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 30),
           "map: the level is missing");
    TAP_OK(scene_delete(space.tables[2]) == 0 &&
               host_call(space.frame, MESSAGE(.label = ARMPageUnmap)) == 0 &&
               cap_asid(cap_at(space.frame)) == 0,
           "delete, unmap: below a missing table");
    scene_check("tables deleted");
}

static void test_table_unmap(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t copy = scene_mint(space.tables[2], 15, 0);
    uint64_t fresh = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
    const struct host_message *unmap = MESSAGE(.label = ARMPageTableUnmap);

    TAP_OK(REFUSES(space.tables[2], unmap, SEL4_REVOKE_FIRST), "unmap: a table with copies stays");
    (void)scene_delete(copy);
    TAP_OK(host_call(space.tables[2], unmap) == 0 && cap_at(space.tables[2]).data == 0 &&
               (entry_of(space.vspace, BASE, &bits), bits == 21) &&
               *(uint64_t *)scene_object(space.tables[2]) == 0,
           "unmap: out of the space, and empty");
    TAP_OK(host_call(fresh, unmap) == 0, "unmap: one that is not mapped");
    TAP_OK(map(space.tables[2], ARMPageTableMap, space.vspace, BASE + (1 << 21), 0) == 0 &&
               cap_mapped_address(cap_at(space.tables[2])) == BASE + (1 << 21),
           "map: elsewhere then");
    (void)host_call(space.frame, MESSAGE(.label = ARMPageUnmap));
    scene_check("table unmap");
}

static void test_table_map_refusals(void)
{
    scene_begin(false);
    struct space space = make_space();
    uint64_t table = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
    uint64_t frame = scene_make(SEL4_TYPE_SMALL_PAGE, 0);
    uint64_t bare = scene_make(SEL4_TYPE_VSPACE, 0);
    struct host_message ask = { .label = ARMPageTableMap,
                                .length = 2,
                                .word = { BASE, 3 },
                                .cap_count = 1,
                                .cap = { space.vspace } };

    TAP_OK(REFUSES(space.tables[0], &ask, SEL4_INVALID_CAPABILITY, 0), "table map: mapped already");
    TAP_OK(REFUSES(table, &ask, SEL4_DELETE_FIRST), "table map: all levels are there");
    ask.word[0] = 1ull << 44;
    TAP_OK(REFUSES(table, &ask, SEL4_INVALID_ARGUMENT, 0), "table map: beyond user space");
    ask.cap[0] = bare;
    TAP_OK(REFUSES(table, &ask, SEL4_INVALID_CAPABILITY, 1), "table map: a VSpace without ASID");
    ask.cap[0] = frame;
    TAP_OK(REFUSES(table, &ask, SEL4_INVALID_CAPABILITY, 1), "table map: no VSpace");
    scene_check("table map");
}

/* A large page in RAM is beyond the host's memory: a block entry is made by hand. */
static void test_block_in_the_way(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t table = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
    uint64_t large = scene_slot();
    uint64_t huge = scene_slot();

    (void)retype(host_device, SEL4_TYPE_LARGE_PAGE, 0, large, 1);
    TAP_OK(map(large, ARMPageMap, space.vspace, BASE + (1 << 21), 3) == 0 &&
               (entry_of(space.vspace, BASE + (1 << 21), &bits) & 3) == PTE_VALID && bits == 21,
           "map: 2 MiB as a block");
    TAP_OK(REFUSES(table,
                   MESSAGE(.label = ARMPageTableMap, .length = 2, .word = { BASE + (1 << 21), 3 },
                           .cap_count = 1, .cap = { space.vspace }),
                   SEL4_DELETE_FIRST),
           "table map: a page is in the way");
    TAP_OK(REFUSES(large,
                   MESSAGE(.label = ARMPageMap, .length = 3, .word = { BASE, 3, 3 }, .cap_count = 1,
                           .cap = { space.vspace }),
                   SEL4_INVALID_ARGUMENT, 0),
           "map: mapped at another address");
    (void)host_call(large, MESSAGE(.label = ARMPageUnmap));
    TAP_OK(entry_of(space.vspace, BASE + (1 << 21), &bits) == 0, "unmap: the block");
    TAP_OK(REFUSES(large,
                   MESSAGE(.label = ARMPageMap, .length = 3, .word = { BASE, 3, 3 }, .cap_count = 1,
                           .cap = { space.vspace }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 12),
           "map: a table is in the way");
    TAP_OK(REFUSES(large,
                   MESSAGE(.label = ARMPageMap, .length = 3, .word = { (1ull << 44), 3, 3 },
                           .cap_count = 1, .cap = { space.vspace }),
                   SEL4_INVALID_ARGUMENT, 0),
           "map: beyond user space");
    (void)scene_delete(large);
    (void)retype(host_device, SEL4_TYPE_HUGE_PAGE, 0, huge, 1);
    TAP_OK(map(huge, ARMPageMap, space.vspace, BASE + (1 << 30), 3) == 0 &&
               scene_delete(huge) == 0 && entry_of(space.vspace, BASE + (1 << 30), &bits) == 0 &&
               bits == 30,
           "map: 1 GiB as a block, gone with its capability");
    scene_check("blocks");
}

/* ---- Frames ---- */

static void test_frame_rights(void)
{
    static const struct {
        unsigned rights, s2ap;
    } cases[] = { { 3, 3 }, { 2, 1 }, { 1, 0 }, { 0, 0 }, { 15, 3 } };
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    unsigned flushes = fake_machine.page_flushes;

    asid_give_vmid(asid_entry(cap_asid(cap_at(space.vspace))));
    for (unsigned i = 0; i < 5; i++) {
        TAP_OK(map(space.frame, ARMPageMap, space.vspace, BASE, cases[i].rights) == 0 &&
                   (entry_of(space.vspace, BASE, &bits) >> PTE_S2AP_SHIFT & 3) == cases[i].s2ap,
               "map: rights %u become access %u", cases[i].rights, cases[i].s2ap);
    }
    TAP_OK(fake_machine.page_flushes == flushes + 5 && fake_machine.last_flushed_page == BASE,
           "map: a change of a mapping flushes it");
    (void)host_call(space.frame, MESSAGE(.label = ARMPageMap, .length = 3,
                                         .word = { BASE, 3, SEL4_VM_EXECUTE_NEVER }, .cap_count = 1,
                                         .cap = { space.vspace }));
    uint64_t entry = entry_of(space.vspace, BASE, &bits);

    TAP_OK((entry & PTE_XN) && !(entry & PTE_MEMATTR_NORMAL), "map: execute never, device memory");
    uint64_t reader = scene_mint(space.frame, SEL4_RIGHT_READ, 0);
    uint64_t none = scene_mint(space.frame, SEL4_RIGHT_WRITE, 0);

    (void)map(space.frame, ARMPageMap, space.vspace, BASE, 3);
    entry = entry_of(space.vspace, BASE, &bits);
    TAP_OK((entry & PTE_MEMATTR_NORMAL) == PTE_MEMATTR_NORMAL && !(entry & PTE_XN) &&
               (entry & PTE_AF),
           "map: by default cacheable memory that may be executed");
    TAP_OK(cap_frame_access(cap_at(none)) == CAP_FRAME_NO_ACCESS,
           "mint: write without read is no access");
    TAP_OK(map(reader, ARMPageMap, space.vspace, BASE + 4096, 3) == 0 &&
               (entry_of(space.vspace, BASE + 4096, &bits) >> PTE_S2AP_SHIFT & 3) == 1 &&
               map(none, ARMPageMap, space.vspace, BASE + 8192, 3) == 0 &&
               (entry_of(space.vspace, BASE + 8192, &bits) >> PTE_S2AP_SHIFT & 3) == 0,
           "map: never more than the capability's rights");
    scene_check("frame rights");
}

static void test_frame_replaced(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t second = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    TAP_OK(map(second, ARMPageMap, space.vspace, BASE, 3) == 0, "map: over another frame");
    TAP_OK(scene_delete(space.frame) == 0 && (entry_of(space.vspace, BASE, &bits) & PTE_VALID),
           "delete: the replaced frame leaves the new mapping alone");
    uint64_t third = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    (void)map(third, ARMPageMap, space.vspace, BASE, 3);
    (void)scene_delete(third);
    TAP_OK(host_call(second, MESSAGE(.label = ARMPageUnmap)) == 0 &&
               entry_of(space.vspace, BASE, &bits) == 0 && cap_at(second).data == 0,
           "unmap: what replaced it is gone too");
    scene_check("frame replaced");
}

static void test_cache(void)
{
    scene_begin(false);
    struct space space = make_space();
    uint64_t copy = scene_mint(space.frame, 15, 0);
    uint64_t device = scene_slot();
    struct host_message ask = { .label = ARMPageClean_Data, .length = 2, .word = { 0, 4096 } };

    for (unsigned i = 0; i < 4; i++) {
        ask.label = ARMPageClean_Data + i;
        fake_machine.cache_bytes = 0;
        TAP_OK(host_call(space.frame, &ask) == 0 && fake_machine.cache_bytes == 4096 &&
                   fake_machine.last_cache_operation == i,
               "cache: operation %u on a page", i);
        TAP_OK(REFUSES(copy, &ask, SEL4_ILLEGAL_OPERATION),
               "cache: not on a frame that is not mapped");
        ask.label = ARMVSpaceClean_Data + i;
        ask.word[0] = BASE + 64;
        ask.word[1] = BASE + 128;
        fake_machine.cache_bytes = 0;
        TAP_OK(host_call(space.vspace, &ask) == 0 && fake_machine.cache_bytes == 64 &&
                   fake_machine.last_cache_operation == i,
               "cache: operation %u by address", i);
        ask.word[0] = 0;
        ask.word[1] = 4096;
    }
    ask.label = ARMPageClean_Data;
    ask.word[1] = 0;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 1), "cache: empty range");
    ask.word[1] = 4097;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 0), "cache: end outside");
    ask.word[0] = 4096;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 0), "cache: start outside");
    (void)retype(host_device, SEL4_TYPE_SMALL_PAGE, 0, device, 1);
    (void)map(device, ARMPageMap, space.vspace, BASE + 4096, 3);
    fake_machine.window_bytes = HOST_DEVICE_BASE;
    ask.word[0] = 0;
    ask.word[1] = 64;
    TAP_OK(REFUSES(device, &ask, SEL4_ILLEGAL_OPERATION),
           "cache: not where the kernel has no window");
    fake_machine.cache_bytes = 0;
    TAP_OK(host_call(space.vspace, MESSAGE(.label = ARMVSpaceClean_Data, .length = 2,
                                           .word = { BASE + 4096, BASE + 4160 })) == 0 &&
               fake_machine.cache_bytes == 0,
           "cache: by address, there it does nothing");
    fake_machine.window_bytes = 0;
    (void)scene_delete(space.pool);
    TAP_OK(REFUSES(device, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "cache: not when the address space is gone");
    scene_check("cache");
}

static void test_cache_is_preemptible(void)
{
    scene_begin(false);
    struct space space = make_space();
    uint64_t large = scene_slot();
    struct host_message ask = { .label = ARMPageClean_Data, .length = 2, .word = { 0, 1 << 21 } };
    unsigned rounds = 0;

    (void)retype(host_device, SEL4_TYPE_LARGE_PAGE, 0, large, 1);
    (void)map(large, ARMPageMap, space.vspace, BASE + (1 << 21), 3);
    fake_machine.cache_bytes = 0;
    fake_machine.irq_pending = true;
    do {
        host_root->context.elr = 0x1000;
        (void)host_call(large, &ask);
        rounds++;
    } while (host_root->context.elr == 0x1000 && rounds < 1000);
    fake_machine.irq_pending = false;
    TAP_OK(rounds > 100 && rounds < 1000 && fake_machine.cache_bytes == 1 << 21,
           "cache: 2 MiB with an interrupt always pending, nothing done twice");
    fake_machine.cache_bytes = 0;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 1 << 21,
           "cache: 2 MiB at once without one");
    fake_machine.irq_pending = true;
    (void)host_call(large, &ask);
    fake_machine.irq_pending = false;
    fake_machine.cache_bytes = 0;
    ask.word[1] = 4096;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 4096,
           "cache: a smaller range after one that was begun is done whole");
    uint64_t page = scene_make(SEL4_TYPE_SMALL_PAGE, 0);
    uint64_t place = scene_slot();

    (void)map(page, ARMPageMap, space.vspace, BASE + 4096, 3);
    ask.word[1] = 1 << 21;
    fake_machine.irq_pending = true;
    (void)host_call(large, &ask);
    fake_machine.irq_pending = false;
    slot_move(cap_at(large), host_slot(large), host_slot(place));
    slot_move(cap_at(page), host_slot(page), host_slot(large));
    fake_machine.cache_bytes = 0;
    ask.word[1] = 4096;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 4096,
           "cache: so is another frame, if somebody changes the capability meanwhile");
    scene_check("cache, preempted");
}

int main(void)
{
    test_every_type();
    test_device_memory();
    test_watermark();
    test_small_untyped();
    test_window();
    test_type_arguments();
    test_make_pool();
    test_no_pool_left();
    test_assign();
    test_vmids_are_freed();
    test_pool_deleted();
    test_pool_not_there();
    test_pool_deleted_in_steps();
    test_asid_reused();
    test_tables_deleted();
    test_table_unmap();
    test_table_map_refusals();
    test_block_in_the_way();
    test_frame_rights();
    test_frame_replaced();
    test_cache();
    test_cache_is_preemptible();
    return TAP_DONE();
}
