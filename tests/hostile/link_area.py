#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A device VM whose root writes anything anywhere into the message area of one link, and rings: that link
may go down, its VMM and its guest live on, the other link's VM notices nothing, and after a restart of both
ends the link works again."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
AREA_WORDS = 0x4000 // 4
DOORBELL = 0x4000  # behind the area, by the device tree
WRITES = 600
# Any of these would mean that more than a link went down.
HARM = r"component .* stopped|CHECK|kernel panic"
DOWN = r"^\[\S+ vmm\] warning: link \S+: (down: .*|peer wrote over our line.*)$"


def areas(device):
    """Message areas by the order of their addresses, that is, of the links."""
    nodes = device.must("ls -d /proc/device-tree/link@*").split()
    return sorted(int(node.rpartition("@")[2], 16) for node in nodes)


def scribble(device, base, limit_s=300):
    """Random words at random places; the lines, counters and words of the first kilobyte twice as often.
    Rings after each write."""
    device.must(f"""i=0; while [ $i -lt {WRITES} ]; do
        at=$(( (RANDOM * 32768 + RANDOM) % {AREA_WORDS} )); [ $(( i % 3 )) = 0 ] || at=$(( at % 256 ))
        devmem $(( {base} + at * 4 )) 32 $(( RANDOM * 65536 + RANDOM ))
        devmem $(( {base} + {DOORBELL} )) 32 1
        i=$(( i + 1 )); done > /dev/null""", limit_s)


def main(tap):
    with System("vm_virtio_multi_user", test="link_area", guest="small") as system:
        device = system.vm(DEVICE)
        victim, neighbour = [system.vm(name) for name in sorted(system.keys) if name != DEVICE]
        for vm in (victim, neighbour, device):
            vm.login()
        for vm in (victim, neighbour):
            vm.must("cp /bin/busybox /tmp/busybox; cd /tmp")
        # What is dirty when a disk dies blocks every later writer, the shell's history among them.
        victim.must("sync; mount -o remount,ro /")
        victim.must("(cat /dev/vda > /dev/null &)")
        lives = [duties.boot_id(vm) for vm in (victim, neighbour, device)]

        position = system.board.position
        scribble(device, areas(device)[0])
        tap.equal(device.run("echo alive"), (0, "alive"), "the device VM lives on")
        system.board.position = position
        tap.attempt("the driver VM's VMM refuses and says so", system.board.wait, DOWN, 30, HARM)

        tap.equal(victim.run("/tmp/busybox echo alive"), (0, "alive"), "the victim's CPU runs on")
        duties.disk(tap, neighbour, "beside", 8)
        duties.web(tap, neighbour, "the neighbour's network works beside it", 1)
        tap.equal([duties.boot_id(vm) for vm in (victim, neighbour, device)], lives, "nobody was restarted by it")

        neighbour.must("sync; mount -o remount,ro /")
        device.run("true")
        device.type("reboot -f\n")
        device.login()
        for vm, text in ((victim, "victim"), (neighbour, "neighbour")):
            vm.run("true")  # past the login prompt of the last life, which the console repeats
            vm.type("echo b > /proc/sysrq-trigger\n")  # whatever looks at a path may block
            vm.login()
            duties.disk(tap, vm, "after", 2)
            tap.ok(True, f"after a restart of both ends the {text}'s link works")


if __name__ == "__main__":
    sys.exit(run(main))
