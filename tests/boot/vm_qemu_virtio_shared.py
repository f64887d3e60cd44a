#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The main demo with VMSWIOTLB=0: the driver VM's DMA goes to its own RAM, with the guest kernel and with
Debian's stock arm64 kernel, whose package nobody changed."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from board import TOP  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
# The device number of the root, and of the disk; the kernel may call the device /dev/root.
ROOT_DEVICE = "sed -n 's/^[0-9]* [0-9]* \\([0-9:]*\\) \\/ \\/ .* - ext4 .*/\\1/p' /proc/self/mountinfo"
POOL_NODES = "grep -rl restricted-dma-pool /proc/device-tree/ 2> /dev/null | wc -l"


def lives_on_links(tap, user, device, name, tcp_mebibytes):
    tap.equal(user.must(ROOT_DEVICE), user.must("cat /sys/block/vda/dev"), f"{name}: root is /dev/vda, ext4")
    tap.equal(user.must(POOL_NODES), "0", f"{name}: there is no DMA pool in the device tree")
    duties.disk(tap, user, "shared", 16)
    duties.message_signalled(tap, user)
    target = duties.address(device)
    duties.address(user)
    duties.ping(tap, user, target, f"{name}: ping to the device VM")
    duties.tcp_both_ways(tap, user, device, target, tcp_mebibytes)
    tap.equal(user.run("dmesg | grep -c -i -e 'swiotlb buffer is full' -e 'i/o error' -e 'BUG:'")[1], "0",
              f"{name}: the kernel complains about nothing")


def guest_kernel(tap):
    with System("vm_qemu_virtio", test="shared", guest="small", swiotlb=False) as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        tap.attempt("guest kernel: the driver VM takes a login", user.login)
        device.login()
        lives_on_links(tap, user, device, "guest kernel", 8)


def stock_kernel(tap):
    with System("vm_qemu_virtio", test="shared-stock", guest="small", swiotlb=False,
                driver_kernel="stock") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        tap.attempt("stock kernel: the driver VM takes a login", user.login, 480)
        with open(os.path.join(TOP, "build/third-party/stock-kernel/release"), encoding="utf-8") as file:
            tap.equal(user.must("uname -r"), file.read().strip(),
                      "stock kernel: it is the one of Debian's package")
        device.login()
        lives_on_links(tap, user, device, "stock kernel", 4)
        duties.reboot(tap, user, [device])
        duties.lose_backend(user, device)
        duties.ends_with(tap, user, "reboot\n", "reset", "stock kernel: a plain reboot with a dead root disk restarts the VM")
        tap.attempt("stock kernel: the restarted VM takes a login", user.login, 480)


def main(tap):
    guest_kernel(tap)
    stock_kernel(tap)


if __name__ == "__main__":
    sys.exit(run(main))
