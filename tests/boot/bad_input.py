#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Bad input ends in one clear line where the user looks, and nothing else is lost or stuck.

What the composer refuses has golden cases: an unknown attribute (golden/cases/unknown-attribute), overlapping
windows (overlap), a link to a missing VM (vm-unknown), a kernel that is no Image (kernel-format). A kernel that
is spoilt inside of the finished image is in tests/hostile/rogue_guest.py. This is what shows at run time."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from board import Board, BoardError, TOP  # noqa: E402
from system import System, make  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
IMAGES = "/var/lib/virt/images"
QEMU = "/usr/bin/qemu-system-aarch64"
STEP_S = 60
# The supervisor's names for the links of vm_virtio_multi_user are the peers' instances.
FIRST, SECOND = "vm1", "vm2"


def debugfs(disk, *commands):
    """Edits the ext4 file system of a board disk."""
    for command in commands:
        done = subprocess.run(["debugfs", "-w", "-R", command, disk], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=True)
        if re.search(r"not found|Usage|error", done.stdout):
            raise BoardError(f"debugfs {command}: {done.stdout}")


def lines(board, pattern):
    return re.findall(rf"^.*{pattern}.*$", board.text, re.M)


def said_once(tap, board, text, pattern):
    """The line comes, and comes once."""
    board.position = 0
    if tap.attempt(text, board.wait, pattern, STEP_S):
        found = lines(board, pattern)
        tap.ok(len(found) == 1, f"{text}: in one line", *found)


def expect(tap, board, text, pattern, action):
    """What an action makes the device VM say, from now on."""
    board.position = len(board.text)
    action()
    tap.attempt(text, board.wait, pattern, STEP_S)


def qemu_of(device, link):
    """Process of a link's QEMU; each runs as a user of its own."""
    uid = {FIRST: 10000, SECOND: 10001}[link]
    return device.must(f"for p in $(pidof qemu-system-aarch64); do"
                       f" [ $(stat -c %u /proc/$p) = {uid} ] && echo $p; done; true")


class Served:
    """The two-client system whose first client's disk is not there."""

    def __init__(self, tap, system):
        self.tap, self.system, self.board = tap, system, system.board
        self.device = system.vm(DEVICE)
        self.other = system.vm("user-vm2")

    def other_goes_on(self, when):
        self.tap.equal(self.other.run("cat /data-kept"), (0, "kept"), f"{when}: the other link goes on")
        self.device.run("true")  # attached again: its lines are seen as they are

    def missing(self):
        self.tap.attempt("disk missing: the other client takes a login", self.other.login)
        # Attaching shows what the device VM said last, as a user would look.
        self.device.login()
        said_once(self.tap, self.board, "disk missing: the device VM says which, and whose",
                  rf"link {FIRST}: disk {IMAGES}/user-vm1.qcow2: there is no such file; the link is served without it")
        # A restart with a dead root disk needs its program elsewhere.
        self.other.must("echo kept > /data-kept; sync; cp /bin/busybox /tmp/busybox")

    def restart(self, link=FIRST):
        self.device.must(f"kill -9 {qemu_of(self.device, link)}")

    def not_qcow2(self):
        self.device.must(f"echo this is no disk image > {IMAGES}/user-vm1.qcow2")
        expect(self.tap, self.board, "disk not qcow2: the device VM says so",
               rf"link {FIRST}: disk {IMAGES}/user-vm1.qcow2: not a qcow2 image; the link is served without it",
               self.restart)
        self.other_goes_on("disk not qcow2")

    def qemu_fails(self):
        """A QEMU that ends at once, instead of the real one, for the first link only."""
        self.device.must(f"mv {QEMU} {QEMU}.real && printf '#!/bin/sh\\necho qemu: this build is broken >&2\\n"
                         f"exit 3\\n' > {QEMU} && chmod 755 {QEMU}")
        expect(self.tap, self.board, "QEMU fails at start: the device VM repeats its reason and says when it tries again",
               rf"link {FIRST}: QEMU failed at start \(exit code 3\): qemu: this build is broken; next try in \d+ ms",
               self.restart)
        self.other_goes_on("QEMU fails at start")
        before = len(self.board.text)
        self.device.must(f"chmod 644 {QEMU}")
        self.board.position = before
        self.tap.attempt("QEMU may not be executed: the device VM says so", self.board.wait,
                         rf"link {FIRST}: QEMU failed at start \(exit code 127\): {QEMU}: Permission denied", STEP_S)
        before = len(self.board.text)
        self.device.must(f"mv -f {QEMU}.real {QEMU}")
        self.board.position = before
        self.tap.attempt("and the link is back with a QEMU that works", self.board.wait,
                         rf"link {FIRST}: QEMU started", STEP_S)

    def no_module(self):
        """Takes the module out under the supervisor's feet, and puts it back."""
        self.device.must("kill -STOP $(pidof peervisor-supervisor); kill -9 $(pidof qemu-system-aarch64);"
                         " for i in $(seq 50); do rmmod sel4_virt 2> /dev/null && break; sleep 0.2; done;"
                         " ! lsmod | grep -q sel4_virt", STEP_S)
        self.device.must("kill -CONT $(pidof peervisor-supervisor)")
        for link in (FIRST, SECOND):
            self.board.position = 0
            self.tap.attempt(f"no /dev/sel4: said for link {link}", self.board.wait,
                             rf"link {link}: no /dev/sel4-{link}: the module sel4_virt does not serve this link", STEP_S)
        self.device.must("sleep 3")
        said = lines(self.board, "the module sel4_virt does not serve this link")
        self.tap.ok(len(said) == 2, "no /dev/sel4: said once for each link, not at each try", *said)
        before = len(self.board.text)
        self.device.must("insmod /lib/modules/sel4_virt.ko")
        for link in (FIRST, SECOND):
            self.board.position = before  # the links come up in any order
            self.tap.attempt(f"with the module, link {link} is served", self.board.wait,
                             rf"link {link}: QEMU started", STEP_S)

    def recovers(self):
        """The other guest lost its backend with the module: it comes back by a restart, with its data."""
        self.other.type("/tmp/busybox reboot -nf\n")
        self.other.wait(r"user-vm2: reset$", STEP_S)
        self.other.login()
        self.tap.equal(self.other.run("cat /data-kept"), (0, "kept"), "after all this the other client has its data")


