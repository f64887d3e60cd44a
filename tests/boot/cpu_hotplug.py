#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""CPU_OFF and CPU_ON: Linux takes its vCPUs away and back while work runs on them. Debian's stock kernel, because
the guest kernel is built without CPU hot-plug."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

BOOT_S = 240
STEP_S = 60
ROUNDS = 5
PROMPT = r"one-vm# "
HARM = r"vmm\] one-vm: stopped|Kernel panic|component .* stopped|CPU\d: (failed|died|unable)|BUG:|WARNING:"
# A new process on each vCPU, and a timer interrupt of each.
BOTH = "taskset 1 sleep 0.1 && taskset 2 sleep 0.1 && echo both $((2 + 2))"
WORK = "for i in 1 2 3; do (while :; do :; done &); done; echo busy $((1 + 1))"


def ask(board, command, pattern):
    """Types a command; the pattern must not match the command's own echo."""
    board.send(command + "\n")
    match = board.wait(pattern, STEP_S, HARM)
    board.wait(PROMPT, STEP_S)
    return match


def boot(tap, board, life):
    board.wait(r"\[one-vm vmm\] one-vm: started", BOOT_S)
    board.wait(r"one-vm is up", BOOT_S, HARM)
    board.wait(PROMPT, STEP_S)
    ask(board, "dmesg -n 1; echo CPUs: $(nproc)", r"^CPUs: 2$")
    tap.ok(True, f"{life}: Linux boots with both vCPUs")


def set_online(board, cpu, online):
    ask(board, f"echo {online} > /sys/devices/system/cpu/cpu{cpu}/online; echo CPUs: $(nproc)", rf"^CPUs: {1 + online}$")


def goes_and_comes(tap, board, cpu, when):
    for _ in range(ROUNDS):
        set_online(board, cpu, 0)
        set_online(board, cpu, 1)
        ask(board, BOTH, r"^both 4$")
    tap.ok(True, f"vCPU {cpu} goes and comes {ROUNDS} times {when}")


def body(tap):
    make("kernel", "loader", "user", "composer")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(TOP, "tests/boot/one_vm/build.sh"), folder], check=True,
                       env=dict(os.environ, GUEST_KERNEL=os.path.join(TOP, "build/third-party/stock-kernel/Image")))
        with Board("cpu_hotplug", image=os.path.join(folder, "image.bin")) as board:
            boot(tap, board, "first life")
            for cpu in (1, 0):
                goes_and_comes(tap, board, cpu, "while the VM is idle")
            ask(board, WORK, r"^busy 2$")
            for cpu in (1, 0):
                goes_and_comes(tap, board, cpu, "while the VM is busy")
            set_online(board, 0, 0)
            board.send("reboot -f\n")
            board.wait(r"\[one-vm vmm\] one-vm: reset", STEP_S)
            boot(tap, board, "restart with a vCPU off")
            set_online(board, 1, 0)
            board.send("poweroff -f\n")
            tap.attempt("power-off with a vCPU off", board.wait, r"\[one-vm vmm\] one-vm: power-off", STEP_S)


sys.exit(run(body))
