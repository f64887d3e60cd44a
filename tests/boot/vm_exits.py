#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a guest's exits cost, counted in instructions: the same at every run and every load of the machine.
Each figure must beat KVM's on the same emulated board, where KVM has one."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

# name -> instructions at most. KVM's: vgic-read, hypercall, self-interrupt; the others are our own, with room.
LIMITS = {"vgic-read": 2390, "vgic-write": 2000, "hypercall": 1644, "psci": 3000, "self-interrupt": 3469}
# How late the virtual timer wakes a guest that waits, at worst, in nanoseconds.
LATE_NS = 6000
LIMIT_S = 120


def measure(tap, options, limits, text):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(TOP, "tests/bench/exits/build.sh"), folder, *options], check=True)
        with Board("bench-exits", image=os.path.join(folder, "image.bin"),
                   qemu=("-icount", "shift=0,sleep=off")) as board:
            for name, limit in limits.items():
                cost = int(board.wait(rf"exit {name} (\d+) ns", LIMIT_S).group(1))
                tap.ok(cost <= limit, f"{name}: {cost} instructions, at most {limit}")
            late = int(board.wait(r"exit sleep (\d+) ns", LIMIT_S, "too short").group(1))
            tap.ok(late <= LATE_NS, f"{text}: the timer wakes it on time: {late} ns late at worst, at most {LATE_NS}")


def body(tap):
    make("kernel", "loader", "user", "composer")
    measure(tap, [], LIMITS, "a guest that has its core")
    measure(tap, ["-D", "SHARED"], {}, "a guest that shares its core")


sys.exit(run(body))
