#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Golden tests of the composer. Each folder of cases/ is one rule:
#   accept.camkes [accept.txt]   must be accepted (exit 0) with exactly this output (default: none)
#   reject.camkes reject.txt     must be refused (exit 1) with exactly this output
#   options                      further arguments for both; accept.options, reject.options for one
# @FILES@ stands for a folder of small guest images and installed kernels that this script makes.
#
#   tests/golden/run.sh [CASE...]      GOLDEN_UPDATE=1 rewrites the expected texts
set -u

here=$(cd "$(dirname "$0")" && pwd)
composer=${COMPOSER:-$here/../../build/composer/peervisor-compose}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
files=$work/files
count=0
failed=0

# --- what descriptions refer to -------------------------------------------------------------------

# image NAME FLAGS SIZE: the header of an arm64 Image with this low byte of flags (octal) that occupies
# SIZE (eight octal bytes) of memory.
image() {
    {
        printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
        printf "$3"
        printf "$2"'\0\0\0\0\0\0\0'
        printf '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
        printf 'ARM\144\0\0\0\0'
    } > "$files/$1"
}

# component FILE MACHINE: the beginning of an ELF executable for this machine (octal byte).
component() {
    mkdir -p "$(dirname "$1")"
    printf '\177ELF\002\001\001\0\0\0\0\0\0\0\0\0\002\0'"$2"'\0' > "$1"
    head -c 100 /dev/zero >> "$1"
}

# prefix NAME MEMORY_START MEMORY_END CONFIG...: an installed seL4, as far as the composer looks at it.
prefix() {
    dir=$files/$1
    mkdir -p "$dir/bin" "$dir/libsel4/include/kernel" "$dir/support"
    component "$dir/bin/kernel.elf" '\267'
    printf '{"memory": [{"end": %s, "start": %s}], "devices": []}\n' "$3" "$2" \
        > "$dir/support/platform_gen.json"
    shift 3
    for symbol in "$@"; do
        echo "#define CONFIG_${symbol%%=*} ${symbol#*=}"
    done > "$dir/libsel4/include/kernel/gen_config.h"
}

make_files() {
    mkdir -p "$files"
    image good.Image '\012' '\0\0\240\0\0\0\0\0'
    image big-endian.Image '\013' '\0\0\240\0\0\0\0\0'
    image huge.Image '\012' '\0\0\0\100\0\0\0\0'
    printf '\037\213\010\0compressed, but long enough to be looked at as a header....' > "$files/Image.gz"
    : > "$files/empty.Image"
    head -c 4096 /dev/zero > "$files/small.cpio"
    truncate -s 40M "$files/large.cpio"
    for number in 0 1 2 3 4 5; do
        truncate -s 100M "$files/100M-$number.cpio"
    done
    for name in console timer vmm; do
        component "$files/components/$name.elf" '\267'
        component "$files/broken-components/$name.elf" '\267'
    done
    component "$files/broken-components/vmm.elf" '\076'
    rm "$files/broken-components/timer.elf"
    common='ARCH_AARCH64=1 PLAT_QEMU_ARM_VIRT=1 MAX_NUM_NODES=1'
    hyp=ARM_HYPERVISOR_SUPPORT=1
    many=MAX_NUM_BOOTINFO_UNTYPED_CAPS=230
    timer="EXPORT_PTMR_USER=1 EXPORT_PCNT_USER=1"
    prefix sel4 1610612736 2147483648 $common $hyp $many $timer
    prefix yaml 1610612736 2147483648 $common $hyp $many $timer
    rm "$files/yaml/support/platform_gen.json"
    printf 'devices:\n- end: 1073741824\n  start: 0\nmemory:\n- end: 0x80000000\n  start: 0x60000000\n' \
        > "$files/yaml/support/platform_gen.yaml"
    prefix no-timer 1610612736 2147483648 $common $hyp $many
    prefix mcs 1610612736 2147483648 $common $hyp $many $timer KERNEL_MCS=1
    prefix no-hyp 1610612736 2147483648 $common $many $timer
    prefix gicv3 1610612736 2147483648 $common $hyp $many $timer ARM_GIC_V3_SUPPORT=1
    prefix few 1610612736 2147483648 $common $hyp $timer MAX_NUM_BOOTINFO_UNTYPED_CAPS=50
    prefix small 1073741824 1627389952 $common $hyp $many $timer
    prefix all-ram 1610612736 3221225472 $common $hyp $many $timer
    prefix riscv 1610612736 2147483648 ARCH_RISCV64=1 $many
    prefix other-board 1610612736 2147483648 ARCH_AARCH64=1 PLAT_TX2=1 $hyp $many $timer
}

# --- comparing ------------------------------------------------------------------------------------

report() {
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=$((failed + 1))
    fi
}

# check CASE KIND EXIT: runs CASE/KIND.camkes and compares exit code and text.
check() {
    [ -f "$1/$2.camkes" ] || return 0
    options=$(cat "$1/options" "$1/$2.options" 2> /dev/null | sed "s|@FILES@|$files|g")
    # shellcheck disable=SC2086
    (cd "$1" && timeout 20 "$composer" -I "$here/../../topologies/include" --check $options "$2.camkes") \
        > "$work/out" 2>&1
    code=$?
    sed "s|$files|@FILES@|g" "$work/out" > "$work/text"
    if [ -n "${GOLDEN_UPDATE:-}" ]; then
        if [ -s "$work/text" ]; then
            cp "$work/text" "$1/$2.txt"
        else
            rm -f "$1/$2.txt"
        fi
    fi
    if [ -f "$1/$2.txt" ]; then
        cp "$1/$2.txt" "$work/wanted"
    else
        : > "$work/wanted"
    fi
    if [ "$code" = "$3" ] && cmp -s "$work/wanted" "$work/text"; then
        report 0 "${1##*/}/$2"
    else
        report 1 "${1##*/}/$2"
        echo "# exit $code, wanted $3"
        diff -u "$work/wanted" "$work/text" | sed 's/^/# /'
    fi
}

make_files
if [ $# -eq 0 ]; then
    set -- "$here"/cases/*/
fi
for case in "$@"; do
    case=${case%/}
    [ -d "$case" ] || case=$here/cases/$case
    check "$case" accept 0
    check "$case" reject 1
done
echo "1..$count"
[ "$failed" = 0 ]
