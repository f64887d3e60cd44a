# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_tcb_SRCS := tests/unit/kernel_tcb/test.c
UNIT_kernel_tcb_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_tcb_CFLAGS := $(KERNEL_HOST_CFLAGS)
