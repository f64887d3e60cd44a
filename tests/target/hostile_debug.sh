#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Random system calls on the debug kernel, which checks its invariants meanwhile: 60 thousand, or HOSTILE_CALLS.
TARGET_CONFIG=debug TARGET_TIMEOUT=${TARGET_TIMEOUT:-600} \
    exec "$(dirname "$0")/run.sh" --hostile "${HOSTILE_CALLS:-60000}"
