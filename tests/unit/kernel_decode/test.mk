# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_decode_SRCS := tests/unit/kernel_decode/test.c tests/unit/kernel_decode/labels.c \
	tests/unit/kernel_decode/debug.c
UNIT_kernel_decode_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_decode_CFLAGS := $(KERNEL_HOST_CFLAGS)
