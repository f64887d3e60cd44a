# SPDX-License-Identifier: BSD-2-Clause
#
# The timer service. Pure sources are tested on the host (tests/unit/timer).
TIMER_PURE := deadlines.c
TIMER_TARGET := main.c
