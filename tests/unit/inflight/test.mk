# SPDX-License-Identifier: BSD-2-Clause
UNIT_inflight_SRCS = tests/unit/inflight/test_inflight.c user/vmm/vpci/inflight.c
UNIT_inflight_CFLAGS = -Iuser -Iuser/runtime -include tests/unit/inflight/steps.h
