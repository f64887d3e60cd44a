# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
UNIT_kernel_faults_SRCS := tests/unit/kernel_faults/test.c tests/unit/kernel_faults/serrors.c
UNIT_kernel_faults_OBJS := $(KERNEL_HOST_OBJS)
UNIT_kernel_faults_CFLAGS := $(KERNEL_HOST_CFLAGS)
