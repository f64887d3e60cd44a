#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A driver VM that panics, resets or switches itself off while traffic flows: it comes back clean, and its
neighbours notice nothing."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
ROUNDS = 3
POWER_OFF_S = 60


def start_traffic(user, device):
    """Both devices busy in both directions, in the background."""
    target = duties.address(device)
    device.must("(while true; do nc -l -p 5004 < /dev/zero > /dev/null 2>&1; done &)")
    user.must("(cat /dev/vda > /dev/null &); (while true; do cp /tmp/noise /noise; sync; done &);"
              f" (nc {target} 5004 < /dev/zero > /dev/null &)")


def stop_traffic(device):
    device.run("pkill -f 'nc -l -p 5004' || for p in $(pidof sh nc); do"
               " [ $p = $$ ] || kill $p 2> /dev/null; done")


def crash(tap, user, device, how, text):
    was = duties.boot_id(user)
    user.must("head -c 1000000 /dev/urandom > /tmp/noise; echo 1 > /proc/sys/kernel/panic")
    start_traffic(user, device)
    user.type(how + "\n")
    user.login()
    tap.ok(duties.boot_id(user) != was, text)
    stop_traffic(device)
    tap.equal(user.run("dmesg | grep -c -i -e 'BUG:' -e 'bad page' -e 'Oops' -e 'i/o error'"), (1, "0"),
              f"{text}: nothing of the old life disturbs the new one")


def main(tap):
    with System("vm_virtio_multi_user", test="guest_crash", guest="small") as system:
        device = system.vm(DEVICE)
        user, neighbour = [system.vm(name) for name in system.keys if name != DEVICE]
        for vm in (user, neighbour, device):
            vm.login()
        lives = [duties.boot_id(neighbour), duties.boot_id(device)]
        wrote = duties.disk(tap, user, "kept", 8)
        for _ in range(ROUNDS):
            crash(tap, user, device, "echo c > /proc/sysrq-trigger", "the VM comes back after a panic")
            crash(tap, user, device, "echo b > /proc/sysrq-trigger", "the VM comes back after a reset")
        duties.file_is_there(tap, user, "kept", wrote, "its synced data is there")
        duties.web(tap, user, "its network works", 1)

        user.type("poweroff\n")
        tap.attempt("the VM is off", user.wait, rf"\[{user.name} vmm\] {user.name}: power-off$", POWER_OFF_S)
        tap.equal([duties.boot_id(neighbour), duties.boot_id(device)], lives,
                  "neighbour and device VM ran through all of it")
        duties.web(tap, neighbour, "the neighbour's network works while the VM is off", 1)


if __name__ == "__main__":
    sys.exit(run(main))
