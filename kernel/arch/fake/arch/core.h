/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_CORE_H
#define ARCH_CORE_H

#include <stdint.h>

/* What the fake hardware of the core holds. */
struct arch_core {
    uint64_t translation;
};

#endif
