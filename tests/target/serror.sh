#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The entry code on SErrors, for one core and for several: serror.S. TAP.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build}
out=$build/tests/target/serror
mkdir -p "$out"

# entry_test NODES KERNEL
entry_test() {
    make -s -C "$top/kernel" CONFIG_MAX_NUM_NODES="$1" O="$2" >&2
    "${CROSS:-aarch64-linux-gnu-}gcc" -nostdlib -static -include "$2/gen_config.h" \
        -I"$top" -I"$top/kernel" -I"$top/kernel/arch/aarch64" -Wl,--build-id=none,--no-warn-rwx-segments,-Ttext=0x40200000 \
        -o "$out/$1.elf" "$top/tests/target/serror.S"
    timeout 60 "${QEMU:-qemu-system-aarch64}" -M virt,virtualization=on,gic-version=2 -cpu cortex-a72 -m 64 \
        -display none -monitor none -nic none -serial stdio -kernel "$out/$1.elf" < /dev/null | tr -d '\r' > "$out/$1.log"
    grep -q '^1\.\.' "$out/$1.log" && grep -v '^1\.\.' "$out/$1.log" | sed "s/ - / - $1 cores, /"
}

entry_test 1 "$build/kernel/release"
entry_test 4 "$build/kernel/smp4-release"
echo 1..18
