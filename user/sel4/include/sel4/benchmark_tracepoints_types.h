/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs include it by this name. Its records are those of a kernel with
 * CONFIG_BENCHMARK_TRACEPOINTS, which this one never is.
 */
#include <sel4/config.h>
