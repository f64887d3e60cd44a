#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT.bin SOURCE.c...: builds a bare guest, a kernel Image of a few kilobytes: guest_main() of the
# sources behind start.S, without C library, MMU or floating point.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUT.bin SOURCE.c...}
shift
cross=${CROSS:-aarch64-linux-gnu-}
mkdir -p "$(dirname "$out")"
"${cross}gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib \
    -mgeneral-regs-only -mstrict-align -fpie -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
    -I "$here" -T "$here/guest.ld" -o "${out%.bin}.elf" "$here/start.S" "$@"
"${cross}objcopy" -O binary "${out%.bin}.elf" "$out"
