#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Random system calls on the debug kernel, which checks its invariants meanwhile: 60 thousand, or HOSTILE_CALLS.
TARGET_CONFIG=debug \
    exec "$(dirname "$0")/run.sh" --hostile "${HOSTILE_CALLS:-60000}"
