#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A driver VM whose root is not on a link runs on, although the backend of its disk and network was killed while both
were busy: its requests fail, the disk can be unbound, and it restarts and switches itself off as usual."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from board import TOP  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
BOUND_S = 120
READ = ("mount -o ro,noload /dev/vda /mnt && (while cat /mnt/bin/busybox > /dev/null 2>&1; do"
        " echo 3 > /proc/sys/vm/drop_caches; done &); (while dd if=/dev/vda of=/dev/null bs=64k; do"
        " echo 3 > /proc/sys/vm/drop_caches; done > /dev/null 2>&1 &);"
        " (while dd if=/dev/vda of=/dev/null bs=64k iflag=direct; do :; done > /dev/null 2>&1 &)")
WRITE = "mount /dev/vda /mnt && (while cat /dev/zero > /mnt/zeros; do :; done 2> /dev/null &)"
FAILED = (rf"^\[{DRIVER} vmm\] warning: link vm0: slot \d queue 0: backend gone: I/O errors from now on,"
          r" [1-9]\d* requests in flight failed, 0 lost$")
# Waits until somebody waits for the disk for longer than a request takes.
STUCK = ("for i in $(seq 60); do n=$(grep -l '^State:.D' /proc/[0-9]*/status 2> /dev/null | wc -l);"
         " [ $n = 0 ] || break; sleep 1; done; sleep 2; grep -l '^State:.D' /proc/[0-9]*/status | wc -l")
ASK = "sync; ! dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct 2> /dev/null"
UNBIND = "echo $(basename $(readlink -f /sys/block/vda/device/..)) > /sys/bus/pci/drivers/virtio-pci/unbind"


def lose_backend(tap, user, device, busy_with):
    """Kills QEMU while disk and network are busy: it is stopped first, so that it owes some answers."""
    target = duties.address(device)
    duties.address(user)
    device.must("(nc -l -p 5004 > /dev/null 2>&1 &)")
    user.must(f"{busy_with}; (nc {target} 5004 < /dev/zero > /dev/null &); sleep 3")
    device.must("kill -STOP $(pidof qemu-system-aarch64)")
    waiting = user.must(STUCK, BOUND_S)
    tap.ok(int(waiting) > 0, "processes of the driver VM wait for a disk that does not answer", waiting)
    device.type("kill -9 $(pidof qemu-system-aarch64)\n")
    tap.attempt("requests in flight fail", user.board.wait, FAILED, BOUND_S)
    tap.equal(user.run(ASK, BOUND_S)[0], 0, "so do later ones, and nobody waits for a disk that died")


def restarts(tap, user, device, busy_with, command):
    lose_backend(tap, user, device, busy_with)
    user.type(command + "\n")
    tap.attempt(f"\"{command}\" reaches the VMM", user.wait, rf"^\[{DRIVER} vmm\] {DRIVER}: reset$", BOUND_S)
    tap.attempt("the VM starts again", user.login)
    duties.web(tap, user, "the network works with the new QEMU", 1)
    tap.equal(user.run("mount -o ro,noload /dev/vda /mnt && ls /mnt/bin/busybox && umount /mnt"),
              (0, "/mnt/bin/busybox"), "the disk works with the new QEMU")


def goes_off(tap, user, device, busy_with, command):
    lose_backend(tap, user, device, busy_with)
    user.type(command + "\n")
    tap.attempt(f"\"{command}\" reaches the VMM", user.wait, rf"^\[{DRIVER} vmm\] {DRIVER}: power-off$", BOUND_S)
    tap.equal(device.run("echo alive", BOUND_S), (0, "alive"), "the device VM runs on")


def unbinds(tap, user, device):
    lose_backend(tap, user, device, WRITE)
    tap.equal(user.run(UNBIND, BOUND_S)[0], 0, "a disk with a dead backend can be unbound while it is written to")
    tap.equal(user.run("umount /mnt && ! test -e /dev/vda && sync", BOUND_S)[0], 0,
              "the disk is gone, and the VM runs on")


def main(tap):
    with tempfile.TemporaryDirectory(dir=os.path.join(TOP, "build")) as folder:
        initrd = os.path.join(folder, "own-root.cpio")
        subprocess.run([os.path.join(TOP, "tests/boot/own_root/build.sh"), initrd], check=True)
        with System("vm_qemu_virtio", test="own_root", guest="small", description="tests/boot/own_root/own_root.camkes",
                    images={"own-root.cpio": initrd}) as system:
            user, device = system.vm(DRIVER), system.vm(DEVICE)
            user.login()
            device.login()
            restarts(tap, user, device, READ, "reboot")
            restarts(tap, user, device, WRITE, "reboot")
            unbinds(tap, user, device)
            user.type("reboot\n")
            user.login()
            goes_off(tap, user, device, WRITE, "poweroff")


if __name__ == "__main__":
    sys.exit(run(main))
