#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR: builds the guest and DIR/image.bin. KERNEL, COMPONENTS: other than the build's.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/bench/exits
bare=$top/tests/hostile/rogue
out=${1:?usage: build.sh DIR}
mkdir -p "$out"
${CROSS:-aarch64-linux-gnu-}gcc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib \
    -mgeneral-regs-only -mstrict-align -fpie -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
    -T "$bare/guest.ld" -o "$out/exits.elf" "$bare/start.S" "$here/exits.c"
${CROSS:-aarch64-linux-gnu-}objcopy -O binary "$out/exits.elf" "$out/exits.bin"
"$top/build/composer/peervisor-compose" -I "$top/topologies/include" -M exits-guest="$out/exits.bin" \
    --loader "$top/build/loader/loader.bin" --kernel "${KERNEL:-$top/build/kernel/release/kernel.elf}" \
    --components "${COMPONENTS:-$top/build/user}" -o "$out" "$here/exits.camkes"
