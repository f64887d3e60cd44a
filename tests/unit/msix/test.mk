# SPDX-License-Identifier: BSD-2-Clause
UNIT_msix_SRCS = tests/unit/msix/test_msix.c user/vmm/vpci/msix.c
UNIT_msix_CFLAGS = -Iuser -Iuser/runtime
