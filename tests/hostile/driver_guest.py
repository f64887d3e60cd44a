#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A driver VM whose root reads and writes what it likes in its link's PCI windows: where nothing is, in the registers
of a device, in configuration space. Holes end no QEMU; nonsense in a device's registers costs at most that link; the
other client, its QEMU, the device VM and all VMMs go on, also while the first one's QEMU is stopped altogether."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
ROGUE, NEIGHBOUR = "user-vm1", "user-vm2"
ACCESSES = 300
STEP_S = 600
HARM = r"component .* stopped|CHECK|kernel panic|Internal error|Unable to handle"
# devmem: address width [value]. Widths in turn; every third access is a write.
SWEEP = """i=0; while [ $i -lt {count} ]; do
    at=$(( {base} + (RANDOM * 32768 + RANDOM) % ({size} / 8) * 8 ))
    case $(( i % 4 )) in 0) w=8;; 1) w=16;; 2) w=32;; 3) w=64;; esac
    [ $(( i % 3 )) = 0 ] && v=$(( RANDOM * 65536 + RANDOM )) || v=
    /tmp/busybox devmem $at $w $v > /dev/null 2>&1
    i=$(( i + 1 )); done"""
# Random bytes at random places, but the command register, which would only end the game.
CONFIG = """i=0; while [ $i -lt {count} ]; do
    at=$(( 8 + (RANDOM * 32768 + RANDOM) % 4088 )); /tmp/busybox head -c $(( 1 + i % 4 )) /dev/urandom |
    /tmp/busybox dd of=/sys/bus/pci/devices/{function}/config bs=1 seek=$at conv=notrunc > /dev/null 2>&1
    i=$(( i + 1 )); done"""


def served(device):
    """{"vm1": (pid of its QEMU, restarts), ...}."""
    status = device.must("peervisor-supervisor status")
    return {m[1]: (int(m[2]), int(m[3]))
            for m in re.finditer(r"^link (\S+) qemu (\d+) restarts (\d+)", status, re.M)}


def requests(device, link):
    """Accesses that its QEMU was asked to answer."""
    status = device.must("peervisor-supervisor status")
    return int(re.search(rf"^link {link} .* requests (\d+)", status, re.M).group(1))


def windows(user):
    """The link's memory window without its devices' BARs, and the network card's BARs and function."""
    function = user.must("basename $(readlink -f /sys/class/net/eth0/device/..)")
    bridge = user.must("cat /proc/iomem")
    root = re.search(r"^([0-9a-f]+)-([0-9a-f]+) : pcie@", bridge, re.M)
    bars = [(int(a, 16), int(b, 16) + 1) for a, b in re.findall(r"^ +([0-9a-f]+)-([0-9a-f]+) : [0-9a-f]{4}:", bridge, re.M)]
    own = [(int(a, 16), int(b, 16) + 1) for a, b in
           re.findall(r"^(0x\w+) (0x\w+) 0x\w*[1-9a-f]\w*$", user.must(f"cat /sys/bus/pci/devices/{function}/resource"), re.M)]
    end = int(root.group(2), 16) + 1
    hole = max([e for _, e in bars], default=int(root.group(1), 16))
    return (hole, end - hole), own, function


def neighbour_goes_on(tap, neighbour, device, was, when):
    duties.disk(tap, neighbour, "beside", 2)
    duties.web(tap, neighbour, f"{when}: the other client's network works", 1)
    tap.equal(served(device)["vm2"], was["vm2"], f"{when}: the other client's QEMU is the same")


def nonsense(tap, system, rogue, neighbour, device):
    hole, bars, function = windows(rogue)
    tap.ok(hole[1] > 1 << 20 and bars, "the link's window has a hole, and the network card has BARs", hole, bars)
    tap.equal(rogue.must(f"/tmp/busybox devmem {hole[0]} 32"), "0xFFFFFFFF", "where nothing is, all ones are read")
    was = served(device)
    rogue.must(SWEEP.format(count=ACCESSES, base=hole[0], size=hole[1]), STEP_S)
    tap.equal(served(device), was, f"{ACCESSES} accesses to holes of the window end no QEMU")
    rogue.must("ls /data-kept > /dev/null && echo 3 > /proc/sys/vm/drop_caches && sha256sum < /data-kept > /dev/null")

    rogue.must(f"echo {function} > /sys/bus/pci/drivers/virtio-pci/unbind; echo 1 > /sys/bus/pci/devices/{function}/enable")
    asked = requests(device, "vm1")
    for base, end in bars:
        rogue.must(SWEEP.format(count=ACCESSES // len(bars), base=base, size=end - base), STEP_S)
    reached = requests(device, "vm1") - asked
    tap.ok(reached > ACCESSES // 4, "nonsense reaches the device's registers", f"{reached} requests")
    rogue.must(CONFIG.format(count=ACCESSES, function=function), STEP_S)
    tap.ok(True, "nonsense in its configuration space ends")
    neighbour_goes_on(tap, neighbour, device, was, "beside it")


def stopped(tap, neighbour, device):
    """W21 of the reference: a client whose backend does not move must not delay the others' kicks."""
    was = served(device)
    device.must(f"kill -STOP {was['vm1'][0]}")
    neighbour_goes_on(tap, neighbour, device, was, "beside a QEMU that is stopped")
    device.must(f"kill -CONT {was['vm1'][0]}")


def main(tap):
    with System("vm_virtio_multi_user", test="driver_guest", guest="small") as system:
        device, rogue, neighbour = (system.vm(name) for name in (DEVICE, ROGUE, NEIGHBOUR))
        for vm in (rogue, neighbour, device):
            vm.login()
        wrote = duties.disk(tap, rogue, "kept", 2)
        lives = [duties.boot_id(vm) for vm in (neighbour, device)]
        rogue.must("cp /bin/busybox /tmp/busybox; sync; mount -o remount,ro /")
        nonsense(tap, system, rogue, neighbour, device)
        stopped(tap, neighbour, device)
        tap.equal([duties.boot_id(vm) for vm in (neighbour, device)], lives, "neither the neighbour nor the device VM restarted")
        harm = re.findall(rf"^.*(?:{HARM}).*$", system.board.text, re.M)
        tap.equal(harm, [], "no VMM, no kernel and no component took harm")
        rogue.type("echo b > /proc/sysrq-trigger\n")
        rogue.login()
        duties.file_is_there(tap, rogue, "kept", wrote, "after its restart the rogue's disk works")
        duties.web(tap, rogue, "and its network", 1)


if __name__ == "__main__":
    sys.exit(run(main))
