#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR [-D SHARED]: builds the guests and DIR/image.bin; SHARED: with an idle neighbour on the core.
# KERNEL, COMPONENTS: other than the build's.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/bench/exits
out=${1:?usage: build.sh DIR [-D SHARED]}
shift
mkdir -p "$out"
"$top/tests/hostile/bare/build.sh" "$out/exits.bin" "$here/exits.c"
"$top/tests/hostile/bare/build.sh" "$out/idle.bin" "$here/idle.c"
"$top/build/composer/peervisor-compose" -I "$top/topologies/include" -M exits-guest="$out/exits.bin" \
    -M idle-guest="$out/idle.bin" "$@" \
    --loader "$top/build/loader/loader.bin" --kernel "${KERNEL:-$top/build/kernel/release/kernel.elf}" \
    --components "${COMPONENTS:-$top/build/user}" -o "$out" "$here/exits.camkes"
