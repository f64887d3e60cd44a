# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_small_mapping_SRCS := tests/unit/small_mapping/test.c $(KERNEL_HOST_SRCS)
UNIT_small_mapping_CFLAGS := $(KERNEL_HOST_CFLAGS)
