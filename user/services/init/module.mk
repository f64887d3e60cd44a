# SPDX-License-Identifier: BSD-2-Clause
#
# The initial task. Pure sources are tested on the host (tests/unit/init_plan, init_untyped).
INIT_PURE := plan_check.c plan_entries.c elf_image.c untyped.c
INIT_TARGET := main.c board.c memory.c build.c component.c supervisor.c uart.c entry.S
