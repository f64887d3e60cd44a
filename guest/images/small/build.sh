#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh LINK: makes LINK a symbolic link to a directory in the cache with
#   small.qcow2    an ext4 root file system: busybox and the scripts in root/, for tests
#   busybox        the static arm64 busybox itself, which the device VM uses too
#
# It boots within a second of kernel time, asks "peervisor-small login:", and takes "root" without a
# password. eth0 is configured by DHCP.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$here/../../../tools" && pwd)
. "$tools/progress.sh"
. "$tools/cache.sh"
link=${1:?usage: build.sh LINK}
size=512M

build_small() {
    dpkg-deb -x "$package_dir"/*.deb "$1/unpacked"
    mkdir -p "$1/root/bin"
    for d in dev proc sys run tmp root mnt etc usr/bin usr/sbin sbin var/lib; do
        mkdir -p "$1/root/$d"
    done
    # /bin or /usr/bin, depending on the release.
    find "$1/unpacked" -type f -name busybox -path '*bin/*' -exec cp {} "$1/busybox" \;
    cp "$1/busybox" "$1/root/bin/busybox"
    cp -r "$here/root/." "$1/root/"
    # "--list-full" needs to run the arm64 program, which setup made possible.
    "$1/busybox" --list-full | while read -r applet; do
        [ -e "$1/root/$applet" ] || ln -s /bin/busybox "$1/root/$applet"
    done
    ln -sf /bin/busybox "$1/root/sbin/init"
    "$tools/ext4-image" "$1/root" "$size" "$1/small.raw" small
    qemu-img convert -f raw -O qcow2 "$1/small.raw" "$1/small.qcow2"
    rm -rf "$1/small.raw" "$1/root" "$1/unpacked"
}

cache_package busybox-static:arm64
package_dir=$cache_entry
cache_make rootfs-small "$(cache_key "$cache_version" "$here" "$tools/ext4-image")" \
    "small guest: making the root file system" build_small
cache_link "$link"
