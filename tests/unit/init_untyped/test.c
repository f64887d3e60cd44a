/* SPDX-License-Identifier: BSD-2-Clause */
/* The untyped allocator against a model of the kernel that checks every call. */
#include <stdlib.h>

#include "model.h"
#include "tap.h"

static struct model model;
static struct ut_pool pool;
static struct rt_slots slots;

static const struct ut_kind small = { .type = 7, .bits = 12 };
static const struct ut_kind large = { .type = 8, .bits = 21 };
static const struct ut_kind endpoint = { .type = 2, .bits = 4 };
static const struct ut_kind tcb = { .type = 1, .bits = 11 };

static void start(void)
{
    const struct ut_kernel kernel = { .retype = model_retype,
                                      .context = &model,
                                      .half = model_half };

    model_init(&model);
    rt_slots_init(&slots, 1000, MODEL_SLOTS - 1000);
    ut_init(&pool, &kernel, &slots);
}

static void add(uint64_t slot, uint64_t paddr, uint8_t bits, bool device)
{
    model_add(&model, slot, paddr, bits, device);
    TAP_OK(ut_add(&pool, paddr, bits, device, slot) == RT_OK, "untyped/adds 2^%u at 0x%llx", bits,
           (unsigned long long)paddr);
}

static uint64_t take_slots(uint64_t count)
{
    uint64_t slot = 0;

    if (rt_slots_take(&slots, count, &slot) != RT_OK) {
        abort();
    }
    return slot;
}

/* True if slot + i holds the frame at paddr + i * size. */
static bool covers(uint64_t slot, uint64_t paddr, const struct ut_kind *kind, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        const struct model_object *object = &model.slots[slot + i];

        if (!object->present || object->untyped || object->bits != kind->bits ||
            object->paddr != paddr + (i << kind->bits)) {
            return false;
        }
    }
    return true;
}

static void test_fixed(void)
{
    uint64_t slot;
    uint64_t missing = 0;
    uint64_t before;

    start();
    add(20, 0x08000000, 27, true); /* registers */
    add(21, 0x40000000, 29, true); /* reserved RAM */
    slot = take_slots(1);
    TAP_OK(ut_make_at(&pool, &small, 0x09000000, slot, 1) == RT_OK &&
               covers(slot, 0x09000000, &small, 1),
           "untyped/one register page at its address");
    slot = take_slots(2);
    TAP_OK(ut_make_at(&pool, &small, 0x08040000, slot, 2) == RT_OK &&
               covers(slot, 0x08040000, &small, 2),
           "untyped/two neighbouring pages, later but lower");
    before = model.calls;
    slot = take_slots(128);
    TAP_OK(ut_make_at(&pool, &large, 0x50000000, slot, 128) == RT_OK &&
               covers(slot, 0x50000000, &large, 128) && model.calls - before <= 2,
           "untyped/256 MB of 2 MB frames in %llu calls",
           (unsigned long long)(model.calls - before));
    slot = take_slots(37);
    TAP_OK(ut_make_at(&pool, &large, 0x42600000, slot, 37) == RT_OK &&
               covers(slot, 0x42600000, &large, 37),
           "untyped/an odd range of large frames");
    slot = take_slots(700);
    TAP_OK(ut_make_at(&pool, &small, 0x40003000, slot, 700) == RT_OK &&
               covers(slot, 0x40003000, &small, 700),
           "untyped/an odd range of small frames");
    TAP_OK(ut_make_at(&pool, &small, 0x09000000, take_slots(1), 1) == RT_ERR_EXISTS,
           "untyped/what is taken stays taken");
    TAP_OK(ut_make_at(&pool, &large, 0x40000000, take_slots(1), 1) == RT_ERR_EXISTS,
           "untyped/a large frame over small ones is refused");
    TAP_OK(ut_make_at(&pool, &large, 0x50001000, take_slots(1), 1) == RT_ERR_ALIGNMENT,
           "untyped/an unaligned frame is refused");
    TAP_OK(ut_make_at(&pool, &small, 0x60000000, take_slots(1), 1) == RT_ERR_NOT_FOUND &&
               ut_missing(&pool, 0x5fffe000, 0x4000, &missing) && missing == 0x60000000,
           "untyped/says what is missing");
    TAP_OK(!ut_missing(&pool, 0x40000000, 0x20000000, &missing), "untyped/says what is there");
    TAP_OK(model.refused == 0, "untyped/the kernel had nothing to refuse (%u)", model.refused);
}

