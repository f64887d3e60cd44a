#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh LINK: makes LINK a symbolic link to a directory in the cache with
#   Image         Debian's stock arm64 kernel, byte for byte what its package holds
#   initrd.cpio   an initramfs with the few modules of that package that a driver VM's root needs,
#                 busybox and the init beside this script
#   release       the kernel's release string
# The kernel has no restricted DMA pools, so it can only use links of systems built with VMSWIOTLB=0.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/progress.sh"
. "$here/../../../tools/cache.sh"
link=${1:?usage: build.sh LINK}

# What the initramfs loads, in this order, each after what it depends on. What a kernel has built in
# is left out.
modules="virtio_pci virtio_blk virtio_net crc32c_generic ext4"

# An EFI zboot image (Debian 13) holds the Image compressed: "MZ", zero, "zimg", offset and size of the
# payload, and at byte 24 the compression. Older packages hold the Image itself.
unpack_image() {
    if [ "$(dd if="$1" bs=1 skip=4 count=4 2> /dev/null)" != zimg ]; then
        cp "$1" "$2"
        return
    fi
    set -- "$1" "$2" $(od -A n -t u4 -j 8 -N 8 "$1")
    case $(dd if="$1" bs=1 skip=24 count=4 2> /dev/null | tr -d '\0') in
    gzip) unpack="gzip -dc" ;;
    xz*) unpack="xz -dc" ;;
    zstd) unpack="zstd -dc" ;;
    *) echo "unknown compression of the kernel"; return 1 ;;
    esac
    tail -c "+$(($3 + 1))" "$1" | head -c "$4" | $unpack > "$2"
}

# Is the file an uncompressed arm64 Image? (Its header has the magic number "ARM\x64" at byte 56.)
check_image() {
    [ "$(dd if="$1" bs=1 skip=56 count=4 2> /dev/null)" = ARMd ] || { echo "$1 is no arm64 Image"; return 1; }
}

# The files of the modules and of what they depend on, in an order in which they can be loaded.
module_files() {
    for m in $modules; do
        sed -n "s#^\\([^:]*/$m\\.ko[.a-z]*\\): *#\\1 #p" "$1/modules.dep" | tr ' ' '\n' | tac
    done | awk 'NF && !seen[$0]++'
}

# Uncompressed: insmod of busybox knows no compression, and this is small.
add_module() {
    case $1 in
    *.xz) xz -dc "$1" > "$2" ;;
    *.zst) zstd -dcq "$1" > "$2" ;;
    *.gz) gzip -dc "$1" > "$2" ;;
    *) cp "$1" "$2" ;;
    esac
}

build_initrd() {
    root=$1/root
    for d in bin dev proc sys mnt modules; do
        mkdir -p "$root/$d"
    done
    dpkg-deb --fsys-tarfile "$busybox_dir"/*.deb | tar -xO --wildcards './*bin/busybox' > "$root/bin/busybox"
    for applet in sh mount umount insmod sleep switch_root cat echo; do
        ln -s busybox "$root/bin/$applet"
    done
    cp "$here/init" "$root/init"
    chmod 755 "$root/init" "$root/bin/busybox"
    n=10
    for file in $(module_files "$2"); do
        name=$(basename "$file")
        add_module "$2/$file" "$root/modules/$n-${name%%.*}.ko"
        n=$((n + 1))
    done
    find "$root" -exec touch -h -d @1 {} +
    (cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --reproducible --quiet) > "$1/initrd.cpio"
}

build_stock() {
    dpkg-deb -x "$kernel_dir"/*.deb "$1/unpacked"
    release=$(cd "$1/unpacked/boot" && echo vmlinuz-*)
    release=${release#vmlinuz-}
    unpack_image "$1/unpacked/boot/vmlinuz-$release" "$1/Image"
    check_image "$1/Image"
    # /lib or /usr/lib, depending on the Debian release; depmod wants /lib.
    [ -d "$1/unpacked/lib" ] || ln -s usr/lib "$1/unpacked/lib"
    depmod -b "$1/unpacked" "$release"
    build_initrd "$1" "$1/unpacked/lib/modules/$release"
    echo "$release" > "$1/release"
    rm -rf "$1/unpacked" "$1/root"
}

package=$(apt-cache show --no-all-versions linux-image-arm64:arm64 2> /dev/null |
    sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' | head -n 1)
[ -n "$package" ] || die "apt knows no package linux-image-arm64:arm64; 'make setup' adds the entries"
cache_package busybox-static:arm64
busybox_dir=$cache_entry
busybox_version=$cache_version
cache_package "$package:arm64"
kernel_dir=$cache_entry
cache_make stock-kernel "$(cache_key "$package" "$cache_version" "$busybox_version" "$here")" \
    "stock kernel: taking $package apart" build_stock
cache_link "$link"
