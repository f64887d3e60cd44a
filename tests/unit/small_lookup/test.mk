# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_small_lookup_SRCS := tests/unit/small_lookup/test.c
UNIT_small_lookup_OBJS := $(KERNEL_HOST_OBJS)
UNIT_small_lookup_CFLAGS := $(KERNEL_HOST_CFLAGS)
