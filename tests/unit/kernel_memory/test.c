/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where memory comes from and where it is mapped: Retype, ASID pools, tables, frames, and what
 * deleting each of them does. Source: sel4-abi 5, 6.1, 6.6, 8.
 */
#include "memory.h"

struct cap cap_at(uint64_t slot)
{
    return host_slot(slot)->cap;
}

uint64_t make_pool(uint64_t untyped, uint64_t dest)
{
    return host_call(SEL4_SLOT_ASID_CONTROL,
                     MESSAGE(.label = ARMASIDControlMakePool, .length = 2, .word = { dest, 64 },
                             .cap_count = 2, .cap = { untyped, ROOT }));
}

uint64_t assign(uint64_t pool, uint64_t vspace)
{
    return host_call(pool, MESSAGE(.label = ARMASIDPoolAssign, .cap_count = 1, .cap = { vspace }));
}

uint64_t map(uint64_t cap, uint64_t label, uint64_t vspace, uint64_t address, uint64_t rights)
{
    return host_call(cap,
                     MESSAGE(.label = label, .length = 3,
                             .word = { address, label == ARMPageTableMap ? SEL4_VM_DEFAULT : rights,
                                       SEL4_VM_DEFAULT },
                             .cap_count = 1, .cap = { vspace }));
}

struct space make_space(void)
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

uint64_t entry_of(uint64_t vspace, uint64_t address, unsigned *bits)
{
    return *vspace_walk(scene_object(vspace), address, bits);
}

int main(void)
{
    play_retype();
    play_asids();
    play_tables();
    play_frames();
    return TAP_DONE();
}
