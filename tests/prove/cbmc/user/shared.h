/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory shared with a peer: a load gives anything, whatever was stored before; a compare and
 * exchange fails whenever it likes. Weaker than the truth, and what an untrusted peer may do.
 */
#ifndef TESTS_PROVE_SHARED_H
#define TESTS_PROVE_SHARED_H

#include "cbmc.h"

/* The place itself is looked at too, so that it must exist. */
#define __atomic_load_n(place, order)         ((__typeof__(*(place)))(*(place) ^ any64()))
#define __atomic_store_n(place, value, order) (*(place) = (value))
#define __atomic_thread_fence(order)          ((void)0)
#define __atomic_compare_exchange_n(place, seen, fresh, weak, good, bad)                           \
    (any_bool() ? (*(place) = (fresh), true) : (*(seen) = any64(), false))

#endif
