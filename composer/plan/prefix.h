/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An installed real seL4 (SEL4_PREFIX): what it was built for, and whether Peervisor can run on it.
 */
#ifndef COMPOSER_PLAN_PREFIX_H
#define COMPOSER_PLAN_PREFIX_H

#include "composer/plan/model.h"

struct prefix {
    struct range kernel_ram; /* the one range of RAM that the kernel manages */
    uint32_t pa_bits;        /* 40 or 44 */
    uint32_t core_count;
    bool has_timer;        /* EXPORT_PTMR_USER: user level may have the physical timer */
    bool has_counter;      /* EXPORT_PCNT_USER: user level may read the counter */
    bool has_wfi_in_guest; /* DISABLE_WFI_WFE_TRAPS */
};

/*
 * Reads libsel4/include/kernel/gen_config.h and support/platform_gen.json or .yaml below `dir`.
 * Reports rules prefix-layout, prefix-arch, prefix-hyp, prefix-mcs, prefix-board, prefix-gic, prefix-untyped,
 * prefix-ram as errors and prefix-timer as a warning. False if an error was reported.
 */
bool prefix_load(struct arena *arena, struct diag *diag, const char *dir, struct prefix *prefix);

#endif
