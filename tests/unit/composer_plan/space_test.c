/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer_tests.h"

#include "composer/plan/schema.h"
#include "composer/plan/space.h"
#include "tap.h"

static void space_test(void)
{
    struct arena arena = { 0 };
    struct space space = { .arena = &arena };
    struct range within = { 0x1000, 0x9000 };
    struct pos pos = { 0 };
    uint64_t base;

    TAP_OK(space_find(&space, within, 0x9000, 0x1000, &base) && base == 0x1000,
           "space/an empty space has room for all of it");
    TAP_OK(!space_find(&space, within, 0xa000, 0x1000, &base), "space/but not for more");
    space_add(&space, (struct range){ 0x4000, 0x1000 }, "b", pos);
    space_add(&space, (struct range){ 0x2000, 0x1000 }, "a", pos);
    TAP_OK(space.entries[0].range.base == 0x2000, "space/entries are kept by address");
    TAP_OK(space_add(&space, (struct range){ 0x4fff, 1 }, "c", pos) == &space.entries[1],
           "space/one shared byte is an overlap");
    TAP_OK(!space_add(&space, (struct range){ 0x5000, 0x1000 }, "d", pos),
           "space/neighbours do not overlap");
    TAP_OK(space_find(&space, within, 0x1000, 0x1000, &base) && base == 0x1000,
           "space/the lowest hole is taken");
    TAP_OK(space_find(&space, within, 0x2000, 0x1000, &base) && base == 0x6000,
           "space/holes that are too small are passed over");
    TAP_OK(space_find(&space, within, 0x1000, 0x8000, &base) && base == 0x8000,
           "space/alignment is kept");
    TAP_OK(!space_find(&space, (struct range){ 0x2000, 0x800 }, 0x1000, 0x1000, &base),
           "space/a window smaller than the wish has no room");
    arena_free(&arena);
}

static void number_test(void)
{
    uint64_t number = 1;

    TAP_OK(schema_parse_number("0x40000000", &number) && number == 0x40000000,
           "number/hexadecimal");
    TAP_OK(schema_parse_number("017", &number) && number == 17, "number/a leading zero is decimal");
    TAP_OK(!schema_parse_number("", &number) && !schema_parse_number("0x", &number) &&
               !schema_parse_number("12 ", &number) && !schema_parse_number("-1", &number) &&
               !schema_parse_number("0xffffffffffffffff", &number),
           "number/nothing else is one");
}

void space_tests(int *run, int *failed)
{
    tap_run_count = *run;
    tap_failed_count = *failed;
    space_test();
    number_test();
    *run = tap_run_count;
    *failed = tap_failed_count;
}
