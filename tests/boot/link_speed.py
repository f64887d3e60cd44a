#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a link carries, counted in instructions (one is a nanosecond): the same at every load of the machine, give or
take the moment at which the boot ended. With shared RAM, as KVM does it, the
limits are KVM's on the same emulated board and with a disk of the same kind, a file in memory."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

# name -> limit with a pool, limit with shared RAM, unit. Streams and counts per second at least, times at most.
# No figure of KVM's is above these with shared RAM but the echo's (44.3 us). With a pool, the guest kernel's copies
# count, and so does who compiled them: stream-read is 1080 with Debian 12's compiler, 840 with Debian 13's.
LIMITS = {
    "out": (4300, 4630, "Mbit/s"),
    "in": (3000, 4180, "Mbit/s"),
    "turns": (72, 76, "us"),
    "ping": (55, 50, "us"),
    "stream-read": (750, 1520, "MiB/s"),
    "stream-write": (650, 1100, "MiB/s"),
    "random-1": (16000, 16600, "1/s"),
    "random-32": (33000, 37300, "1/s"),
}
LIMIT_S = 300
HARM = r"component .* stopped|Kernel panic|load: "


def measure(tap, folder, swiotlb):
    subprocess.run([os.path.join(TOP, "tests/bench/links/build.sh"), folder, "-D", f"VMSWIOTLB={int(swiotlb)}"],
                   check=True)
    with Board(f"bench-links-{'pool' if swiotlb else 'shared'}", image=os.path.join(folder, "image.bin"),
               qemu=("-icount", "shift=0,sleep=off", "-rtc", "clock=vm,base=2026-01-01")) as board:
        board.wait(r"links: begin", LIMIT_S, HARM)
        for name, (pool, shared, unit) in LIMITS.items():
            limit = pool if swiotlb else shared
            value = float(board.wait(rf"load {name} ([0-9.]+) {unit}", LIMIT_S, HARM).group(1))
            good = value <= limit if unit == "us" else value >= limit
            tap.ok(good, f"{'pool' if swiotlb else 'shared RAM'}: {name}: {value} {unit}, "
                         f"at {'most' if unit == 'us' else 'least'} {limit}")


def body(tap):
    make("image", "GUEST=small")
    for swiotlb in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            measure(tap, folder, swiotlb)


sys.exit(run(body))
