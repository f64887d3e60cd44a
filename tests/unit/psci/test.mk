# SPDX-License-Identifier: BSD-2-Clause
UNIT_psci_SRCS = tests/unit/psci/test_psci.c user/vmm/psci/psci.c
UNIT_psci_CFLAGS = -Iuser -Iuser/runtime -Icontract -Itests/harness
