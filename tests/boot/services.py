#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Initial task, console and timer service without any VM: a plan made by hand starts two small clients
that echo, measure wake-ups and fail on request (tests/target/services)."""

import os
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from tap import run  # noqa: E402

BUILD = os.path.join(TOP, "tests/target/services/build.sh")
KEY = "\x1d"
BOOT_S = 30
STEP_S = 15

# contract/plan/plan.h: header, offsets of its tables, entries.
HEADER_BYTES, CRC_AT, OBJECTS_AT, MAPS_AT = 96, 16, 24, 40
OBJECT_BYTES, MAP_BYTES = 32, 32
FRAMES, MAP_CACHED, ANY_PADDR = 7, 1, 0xffffffffffffffff


def build(folder, attach, config="release"):
    subprocess.run([BUILD, folder, str(attach)], check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, KERNEL_CONFIG=config))
    return os.path.join(folder, "image.bin")


def expect(tap, board, text, pattern, send=None, refuse=None):
    if send is not None:
        board.send(send)
    return tap.attempt(text, board.wait, pattern, STEP_S, refuse)


def start_of_all(tap, board):
    board.wait(r"^\[init\] 4 components, \d+ objects; kept: supervisor endpoint, log channel; sealed", BOOT_S)
    tap.ok(True, "the initial task builds the system and says what it keeps")
    for name in ("selftest0", "selftest1"):
        board.position = 0
        expect(tap, board, f"{name}: its own lines and its VMM lines are told apart",
               rf"^\[{name} vmm\] selftest runs, \d+ Hz$")
        board.position = 0
        expect(tap, board, f"{name}: its prompt is shown, escapes filtered", rf"^\[{name}\] selftest login: ")


def keys(tap, board):
    expect(tap, board, "keys without a VM give a hint", r"no VM is attached", "x")
    expect(tap, board, "Ctrl-] 0 attaches", r"attached to selftest0[^$]*selftest login: ", KEY + "0")
    expect(tap, board, "keys are echoed by the attached client", r"HEY", "HEY")
    expect(tap, board, "Ctrl-] n goes to the next", r"attached to selftest1", KEY + "n")
    expect(tap, board, "Ctrl-] l lists", r" \*1  selftest1$", KEY + "l")
    expect(tap, board, "components without input cannot be attached", r" 2  init  \(log only\)$")
    expect(tap, board, "Ctrl-] a shows all", r"showing all VMs", KEY + "a" + KEY + "0")
    expect(tap, board, "1000 log lines in a burst", r"^\[selftest0 vmm\] line 999 of 1000$", "l",
           refuse=r"log lines lost")


def wake_ups(tap, board):
    match = expect(tap, board, "ten timer wake-ups, none early",
                   r"^\[selftest0 vmm\] timer: 10 wake-ups, none early, latest (\d+) us late$", "t")
    if match:
        print(f"# latest wake-up {match.group(1)} us late")


def faults(tap, board):
    expect(tap, board, "a write fault names component, address and instruction",
           r"^\[init\] error: component selftest0 stopped: VM fault at 0x100200000, ip 0x40[0-9a-f]+ \(data",
           "w")
    expect(tap, board, "the other component goes on", r"attached to selftest1", KEY + "1")
    expect(tap, board, "and answers", r"selftest login: OK GO", "\rOK GO")
    expect(tap, board, "and its timer still works", r"timer: 10 wake-ups", "t")
    expect(tap, board, "a failed CHECK says where", r"^\[selftest1 vmm\] error: CHECK failed: .*selftest\.c:\d+",
           "c")
    expect(tap, board, "and is reported", r"component selftest1 stopped: undefined instruction")
    expect(tap, board, "the console outlives its clients", r" 2  init  \(log only\)$", KEY + "l")


def damaged(tap, folder, name, change, pattern):
    """Boots a copy of the image whose plan was changed; the initial task must say why it refuses."""
    image = os.path.join(folder, "damaged.bin")
    with open(os.path.join(folder, "plan"), "rb") as file:
        plan = bytearray(file.read())
    with open(os.path.join(folder, "image.bin"), "rb") as file:
        data = bytearray(file.read())
    at = data.find(plan)
    assert at > 0, "the plan is in the image as it is"
    change(plan)
    data[at:at + len(plan)] = plan
    with open(image, "wb") as file:
        file.write(data)
    with Board(f"services-{name}", image=image) as board:
        tap.attempt(f"{name}: refused with the reason", board.wait, pattern, BOOT_S)
        tap.attempt(f"{name}: and nothing is started", board.wait, r"^\[init\] error: the system was not started",
                    STEP_S, r"selftest")


def reseal(plan):
    struct.pack_into("<I", plan, CRC_AT, zlib.crc32(bytes(plan[HEADER_BYTES:])))


def flip(plan):
    plan[200] ^= 1


def far_ram(plan):
    """Moves the UART beyond the end of RAM and has it mapped as RAM."""
    objects, count = struct.unpack_from("<II", plan, OBJECTS_AT)
    for i in range(count):
        at = objects + OBJECT_BYTES * i
        kind, paddr = struct.unpack_from("<H", plan, at)[0], struct.unpack_from("<Q", plan, at + 8)[0]
        if kind == FRAMES and paddr == 0x09000000:
            struct.pack_into("<Q", plan, at + 8, 0x200000000)
            uart = i
    maps, count = struct.unpack_from("<II", plan, MAPS_AT)
    for i in range(count):
        at = maps + MAP_BYTES * i
        if struct.unpack_from("<I", plan, at + 4)[0] == uart:
            struct.pack_into("<I", plan, at + 28, MAP_CACHED)
    reseal(plan)


def stolen_module(plan):
    """Lets the read-only page of a client be the plan itself."""
    objects, count = struct.unpack_from("<II", plan, OBJECTS_AT)
    for i in range(count):
        at = objects + OBJECT_BYTES * i
        if struct.unpack_from("<H", plan, at)[0] == FRAMES and struct.unpack_from("<I", plan, at + 4)[0] == 1 \
                and struct.unpack_from("<Q", plan, at + 8)[0] == ANY_PADDR:
            struct.pack_into("<Q", plan, at + 8, 0x50600000)
            break
    reseal(plan)


def main(tap):
    with tempfile.TemporaryDirectory(dir=os.path.join(TOP, "build")) as folder:
        image = build(folder, attach=0)
        with Board("services", image=image) as board:
            start_of_all(tap, board)
            keys(tap, board)
            wake_ups(tap, board)
            faults(tap, board)
        damaged(tap, folder, "flipped bit", flip, r"^\[init\] error: plan: wrong checksum")
        damaged(tap, folder, "missing RAM", far_ram,
                r"^\[init\] error: too little RAM: plan needs 0x200000000-0x200001000 \(uart\), board has 0x40000000")
        damaged(tap, folder, "plan given away", stolen_module,
                r"^\[init\] error: plan: 'timer.page' claims the memory of module 'plan'")
        build(folder, attach=2)
        with Board("services-attached", image=image) as board:
            tap.attempt("a client can be attached from the start", board.wait,
                        r"attached to selftest1[^$]*selftest login: ", BOOT_S)


if __name__ == "__main__":
    sys.exit(run(main))
