# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_signals_SRCS := tests/unit/kernel_signals/test.c
UNIT_kernel_signals_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_signals_CFLAGS := $(KERNEL_HOST_CFLAGS)
