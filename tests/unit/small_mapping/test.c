/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every mapping of a frame: all rights of the capability, all rights and attributes of the call, all
 * sizes, RAM and device. The entry that Page_Map writes gives what both the capability and the call
 * allow, and nothing else; every bit of it is accounted for.
 */
#include <stdio.h>

#include "arch/machine.h"
#include "kernel_host.h"
#include "object/asid.h"
#include "object/table.h"
#include "tap.h"

#define AREA             (5ull << 40) /* nothing is mapped near it at boot */
#define RIGHTS_COUNT     16u
#define ATTRIBUTES_COUNT 8u

static unsigned mappings;

static uint64_t at(unsigned i)
{
    return host_free_slot + i;
}

/* Slots. The tables stay, each later frame finds the walk as deep as it needs it. */
enum { FRAME, COPY, LEVEL1, LEVEL2, LEVEL3, OTHER };

static uint64_t call3(uint64_t cptr, uint64_t label, uint64_t a, uint64_t b, uint64_t c)
{
    struct host_message message = {
        .label = label,
        .length = 3,
        .word = { a, b, c },
        .cap_count = 1,
        .cap = { SEL4_SLOT_INIT_VSPACE },
    };

    return host_call(cptr, &message);
}

static uint64_t copy(uint64_t rights)
{
    struct host_message message = {
        .label = CNodeCopy,
        .length = 5,
        .word = { at(COPY), SEL4_WORD_BITS, at(FRAME), SEL4_WORD_BITS, rights },
        .cap_count = 1,
        .cap = { SEL4_SLOT_INIT_CNODE },
    };

    return host_call(SEL4_SLOT_INIT_CNODE, &message);
}

static void delete (uint64_t slot)
{
    struct host_message message = { .label = CNodeDelete,
                                    .length = 2,
                                    .word = { slot, SEL4_WORD_BITS } };

    (void)host_call(SEL4_SLOT_INIT_CNODE, &message);
}

static uint64_t entry_at(uint64_t address, unsigned *bits)
{
    return *vspace_walk(asid_root(1), address, bits);
}

/* What the entry has to be, said in the words of the architecture. */
static uint64_t expected_entry(uint64_t pa, unsigned bits, bool read, bool write,
                               uint64_t attributes)
{
    uint64_t entry = pa | 1u | 1u << 10;

    entry |= bits == 12 ? 1u << 1 : 0;
    entry |= (uint64_t)read << 6 | (uint64_t)(read && write) << 7;
    entry |= attributes & SEL4_VM_PAGE_CACHEABLE ? 0xfu << 2 : 0;
    entry |= attributes & SEL4_VM_EXECUTE_NEVER ? 1ull << 54 : 0;
    return entry;
}

/* Maps the copy in every way, and takes it away again. */
static bool map_every_way(unsigned size_bits, uint64_t cap_rights)
{
    uint64_t pa = arch_object_pa(cap_address(host_slot(at(COPY))->cap));
    bool good = true;

    for (uint64_t rights = 0; rights < 2 * RIGHTS_COUNT; rights++) {
        for (uint64_t attributes = 0; attributes < 2 * ATTRIBUTES_COUNT; attributes++) {
            uint64_t both = cap_rights & rights;
            uint64_t before, entry, gone;
            unsigned bits;

            before = entry_at(AREA, &bits);
            good = call3(at(COPY), ARMPageMap, AREA, rights, attributes) == 0 && good;
            entry = entry_at(AREA, &bits);
            good = good && bits == size_bits && !(before & 1) &&
                   entry == expected_entry(pa, bits, both & SEL4_RIGHT_READ,
                                           both & SEL4_RIGHT_WRITE, attributes);
            good = call3(at(COPY), ARMPageUnmap, 0, 0, 0) == 0 && good;
            gone = entry_at(AREA, &bits);
            good = good && gone == 0;
            mappings++;
        }
    }
    return good;
}

/* A second map of a mapped frame changes the entry; deleting the capability removes it. */
static bool remap_and_delete(uint64_t cap_rights)
{
    uint64_t pa = arch_object_pa(cap_address(host_slot(at(COPY))->cap));
    unsigned bits;
    bool good = true;

    for (uint64_t rights = 0; rights < RIGHTS_COUNT; rights++) {
        uint64_t both = cap_rights & rights;

        good = call3(at(COPY), ARMPageMap, AREA, rights, 0) == 0 && good;
        good = entry_at(AREA, &bits) ==
                   expected_entry(pa, bits, both & SEL4_RIGHT_READ, both & SEL4_RIGHT_WRITE, 0) &&
               good;
    }
    good = !host_check() && good;
    delete (at(COPY));
    return entry_at(AREA, &bits) == 0 && !host_check() && good;
}

static bool test_frame(uint64_t untyped, uint64_t type, unsigned size_bits)
{
    bool good = host_retype(untyped, type, 0, at(FRAME), 1) == 0;

    for (uint64_t rights = 0; rights < RIGHTS_COUNT; rights++) {
        good = copy(rights) == 0 && good;
        good = map_every_way(size_bits, rights) && good;
        good = remap_and_delete(rights) && good;
    }
    delete (at(FRAME));
    return good;
}

/* Addresses that do not belong: not aligned, beyond the top, or the walk is not that deep. */
static bool test_places(void)
{
    bool good = host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, at(FRAME), 1) == 0;
    unsigned bits;

    for (unsigned bit = 0; bit < 64; bit++) {
        for (unsigned below = 0; below < 2; below++) {
            uint64_t address = (1ull << bit) - below;
            uint64_t error = call3(at(FRAME), ARMPageMap, address, 3, 0);
            bool mapped = cap_asid(host_slot(at(FRAME))->cap) != 0;
            bool allowed = address % 4096 == 0 && address <= SEL4_USER_TOP;

            good = good && (error == 0) == mapped && (allowed || !mapped);
            if (mapped) {
                good = good && entry_at(address, &bits) & PTE_VALID && bits == 12;
                good = call3(at(FRAME), ARMPageUnmap, 0, 0, 0) == 0 && good;
            }
        }
    }
    delete (at(FRAME));
    return good && !host_check();
}

static void make_table(unsigned slot)
{
    (void)host_retype(host_untyped, SEL4_TYPE_PAGE_TABLE, 0, at(slot), 1);
    (void)call3(at(slot), ARMPageTableMap, AREA, 0, 0);
}

int main(void)
{
    host_boot();
    make_table(LEVEL1);
    TAP_OK(test_frame(host_device, SEL4_TYPE_HUGE_PAGE, 30), "device frame of 1 GiB");
    make_table(LEVEL2);
    TAP_OK(test_frame(host_device, SEL4_TYPE_LARGE_PAGE, 21), "device frame of 2 MiB");
    make_table(LEVEL3);
    TAP_OK(test_frame(host_device, SEL4_TYPE_SMALL_PAGE, 12), "device frame of 4 KiB");
    TAP_OK(test_frame(host_untyped, SEL4_TYPE_SMALL_PAGE, 12), "RAM frame of 4 KiB");
    TAP_OK(test_places(), "a frame is mapped at aligned addresses below the top only");
    printf("# %u mappings\n", mappings);
    TAP_OK(mappings == 4 * 16 * 32 * 16, "every combination was made");
    return TAP_DONE();
}
