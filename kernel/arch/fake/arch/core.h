/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_CORE_H
#define ARCH_CORE_H

#include <stdint.h>

struct vcpu;

/* What the fake hardware of the core holds. */
struct arch_core {
    uint64_t translation;
    struct vcpu *vcpu; /* loaded; null: none */
};

#if CONFIG_MAX_NUM_NODES > 1
struct core;

/* The core that fake_play_core() chose last in this host thread. */
struct core *arch_this_core(void);
#endif

#endif
