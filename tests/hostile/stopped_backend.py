#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A QEMU that is stopped, vhost included, when its driver VM restarts confirms no reset: the pool is taken away
from the device VM first, the guest starts without waiting longer, and when QEMU goes on after all, its late
accesses harm nobody and the new guest gets its devices."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
STOPPED_S = 25
RESET_S = 5  # what the driver VM's VMM grants a backend for its reset
HARM = r"component .* stopped|CHECK|kernel panic|Internal error|Unable to handle"


def restart_with_stopped_backend(tap, system, user, device):
    was = duties.boot_id(user)
    # Goes on by itself, so that the keyboard stays with the driver VM; no child of the shell, which would
    # take its end for the end of input.
    device.must("kill -STOP $(pidof qemu-system-aarch64); (setsid sh -c"
                f" 'sleep {STOPPED_S}; kill -CONT $(pidof qemu-system-aarch64)' < /dev/null > /dev/null 2>&1 &)")
    user.run("true")  # past the login prompt of the last life, which the console repeats
    user.type("echo b > /proc/sysrq-trigger\n")
    tap.attempt("no reset is confirmed: the pool is taken away", system.board.wait,
                r"vmm\] warning: link \S+: no reset by the backend, taking the pool away", 30 + RESET_S, HARM)
    tap.attempt("the guest starts then, and not before", system.board.wait, r"vmm\] \S+: started$", 30, HARM)
    tap.attempt("the late reset is confirmed: the pool is mapped again", system.board.wait,
                r"vmm\] link \S+: pool mapped again$", 60 + STOPPED_S, HARM)
    user.login()
    tap.ok(duties.boot_id(user) != was, "the new guest has its disk")
    tap.equal(device.run("dmesg | grep -c -e 'Internal error' -e 'external abort'")[1], "0",
              "late accesses of vhost broke nothing in the device VM")


def main(tap):
    with System("vm_qemu_virtio", test="stopped_backend", guest="small") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        user.login()
        device.login()
        wrote = duties.disk(tap, user, "kept", 2)
        for _ in range(2):
            restart_with_stopped_backend(tap, system, user, device)
        duties.file_is_there(tap, user, "kept", wrote, "synced data is there")
        duties.web(tap, user, "the network works", 1)


if __name__ == "__main__":
    sys.exit(run(main))
