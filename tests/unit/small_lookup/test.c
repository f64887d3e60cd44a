/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capability lookup against its definition, for every combination of two nested CNodes with a radix
 * of 1..3 and a guard of 0..3 bits, every depth of 1..10 bits and every index; then single CNodes
 * with all wide guards. The definition reads the pointer bit by bit, as a reader of the manual would.
 */
#include <stdio.h>

#include "core/lookup.h"
#include "tap.h"

#define RADIX_MAX  3u
#define GUARD_MAX  3u
#define DEPTH_MAX  10u
#define NODE_SLOTS (1u << RADIX_MAX)
#define OUTSIDE    4 /* slots around each CNode that nothing may reach */

/* Odd slots of the outer CNode lead to the inner one, all others hold endpoints. */
static struct {
    struct slot before[OUTSIDE];
    struct slot slots[NODE_SLOTS];
    struct slot behind[OUTSIDE];
} outer __attribute__((aligned(32))), inner __attribute__((aligned(32)));

static unsigned long lookups;

struct shape {
    unsigned radix, guard_bits;
    uint64_t guard;
};

static struct cap node_cap(const struct slot *slots, struct shape shape)
{
    return cap_cnode(slots, shape.radix,
                     shape.guard << SEL4_CAP_DATA_GUARD_SHIFT | shape.guard_bits);
}

/* The next `count` bits of the pointer, of which `*left` are still to be read. */
static uint64_t take_bits(uint64_t cptr, unsigned *left, unsigned count)
{
    uint64_t value = 0;

    while (count--) {
        value = value << 1 | ((cptr >> --*left) & 1);
    }
    return value;
}

enum outcome { FOUND, GUARD_MISMATCH, TOO_SHORT };

/* One CNode: its guard, then its index. */
static enum outcome step(struct shape shape, uint64_t cptr, unsigned *left, uint64_t *index)
{
    unsigned at = *left;

    if (shape.guard_bits > *left || take_bits(cptr, &at, shape.guard_bits) != shape.guard) {
        return GUARD_MISMATCH;
    }
    if (shape.radix > at) {
        return TOO_SHORT;
    }
    *index = take_bits(cptr, &at, shape.radix);
    *left = at;
    return FOUND;
}

static bool failure_is(const struct lookup_failure *failure, enum outcome outcome,
                       struct shape shape, unsigned left)
{
    if (outcome == GUARD_MISMATCH) {
        return failure->type == SEL4_LOOKUP_GUARD_MISMATCH && failure->bits_left == left &&
               failure->found == shape.guard && failure->found_bits == shape.guard_bits;
    }
    return failure->type == SEL4_LOOKUP_DEPTH_MISMATCH && failure->bits_left == left &&
           failure->found == shape.radix + shape.guard_bits;
}

static bool agrees(struct shape first, struct shape second, uint64_t cptr, unsigned depth)
{
    struct lookup_failure failure = { 0 };
    struct slot *slot = 0;
    unsigned bits_left = 99;
    unsigned left = depth;
    uint64_t index = 0;
    bool found =
        lookup_path(node_cap(outer.slots, first), cptr, depth, &slot, &bits_left, &failure);
    struct slot *expected = outer.slots;
    struct shape shape = first;
    enum outcome outcome = step(shape, cptr, &left, &index);

    lookups++;
    expected += index;
    if (outcome == FOUND && left > 0 && index % 2 == 1) {
        shape = second;
        outcome = step(shape, cptr, &left, &index);
        expected = inner.slots + index;
    }
    if (outcome != FOUND) {
        return !found && failure_is(&failure, outcome, shape, left);
    }
    return found && slot == expected && bits_left == left;
}

/* Pointers of `depth` bits, the bits above them both clear and set: they must not matter. */
static bool agrees_for_pointers(struct shape first, struct shape second, unsigned depth)
{
    bool good = true;

    for (uint64_t cptr = 0; cptr < 1ull << depth; cptr++) {
        good = agrees(first, second, cptr, depth) &&
               agrees(first, second, cptr | ~0ull << depth, depth) && good;
    }
    return good;
}

static void fill(struct shape second)
{
    for (unsigned i = 0; i < NODE_SLOTS; i++) {
        outer.slots[i].cap = i % 2 ? node_cap(inner.slots, second) : cap_endpoint(0, i, 0);
        inner.slots[i].cap = cap_endpoint(0, i, 0);
    }
}

static struct shape shape_number(unsigned number)
{
    unsigned guards = (2u << GUARD_MAX) - 1; /* 1 + 2 + 4 + 8 */
    unsigned guard = number % guards + 1;
    unsigned bits = 31 - (unsigned)__builtin_clz(guard);

    return (struct shape){ .radix = 1 + number / guards,
                           .guard_bits = bits,
                           .guard = guard - (1u << bits) };
}

#define SHAPES (RADIX_MAX * ((2u << GUARD_MAX) - 1))

static void test_nested(void)
{
    bool good = true;

    for (unsigned b = 0; b < SHAPES; b++) {
        fill(shape_number(b));
        for (unsigned a = 0; a < SHAPES; a++) {
            for (unsigned depth = 1; depth <= DEPTH_MAX; depth++) {
                good = agrees_for_pointers(shape_number(a), shape_number(b), depth) && good;
            }
        }
    }
    TAP_OK(good, "two nested CNodes: every radix, guard, depth and index as defined");
}

/* One CNode: every guard size that fits, guards of one bit and of all, every depth. */
static void test_wide(void)
{
    bool good = true;

    fill((struct shape){ .radix = 1 });
    for (unsigned guard_bits = 0; guard_bits <= 63; guard_bits++) {
        for (unsigned bit = 0; bit <= guard_bits; bit++) {
            uint64_t all = guard_bits ? ~0ull >> (64 - guard_bits) : 0;
            uint64_t guard = (bit < guard_bits ? 1ull << bit : all) & (~0ull >> 6);
            struct shape shape = { .radix = 1, .guard_bits = guard_bits, .guard = guard };

            for (unsigned depth = 1; depth <= 64; depth++) {
                unsigned below = depth > guard_bits ? depth - guard_bits : 0;
                uint64_t cptr = below < 64 ? guard << below : 0;

                good = agrees(shape, (struct shape){ .radix = 1 }, cptr, depth) &&
                       agrees(shape, (struct shape){ .radix = 1 }, ~cptr, depth) && good;
            }
        }
    }
    TAP_OK(good, "guards of up to 63 bits at every depth");
}

int main(void)
{
    test_nested();
    test_wide();
    printf("# %lu lookups\n", lookups);
    TAP_OK(lookups > 1000000, "and there are many of them");
    return TAP_DONE();
}
