#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh LINK LIBFDT [OVERLAY]: makes LINK a symbolic link to the device VM's QEMU in the cache:
#   qemu-system-aarch64   static, stripped, for arm64 Linux
#   keymaps/              what "-L LINK" must hold for VNC
#   version               of the source package
#
# The source is Debian's, pinned to one upstream series; what is ours lies in OVERLAY (guest/qemu):
#   files/             new files, laid over the source tree; files/configs/devices/aarch64-softmmu/
#                      has exactly one NAME.mak, the device configuration
#   patches/series     a short quilt series for QEMU's build files
# The contract headers that the machine shares with the kernel module appear in the source tree as
# include/peervisor/<name>.
# The object tree stays in the cache, keyed by version and configure line only: a change in the overlay
# recompiles what depends on it, in seconds.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/progress.sh"
. "$here/../../../tools/cache.sh"
link=${1:?usage: build.sh LINK LIBFDT [OVERLAY]}
libfdt=$(readlink -f "${2:?usage: build.sh LINK LIBFDT [OVERLAY]}")
overlay=$(cd "${3:-$here/../../qemu}" && pwd)

contract=$(cd "$here/../../../contract" && pwd)
headers="$contract/uapi/sel4_virt.h $contract/rpc/link.h"

series=1:10.0.
devices=$(cd "$overlay/files/configs/devices/aarch64-softmmu" && ls -- *.mak | sed 's/\.mak$//')
options="--cross-prefix=aarch64-linux-gnu- --python=/usr/bin/python3 --target-list=aarch64-softmmu
    --without-default-features --without-default-devices --with-devices-aarch64=$devices
    --disable-tcg --enable-kvm --enable-vhost-kernel --enable-vhost-net --enable-vhost-user
    --enable-virtfs --enable-attr --enable-linux-aio --enable-linux-io-uring --enable-seccomp
    --enable-vnc --enable-pixman --enable-fdt=system --static --disable-docs --disable-tools
    --disable-install-blobs"

fetch_source() {
    (cd "$1" && apt-get -o APT::Sandbox::User=root source --tar-only "qemu=$version")
}

# Debian 13's package has no static pixman; then it is built here, from the source of that package.
fetch_pixman_source() {
    (cd "$1" && apt-get -o APT::Sandbox::User=root source --tar-only "pixman=$pixman_version")
}

build_pixman() {
    mkdir "$1/src"
    tar -xf "$pixman_source"/pixman_*.orig.tar.* -C "$1/src" --strip-components=1
    cat > "$1/cross" << 'END'
[binaries]
c = 'aarch64-linux-gnu-gcc'
ar = 'aarch64-linux-gnu-ar'
strip = 'aarch64-linux-gnu-strip'
[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'aarch64'
endian = 'little'
END
    /usr/bin/meson setup "$1/build" "$1/src" --cross-file "$1/cross" --buildtype=release \
        --default-library=static --prefix=/ --libdir=lib -Dpkgconfig.relocatable=true \
        -Dtests=disabled -Ddemos=disabled -Dgtk=disabled -Dlibpng=disabled -Dopenmp=disabled
    DESTDIR=$1 /usr/bin/meson install -C "$1/build"
    rm -rf "$1/src" "$1/build" "$1/cross"
}

# Runs a step of the object tree once; "$tree/.done-NAME" remembers it.
once() {
    [ ! -e "$tree/.done-$1" ] || return 0
    "$1"
    touch "$tree/.done-$1"
}

unpack() {
    rm -rf "$tree/src" "$tree/build"
    mkdir -p "$tree/src/include/peervisor" "$tree/build"
    tar -xf "$source_dir"/qemu_*.orig.tar.xz -C "$tree/src" --strip-components=1 \
        --exclude='*/tests/data' --exclude='*/roms/edk2' --exclude='*/docs/devel'
}

# Takes the previous overlay out and puts the present one in, leaving the time stamps of what did not
# change alone.
lay_over() {
    cd "$tree/src"
    if ! cmp -s "$overlay/patches/series" "$tree/patches/series" ||
        ! diff -rq "$overlay/patches" "$tree/patches" > /dev/null 2>&1; then
        if [ -d "$tree/patches" ]; then
            QUILT_PATCHES="$tree/patches" quilt pop -a -f || true
        fi
        rm -rf "$tree/patches" .pc
        cp -r "$overlay/patches" "$tree/patches"
        QUILT_PATCHES="$tree/patches" quilt push -a --fuzz=0
    fi
    if [ -e "$tree/overlay-files" ]; then
        while read -r f; do
            [ -e "$overlay/files/$f" ] || rm -f "$f"
        done < "$tree/overlay-files"
    fi
    rsync -rlc "$overlay/files/" "$tree/src/"
    # shellcheck disable=SC2086 -- the headers are words
    rsync -c $headers "$tree/src/include/peervisor/"
    (cd "$overlay/files" && find . -type f) > "$tree/overlay-files"
}

configure() {
    cd "$tree/build"
    # -B, not -L: for static libraries meson looks only where the compiler itself searches.
    # shellcheck disable=SC2086 -- the options are words
    PKG_CONFIG_PATH=${pixman:+$pixman/lib/pkgconfig} ../src/configure $options "--extra-cflags=-I$libfdt/include" \
        "--cc=aarch64-linux-gnu-gcc -B$libfdt/lib"
}

build_qemu() {
    tree=$cache_root/qemu-tree-$tree_key
    mkdir -p "$tree"
    once unpack
    lay_over
    once configure
    ninja -C "$tree/build" qemu-system-aarch64
    aarch64-linux-gnu-strip -o "$1/qemu-system-aarch64" "$tree/build/qemu-system-aarch64"
    cp -r "$tree/src/pc-bios/keymaps" "$1/keymaps"
    rm -f "$1/keymaps/meson.build"
    echo "$version" > "$1/version"
}

version=$(newest_version qemu "$series" source)
[ -n "$version" ] || die "apt knows no source package qemu ${series#1:}x; run 'make setup'"
cache_make qemu-source "$(cache_key "$version")" "QEMU: downloading the source $version" fetch_source
source_dir=$cache_entry
pixman=
if [ ! -e /usr/lib/aarch64-linux-gnu/libpixman-1.a ]; then
    pixman_version=$(newest_version pixman 0. source)
    [ -n "$pixman_version" ] || die "apt knows no source package pixman; run 'make setup'"
    cache_make pixman-source "$(cache_key "$pixman_version")" \
        "QEMU: downloading the source of pixman $pixman_version" fetch_pixman_source
    pixman_source=$cache_entry
    cache_make static-pixman "$(cache_key "$pixman_version" 1)" "QEMU: compiling pixman $pixman_version" \
        build_pixman
    pixman=$cache_entry
fi
tree_key=$(cache_key "$version" "$options" "$libfdt" ${pixman:+"$pixman"})
if [ -e "$cache_root/qemu-tree-$tree_key/.done-configure" ]; then
    text="QEMU: recompiling what the overlay changed"
else
    text="QEMU: compiling $version for the device VM (about 4 min on 2 cores)"
fi
# shellcheck disable=SC2086 -- the headers are words
cache_make qemu \
    "$(cache_key "$tree_key" "$overlay/files" "$overlay/patches" $headers "$here/build.sh")" \
    "$text" build_qemu
cache_link "$link"
