#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The device VM by itself, straight on the board: what its supervisor starts, how it confines it, and
the one line that it says about everything that is wrong. No hypervisor, so nobody uses the devices."""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, Shell, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

KERNEL = os.path.join(TOP, "build/third-party/guest-kernel/Image")
INITRD = os.path.join(TOP, "build/guest/device-vm.cpio")
BUSYBOX_GUEST = os.path.join(TOP, "build/third-party/rootfs-small/small.qcow2")
MEMORY = 512
SAID = {
    "an unknown device type": "link vm1: device@6 (toaster) has a type that is not supported",
    "a missing disk": "link vm1: disk /var/lib/virt/images/missing.qcow2: there is no such file",
    "a disk that is not qcow2": "link vm1: disk /var/lib/virt/images/text.qcow2: not a qcow2 image",
    "QEMU dying at start": "link vm2: QEMU failed at start (exit code 1): "
                           "qemu-system-aarch64: link vm2: the memory window overlaps the ECAM window",
    "no /dev/sel4": "link vm3: no /dev/sel4-vm3",
}


class QuietShell(Shell):
    """The supervisor speaks whenever it has something to say; that is no part of a command's output."""

    def run(self, command, limit_s=120):
        status, output = super().run(command, limit_s)
        return status, re.sub(r"^supervisor: .*\n?", "", output, flags=re.M).strip("\n")


def device_tree(folder):
    """The board's own tree with links added."""
    own = os.path.join(folder, "own.dtb")
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,gic-version=2,virtualization=on,dumpdtb={own}",
                    "-cpu", "cortex-a72", "-m", str(MEMORY), "-nodefaults", "-nographic"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", own], check=True,
                          stdout=subprocess.PIPE).stdout
    with open(os.path.join(TOP, "tests/boot/device_vm.dts"), "rb") as added:
        text += added.read()
    result = os.path.join(folder, "links.dtb")
    subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", result, "-"], input=text, check=True)
    return result


def board_disk(folder):
    disk = os.path.join(folder, "disk.raw")
    subprocess.run(["guest/images/board-disk/build.sh", disk, BUSYBOX_GUEST, "user-vm.qcow2", "text.qcow2"],
                   cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    # A text in the place of the second image.
    subprocess.run(["debugfs", "-w", "-R", "rm /var/lib/virt/images/text.qcow2", disk], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    text = os.path.join(folder, "text")
    with open(text, "w", encoding="ascii") as file:
        file.write("this is no disk image\n" * 100)
    subprocess.run(["debugfs", "-w", "-R", f"write {text} /var/lib/virt/images/text.qcow2", disk],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return disk


def qemu_pid(shell, link="vm1"):
    found = re.search(rf"^link {link} qemu (\d+) restarts (\d+)", shell.must("peervisor-supervisor status"), re.M)
    return int(found.group(1)), int(found.group(2))


def wait_for_restart(shell, old, limit_s=30):
    """The process id of the link's next QEMU, once it serves."""
    shell.must(f"for i in $(seq {limit_s * 5}); do"
               f" s=$(peervisor-supervisor status | grep '^link vm1 ');"
               f" case $s in *' qemu {old} '* | *' qemu 0 '*) ;; *'backend serving'*) break;; esac;"
               " sleep 0.2; done", limit_s + 30)
    return qemu_pid(shell)


def lines(tap, board):
    for what, text in SAID.items():
        tap.attempt(f"{what} is said in one line", board.wait, re.escape(text), 60)
        board.position = 0
    tap.equal([board.text.count(SAID[w]) for w in ("an unknown device type", "a missing disk")], [1, 1],
              "such a line comes once, not at every restart")


def confinement(tap, shell):
    pid, restarts = qemu_pid(shell)
    tap.ok(pid > 0 and restarts == 0, "the link with bad devices is served all the same")
    tap.equal(shell.must(f"tr '\\0' '\\n' < /proc/{pid}/cmdline | grep -c -- '-pci,'"), "9",
              "with all its good devices")
    status = shell.must(f"cat /proc/{pid}/status")
    for field, wanted in (("Uid", "10000 10000 10000 10000"), ("CapEff", "0" * 16), ("CapBnd", "0" * 16),
                          ("NoNewPrivs", "1"), ("Seccomp", "2")):
        got = re.search(rf"^{field}:\s*(.*)$", status, re.M).group(1).replace("\t", " ")
        tap.equal(got, wanted, f"QEMU's {field} is {wanted}")
    tap.ok(shell.must(f"readlink /proc/{pid}/ns/net") != shell.must("readlink /proc/1/ns/net"),
           "QEMU has a network namespace of its own")
    tap.equal(shell.must("ls -l /dev/sel4-vm1 | cut -c1-10"), "crw-------",
              "only root opens the link's node")
    tap.ok(shell.run("ls /dev/sel4")[0] != 0, "no /dev/sel4 where there are several links")


def network(tap, shell):
    tap.equal(shell.must("ls /sys/class/net/br0/brif | xargs"), "eth0 tap1", "the bridge joins the NIC and its tap")
    shell.must("for i in $(seq 20); do ip -4 -o addr show br0 | grep -q 192.168.76 && break; sleep 1; done")
    tap.ok("192.168.76." in shell.must("ip -4 -o addr show br0"), "DHCP gives the bridge this VM's address")
    tap.ok("10.0.1.1/24" in shell.must("ip -4 -o addr show tap0"), "the NAT tap has the link's address")
    tap.equal(shell.must("cat /proc/sys/net/ipv4/ip_forward"), "1", "forwarding is on")
    tap.ok("option dns 192.168.76.3" in shell.must("sleep 1; cat /run/peervisor/udhcpd-tap0.conf"),
           "guests behind NAT get the DNS server of this VM")


def deaths(tap, shell):
    pid, _ = qemu_pid(shell)
    shell.must(f"kill -9 {pid}")
    after, restarts = wait_for_restart(shell, pid)
    tap.ok(after not in (0, pid) and restarts == 1, "a killed QEMU is started again", after, restarts)
    shell.must("kill -9 $(pidof peervisor-supervisor)")
    last, _ = wait_for_restart(shell, after)
    tap.ok(last not in (0, after), "a killed supervisor comes back, and serves the link again", last)
    tap.ok(shell.run(f"[ -d /proc/{after} ]")[0] != 0, "its QEMUs have died with it")
    tap.ok(shell.run("rmmod sel4_virt")[0] != 0, "the module cannot be taken away from a running QEMU")


def main(tap):
    make("device-vm")
    with tempfile.TemporaryDirectory(dir=os.path.join(TOP, "build")) as folder:
        options = ["-initrd", INITRD, "-dtb", device_tree(folder),
                   "-append", "console=ttyAMA0 quiet loglevel=4"]
        with Board("device-vm", image=KERNEL, disk=board_disk(folder), memory=MEMORY, qemu=options) as board:
            shell = QuietShell(board)
            tap.attempt("the device VM takes a login", shell.login)
            position = board.position
            board.position = 0
            lines(tap, board)
            board.position = position
            confinement(tap, shell)
            network(tap, shell)
            deaths(tap, shell)
        with Board("device-vm-diskless", image=KERNEL, memory=MEMORY, qemu=options) as board:
            tap.attempt("a missing board disk is said in one line", board.wait,
                        r"device-vm: no board disk \(/dev/vda\)", 60)
            tap.attempt("the device VM takes a login without it", Shell(board).login)


if __name__ == "__main__":
    sys.exit(run(main))
