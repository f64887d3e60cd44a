# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_ipc_SRCS := tests/unit/kernel_ipc/test.c
UNIT_kernel_ipc_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_ipc_CFLAGS := $(KERNEL_HOST_CFLAGS)
