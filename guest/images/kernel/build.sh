#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh LINK: makes LINK a symbolic link to the guest kernel's directory in the cache:
#   Image      the kernel
#   build/     its build tree; "make -C LINK/build M=dir modules" builds a module for it
#   modules/   lib/modules/<release>/ as "make modules_install" lays it out
#   release    the kernel's release string
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../../tools/progress.sh"
. "$here/../../../tools/cache.sh"
link=${1:?usage: build.sh LINK}

package=linux-source-6.12
config=$here/guest.config

# Code of other architectures and the big graphics register lists stay packed: no arm64 build reads
# them, and they are most of the tree. (Kconfig reads the other architectures' Kconfig files.)
unpack_source() {
    tarball=$(dpkg-deb --fsys-tarfile "$package_dir"/*.deb | tar -t |
        grep "/$package\\.tar\\.xz$")
    dpkg-deb --fsys-tarfile "$package_dir"/*.deb | tar -xO "$tarball" |
        tar -xJ -C "$1" --strip-components=1 \
            --exclude='*/arch/[b-z]*/*.[chS]' --exclude='*/arch/*/*.dts' --exclude='*/arch/*/*.dtsi' \
            --exclude='*/drivers/gpu/drm/amd/include/asic_reg' --exclude='*/tools/testing/selftests'
}

kernel_make() { make -C "$source_dir" O="$1/build" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
    KBUILD_BUILD_USER=peervisor KBUILD_BUILD_HOST=peervisor "KBUILD_BUILD_TIMESTAMP=@0" \
    -j"$(nproc)" "$2" "${3:-V=0}"; }

# A line of the fragment that had no effect (renamed symbol, missing dependency) is an error here, not
# a puzzle in a guest.
check_config() {
    bad=0
    while read -r line; do
        case $line in
        CONFIG_*=n) if grep -q "^${line%=n}=" "$1"; then echo "not off: $line"; bad=1; fi ;;
        CONFIG_*=*) if ! grep -qxF "$line" "$1"; then echo "no effect: $line"; bad=1; fi ;;
        esac
    done < "$config"
    [ $bad = 0 ] || die "lines of $config have no effect"
}

build_kernel() {
    mkdir -p "$1/build"
    kernel_make "$1" tinyconfig
    (cd "$1/build" && "$source_dir/scripts/kconfig/merge_config.sh" -m .config "$config")
    kernel_make "$1" olddefconfig
    check_config "$1/build/.config"
    kernel_make "$1" Image
    kernel_make "$1" modules
    kernel_make "$1" modules_install "INSTALL_MOD_PATH=$1/modules"
    rm -f "$1"/modules/lib/modules/*/build "$1"/modules/lib/modules/*/source
    cp "$1/build/arch/arm64/boot/Image" "$1/Image"
    cp "$1/build/include/config/kernel.release" "$1/release"
    # Objects are of no use for building modules; headers, scripts and Module.symvers are.
    find "$1/build" -name '*.[oa]' ! -path '*/scripts/*' -delete
    rm -f "$1"/build/vmlinux "$1"/build/vmlinux.unstripped "$1"/build/.tmp_vmlinux*
}

version=$(newest_version "$package" 6.12.)
[ -n "$version" ] || die "apt knows no package $package; run 'make setup'"
cache_package "$package" "$version"
package_dir=$cache_entry
cache_make linux-source "$(cache_key "$version" 1)" "guest kernel: unpacking $package $version" \
    unpack_source
source_dir=$cache_entry
cache_make guest-kernel "$(cache_key "$version" "$config" "$here/build.sh")" \
    "guest kernel: compiling Linux $version (about 5 min on 2 cores)" build_kernel resume
cache_link "$link"
