# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_random_SRCS := tests/unit/kernel_random/test.c tests/fuzz/kernel_calls/fuzz.c
UNIT_kernel_random_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_random_CFLAGS := $(KERNEL_HOST_CFLAGS)
