/* SPDX-License-Identifier: BSD-2-Clause */
#include "deadlines.h"

#include "rt/check.h"

_Static_assert(TIMER_CLIENTS_MAX <= 32, "due clients fit one word");

void deadlines_init(struct deadlines *deadlines, uint32_t count)
{
    CHECK(count <= TIMER_CLIENTS_MAX);
    deadlines->count = count;
    for (uint32_t i = 0; i < TIMER_CLIENTS_MAX; i++) {
        deadlines->at[i] = TIMER_NEVER;
    }
}

void deadlines_set(struct deadlines *deadlines, uint32_t client, uint64_t ticks)
{
    CHECK(client < deadlines->count);
    deadlines->at[client] = ticks;
}

uint32_t deadlines_take_due(struct deadlines *deadlines, uint64_t now)
{
    uint32_t due = 0;

    for (uint32_t i = 0; i < deadlines->count; i++) {
        if (deadlines->at[i] != TIMER_NEVER && deadlines->at[i] <= now) {
            deadlines->at[i] = TIMER_NEVER;
            due |= UINT32_C(1) << i;
        }
    }
    return due;
}

uint64_t deadlines_next(const struct deadlines *deadlines)
{
    uint64_t next = TIMER_NEVER;

    for (uint32_t i = 0; i < deadlines->count; i++) {
        if (deadlines->at[i] < next) {
            next = deadlines->at[i];
        }
    }
    return next;
}
