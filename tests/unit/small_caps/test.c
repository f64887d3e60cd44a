/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability words: what was put into a field is read from it, whatever is in the others; rights
 * only shrink; guards fit. Small fields take all their values, wide ones each single bit, each
 * missing bit, none and all: fields are put together by OR and taken apart by AND and shifts, so a
 * fault that needs two particular bits of one wide field is the only kind that could hide.
 */
#include <stdio.h>

#include "object/cap.h"
#include "tap.h"

static unsigned long checks;

static bool same(uint64_t a, uint64_t b)
{
    checks++;
    return a == b;
}

/* Number i of the values that a field of `bits` bits takes here. */
static unsigned pattern_count(unsigned bits)
{
    return 2 * bits + 2;
}

static uint64_t pattern(unsigned bits, unsigned i)
{
    uint64_t all = bits < 64 ? (1ull << bits) - 1 : ~0ull;

    if (i < 2) {
        return i ? all : 0;
    }
    return i % 2 ? all ^ 1ull << (i / 2 - 1) : 1ull << (i / 2 - 1);
}

#define FOR_PATTERNS(name, bits)                                                                   \
    for (unsigned name##_i = 0; name##_i < pattern_count(bits); name##_i++)                        \
        for (uint64_t name = pattern(bits, name##_i), name##_once = 1; name##_once; name##_once = 0)

static void test_make(void)
{
    bool good = true;

    for (unsigned type = 0; type < 32; type++) {
        for (unsigned param = 0; param < 2048; param++) {
            FOR_PATTERNS(address, 48)
            {
                struct cap cap = cap_make((enum cap_type)type, param, address, ~address);
                struct cap changed = cap_with_param(cap, param ^ 0x7ff);

                good = same(cap_type(cap), type) && same(cap_param(cap), param) &&
                       same(cap_address(cap), address) && same(cap.data, ~address) &&
                       same(cap_type(changed), type) && same(cap_param(changed), param ^ 0x7ff) &&
                       same(cap_address(changed), address) && same(changed.data, ~address) && good;
            }
        }
    }
    TAP_OK(good, "type, parameter and address do not disturb each other");
}

static void test_untyped(void)
{
    bool good = true;

    FOR_PATTERNS(address, 48)
    {
        for (unsigned bits = 0; bits < 64; bits++) {
            for (unsigned device = 0; device < 2; device++) {
                FOR_PATTERNS(used, 48)
                {
                    struct cap cap = cap_untyped(address, bits, device, used);

                    good = same(cap_type(cap), CAP_UNTYPED) && same(cap_untyped_bits(cap), bits) &&
                           same(cap_untyped_is_device(cap), device) &&
                           same(cap_address(cap), address) && same(cap.data, used) &&
                           same(cap_size_bits(cap), bits) && good;
                }
            }
        }
    }
    TAP_OK(good, "untyped: size, device, address, watermark");
}

static bool frame_is(struct cap cap, uint64_t address, unsigned size, unsigned access,
                     unsigned device)
{
    return same(cap_type(cap), CAP_FRAME) && same(cap_frame_size_index(cap), size) &&
           same(cap_frame_bits(cap), 12 + 9 * size) && same(cap_frame_access(cap), access) &&
           same(cap_frame_is_device(cap), device) && same(cap_address(cap), address);
}

static void test_frame(void)
{
    bool good = true;

    FOR_PATTERNS(address, 48)
    {
        for (unsigned fields = 0; fields < 3 * 4 * 2; fields++) {
            unsigned size = fields / 8, access = fields / 2 % 4, device = fields % 2;
            struct cap cap = cap_frame(address, size, access, device);

            good = frame_is(cap, address, size, access, device) && same(cap_asid(cap), 0) && good;
            FOR_PATTERNS(asid, 16)
            {
                FOR_PATTERNS(place, 48)
                {
                    struct cap mapped = cap_with_mapping(cap, asid, place);

                    good = frame_is(mapped, address, size, access, device) &&
                           same(cap_asid(mapped), asid) &&
                           same(cap_mapped_address(mapped), place) && good;
                }
            }
        }
    }
    TAP_OK(good, "frame: size, access, device, address, where it is mapped");
}

static void test_cnode(void)
{
    bool good = true;

    FOR_PATTERNS(address, 48)
    {
        for (unsigned radix = 0; radix < 64; radix++) {
            for (unsigned guard_bits = 0; guard_bits < 64; guard_bits++) {
                FOR_PATTERNS(guard, 58)
                {
                    struct cap cap = cap_cnode((void *)(uintptr_t)address, radix,
                                               guard << SEL4_CAP_DATA_GUARD_SHIFT | guard_bits);

                    good = same(cap_type(cap), CAP_CNODE) && same(cap_cnode_radix(cap), radix) &&
                           same(cap_cnode_guard_bits(cap), guard_bits) &&
                           same(cap_cnode_guard(cap), guard) &&
                           same((uintptr_t)cap_object(cap), address) && good;
                }
            }
        }
    }
    TAP_OK(good, "cnode: radix, guard, address");
}

/* Whatever user level asks for: the guard and the radix fit into a pointer, or there is no change. */
static void test_guard(void)
{
    bool good = true;

    for (unsigned radix = 1; radix < 64; radix++) {
        for (unsigned guard_bits = 0; guard_bits < 64; guard_bits++) {
            FOR_PATTERNS(guard, 58)
            {
                struct cap cap = cap_cnode(0, radix, 0);
                struct cap made = cap_update_data(cap, false, guard << 6 | guard_bits);
                uint64_t mask = guard_bits ? ~0ull >> (64 - guard_bits) : 0;

                if (guard_bits + radix > 64) {
                    good = same(cap_type(made), CAP_NULL) && good;
                } else {
                    good = same(made.head, cap.head) &&
                           same(cap_cnode_guard_bits(made), guard_bits) &&
                           same(cap_cnode_guard(made), guard & mask) && good;
                }
            }
        }
    }
    TAP_OK(good, "a guard has no more bits than it says, and leaves room for the radix");
}

/* Rights of a capability as SEL4_RIGHT_* bits. Reply capabilities have one, but are never copied. */
static unsigned rights_of(struct cap cap)
{
    unsigned access = cap_frame_access(cap);

    switch (cap_type(cap)) {
    case CAP_ENDPOINT: return cap_param(cap) & 15;
    case CAP_NOTIFICATION: return cap_param(cap) & 3;
    case CAP_FRAME: return (access & 1 ? SEL4_RIGHT_READ : 0) | (access & 2 ? SEL4_RIGHT_WRITE : 0);
    default: return 0;
    }
}

static void test_rights(void)
{
    bool good = true;

    for (unsigned type = 0; type < 32; type++) {
        for (unsigned param = 0; param < 2048; param++) {
            /* A frame has read, both or nothing: nobody can make one that is only written. */
            if (type == CAP_FRAME && (param >> 2 & 3) == 2) {
                continue;
            }
            for (unsigned rights = 0; rights < 32; rights++) {
                struct cap cap = cap_make((enum cap_type)type, param, 0x1234560, 77);
                struct cap less = cap_mask_rights(cap, rights);
                unsigned most = rights_of(cap) & rights;

                /* Without read a frame is not written either. */
                if (type == CAP_FRAME && !(most & SEL4_RIGHT_READ)) {
                    most = 0;
                }
                good = same(cap_type(less), type) && same(rights_of(less), most) &&
                       same(cap_address(less), 0x1234560) && same(less.data, 77) && good;
            }
        }
    }
    TAP_OK(good, "masking leaves exactly the rights that both sides have");
}

/* Byte sets of aligned blocks, against the arithmetic of cap_same_region(). */
static void test_regions(void)
{
    bool good = true;

    for (unsigned a_bits = 4; a_bits <= 10; a_bits++) {
        for (unsigned b_bits = 4; b_bits <= 10; b_bits++) {
            for (uint64_t a = 0; a < 2048; a += 1ull << a_bits) {
                for (uint64_t b = 0; b < 2048; b += 1ull << b_bits) {
                    bool inside = a_bits >= b_bits && b >> a_bits == a >> a_bits;
                    struct cap outer = cap_untyped(a, a_bits, false, 0);

                    good = same(cap_same_region(outer, cap_untyped(b, b_bits, false, 0)), inside) &&
                           good;
                }
            }
        }
    }
    TAP_OK(good, "a block of memory lies in another exactly if all its bytes do");
}

int main(void)
{
    test_make();
    test_untyped();
    test_frame();
    test_cnode();
    test_guard();
    test_rights();
    test_regions();
    printf("# %lu comparisons\n", checks);
    return TAP_DONE();
}
