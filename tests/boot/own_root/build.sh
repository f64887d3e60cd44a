#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT.cpio: the small guest's root file system as an initramfs, so that its root is on no disk.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
out=${1:?usage: build.sh OUT.cpio}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
for d in bin sbin usr/bin usr/sbin usr/share dev proc sys run tmp etc mnt root var/lib; do
    mkdir -p "$root/$d"
done
cp -L "$top/build/third-party/rootfs-small/busybox" "$root/bin/busybox"
"$root/bin/busybox" --list-full | while read -r applet; do
    [ -e "$root/$applet" ] || ln -s /bin/busybox "$root/$applet"
done
cp -r --remove-destination "$top/guest/images/small/root/." "$root/"
ln -sf /bin/busybox "$root/init"
(cd "$root" && find . | cpio -o -H newc -R 0:0 --quiet) > "$out"
