/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_LATENCY_H
#define ARCH_LATENCY_H

static inline void latency_end(void)
{
}

#endif
