#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR: builds the guest and DIR/image.bin. KERNEL, COMPONENTS: other than the build's.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/bench/exits
out=${1:?usage: build.sh DIR}
mkdir -p "$out"
"$top/tests/hostile/bare/build.sh" "$out/exits.bin" "$here/exits.c"
"$top/build/composer/peervisor-compose" -I "$top/topologies/include" -M exits-guest="$out/exits.bin" \
    --loader "$top/build/loader/loader.bin" --kernel "${KERNEL:-$top/build/kernel/release/kernel.elf}" \
    --components "${COMPONENTS:-$top/build/user}" -o "$out" "$here/exits.camkes"
