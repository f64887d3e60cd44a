# SPDX-License-Identifier: BSD-2-Clause
UNIT_vgic_SRCS = tests/unit/vgic/test_vgic.c user/vmm/vgic/vgic.c user/vmm/vgic/dist.c \
        user/runtime/format.c user/runtime/log.c user/runtime/text.c tests/harness/rt_host.c
UNIT_vgic_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
