# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_small_mapping_SRCS := tests/unit/small_mapping/test.c
UNIT_small_mapping_OBJS := $(KERNEL_HOST_OBJS)
UNIT_small_mapping_CFLAGS := $(KERNEL_HOST_CFLAGS)
