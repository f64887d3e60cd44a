# SPDX-License-Identifier: BSD-2-Clause
UNIT_supervisor_SRCS = tests/unit/supervisor/test_supervisor.c guest/supervisor/devices.c \
        guest/supervisor/command.c guest/supervisor/image.c
UNIT_supervisor_CFLAGS = -Iguest/supervisor -Itests/harness
