/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration blob of the selftest component, written by mkplan. */
#ifndef TESTS_TARGET_SELFTEST_H
#define TESTS_TARGET_SELFTEST_H

#include <stdint.h>

struct selftest_config {
    uint64_t console_vaddr; /* struct console_channel */
    uint64_t timer_vaddr;   /* struct timer_client */
    uint32_t console_slot;  /* signals the console */
    uint32_t timer_slot;    /* signals the timer service */
    uint64_t console_badge; /* in our notification */
    uint64_t timer_badge;
    uint64_t read_only_vaddr; /* a page that we may read, not write */
};

#endif
