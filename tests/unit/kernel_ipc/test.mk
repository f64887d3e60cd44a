# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_ipc_SRCS := tests/unit/kernel_ipc/test.c tests/unit/kernel_ipc/endpoints.c \
	tests/unit/kernel_ipc/messages.c tests/unit/kernel_ipc/caps.c tests/unit/kernel_ipc/replies.c
UNIT_kernel_ipc_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_ipc_CFLAGS := $(KERNEL_HOST_CFLAGS)
