#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Random system calls from two cores at once that race for the same objects, on the debug kernel, which checks its
# invariants meanwhile: 30 thousand, or HOSTILE_CALLS.
TARGET_NODES=${TARGET_NODES:-2} TARGET_CONFIG=${TARGET_CONFIG:-debug} \
    exec "$(dirname "$0")/run.sh" --hostile "${HOSTILE_CALLS:-30000}"
