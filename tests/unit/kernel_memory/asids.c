/* SPDX-License-Identifier: BSD-2-Clause */
/* ASID pools, ASIDs and VMIDs, and what is left of address spaces whose pool is gone. */
#include <string.h>

#include "memory.h"

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

    (void)host_retype(host_device, SEL4_TYPE_UNTYPED, 12, device, 1);
    (void)host_retype(parent, SEL4_TYPE_ENDPOINT, 0, child, 1);
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

void play_asids(void)
{
    test_make_pool();
    test_no_pool_left();
    test_assign();
    test_vmids_are_freed();
    test_pool_deleted();
    test_pool_not_there();
    test_pool_deleted_in_steps();
    test_asid_reused();
}
