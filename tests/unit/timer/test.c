/* SPDX-License-Identifier: BSD-2-Clause */
/* The timer service's choice of deadlines. */
#include <stdbool.h>
#include <stdlib.h>

#include "deadlines.h"
#include "tap.h"

static struct deadlines d;

static void test_simple(void)
{
    deadlines_init(&d, 3);
    TAP_OK(deadlines_next(&d) == TIMER_NEVER && deadlines_take_due(&d, UINT64_MAX) == 0,
           "timer/nothing is armed at first");
    deadlines_set(&d, 0, 300);
    deadlines_set(&d, 1, 100);
    deadlines_set(&d, 2, 200);
    TAP_OK(deadlines_next(&d) == 100, "timer/the earliest comes first");
    TAP_OK(deadlines_take_due(&d, 99) == 0 && deadlines_next(&d) == 100, "timer/none is early");
    TAP_OK(deadlines_take_due(&d, 100) == 2 && deadlines_next(&d) == 200, "timer/due at its tick");
    TAP_OK(deadlines_take_due(&d, 100) == 0, "timer/served once");
    TAP_OK(deadlines_take_due(&d, 5000) == 5 && deadlines_next(&d) == TIMER_NEVER,
           "timer/several at once");
}

static void test_changes(void)
{
    deadlines_init(&d, 2);
    deadlines_set(&d, 0, 100);
    deadlines_set(&d, 0, 50);
    TAP_OK(deadlines_next(&d) == 50, "timer/a wish can move forward");
    deadlines_set(&d, 0, 500);
    TAP_OK(deadlines_take_due(&d, 100) == 0 && deadlines_next(&d) == 500, "timer/and back");
    deadlines_set(&d, 0, TIMER_NEVER);
    TAP_OK(deadlines_take_due(&d, UINT64_MAX) == 0, "timer/and be withdrawn");
    deadlines_set(&d, 1, 0);
    TAP_OK(deadlines_take_due(&d, 1) == 2, "timer/a deadline in the past is due at once");
    deadlines_set(&d, 1, UINT64_MAX - 1);
    TAP_OK(deadlines_next(&d) == UINT64_MAX - 1, "timer/the last tick is a deadline");
}

static void test_random(void)
{
    uint64_t wish[TIMER_CLIENTS_MAX];
    bool right = true;

    deadlines_init(&d, TIMER_CLIENTS_MAX);
    for (unsigned i = 0; i < TIMER_CLIENTS_MAX; i++) {
        wish[i] = TIMER_NEVER;
    }
    srand(5);
    for (uint64_t now = 0; now < 100000; now += (uint64_t)rand() % 20) {
        unsigned client = (unsigned)rand() % TIMER_CLIENTS_MAX;
        uint32_t due;

        wish[client] = now + (uint64_t)rand() % 500;
        deadlines_set(&d, client, wish[client]);
        due = deadlines_take_due(&d, now);
        for (unsigned i = 0; i < TIMER_CLIENTS_MAX; i++) {
            bool expected = wish[i] != TIMER_NEVER && wish[i] <= now;

            right = right && (due >> i & 1) == expected;
            if (expected) {
                wish[i] = TIMER_NEVER;
            }
            right = right && deadlines_next(&d) <= wish[i];
        }
    }
    TAP_OK(right, "timer/32 clients: never early, never forgotten, never twice");
}

int main(void)
{
    test_simple();
    test_changes();
    test_random();
    return TAP_DONE();
}
