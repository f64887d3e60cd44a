#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT BUSYBOX QEMU_DIR MODULE SUPERVISOR TREE: the device VM's root file system, an initramfs
# (uncompressed: unpacking it costs an emulated core more than copying it).
#
#   OUT          the archive, cpio "newc"
#   BUSYBOX      static arm64 busybox; gets a link for each of its applets
#   QEMU_DIR     holds qemu-system-aarch64 (static) and keymaps/
#   MODULE       sel4_virt.ko            -> /lib/modules/sel4_virt.ko
#   SUPERVISOR   peervisor-supervisor    -> /usr/sbin/peervisor-supervisor
#   TREE         guest/device-vm/root, copied over all that; must have /init
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/progress.sh"
[ $# = 6 ] || die "usage: build.sh OUT BUSYBOX QEMU_DIR MODULE SUPERVISOR TREE"
out=$1
busybox=$2
qemu=$3
module=$4
supervisor=$5
tree=$6
for f in "$busybox" "$qemu/qemu-system-aarch64" "$qemu/keymaps/en-us" "$module" "$supervisor" "$tree/init"; do
    [ -e "$f" ] || die "the device VM needs $f, which does not exist"
done

mkdir -p "$(dirname "$out")"
root=$(mktemp -d "$(dirname "$out")/.device-vm-XXXXXX")
trap 'rm -rf "$root" "$out.new"' EXIT
chmod 755 "$root"
for d in bin sbin usr/bin usr/sbin usr/share/qemu lib/modules dev proc sys run tmp etc mnt root var/lib; do
    mkdir -p "$root/$d"
done
install -m 755 "$busybox" "$root/bin/busybox"
"$busybox" --list-full | while read -r applet; do
    # "busybox" is in its own list.
    [ -e "$root/$applet" ] || ln -s /bin/busybox "$root/$applet"
done
install -m 755 "$qemu/qemu-system-aarch64" "$root/usr/bin/qemu-system-aarch64"
cp -r "$qemu/keymaps" "$root/usr/share/qemu/keymaps"
install -m 644 "$module" "$root/lib/modules/sel4_virt.ko"
aarch64-linux-gnu-strip --strip-debug "$root/lib/modules/sel4_virt.ko"
install -m 755 "$supervisor" "$root/usr/sbin/peervisor-supervisor"
# --remove-destination: a file of ours replaces an applet's link instead of following it to busybox.
cp -r --remove-destination "$tree/." "$root/"

find "$root" -exec touch -h -d @1 {} +
(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --reproducible --quiet) > "$out.new"
mv "$out.new" "$out"
