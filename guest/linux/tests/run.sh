#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh: kernel module and QEMU of a device VM against a driver side played in user space (peer.h), all in
# one Linux on QEMU's "virt" board, without the hypervisor. Prints TAP. Needs what "make third-party" builds.
set -eu

top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/guest/linux/tests
out=$top/build/tests/device-side
third=$top/build/third-party
limit_s=${LIMIT_S:-400}

mkdir -p "$out"
make -s -C "$top/guest/linux" > "$out/module.log" 2>&1 || { cat "$out/module.log"; exit 1; }
aarch64-linux-gnu-gcc -static -O2 -g -Wall -Wextra -Wshadow -Werror -o "$out/device-side-test" \
    -I"$top/contract/rpc" -I"$top/tests/harness" \
    "$here/test.c" "$here/hostile.c" "$here/peer.c" "$here/virtio.c" "$here/backend.c"

board="-M virt,gic-version=2 -cpu cortex-a72 -smp 2 -m 512 -nodefaults -nographic -no-reboot"
qemu-system-aarch64 $board -machine dumpdtb="$out/board.dtb" > /dev/null 2>&1
{
    dtc -q -I dtb -O dts "$out/board.dtb"
    cpp -nostdinc -undef -P -x assembler-with-cpp -I"$here" "$here/link.dts"
} > "$out/test.dts"
dtc -q -I dts -O dtb -o "$out/test.dtb" "$out/test.dts"

root=$(mktemp -d "$out/root-XXXXXX")
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/usr/share/qemu" "$root/dev" \
    "$root/proc" "$root/sys" "$root/tmp"
cp "$third/rootfs-small/busybox" "$root/bin/busybox"
for applet in sh mount mkdir insmod echo dmesg grep sed poweroff ip ping; do
    ln -s /bin/busybox "$root/bin/$applet"
done
cp "$third/qemu/qemu-system-aarch64" "$root/usr/bin/"
cp -r "$third/qemu/keymaps" "$root/usr/share/qemu/"
cp "$top/build/guest/linux/sel4_virt.ko" "$root/"
cp "$out/device-side-test" "$here/init" "$root/"
chmod 755 "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) > "$out/initrd.cpio"

timeout -k 5 "$limit_s" qemu-system-aarch64 $board -serial "file:$out/console.log" -monitor none \
    -kernel "$third/guest-kernel/Image" -dtb "$out/test.dtb" -initrd "$out/initrd.cpio" \
    -append "console=ttyAMA0 quiet loglevel=4 panic=-1" < /dev/null || true

tr -d '\r' < "$out/console.log" | grep -E '^(ok |not ok |1\.\.|# |Bail out)' || true
if ! grep -q '^TEST-END 0' "$out/console.log"; then
    echo "Bail out! the test VM did not reach a clean end; console: build/tests/device-side/console.log"
    exit 1
fi
