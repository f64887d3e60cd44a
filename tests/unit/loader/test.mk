# SPDX-License-Identifier: BSD-2-Clause
UNIT_loader_SRCS := tests/unit/loader/main.c tests/unit/loader/test_table.c \
	tests/unit/loader/test_elf.c tests/unit/loader/test_layout.c tests/unit/loader/test_tree.c \
	tests/unit/loader/builders.c loader/range.c loader/table.c loader/elf64.c loader/layout.c \
	loader/tree.c
UNIT_loader_CFLAGS := -Itests/harness
UNIT_loader_LDLIBS := -lfdt
