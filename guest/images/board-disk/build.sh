#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT ROOTFS NAME...: the disk of the emulated board, a raw ext4 image OUT without partitions.
# It holds each /var/lib/virt/images/NAME as a copy of the qcow2 image ROOTFS; the device VM serves them
# to its clients. The file is sparse: it takes what is written. OUTER/NAME is an image of a client that serves
# others in its turn: its disk OUTER is made in the same way and holds NAME.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$here/../../../tools" && pwd)
. "$tools/progress.sh"
[ $# -ge 3 ] || die "usage: build.sh OUT ROOTFS NAME..."
out=$1
rootfs=$(readlink -f "$2")
shift 2
[ -r "$rootfs" ] || die "there is no guest image $rootfs"

mkdir -p "$(dirname "$out")"
stage=$(mktemp -d "$(dirname "$out")/.board-disk-XXXXXX")
trap 'rm -rf "$stage" "$out.new"' EXIT
chmod 755 "$stage"
mkdir -p "$stage/var/lib/virt/images"
chmod 700 "$stage/var/lib/virt/images"

# inner OUTER NAME...: what of the names belongs into OUTER.
inner() {
    outer=$1
    shift
    for path in "$@"; do
        case $path in
        "$outer"/*) echo "${path#*/}" ;;
        esac
    done
}

for name in "$@"; do
    case $name in
    [!./]*/?*)
        case " $* " in
        *" ${name%%/*} "*) continue ;;
        esac
        die "\"$name\" lies in a disk image that is not asked for"
        ;;
    '' | */* | .*) die "\"$name\" is no name for a disk image" ;;
    esac
    image=$stage/var/lib/virt/images/$name
    held=$(inner "$name" "$@")
    if [ -z "$held" ]; then
        cp --reflink=auto "$rootfs" "$image"
    else
        # shellcheck disable=SC2086 # names hold no blanks: make passes them as words
        "$0" "$stage/held.raw" "$rootfs" $held
        qemu-img convert -O qcow2 "$stage/held.raw" "$image"
        rm "$stage/held.raw"
    fi
    chmod 600 "$image"
done
# Each guest can fill its own disk, and the file systems in them know at most 2 GB.
"$tools/ext4-image" "$stage" "$((1 + $# * 3))G" "$out.new" board > /dev/null
mv "$out.new" "$out"
