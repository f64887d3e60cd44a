#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A guest that touches every offset at every width, makes every call and forges every fault gets nowhere,
and the VM beside it, on the same core, keeps its rate (tests/hostile/rogue)."""

import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

KEY = "\x1d"  # the console's; "0" attaches the rogue, "a" shows all
BOOT_S = 60
STAGE_S = 120
STEP_S = 30
STAGES = ("every offset at every width", "addresses where nothing is", "power calls", "system registers",
          "system calls", "forged faults", "an interrupt storm", "bad sleep")
# Anything that would mean that more than the rogue noticed.
HARM = r"component .* stopped|CHECK|witness vmm\] (warning|error)|kernel panic|halt"


def count(board):
    # With the word behind it, since a line may be cut in its number.
    return int(board.wait(r"^\[witness\] witness: (\d+) wake-ups$", STEP_S, HARM).group(1))


def stages(tap, board, life):
    board.wait(r"rogue: memory is clean", BOOT_S, HARM + r"|memory of the last life is there")
    tap.ok(True, f"{life}: the guest's memory is zero")
    for name in STAGES:
        tap.attempt(f"{life}: survived {name}", board.wait, f"rogue: survived {name}", STAGE_S, HARM)
    board.wait(r"rogue: done", STEP_S, HARM)


def rate(tap, board, text, seconds=5):
    """The witness wakes ten times a second by its own timer; a busy machine emulates slower."""
    first, start = count(board), time.monotonic()
    while time.monotonic() - start < seconds:
        last = count(board)
    gone = time.monotonic() - start
    tap.ok(last - first > 3 * gone, text, f"{last - first} wake-ups in {gone:.1f} s")


def spoil(folder):
    """Takes the magic number away from the kernel that build.sh marked, inside the finished image."""
    with open(os.path.join(folder, "broken.bin"), "rb") as kernel:
        content = kernel.read()
    with open(os.path.join(folder, "image.bin"), "r+b") as image:
        at = image.read().index(content)
        image.seek(at + 56)
        image.write(bytes(4))


def body(tap):
    make("kernel", "loader", "user", "composer")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(TOP, "tests/hostile/rogue/build.sh"), folder], check=True)
        spoil(folder)
        with Board("hostile-rogue", image=os.path.join(folder, "image.bin")) as board:
            board.wait(r"\[broken vmm\] error: broken: kernel module is no arm64 Image \(", BOOT_S, HARM)
            board.wait(r"\[broken vmm\] broken: stopped: cannot start", STEP_S, HARM)
            tap.ok(True, "a VM whose kernel is none stops alone, and says so")
            board.position = 0
            stages(tap, board, "first life")
            rate(tap, board, "the witness keeps its rate beside it")
            # Back to all at once: a line that is being printed at that moment would lose its start.
            board.send(KEY + "0r" + KEY + "a")
            board.wait(r"\[rogue vmm\] rogue: reset", STEP_S, HARM)
            board.wait(r"\[rogue vmm\] rogue: started", STEP_S, HARM)
            tap.ok(True, "SYSTEM_RESET starts the rogue again")
            stages(tap, board, "second life")
            board.send(KEY + "0o" + KEY + "a")
            board.wait(r"\[rogue vmm\] rogue: power-off", STEP_S, HARM)
            tap.ok(True, "SYSTEM_OFF ends the rogue")
            rate(tap, board, "the witness goes on without it")


sys.exit(run(body))
