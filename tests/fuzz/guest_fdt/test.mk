# SPDX-License-Identifier: BSD-2-Clause
FUZZ_guest_fdt_SRCS = tests/fuzz/guest_fdt/fuzz_guest_fdt.c user/vmm/fdt/gfdt.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
FUZZ_guest_fdt_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
FUZZ_guest_fdt_LDLIBS = -lfdt
