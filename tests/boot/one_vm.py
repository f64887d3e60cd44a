#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One Linux VM: two vCPUs, interrupts, idle, an access to nowhere, reset with clean memory, power-off."""

import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

BOOT_S = 120
STEP_S = 60
PROMPT = r"one-vm# "
IDLE_S = 5
# Of one host CPU. The kernel's tick and the emulator cost a few percent; a WFI loop costs all of it.
IDLE_SHARE = 0.4


def ask(board, command, pattern):
    """Types a command; the pattern must not match the command's own echo."""
    board.send(command + "\n")
    match = board.wait(pattern, STEP_S, r"vmm\] one-vm: stopped|Kernel panic")
    board.wait(PROMPT, STEP_S)
    return match


def boot(tap, board, life):
    board.wait(r"\[one-vm vmm\] one-vm: started", BOOT_S)
    board.wait(r"one-vm is up", BOOT_S, r"Kernel panic|component .* stopped")
    board.wait(PROMPT, STEP_S)
    tap.ok(True, f"{life}: Linux boots to its shell")


def cpu_seconds(board):
    with open(f"/proc/{board.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(tap, board):
    before = cpu_seconds(board)
    time.sleep(IDLE_S)  # the one thing to wait for here is that nothing happens
    share = (cpu_seconds(board) - before) / IDLE_S
    tap.ok(share < IDLE_SHARE, "an idle guest leaves the machine idle", f"{share:.0%} of one host CPU")


def life(tap, board):
    ask(board, "echo CPUs: $(nproc)", r"^CPUs: 2$")
    tap.ok(True, "both vCPUs are there")
    for cpu in (1, 2):
        ask(board, f"taskset {cpu} sh -c 'echo on $((40 + {cpu}))'", rf"^on {40 + cpu}$")
        tap.ok(True, f"a process runs on vCPU {cpu - 1}")
    ask(board, "sleep 1; echo slept $((1 + 1))", r"^slept 2$")
    tap.ok(True, "sleeping ends: the virtual timer wakes the guest")
    ticks = ask(board, "grep arch_timer /proc/interrupts", r"^ *\d+: +(\d+) +(\d+) +GIC")
    tap.ok(int(ticks.group(1)) > 10 and int(ticks.group(2)) > 10, "both vCPUs get their timer", ticks.group(0))
    last = ask(board, "seq 1 3000; echo end $((2 + 1))", r"^2999\n3000\nend 3$")
    tap.ok(last is not None, "3000 lines come out of the UART complete")
    idle(tap, board)
    start = board.position
    ask(board, "devmem 0xbad0000; echo code $?", r"^code 135$")
    board.position = start
    board.wait(r"vmm\] warning: one-vm: vCPU \d: read of 4 bytes at 0xbad0000", STEP_S)
    tap.ok(True, "an access to nowhere is a bus error of the process, and one log line")


def body(tap):
    make("kernel", "loader", "user", "composer")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(TOP, "tests/boot/one_vm/build.sh"), folder], check=True)
        with Board("one-vm", image=os.path.join(folder, "image.bin")) as board:
            boot(tap, board, "first life")
            life(tap, board)
            board.send("reboot -f\n")
            board.wait(r"\[one-vm vmm\] one-vm: reset", STEP_S)
            boot(tap, board, "second life")
            ask(board, "echo CPUs: $(nproc)", r"^CPUs: 2$")
            tap.ok(True, "both vCPUs are there again")
            board.send("poweroff -f\n")
            board.wait(r"\[one-vm vmm\] one-vm: power-off", STEP_S)
            tap.ok(True, "power-off ends the VM")


sys.exit(run(body))
