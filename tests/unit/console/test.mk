# SPDX-License-Identifier: BSD-2-Clause
UNIT_console_SRCS := tests/unit/console/test.c tests/unit/console/terminal.c tests/harness/rt_host.c \
	user/services/console/filter.c user/services/console/mux.c user/runtime/format.c \
	user/runtime/log.c user/runtime/error.c user/runtime/text.c user/runtime/ring.c
UNIT_console_CFLAGS := -Iuser/runtime -Iuser/services/console
