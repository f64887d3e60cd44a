/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests that hold in every configuration, for kernel_decode and kernel_cores. */
#ifndef TESTS_UNIT_KERNEL_DECODE_H
#define TESTS_UNIT_KERNEL_DECODE_H

#include "kernel_scene.h"

/* Which object understands which label, and how much of a message it wants. */
void test_labels(void);

/* Debug system calls. */
void test_debug_calls(void);

#endif
