/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs include it by this name. Its records are those of a kernel with
 * CONFIG_BENCHMARK_TRACK_UTILISATION, which this one never is.
 */
#include <sel4/config.h>
