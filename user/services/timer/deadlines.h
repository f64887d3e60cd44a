/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which client wants to be woken when. Pure.
 *
 * A client's wish is armed when it signals and disarmed when it was served; the page that it writes
 * is read only then, so rewriting it without a signal changes nothing.
 */
#ifndef TIMER_DEADLINES_H
#define TIMER_DEADLINES_H

#include <stdint.h>

#include "rpc/timer.h"

struct deadlines {
    uint32_t count;
    uint64_t at[TIMER_CLIENTS_MAX]; /* ticks, or TIMER_NEVER */
};

/* All disarmed. @count: clients, at most TIMER_CLIENTS_MAX. */
void deadlines_init(struct deadlines *deadlines, uint32_t count);

/* Takes a client's wish: ticks (chosen by the client), or TIMER_NEVER. */
void deadlines_set(struct deadlines *deadlines, uint32_t client, uint64_t ticks);

/* Disarms all that are due at `now` and returns them, bit n = client n. */
uint32_t deadlines_take_due(struct deadlines *deadlines, uint64_t now);

/* The earliest deadline, or TIMER_NEVER. */
uint64_t deadlines_next(const struct deadlines *deadlines);

#endif
