# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_memory_SRCS := tests/unit/kernel_memory/test.c
UNIT_kernel_memory_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_memory_CFLAGS := $(KERNEL_HOST_CFLAGS)
