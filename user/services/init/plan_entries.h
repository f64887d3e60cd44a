/* SPDX-License-Identifier: BSD-2-Clause */
/* The second half of plan_check: every entry of every table. */
#ifndef INIT_PLAN_ENTRIES_H
#define INIT_PLAN_ENTRIES_H

#include "plan_view.h"

/*
 * @view: tables lie inside of the plan and strings end; nothing else is known yet.
 * Returns 0 or RT_ERR_FORMAT (logged).
 */
int plan_check_entries(const struct plan_view *view,
                       const struct plan_limits *limits) RT_MUST_CHECK;

/* True if [a, a + a_size) and [b, b + b_size) share a byte; neither range may wrap. */
static inline _Bool plan_ranges_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a_size != 0 && b_size != 0 && a < b + b_size && b < a + a_size;
}

#endif
