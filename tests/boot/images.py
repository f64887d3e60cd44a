#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The guest kernel and the root file systems by themselves: straight on the board, no hypervisor. When
another boot test fails, this one tells whether the images are to blame."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, Shell, TOP  # noqa: E402
from tap import run  # noqa: E402

KERNEL = os.path.join(TOP, "build/third-party/guest-kernel/Image")
IMAGES = {"debian": "rootfs-debian/debian.qcow2", "small": "rootfs-small/small.qcow2"}
WRITE = "dd if=/dev/urandom of=/data bs=1M count=16 2> /dev/null && sync && sha256sum < /data"


def overlay(image, folder):
    """A raw copy of a qcow2 image, since the board's disk is raw."""
    path = os.path.join(folder, "disk.raw")
    subprocess.run(["qemu-img", "convert", "-O", "raw", image, path], check=True)
    return path


def boot(tap, name, folder):
    disk = overlay(os.path.join(TOP, "build/third-party", IMAGES[name]), folder)
    append = ["-append", "console=ttyAMA0 root=/dev/vda rw quiet"]
    with Board(f"images-{name}", image=KERNEL, disk=disk, memory=512, qemu=append) as board:
        shell = Shell(board)
        tap.attempt(f"{name} guest takes a login", shell.login)
        tap.equal(shell.run("grep -c ' / ext4 rw' /proc/mounts"), (0, "1"), f"{name}: root is ext4, writable")
        status, address = shell.run("for i in 1 2 3 4 5 6 7 8 9 10; do ip -4 -o addr show eth0 | grep -o"
                                    " 'inet [0-9.]*' && break; sleep 1; done")
        tap.ok(status == 0 and address.startswith("inet 192.168.76."), f"{name}: eth0 has an address", address)
        before = shell.must(WRITE)
        board.stop()
        board.start()
        shell.login()
        tap.equal(shell.must("sha256sum < /data"), before, f"{name}: 16 MB survive a power cut after sync")


def main(tap):
    for name in IMAGES:
        with tempfile.TemporaryDirectory(dir=os.path.join(TOP, "build")) as folder:
            tap.attempt(f"{name}: nothing unexpected", boot, tap, name, folder)


if __name__ == "__main__":
    sys.exit(run(main))
