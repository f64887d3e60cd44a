# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_memory_SRCS := tests/unit/kernel_memory/test.c tests/unit/kernel_memory/retype.c \
	tests/unit/kernel_memory/asids.c tests/unit/kernel_memory/tables.c tests/unit/kernel_memory/frames.c
UNIT_kernel_memory_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_memory_CFLAGS := $(KERNEL_HOST_CFLAGS)
