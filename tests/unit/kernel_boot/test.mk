# SPDX-License-Identifier: BSD-2-Clause
UNIT_kernel_boot_SRCS := tests/unit/kernel_boot/test.c kernel/core/dtb.c kernel/core/memory.c
UNIT_kernel_boot_CFLAGS := -Ikernel
UNIT_kernel_boot_LDLIBS := -lfdt
