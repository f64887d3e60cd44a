#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A driver VM that resets itself while its disk and its network card write into its memory: not one byte of the
old life arrives in the new one. The driver VM is a bare guest (tests/hostile/reborn) that looks at all of its RAM
and its pool for seconds before it lets any device at them; the device VM is the usual one. The board's disk is
slowed down, so that reads are surely in flight: the hardware then writes long after the reset was called."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import TOP  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
GUEST = "reborn"
HERE = os.path.join(TOP, "tests/hostile/reborn")
PATTERN = bytes.fromhex("5dc0ffee5dc0ffee")
DISK_BYTES = 16 << 20
READS_PER_S = 25  # of the board's disk; the guest keeps 40 in flight
SLOW_READS_PER_S = 5  # the same for longer than the driver VM's VMM waits for a backend that says nothing
READS_MIN = 20    # in flight at the reset, or the round shows nothing
PACKETS_MIN = 64
MEMORY = {True: 40 << 20, False: 32 << 20}  # RAM, and the pool of 8 MB with VMSWIOTLB=1
PASSES_MIN = 3  # at power-on one is enough: the device VM starts, too
BOOT_S, STEP_S = 120, 90
STOPPED_S = 15  # longer than the driver VM's VMM waits, and than the first look of the new life lasts
HARM = r"component .* stopped|CHECK|kernel panic|reborn: stopped|Internal error"
# To an address that nobody has: the guest answers no ARP.
PING = "arp -i tap0 -s 10.0.1.77 52:54:00:70:77:01 && (ping -q -i 0.05 -s 1400 -p 5d 10.0.1.77 > /dev/null 2>&1 &)"


class Guest:
    """The bare guest's lines. They carry its time: the console shows old ones again."""

    def __init__(self, system):
        self.system = system
        self.seen_ms = -1

    def line(self, pattern, limit_s=STEP_S):
        self.system.attach(GUEST)
        while True:
            match = self.system.board.wait(rf"reborn: (\d+) ms: {pattern}\n", limit_s, HARM)
            if int(match.group(1)) > self.seen_ms:
                self.seen_ms = int(match.group(1))
                return match

    def type(self, key):
        self.system.attach(GUEST)
        self.system.board.send(key)

    def vmm(self, pattern, limit_s=STEP_S):
        self.system.attach(GUEST)
        return self.system.board.wait(rf"^\[{GUEST} vmm\] {pattern}$", limit_s, HARM)


class Round:
    """What each life of the guest has to show."""

    def __init__(self, tap, guest, memory_bytes):
        self.tap, self.guest, self.memory_bytes = tap, guest, memory_bytes
        self.loaded = None

    def is_clean(self, text, passes_min=PASSES_MIN):
        found = self.guest.line(r"(clean|dirty.*), (\d+) passes over (\d+) bytes, loaded (0x\w+)")
        result, passes, seen, loaded = found.group(2), int(found.group(3)), int(found.group(4)), found.group(5)
        # What was loaded, and the guest's stack, are less than 256 KiB.
        everything = self.memory_bytes - (256 << 10) < seen <= self.memory_bytes
        self.loaded = self.loaded or loaded
        self.tap.ok(result == "clean" and everything and passes >= passes_min and loaded == self.loaded,
                    f"{text}: every byte of the new life's memory is zero or as loaded", found.group(0))

    def was_busy(self, text, what="reset"):
        found = self.guest.line(rf"{what} with (\d+) reads and (\d+) packets in flight, disk says (0x\w+)")
        reads, packets, value = int(found.group(2)), int(found.group(3)), int(found.group(4), 16)
        self.tap.ok(reads >= READS_MIN and packets >= PACKETS_MIN and value == int.from_bytes(PATTERN, "little"),
                    f"{text}: its devices write, and have more to write", found.group(0))


def reset_in_flight(life, meanwhile=None):
    life.guest.type("r")
    life.was_busy("reset")
    life.guest.vmm(f"{GUEST}: reset")
    if meanwhile:
        life.guest.vmm(meanwhile)
    life.guest.vmm(f"{GUEST}: started")
    life.is_clean("reset with requests in flight")


