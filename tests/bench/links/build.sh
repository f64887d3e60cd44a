#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR [composer options]: builds DIR/image.bin from what "make image" has built.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/bench/links
out=${1:?usage: build.sh DIR [composer options]}
shift
client=$out/client
server=$out/server
mkdir -p "$client/bin" "$server/bin" "$server/etc"
${CROSS:-aarch64-linux-gnu-}gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$out/load" "$here/load.c"

cp -L "$top/build/third-party/rootfs-small/busybox" "$client/bin/busybox"
ln -sf busybox "$client/bin/sh"
cp "$out/load" "$client/bin/load"
cp "$here/client-init" "$client/init"
(cd "$client" && find . | cpio -o -H newc --quiet) > "$out/client.cpio"

# The device VM as it is, and a second archive behind it that replaces its first script.
cp "$out/load" "$server/bin/load"
cp "$here/server-start" "$server/etc/server-start"
sed 's#/etc/init.d/rcS#/etc/server-start#' "$top/guest/device-vm/root/etc/inittab" > "$server/etc/inittab"
(cd "$server" && find bin etc -type f | cpio -o -H newc --quiet) | cat "$top/build/guest/device-vm.cpio" - > "$out/server.cpio"

"$top/build/composer/peervisor-compose" "$@" -I "$top/topologies/include" --attach vm1 \
    -M guest-kernel="$top/build/third-party/guest-kernel/Image" \
    -M client.cpio="$out/client.cpio" -M server.cpio="$out/server.cpio" \
    --loader "$top/build/loader/loader.bin" --kernel "${KERNEL:-$top/build/kernel/release/kernel.elf}" \
    --components "${COMPONENTS:-$top/build/user}" -o "$out" "$here/links.camkes"