static void test_neighbouring_roots(void)
{
    uint64_t slot;

    start();
    add(20, 0x100000000, 30, true);
    add(21, 0x140000000, 28, true);
    slot = take_slots(160);
    TAP_OK(ut_make_at(&pool, &large, 0x138000000, slot, 160) == RT_OK &&
               covers(slot, 0x138000000, &large, 160),
           "untyped/a range across two boot untypeds");
    TAP_OK(ut_add(&pool, UINT64_MAX - 100, 12, true, 5) == RT_ERR_RANGE &&
               ut_add(&pool, 0, 2, true, 5) == RT_ERR_RANGE,
           "untyped/impossible boot untypeds are refused");
}

static void test_ram(void)
{
    uint64_t slot;

    start();
    add(20, 0x60200000, 29, false);
    add(21, 0x60000000, 14, false);
    add(22, 0x60100000, 20, false);
    slot = take_slots(1);
    TAP_OK(ut_make(&pool, &endpoint, slot, 1) == RT_OK && model.slots[slot].paddr == 0x60000000,
           "untyped/small objects come from the smallest untyped");
    slot = take_slots(1);
    TAP_OK(ut_make(&pool, &tcb, slot, 1) == RT_OK && model.slots[slot].paddr == 0x60000800,
           "untyped/the watermark is rounded up as the kernel does");
    slot = take_slots(16);
    TAP_OK(ut_make(&pool, &small, slot, 16) == RT_OK && model.slots[slot].paddr == 0x60100000,
           "untyped/a group goes where all of it fits");
    TAP_OK(model.zeroed < 0x200000, "untyped/the large untyped was not touched, hence not zeroed");
    slot = take_slots(300);
    TAP_OK(ut_make(&pool, &small, slot, 300) == RT_OK, "untyped/more than the small ones hold");
    TAP_OK(ut_make(&pool, &(struct ut_kind){ .type = 0, .size_arg = 30, .bits = 30 }, take_slots(1),
                   1) == RT_ERR_NO_MEMORY,
           "untyped/what fits nowhere is refused");
    TAP_OK(model.refused == 0, "untyped/the kernel had nothing to refuse (%u)", model.refused);
}

static void test_exhaustion(void)
{
    uint64_t count = 0;

    start();
    add(20, 0x60000000, 16, false);
    add(21, 0x70000000, 15, false);
    while (ut_make(&pool, &small, take_slots(1), 1) == RT_OK) {
        count++;
    }
    TAP_OK(count == 24, "untyped/all %llu pages of 96 KB are used", (unsigned long long)count);
    TAP_OK(ut_ram_left(&pool) == 0, "untyped/nothing is left over");
    TAP_OK(model.refused == 0, "untyped/the end is known before the kernel is asked");
}

/* Every kernel call of one request fails once: the error comes back, and nothing is claimed wrongly. */
static void test_failures(void)
{
    bool reported = true;
    unsigned fail_at = 0;
    int error;

    do {
        uint64_t slot;

        start();
        model_add(&model, 20, 0x40000000, 29, true);
        if (ut_add(&pool, 0x40000000, 29, true, 20) != RT_OK) {
            abort();
        }
        model.fail_at = ++fail_at;
        slot = take_slots(3);
        error = ut_make_at(&pool, &large, 0x48200000, slot, 3);
        reported = reported && error == (model.calls >= fail_at ? RT_ERR_KERNEL : RT_OK);
    } while (model.calls >= fail_at);
    TAP_OK(reported && error == RT_OK && fail_at > 5,
           "untyped/an error of the kernel comes back from each of %u calls", fail_at - 1);
}

static void test_random(void)
{
    bool right = true;
    unsigned made = 0;

    start();
    add(20, 0x40000000, 29, true);
    add(21, 0x60000000, 28, false);
    srand(3);
    for (int round = 0; round < 300; round++) {
        uint64_t count = 1 + (uint64_t)rand() % 20;
        uint64_t paddr = 0x40000000 + ((uint64_t)rand() % 0x20000 << 12);
        uint64_t slot;
        int error;

        if (slots.end - slots.next < 200) {
            break;
        }
        slot = take_slots(count);
        error = ut_make_at(&pool, &small, paddr, slot, count);
        if (error == RT_OK) {
            right = right && covers(slot, paddr, &small, count);
            made++;
        } else {
            right = right && (error == RT_ERR_EXISTS || error == RT_ERR_NOT_FOUND ||
                              error == RT_ERR_NO_MEMORY || error == RT_ERR_NO_SLOT);
        }
        slot = take_slots(2);
        right = right && ut_make(&pool, round % 2 ? &tcb : &small, slot, 2) == RT_OK;
    }
    TAP_OK(right && made > 50 && model.refused == 0,
           "untyped/%u random ranges, each frame at its address", made);
}

int main(void)
{
    test_fixed();
    test_neighbouring_roots();
    test_ram();
    test_exhaustion();
    test_failures();
    test_random();
    return TAP_DONE();
}
