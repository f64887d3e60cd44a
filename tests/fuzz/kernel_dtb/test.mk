# SPDX-License-Identifier: BSD-2-Clause
FUZZ_kernel_dtb_SRCS := tests/fuzz/kernel_dtb/fuzz.c kernel/core/dtb.c
FUZZ_kernel_dtb_CFLAGS := -Ikernel
