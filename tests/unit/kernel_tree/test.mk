# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_tree_SRCS := tests/unit/kernel_tree/test.c
UNIT_kernel_tree_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_tree_CFLAGS := $(KERNEL_HOST_CFLAGS)
