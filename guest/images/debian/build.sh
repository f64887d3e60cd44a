#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh LINK: makes LINK a symbolic link to a directory in the cache with
#   debian.qcow2   an ext4 root file system (no partitions) with a small Debian for arm64
#
# Console login is "root" without a password. eth0 is configured by DHCP. There is no kernel in it: the
# VMM loads that.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$here/../../../tools" && pwd)
. "$tools/progress.sh"
. "$tools/cache.sh"
. "$tools/apt-entries.sh"
link=${1:?usage: build.sh LINK}

. /etc/os-release
release=$VERSION_CODENAME
packages=systemd-sysv,udev,iproute2,login,passwd,kmod,iputils-ping,netcat-openbsd,wget,procps
size=2G

# The owner's choices about how to reach the mirror; everything else of the configuration is the host's.
mirror_options() {
    apt-config dump |
        grep -E '^Acquire::((https?|ftp)::|Check-|ForceIPv|Retries|Max-FutureTime)' || true
}

build_rootfs() {
    mirror_options > "$1/apt.conf"
    apt_release_lines "$release" arm64 |
        mmdebstrap --arch=arm64 --variant=minbase --include="$packages" \
            --aptopt="$1/apt.conf" --aptopt='APT::Install-Recommends "false"' \
            --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' \
            --customize-hook="$here/customize.sh \"\$1\"" \
            "$release" "$1/rootfs.tar" -
    "$tools/ext4-image" "$1/rootfs.tar" "$size" "$1/rootfs.raw" rootfs
    qemu-img convert -f raw -O qcow2 "$1/rootfs.raw" "$1/debian.qcow2"
    rm -f "$1/rootfs.tar" "$1/rootfs.raw" "$1/apt.conf"
}

[ -n "$(apt_release_lines "$release" arm64)" ] ||
    die "apt has no arm64 entry for $release; run 'make setup'"
cache_make rootfs-debian "$(cache_key "$release" "$here" "$tools/ext4-image")" \
    "Debian guest: making the root file system (about 2 min)" build_rootfs
cache_link "$link"
