#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Installs what building and running Peervisor needs on Debian 12 or 13. Safe to run again: each step
# looks first whether it is already done, and a finished machine takes under a second.
#
#   tools/setup.sh          install (root, or a user with sudo)
#   tools/setup.sh --check  say what is missing and change nothing; exit code 1 if anything is
#   tools/setup.sh --list   print the packages
#   tools/setup.sh --prove  install what "make prove" needs, and nothing else
#
# Extra apt entries (source packages, backports on Debian 12, the arm64 architecture) are derived from
# the machine's own apt configuration, so mirrors, proxies and keys stay the owner's choice. They go
# to one file, /etc/apt/sources.list.d/peervisor.list; removing it undoes that step.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/progress.sh"
. "$here/apt-entries.sh"

entries_file=/etc/apt/sources.list.d/peervisor.list
dpkg_wait="-o DPkg::Lock::Timeout=900"

. /etc/os-release
case "${ID:-}:${VERSION_ID:-}" in
debian:12) release=bookworm; backports=bookworm-backports ;;
debian:13) release=trixie; backports= ;;
*) die "this is ${PRETTY_NAME:-an unknown system}; setup knows Debian 12 and Debian 13" ;;
esac

# --- what is needed, and for what ----------------------------------------------------------------

# The plain build: compilers, device trees.
packages="build-essential gcc-aarch64-linux-gnu libc6-dev-arm64-cross libfdt-dev
    device-tree-compiler python3 pkgconf bc bison flex libssl-dev libelf-dev
    libcap-ng-dev rsync xz-utils gzip bzip2 cpio kmod git file util-linux ca-certificates"
# Tests: fuzzers, the model checker, formatting, user-mode runs of host tests, HTTP and TCP peers.
packages="$packages clang llvm clang-format spin"
# Guest images: root file systems without a kernel of their own, disks without mounting.
packages="$packages mmdebstrap e2fsprogs qemu-utils fakeroot arch-test"
# QEMU for the device VM, cross-built (platform: aarch64 Linux).
packages="$packages quilt ninja-build python3-distlib python3-venv
    libglib2.0-dev:arm64 zlib1g-dev:arm64 libpixman-1-dev:arm64 libaio-dev:arm64 liburing-dev:arm64
    libattr1-dev:arm64 libseccomp-dev:arm64"
# The emulated board and the build tools of QEMU 10, which Debian 12 has only in backports.
backport_packages="qemu-system-arm meson python3-pycotap"
case $release in
bookworm) packages="$packages libclang-rt-14-dev qemu-user-static binfmt-support" ;;
trixie) packages="$packages libclang-rt-dev qemu-user-binfmt qemu-user" ;;
esac

# Proofs (make prove). Debian 12: the analyser, the platform that talks to provers, two provers that it
# knows. Debian 13 has no Frama-C, but a bounded model checker.
case $release in
bookworm) prove_packages="frama-c-base why3 z3 cvc4" ;;
trixie) prove_packages="cbmc" ;;
esac

# --- helpers ---------------------------------------------------------------------------------------

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "'$1' needs root: run 'make setup' as root once, or install sudo"
    fi
}

# Prints those of the given packages that are not installed.
missing_packages() {
    for p in "$@"; do
        # Several lines where a package is known for several architectures.
        dpkg-query -W -f '${db:Status-Status}\n' "$p" 2> /dev/null | grep -qx installed ||
            printf '%s ' "$p"
    done
}

have_qemu10() {
    v=$(dpkg-query -W -f '${Version}' qemu-system-arm 2> /dev/null) || return 1
    dpkg --compare-versions "$v" ge 1:10.0
}

has_suite() { apt_targets | cut -d'|' -f2 | grep -qx "$1"; }

has_arm64() { apt_targets | awk -F'|' -v s="$release" '$2 == s && $4 == "arm64"' | grep -q .; }

has_sources() {
    apt-get indextargets --format '$(RELEASE)|$(CREATED_BY)' 2> /dev/null |
        grep -qx "${backports:-$release}|Sources"
}

# Derives our entries from the one that provides the release itself.
derived_entries() {
    base=$(apt_targets | awk -F'|' -v s="$release" \
        '($2 == s || $2 == "stable" || $2 == "oldstable") && $3 == "main"' | head -n 1)
    [ -n "$base" ] || die "apt has no entry for $release main; 'apt-get update' must work first"
    uri=$(echo "$base" | cut -d'|' -f1)
    suite=$(echo "$base" | cut -d'|' -f2)
    key=$(entry_key "$(echo "$base" | cut -d'|' -f5)")
    option=${key:+[signed-by=$key] }
    echo "# Written by Peervisor's tools/setup.sh from this machine's own entry for $suite."
    if ! has_arm64; then
        echo "deb [arch=arm64${key:+ signed-by=$key}] $uri $suite main"
    fi
    echo "deb-src $option$uri $suite main"
    if [ -n "$backports" ]; then
        if ! has_suite "$backports"; then
            echo "deb $option$uri $backports main"
        fi
        echo "deb-src $option$uri $backports main"
    fi
}

