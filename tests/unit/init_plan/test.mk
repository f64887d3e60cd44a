# SPDX-License-Identifier: BSD-2-Clause
UNIT_init_plan_SRCS := tests/unit/init_plan/test.c tests/unit/init_plan/elf_test.c \
	tests/harness/plan_builder.c tests/harness/rt_host.c user/services/init/plan_check.c \
	user/services/init/plan_entries.c user/services/init/elf_image.c user/runtime/format.c \
	user/runtime/log.c user/runtime/error.c user/runtime/text.c
UNIT_init_plan_CFLAGS := -Iuser/runtime -Iuser/services/init
