# SPDX-License-Identifier: BSD-2-Clause
UNIT_gfdt_SRCS = tests/unit/gfdt/test_gfdt.c user/vmm/fdt/gfdt.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
UNIT_gfdt_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
UNIT_gfdt_LDLIBS = -lfdt
