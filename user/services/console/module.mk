# SPDX-License-Identifier: BSD-2-Clause
#
# The console component. Pure sources are tested on the host (tests/unit/console).
CONSOLE_PURE := filter.c mux.c
CONSOLE_TARGET := main.c pl011.c