# --- steps -----------------------------------------------------------------------------------------

needs_architecture() { ! dpkg --print-foreign-architectures | grep -qx arm64; }

needs_entries() {
    ! has_arm64 || ! has_sources || { [ -n "$backports" ] && ! has_suite "$backports"; }
}

# Entries are there but their lists are not: a fresh container, or the architecture was added just now.
needs_lists() { ! apt-cache madison busybox-static:arm64 2> /dev/null | grep -q .; }

needs_binfmt() { ! arch-test arm64 > /dev/null 2>&1; }

check_only() {
    bad=0
    needs_architecture && { echo "setup: dpkg does not know the arm64 architecture"; bad=1; }
    needs_entries && { echo "setup: apt entries are missing (sources, arm64, backports)"; bad=1; }
    m=$(missing_packages $packages $backport_packages)
    [ -z "$m" ] || { echo "setup: packages are missing: $m"; bad=1; }
    have_qemu10 || { echo "setup: qemu-system-arm is older than 10.0"; bad=1; }
    needs_binfmt && { echo "setup: arm64 programs do not run here (binfmt_misc)"; bad=1; }
    return $bad
}

# The proofs' packages are no part of the rest: whoever only runs the system never gets them.
install_prove() {
    m=$(missing_packages $prove_packages)
    [ -n "$m" ] || return 0
    step "setup: installing what proofs need (Debian 12: 1 GB; Debian 13: 90 MB): $m"
    # A list that is older than the mirror names files that are gone.
    as_root apt-get $dpkg_wait -q update
    for p in $m; do
        if ! apt-cache madison "$p" | grep -q .; then
            step "setup: this release has no $p: nothing can be proven here"
            return 0
        fi
    done
    refuse_removals install $m
    install_packages install $m
}

add_entries() {
    new=$(mktemp)
    as_root rm -f "$entries_file"
    derived_entries > "$new"
    as_root install -m 644 "$new" "$entries_file"
    rm -f "$new"
    as_root apt-get $dpkg_wait -q update
}

# What apt would remove; a set-up must never take something away from its owner.
refuse_removals() {
    removals=$(as_root apt-get $dpkg_wait -s --no-install-recommends "$@" | sed -n 's/^Remv //p')
    [ -z "$removals" ] || die "installing would remove packages, so nothing was done: $removals"
}

install_packages() {
    as_root apt-get $dpkg_wait -y -q --no-install-recommends "$@"
}

# Lets the kernel run arm64 programs through qemu-user; containers often have no systemd to do it.
register_binfmt() {
    dir=/proc/sys/fs/binfmt_misc
    [ -e $dir/register ] || as_root mount -t binfmt_misc binfmt_misc $dir ||
        die "the kernel has no binfmt_misc, which building an arm64 root file system needs"
    if [ ! -e $dir/qemu-aarch64 ]; then
        conf=/usr/lib/binfmt.d/qemu-aarch64.conf
        if command -v update-binfmts > /dev/null && [ -e /usr/share/binfmts/qemu-aarch64 ]; then
            as_root update-binfmts --enable qemu-aarch64 || true
        fi
        if [ ! -e $dir/qemu-aarch64 ] && [ -e $conf ]; then
            as_root sh -c "grep -v '^#' $conf > $dir/register"
        fi
    fi
    ! needs_binfmt || die "arm64 programs do not run here although qemu-user is installed"
}

export DEBIAN_FRONTEND=noninteractive
case "${1:-}" in
--check) check_only; exit ;;
--list) echo $packages $backport_packages | tr ' ' '\n'; exit ;;
--prove) install_prove; exit ;;
'') ;;
*) die "usage: tools/setup.sh [--check|--list|--prove]" ;;
esac

if needs_architecture; then
    step "setup: adding the arm64 architecture to dpkg"
    as_root dpkg --add-architecture arm64
fi
# Before the entries: apt tells about an entry only when it has that entry's lists.
if needs_lists; then
    step "setup: fetching package lists"
    as_root apt-get $dpkg_wait -q update
fi
if needs_entries; then
    step "setup: adding apt entries derived from yours to $entries_file"
    add_entries
fi
# The release's own packages first: whatever backports brings along after that fits them. The other way
# round, libraries from backports would keep the release's -dev packages out.
m=$(missing_packages $packages)
if [ -n "$m" ]; then
    step "setup: installing $(echo $m | wc -w) packages (about 3 min): $m"
    refuse_removals install $m
    install_packages install $m
fi
m=$(missing_packages $backport_packages)
if [ -n "$m" ] || ! have_qemu10; then
    step "setup: installing QEMU 10 and its build tools${backports:+ from $backports}"
    refuse_removals ${backports:+-t $backports} install $backport_packages
    install_packages ${backports:+-t $backports} install $backport_packages
fi
if needs_binfmt; then
    step "setup: letting the kernel run arm64 programs (binfmt_misc)"
    register_binfmt
fi
have_qemu10 || die "qemu-system-arm is still older than 10.0"
