# SPDX-License-Identifier: BSD-2-Clause
UNIT_pl011_SRCS = tests/unit/pl011/test_pl011.c user/vmm/board/pl011.c
UNIT_pl011_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
