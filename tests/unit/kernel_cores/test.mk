# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_cores_SRCS := tests/unit/kernel_cores/test.c tests/unit/kernel_cores/threads.c \
	tests/unit/kernel_decode/labels.c tests/unit/kernel_decode/debug.c \
	tests/unit/kernel_cores/wake.c tests/unit/kernel_cores/irq.c tests/unit/kernel_cores/lock.c
UNIT_kernel_cores_OBJS := $(KERNEL_SMP_OBJS)
UNIT_kernel_cores_CFLAGS := $(KERNEL_SMP_CFLAGS) -Itests/unit
UNIT_kernel_cores_LDLIBS := -lpthread
