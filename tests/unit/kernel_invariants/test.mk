# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_invariants_SRCS := tests/unit/kernel_invariants/test.c
UNIT_kernel_invariants_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_invariants_CFLAGS := $(KERNEL_HOST_CFLAGS)
