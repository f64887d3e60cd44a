#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's instruction counts against their references, as TAP. Under -icount they are the same in each run.
set -eu

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$(dirname "$0")/run.sh" --bench > "$log" || status=$?
tr -d '\r' < "$log" | awk -v status="$status" '
    /^[a-z_0-9]+ [0-9]+ [0-9]+$/ && $3 > 0 {
        print ($2 <= $3 ? "ok " : "not ok ") ++count " - " $1 " takes " $2 " instructions, reference " $3
        bad += $2 > $3
    }
    END {
        print (status && !bad ? "not ok " : "ok ") ++count " - the benchmarks ran to their end"
        print "1.." count
        exit status
    }'