def reset_without_backend(life, device):
    """The guest resets itself as soon as it finds its backend dead; what QEMU left behind is still being written."""
    life.guest.type("d")
    life.was_busy("dead backend", "busy")
    device.must("kill -9 $(pidof qemu-system-aarch64)")
    life.was_busy("dead backend")
    life.is_clean("QEMU killed, then reset with requests in flight")


def reset_with_stopped_backend(life, device):
    """QEMU and vhost are stopped with requests in flight, and go on in the middle of the new life."""
    life.guest.type("d")
    life.was_busy("stopped backend", "busy")
    device.must("kill -STOP $(pidof qemu-system-aarch64); (setsid sh -c"
                f" 'sleep {STOPPED_S}; kill -CONT $(pidof qemu-system-aarch64)' < /dev/null > /dev/null 2>&1 &)")
    life.guest.type("r")
    life.was_busy("stopped backend")
    life.guest.vmm(r"warning: link \S+: no reset by the backend, taking the pool away")
    life.is_clean("QEMU stopped, then reset")
    life.guest.type("s")
    life.guest.vmm(r"link \S+: pool mapped again", STEP_S + STOPPED_S)
    life.is_clean("QEMU going on in the new life")


def first_life(tap, system, swiotlb):
    device, life = system.vm(DEVICE), Round(tap, Guest(system), MEMORY[swiotlb])
    device.login()
    device.must(PING)
    life.is_clean("power-on", 1)
    return device, life


def goes_off(tap, device, life):
    life.guest.type("o")
    tap.attempt("the guest goes off", life.guest.vmm, f"{GUEST}: power-off")
    tap.equal(device.run("dmesg | grep -c -e 'Internal error' -e 'external abort' -e 'BUG:'")[1], "0",
              "nothing of it broke the device VM's kernel")


def rounds(tap, system, swiotlb):
    device, life = first_life(tap, system, swiotlb)
    for _ in range(2):
        reset_in_flight(life)
    reset_without_backend(life, device)
    reset_with_stopped_backend(life, device)
    reset_in_flight(life)
    goes_off(tap, device, life)


def slow_rounds(tap, system, swiotlb):
    """Hardware that writes for longer than a silent backend is waited for is waited for."""
    device, life = first_life(tap, system, swiotlb)
    patience = r"warning: link \S+: hardware of the device VM still writes to the pool"
    reset_in_flight(life, patience)
    reset_without_backend(life, device)
    said = [line for line in system.board.text.splitlines() if "taking the pool away" in line]
    tap.equal(said, [], "the pool was never taken away from hardware that writes to it")
    goes_off(tap, device, life)


def start(name, image, disk, swiotlb, reads_per_s):
    return System("vm_qemu_virtio", test=f"reborn-{name}", guest="small", swiotlb=swiotlb,
                  description="tests/hostile/reborn/reborn.camkes", images={"reborn-guest": image}, disk_image=disk,
                  qemu=["-set", f"drive.disk.throttling.iops-read={reads_per_s}"])


def main(tap):
    with tempfile.TemporaryDirectory(dir=os.path.join(TOP, "build")) as folder:
        image, disk = os.path.join(folder, "reborn.bin"), os.path.join(folder, "pattern.raw")
        sources = [os.path.join(HERE, name) for name in ("reborn.c", "virtio.c", "tree.c")]
        subprocess.run([os.path.join(TOP, "tests/hostile/bare/build.sh"), image, *sources], check=True)
        with open(disk, "wb") as file:
            file.write(PATTERN * (DISK_BYTES // len(PATTERN)))
        for name, swiotlb, reads_per_s, body in (("shared", False, READS_PER_S, rounds),
                                                 ("pool", True, READS_PER_S, rounds),
                                                 ("slow", False, SLOW_READS_PER_S, slow_rounds)):
            print(f"# VMSWIOTLB={1 if swiotlb else 0}, {reads_per_s} reads per second")
            with start(name, image, disk, swiotlb, reads_per_s) as system:
                body(tap, system, swiotlb)


if __name__ == "__main__":
    sys.exit(run(main))
