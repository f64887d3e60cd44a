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
LIMIT_S = 120


def body(tap):
    make("kernel", "loader", "user", "composer")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(TOP, "tests/bench/exits/build.sh"), folder], check=True)
        with Board("bench-exits", image=os.path.join(folder, "image.bin"),
                   qemu=("-icount", "shift=0,sleep=off")) as board:
            for name, limit in LIMITS.items():
                cost = int(board.wait(rf"exit {name} (\d+) ns", LIMIT_S).group(1))
                tap.ok(cost <= limit, f"{name}: {cost} instructions, at most {limit}")


sys.exit(run(body))
