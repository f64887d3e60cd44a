# SPDX-License-Identifier: BSD-2-Clause
UNIT_boot_image_SRCS := tests/unit/boot_image/test.c composer/image/image.c loader/range.c \
	loader/table.c loader/elf64.c loader/layout.c tests/unit/loader/builders.c
UNIT_boot_image_CFLAGS := -Itests/harness -Itests/unit/loader
