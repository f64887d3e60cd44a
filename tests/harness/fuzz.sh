#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# fuzz.sh NAME PROGRAM RUNS: one fuzzer with a fixed seed and number of runs, as a TAP test. Inputs kept
# under tests/fuzz/NAME/corpus run first; an input that fails is left in build/tests/fuzz/found.
set -u

name=$1
program=$2
runs=$3
corpus=tests/fuzz/$name/corpus
found=build/tests/fuzz/found/$name
work=build/tests/fuzz/corpus/$name
rm -rf "$work"
mkdir -p "$found" "$work"
export UBSAN_OPTIONS=print_stacktrace=1

count=0
if [ -d "$corpus" ]; then
    count=$(find "$corpus" -type f | wc -l)
    set -- "$work" "$corpus"
else
    set -- "$work"
fi
log=build/tests/fuzz/$name.log
if "$program" -runs="$runs" -seed=1 -print_final_stats=0 -verbosity=1 -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="$found/" "$@" > "$log" 2>&1; then
    echo "ok 1 - $runs runs and $count kept inputs without a finding"
else
    echo "not ok 1 - $runs runs and $count kept inputs without a finding"
    tail -n 40 "$log" | sed 's/^/# /'
fi
echo "1..1"
