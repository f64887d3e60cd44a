#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The main demo: a Debian driver VM lives on the disk and the network that a device VM serves."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"


def root_file_system(tap, user):
    device_number, mounted = user.must("cat /sys/block/vda/dev; mountpoint -d /").split()
    tap.equal(mounted, device_number, "root is /dev/vda")
    tap.equal(user.run("grep -c ' / ext4 rw' /proc/mounts"), (0, "1"), "root is ext4, writable")
    drivers = user.must("basename $(readlink /sys/block/vda/device/driver);"
                        " basename $(readlink /sys/class/net/eth0/device/driver)")
    tap.equal(drivers.split(), ["virtio_blk", "virtio_net"], "/dev/vda and eth0 use the unmodified drivers")


def network(tap, user, device):
    target = duties.address(device)
    duties.ping(tap, user, target, "ping to the device VM")
    duties.tcp_both_ways(tap, user, device, target)
    duties.web(tap, user, "a file comes over HTTP from outside the board")
    duties.vhost_carries_packets(tap, user, device, target)


def main(tap):
    with System("vm_qemu_virtio", test="vm_qemu_virtio", guest="debian") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        tap.attempt("the driver VM's Debian takes a login", user.login)
        device.login()
        root_file_system(tap, user)
        wrote = duties.disk(tap, user, "first")
        duties.message_signalled(tap, user)
        duties.no_own_hardware(tap, user)
        network(tap, user, device)
        duties.reboot(tap, user, [device])
        duties.file_is_there(tap, user, "first", wrote, "the file survives a restart of the driver VM alone")
        duties.web(tap, user, "the network works after the restart")
        user.must("sync")
        system.start()
        user.login()
        duties.file_is_there(tap, user, "first", wrote, "the file survives a power cut of the whole board")


if __name__ == "__main__":
    sys.exit(run(main))
