# SPDX-License-Identifier: BSD-2-Clause
UNIT_kernel_registers_SRCS := tests/unit/kernel_registers/test.c
UNIT_kernel_registers_CFLAGS := -include kernel/arch/fake/gen_config.h -Ikernel -Ikernel/arch/aarch64
