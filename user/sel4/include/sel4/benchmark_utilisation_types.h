/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name: records of a kernel with CONFIG_BENCHMARK_TRACK_UTILISATION, which this one is never. */
#ifndef SEL4_BENCHMARK_UTILISATION_TYPES_H
#define SEL4_BENCHMARK_UTILISATION_TYPES_H

#include <sel4/config.h>

#endif
