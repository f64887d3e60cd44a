# SPDX-License-Identifier: BSD-2-Clause
UNIT_small_caps_SRCS := tests/unit/small_caps/test.c kernel/object/cap.c
UNIT_small_caps_CFLAGS := -include kernel/arch/fake/gen_config.h -Ikernel
