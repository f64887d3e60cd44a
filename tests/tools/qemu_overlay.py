#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The device VM's QEMU is Debian's with our machine and nothing else: new files, and patches to build files only."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from board import TOP  # noqa: E402
from tap import run  # noqa: E402

OVERLAY = os.path.join(TOP, "guest/qemu")
BUILD_FILES = ("meson.build", "Kconfig", "meson_options.txt")
NEW_FILES = ["configs/devices/aarch64-softmmu/peervisor.mak", "hw/arm/peervisor.c"]


def read(path):
    with open(os.path.join(OVERLAY, path), encoding="utf-8") as file:
        return file.read()


def main(tap):
    files = os.path.join(OVERLAY, "files")
    found = sorted(os.path.relpath(os.path.join(folder, name), files)
                   for folder, _, names in os.walk(files) for name in names)
    tap.equal(found, NEW_FILES, "the overlay is one machine and one device configuration")
    series = read("patches/series").split()
    tap.equal(sorted(os.listdir(os.path.join(OVERLAY, "patches"))), sorted([*series, "series"]),
              "each patch is in the series")
    touched = [path for name in series for path in re.findall(r"^\+\+\+ [^/\n]+/(\S+)", read(f"patches/{name}"), re.M)]
    tap.ok(touched and all(os.path.basename(path) in BUILD_FILES for path in touched),
           "patches change build files only", *touched)
    tap.ok(not set(touched) & set(found), "no file is new and patched")


if __name__ == "__main__":
    sys.exit(run(main))
