#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel for several cores: the tests that need them, on two cores with both builds, and some of them on four.
# SMP_FULL=1: all tests, on two and on four. TAP.
set -eu

here=$(dirname "$0")
many="SMP- VCPU-01 TABLE- SYS- IRQ-"
some="SMP-0001 SMP-0002 SMP-0005 SMP-0009 SMP-0016 SMP-0018 SMP-0022 SMP-0030"
if [ -n "${SMP_FULL:-}" ]; then
    many= some=
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT

count=0
failed=0
# run CORES CONFIG TESTS: results with running numbers.
run() {
    TARGET_NODES=$1 TARGET_CONFIG=$2 TARGET_ONLY=$3 TARGET_TIMEOUT=${TARGET_TIMEOUT:-900} "$here/run.sh" > "$log" || failed=1
    awk -v count="$count" -v on="$1 cores, $2" '
        /^(not )?ok / { sub(/ok [0-9]+ - /, "ok " ++count " - " on ": ") }
        !/^1\.\./ { print }' "$log"
    results=$(grep -cE '^(not )?ok ' "$log" || true)
    count=$((count + results))
    # A board that stopped has no result of its own to show.
    if ! grep -q '^1\.\.' "$log"; then
        count=$((count + 1))
        echo "not ok $count - $1 cores, $2: all tests ran"
    fi
}

run 2 release "$many"
run 2 debug "$many"
run 4 release "$some"
[ -z "${SMP_FULL:-}" ] || run 4 debug "$some"
echo "1..$count"
[ $failed = 0 ]
