/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables: mapped, unmapped, deleted, and pages in the place of one. */
#include "memory.h"

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

    (void)host_retype(host_device, SEL4_TYPE_LARGE_PAGE, 0, large, 1);
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
    (void)host_retype(host_device, SEL4_TYPE_HUGE_PAGE, 0, huge, 1);
    TAP_OK(map(huge, ARMPageMap, space.vspace, BASE + (1 << 30), 3) == 0 &&
               scene_delete(huge) == 0 && entry_of(space.vspace, BASE + (1 << 30), &bits) == 0 &&
               bits == 30,
           "map: 1 GiB as a block, gone with its capability");
    scene_check("blocks");
}

void play_tables(void)
{
    test_tables_deleted();
    test_table_unmap();
    test_table_map_refusals();
    test_block_in_the_way();
}
