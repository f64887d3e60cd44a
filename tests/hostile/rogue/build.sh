#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR: builds the two bare guests and DIR/image.bin. KERNEL, COMPONENTS: other than the build's.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/hostile/rogue
out=${1:?usage: build.sh DIR}
kernel=${KERNEL:-$top/build/kernel/release/kernel.elf}
components=${COMPONENTS:-$top/build/user}
mkdir -p "$out"
for guest in rogue witness; do
    "$top/tests/hostile/bare/build.sh" "$out/$guest.bin" "$here/$guest.c"
done
# A kernel that is none passes the composer only if it is spoilt afterwards: rogue_guest.py finds it by its end.
cp "$out/witness.bin" "$out/broken.bin"
printf 'to be broken' >> "$out/broken.bin"
"$top/build/composer/peervisor-compose" -I "$top/topologies/include" \
    -M rogue-guest="$out/rogue.bin" -M witness-guest="$out/witness.bin" -M not-an-image="$out/broken.bin" \
    --loader "$top/build/loader/loader.bin" --kernel "$kernel" --components "$components" -o "$out" \
    "$here/rogue.camkes"
