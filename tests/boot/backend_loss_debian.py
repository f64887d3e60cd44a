#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Debian on a root disk whose backend has died: a plain reboot, and a plain power-off, end in bounded time."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
# The guest waits 60 s for its own shutdown (guest/images/debian).
SHUTDOWN_S = 480


def lose_backend(user, device):
    """Leaves the user's VM with writes in flight to a disk that nobody serves."""
    user.must("head -c 4194304 /dev/urandom > /unwritten")
    device.must("kill -9 $(pidof qemu-system-aarch64)")


def main(tap):
    with System("vm_qemu_virtio", test="backend_loss_debian") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        user.login()
        device.login()
        wrote = duties.disk(tap, user, "kept", 8)
        tap.equal(user.run("reboot --help > /dev/null; jobs"), (0, ""), "who asks for help waits to force nothing")

        lose_backend(user, device)
        user.type("reboot\n")
        tap.attempt("a plain reboot ends in bounded time", user.wait, rf"^\[{DRIVER} vmm\] {DRIVER}: reset$", SHUTDOWN_S)
        user.login()
        duties.file_is_there(tap, user, "kept", wrote, "synced data is there afterwards")
        duties.web(tap, user, "the network works with the new QEMU", 1)

        lose_backend(user, device)
        user.type("poweroff\n")
        tap.attempt("a plain power-off ends in bounded time", user.wait, rf"^\[{DRIVER} vmm\] {DRIVER}: power-off$",
                    SHUTDOWN_S)
        tap.equal(device.run("echo alive"), (0, "alive"), "the device VM runs on")


if __name__ == "__main__":
    sys.exit(run(main))
