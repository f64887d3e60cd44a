#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Random system calls on the release kernel: 300 thousand, or HOSTILE_CALLS of them.
exec "$(dirname "$0")/run.sh" --hostile "${HOSTILE_CALLS:-300000}"
