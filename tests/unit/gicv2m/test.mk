# SPDX-License-Identifier: BSD-2-Clause
UNIT_gicv2m_SRCS = tests/unit/gicv2m/test_gicv2m.c user/vmm/gicv2m/gicv2m.c
UNIT_gicv2m_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
