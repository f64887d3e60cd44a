# SPDX-License-Identifier: BSD-2-Clause
# The kernel's portable part and its fake hardware, for unit tests and fuzzers.
KERNEL_HOST_SRCS := tests/harness/kernel_host.c kernel/arch/fake/fake.c kernel/arch/aarch64/thread.c \
	$(filter-out kernel/core/boot.c kernel/core/mem.c,$(wildcard kernel/api/*.c kernel/object/*.c kernel/core/*.c))
KERNEL_HOST_CFLAGS := -include kernel/arch/fake/gen_config.h -Ikernel -Ikernel/arch/fake \
	-Ikernel/arch/aarch64
