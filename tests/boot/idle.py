#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Idle guests leave the core idle: the emulator's own CPU time tells how much the board works. Compared
with a busy guest in the same run, so the speed of this machine does not matter. Runs on a Cortex-A57,
the other supported core."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from system import System  # noqa: E402
from tap import run  # noqa: E402

SPAN_S = 15  # how long each state is watched; both states, so the ratio stands for itself


def cpu_seconds(system):
    """CPU time that the emulator has used."""
    with open(f"/proc/{system.board.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(system):
    """Share of the time in which the board's core works."""
    start, used = time.monotonic(), cpu_seconds(system)
    time.sleep(SPAN_S)
    return (cpu_seconds(system) - used) / (time.monotonic() - start)


def main(tap):
    with System("vm_qemu_virtio", test="idle", guest="small", cpu="cortex-a57") as system:
        user, device = system.vm("driver-vm"), system.vm("device-vm")
        user.login()
        device.login()
        tap.ok("0xd07" in user.must("cat /proc/cpuinfo"), "the guests run on a Cortex-A57")
        # Boot's tail (DHCP, the disk's lazy initialisation) is over when the board has calmed down once.
        for _ in range(8):
            idle = share(system)
            if idle < 0.2:
                break
        user.must("(while true; do :; done) > /dev/null 2>&1 & echo $! > /tmp/busy")
        busy = share(system)
        user.must("kill $(cat /tmp/busy)")
        print(f"# core at work: idle {idle:.1%}, one guest busy {busy:.1%}")
        tap.ok(idle * 4 < busy, f"both guests idle: the core works {idle:.1%} of the time, {busy:.1%} with one busy")
        before = user.must("grep arch_timer /proc/interrupts").split()[1]
        slept = user.must("a=$(cut -d' ' -f1 /proc/uptime); sleep 3; b=$(cut -d' ' -f1 /proc/uptime);"
                          " echo $a $b").split()
        after = user.must("grep arch_timer /proc/interrupts").split()[1]
        tap.ok(float(slept[1]) - float(slept[0]) >= 2.9 and int(after) > int(before),
               "the virtual timer wakes an idle guest", slept, before, after)


if __name__ == "__main__":
    sys.exit(run(main))
