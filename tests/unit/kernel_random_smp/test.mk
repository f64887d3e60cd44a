# SPDX-License-Identifier: BSD-2-Clause
# The same sequences, by four cores in turn.
include tests/harness/kernel_host.mk
UNIT_kernel_random_smp_SRCS := tests/unit/kernel_random/test.c tests/fuzz/kernel_calls/fuzz.c
UNIT_kernel_random_smp_OBJS := $(KERNEL_SMP_OBJS)
UNIT_kernel_random_smp_CFLAGS := $(KERNEL_SMP_CFLAGS)
