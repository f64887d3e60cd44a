# SPDX-License-Identifier: BSD-2-Clause
FUZZ_vgic_SRCS = tests/fuzz/vgic/fuzz_vgic.c user/vmm/vgic/vgic.c user/vmm/vgic/dist.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
FUZZ_vgic_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
