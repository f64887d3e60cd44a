#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# DebugHalt: the debug kernel says so, and then nothing runs any more, not even the test's own report. TAP.
set -eu

log=$(TARGET_CONFIG=debug TARGET_ONLY=HALT- "$(dirname "$0")/run.sh" || true)
echo "1..1"
if echo "$log" | grep -q '^DebugHalt' && ! echo "$log" | grep -qE '^(not )?ok '; then
    echo "ok 1 - HALT-0001 DebugHalt stops the machine"
else
    echo "not ok 1 - HALT-0001 DebugHalt stops the machine"
    echo "$log" | sed 's/^/# /'
    exit 1
fi
