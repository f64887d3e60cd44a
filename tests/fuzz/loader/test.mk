# SPDX-License-Identifier: BSD-2-Clause
FUZZ_loader_SRCS := tests/fuzz/loader/fuzz.c loader/range.c loader/table.c loader/elf64.c \
	loader/layout.c loader/tree.c
FUZZ_loader_CFLAGS :=
FUZZ_loader_LDLIBS := -lfdt
FUZZ_loader_RUNS := 60000
