# SPDX-License-Identifier: BSD-2-Clause
UNIT_watchdog_SRCS = tests/unit/watchdog/test_watchdog.c user/vmm/board/watchdog.c
UNIT_watchdog_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
