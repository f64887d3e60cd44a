# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_objects_SRCS := tests/unit/kernel_objects/test.c
UNIT_kernel_objects_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_objects_CFLAGS := $(KERNEL_HOST_CFLAGS)