def run_time(tap):
    with System("vm_virtio_multi_user", test="bad-input", guest="small",
                prepare=lambda disk: debugfs(disk, "rm /var/lib/virt/images/user-vm1.qcow2")) as system:
        served = Served(tap, system)
        served.missing()
        served.not_qcow2()
        served.qemu_fails()
        served.no_module()
        served.recovers()


def little_ram(tap):
    make("image", "TOPOLOGY=vm_qemu_virtio", "GUEST=small")
    with Board("bad-input-ram", image=os.path.join(TOP, "build/images/vm_qemu_virtio/image.bin"), memory=1024) as board:
        tap.attempt("too little RAM: the loader says what is needed and what there is", board.wait,
                    r"^loader: too little RAM: vms needs 0x[0-9a-f]+-0x[0-9a-f]+, board has"
                    r" 0x40000000-0x80000000\nloader: stopped$", STEP_S, r"\[init\]|\[console\]")


def spoilt_parts(tap):
    """A device VM without module, a board without disk: a second image, made from the first one's parts."""
    make("image", "TOPOLOGY=vm_qemu_virtio", "GUEST=small")
    folder = os.path.join(TOP, "build/tests/bad-input")
    os.makedirs(os.path.join(folder, "root/lib/modules"), exist_ok=True)
    with open(os.path.join(folder, "root/lib/modules/sel4_virt.ko"), "wb") as module:
        module.write(b"no module")
    # A later archive's files replace an earlier one's.
    archive = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], input=b"lib/modules/sel4_virt.ko\n",
                             cwd=os.path.join(folder, "root"), stdout=subprocess.PIPE, check=True).stdout
    with open(os.path.join(TOP, "build/guest/device-vm.cpio"), "rb") as original, \
            open(os.path.join(folder, "device-vm.cpio"), "wb") as spoilt:
        whole = original.read()
        spoilt.write(whole + bytes(-len(whole) % 512) + archive)
    kernel = os.path.join(TOP, "build/third-party/guest-kernel/Image")
    subprocess.run([os.path.join(TOP, "build/composer/peervisor-compose"), "-M", f"guest-kernel={kernel}",
                    "-M", f"device-vm.cpio={folder}/device-vm.cpio", "--loader", f"{TOP}/build/loader/loader.bin",
                    "--kernel", f"{TOP}/build/kernel/release/kernel.elf", "--components", f"{TOP}/build/user",
                    "-o", folder, f"{TOP}/topologies/vm_qemu_virtio/vm_qemu_virtio.camkes"], check=True)
    with Board("bad-input-parts", image=os.path.join(folder, "image.bin")) as board:
        board.wait(r"^\[console\] ", STEP_S)
        board.send("\x1da")
        for text, pattern in (
                ("module does not load: said with the reason",
                 r"the kernel module sel4_virt does not load, so there is no /dev/sel4: insmod: \S.*"),
                ("no board disk: said", r"no board disk \(/dev/vda\): guests that have their disk there will find none"),
                ("no /dev/sel4: said for the link", r"link vm1: no /dev/sel4-vm1: the module sel4_virt does not"),
        ):
            said_once(tap, board, text, pattern)
        board.position = 0
        tap.attempt("the device VM itself comes up", board.wait, rf"^\[{DEVICE}\] \S+ login:", STEP_S)


def main(tap):
    little_ram(tap)
    spoilt_parts(tap)
    run_time(tap)


if __name__ == "__main__":
    sys.exit(run(main))
