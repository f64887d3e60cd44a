# SPDX-License-Identifier: BSD-2-Clause
FUZZ_plan_SRCS := tests/fuzz/plan/fuzz.c tests/harness/plan_builder.c tests/harness/rt_host.c \
	user/services/init/plan_check.c user/services/init/plan_entries.c user/services/init/elf_image.c \
	user/runtime/format.c user/runtime/log.c user/runtime/error.c user/runtime/text.c
FUZZ_plan_CFLAGS := -Iuser/runtime -Iuser/services/init
