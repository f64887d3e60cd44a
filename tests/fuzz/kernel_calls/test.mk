# SPDX-License-Identifier: BSD-2-Clause
include tests/harness/kernel_host.mk
FUZZ_kernel_calls_SRCS := tests/fuzz/kernel_calls/fuzz.c $(KERNEL_HOST_SRCS)
FUZZ_kernel_calls_CFLAGS := $(KERNEL_HOST_CFLAGS)
# Each run is dozens of system calls with all invariants checked after each.
FUZZ_kernel_calls_RUNS := 8000
