# SPDX-License-Identifier: BSD-2-Clause
UNIT_vmm_bus_SRCS = tests/unit/vmm_bus/test_bus.c user/vmm/bus/bus.c
UNIT_vmm_bus_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
