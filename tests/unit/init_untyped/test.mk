# SPDX-License-Identifier: BSD-2-Clause
UNIT_init_untyped_SRCS := tests/unit/init_untyped/test.c tests/unit/init_untyped/model.c \
	tests/harness/rt_host.c user/services/init/untyped.c user/runtime/format.c user/runtime/log.c \
	user/runtime/error.c user/runtime/slots.c
UNIT_init_untyped_CFLAGS := -Iuser/runtime -Iuser/services/init
