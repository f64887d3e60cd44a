# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_small_untyped_SRCS := tests/unit/small_untyped/test.c $(KERNEL_HOST_SRCS)
# 23 million calls: with sanitizers they would take minutes.
UNIT_small_untyped_CFLAGS := $(KERNEL_HOST_CFLAGS) -O2 -fno-sanitize=address,undefined
