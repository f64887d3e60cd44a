#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh [--bench | --latency | --hostile CALLS] [IMAGE]: builds the target tests, unless an image is named, boots them in QEMU and
# passes their TAP through. Exit code 0 only if the last line came and says "0 failed" (--bench: if no value exceeds its reference). Environment: TARGET_TIMEOUT (seconds, default 180),
# TARGET_MEMORY (MiB, default 1024), TARGET_CORES (default 1), TARGET_CONFIG (release or debug),
# HOSTILE_SEED (first seed, default 100), QEMU.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
mode=tests
calls=
seed=${HOSTILE_SEED:-100}
if [ "${1:-}" = --bench ]; then
    mode=bench
    shift
elif [ "${1:-}" = --latency ]; then
    mode=latency
    shift
elif [ "${1:-}" = --hostile ]; then
    mode=hostile
    calls=${2:?run.sh: --hostile: how many calls?}
    shift 2
fi
config=${TARGET_CONFIG:-release}
out=${BUILD:-$top/build}/tests/target
[ "$config" != debug ] || out=$out-debug
case $mode in
tests) image=${1:-$out/image.bin}; speed= ;;
hostile) image=${1:-$out/hostile-$calls-$seed.bin}; speed= ;;
latency) # a kernel that measures itself; the tests as they are
    out=$out-latency
    kernel=${BUILD:-$top/build}/kernel/latency
    make -s -C "$top/kernel" CONFIG=release CONFIG_MEASURE_LATENCY=y O="$kernel" >&2
    make -s -C "$top/tests/target" OUT="$out" KERNEL_DIR="$kernel" >&2
    image=$out/image.bin speed="-icount shift=0,sleep=off"
    set -- "$image" ;;
bench) image=${1:-$out/bench.bin}; speed="-icount shift=0,sleep=off" ;;
esac
[ $# -gt 0 ] || make -s -C "$top/kernel" CONFIG="$config" >&2
[ $# -gt 0 ] || make -s -C "$top/tests/target" CONFIG="$config" HOSTILE_CALLS="$calls" HOSTILE_SEED="$seed" >&2
log=$(mktemp)
trap 'rm -f "$log"; [ -z "${qemu:-}" ] || kill "$qemu" 2> /dev/null || true' EXIT INT TERM

# shellcheck disable=SC2086
timeout "${TARGET_TIMEOUT:-180}" "${QEMU:-qemu-system-aarch64}" \
    -M virt,virtualization=on,gic-version=2,dtb-randomness=off -cpu cortex-a72 \
    -smp "${TARGET_CORES:-1}" -m "${TARGET_MEMORY:-1024}" -display none -monitor none -nic none \
    -serial stdio $speed -kernel "$image" < /dev/null > "$log" 2>&1 &
qemu=$!

# The test program cannot switch the board off, so its last line ends the run.
tail -n +1 -f --pid="$qemu" "$log" | while IFS= read -r line; do
    line=$(printf '%s' "$line" | tr -d '\r')
    printf '%s\n' "$line"
    [ "$mode" != latency ] || case $line in "# target tests: "*) sleep 2 ;; esac
    case $line in "# target tests: "*" failed" | "# bench: done") break ;; esac
done || true
kill "$qemu" 2> /dev/null || true
wait "$qemu" 2> /dev/null || true
qemu=

if [ $mode = latency ]; then
    tr -d '\r' < "$log" | grep '^# longest without interrupts: ' | tail -n 1
elif [ $mode = bench ]; then
    # Lines are `name value reference`; reference 0 means that there is none.
    tr -d '\r' < "$log" | awk '
        /^# bench: done/ { done = 1 }
        /^[a-z_0-9]+ [0-9]+ [0-9]+$/ && $3 > 0 {
            compared++
            if ($2 > $3) { print "# over its reference: " $1 " " $2 " > " $3; over++ }
        }
        END { exit !(done && compared && !over) }'
elif ! grep -q '^# target tests: ' "$log"; then
    echo "# the target stopped without a result (timeout ${TARGET_TIMEOUT:-180} s)"
    echo "# target tests: 0 passed, 1 failed"
    exit 1
else
    tr -d '\r' < "$log" | grep -q '^# target tests: [0-9]* passed, 0 failed$'
fi
