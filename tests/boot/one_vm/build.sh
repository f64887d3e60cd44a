#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh DIR: builds DIR/image.bin. KERNEL, COMPONENTS, GUEST_KERNEL: other than the build's.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/boot/one_vm
out=${1:?usage: build.sh DIR}
mkdir -p "$out/root/bin"
cp -L "$top/build/third-party/rootfs-small/busybox" "$out/root/bin/busybox"
ln -sf busybox "$out/root/bin/sh"
cp "$here/init" "$out/root/init"
(cd "$out/root" && find . | cpio -o -H newc --quiet) > "$out/one-vm.cpio"
"$top/build/composer/peervisor-compose" -I "$top/topologies/include" --attach vm0 \
    -M guest-kernel="${GUEST_KERNEL:-$top/build/third-party/guest-kernel/Image}" -M one-vm.cpio="$out/one-vm.cpio" \
    --loader "$top/build/loader/loader.bin" --kernel "${KERNEL:-$top/build/kernel/release/kernel.elf}" \
    --components "${COMPONENTS:-$top/build/user}" -o "$out" "$here/one_vm.camkes"
