# SPDX-License-Identifier: BSD-2-Clause
UNIT_rt_SRCS := tests/unit/rt/test.c tests/harness/rt_host.c user/runtime/format.c \
	user/runtime/log.c user/runtime/error.c user/runtime/text.c user/runtime/ring.c \
	user/runtime/clock.c user/runtime/slots.c
UNIT_rt_CFLAGS := -Iuser/runtime
