#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# run.sh [--bench | --latency | --hostile CALLS] [IMAGE]: builds the target tests, unless an image is named, boots them
# in QEMU and passes their TAP through. Exit code 0 only if the last line came and says "0 failed" (--bench: if no value
# exceeds its reference). Environment: TARGET_TIMEOUT (seconds, default 600), TARGET_MEMORY (MiB, default 1024),
# TARGET_CONFIG (release or debug), TARGET_NODES (the kernel's CONFIG_MAX_NUM_NODES, default 1), TARGET_CORES (the
# board's cores, default TARGET_NODES), TARGET_OPTIONS (more of kernel/config.mk's options; then TARGET_OPTIONS_NAME
# keeps that kernel apart), TARGET_ONLY (words with which the ids of the tests to run begin), HOSTILE_SEED (first seed,
# default 100), QEMU.
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
nodes=${TARGET_NODES:-1}
kernel=${BUILD:-$top/build}/kernel/$config
suffix=
if [ "$nodes" != 1 ]; then
    kernel=${BUILD:-$top/build}/kernel/smp$nodes-$config
    suffix=-smp$nodes
fi
[ "$config" != debug ] || suffix=$suffix-debug
if [ -n "${TARGET_OPTIONS:-}" ]; then
    kernel=$kernel-${TARGET_OPTIONS_NAME:?run.sh: a name for the kernel with TARGET_OPTIONS}
    suffix=$suffix-$TARGET_OPTIONS_NAME
fi
# Some of the tests are a build of their own.
[ -z "${TARGET_ONLY:-}" ] || suffix=$suffix-only
[ $mode != latency ] || suffix=-latency
out=${BUILD:-$top/build}/tests/target$suffix
case $mode in
tests) image=${1:-$out/image.bin}; speed= ;;
hostile) image=${1:-$out/hostile-$calls-$seed.bin}; speed= ;;
latency) # a kernel that measures itself; the tests as they are
    kernel=${BUILD:-$top/build}/kernel/latency
    make -s -C "$top/kernel" CONFIG=release CONFIG_MEASURE_LATENCY=y O="$kernel" >&2
    make -s -C "$top/tests/target" TARGET_SUFFIX="$suffix" KERNEL_DIR="$kernel" >&2
    image=$out/image.bin speed="-icount shift=0,sleep=off"
    set -- "$image" ;;
bench) image=${1:-$out/bench.bin}; speed="-icount shift=0,sleep=off" ;;
esac
# shellcheck disable=SC2086
[ $# -gt 0 ] || make -s -C "$top/kernel" CONFIG="$config" CONFIG_MAX_NUM_NODES="$nodes" ${TARGET_OPTIONS:-} O="$kernel" >&2
[ -z "${TARGET_ONLY:-}" ] || rm -rf "$out"
[ $# -gt 0 ] || make -s -C "$top/tests/target" CONFIG="$config" NODES="$nodes" KERNEL_DIR="$kernel" TARGET_SUFFIX="$suffix" \
    TARGET_ONLY="${TARGET_ONLY:-}" HOSTILE_CALLS="$calls" HOSTILE_SEED="$seed" >&2
log=$(mktemp)
trap 'rm -f "$log"; [ -z "${qemu:-}" ] || kill "$qemu" 2> /dev/null || true' EXIT INT TERM

# shellcheck disable=SC2086
timeout "${TARGET_TIMEOUT:-600}" "${QEMU:-qemu-system-aarch64}" \
    -M virt,virtualization=on,gic-version=2,dtb-randomness=off -cpu cortex-a72 \
    -smp "${TARGET_CORES:-$nodes}" -m "${TARGET_MEMORY:-1024}" -display none -monitor none -nic none \
    -serial stdio $speed -kernel "$image" < /dev/null > "$log" 2>&1 &
qemu=$!

# The test program cannot switch the board off, so its last line ends the run.
tail -n +1 -f --pid="$qemu" "$log" | while IFS= read -r line; do
    line=$(printf '%s' "$line" | tr -d '\r')
    printf '%s\n' "$line"
    [ "$mode" != latency ] || case $line in "# target tests: "*) sleep 2 ;; esac
    case $line in "# target tests: "*" failed" | "# bench: done") break ;; DebugHalt) sleep 2 && break ;; esac
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
    echo "# the target stopped without a result (timeout ${TARGET_TIMEOUT:-600} s)"
    echo "# target tests: 0 passed, 1 failed"
    exit 1
else
    tr -d '\r' < "$log" | grep -q '^# target tests: [0-9]* passed, 0 failed$'
fi
