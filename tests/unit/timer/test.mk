# SPDX-License-Identifier: BSD-2-Clause
UNIT_timer_SRCS := tests/unit/timer/test.c tests/harness/rt_host.c user/services/timer/deadlines.c \
	user/runtime/format.c user/runtime/log.c
UNIT_timer_CFLAGS := -Iuser/runtime -Iuser/services/timer
