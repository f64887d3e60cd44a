#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a person types: make's targets and choices. Nothing is built here, "make -n" tells what would be; what wipes
or refuses is run in a small tree of its own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from board import TOP  # noqa: E402
from tap import run  # noqa: E402

CHOICES = ("TOPOLOGY", "GUEST", "VMSWIOTLB", "DRIVER_KERNEL", "SEL4_PREFIX", "ONLY", "TIMES")
# "make -n" runs the makes of the parts, and the guest kernel's fails where it was not built yet.
NO_PARTS = "MAKE=:"
# What the makefiles include and look at; enough for everything that needs no build.
PARTS = ("Makefile", "tools", "topologies", "guest", "contract", "tests/tests.mk")


def make(*arguments, folder=TOP):
    clean = {k: v for k, v in os.environ.items()
             if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "GNUMAKEFLAGS") and k not in CHOICES}
    done = subprocess.run(["make", *arguments], cwd=folder, env=clean, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    return done.returncode, done.stdout


def scratch(folder):
    for part in PARTS:
        source, target = os.path.join(TOP, part), os.path.join(folder, part)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, target)
    os.makedirs(os.path.join(folder, "build"))
    # As after set-up, which needs rights.
    with open(os.path.join(folder, "build/setup.stamp"), "w", encoding="utf-8"):
        pass


def help_text(tap):
    status, text = make("help")
    tap.equal((status, make()), (0, (0, text)), "make alone is make help")
    targets = sorted(set(re.findall(r"^make ([a-z][a-z0-9_-]*)", text, re.M)))
    database = make("-npq", "help")[1]
    missing = [t for t in targets if not re.search(rf"^{t}:", database, re.M)]
    tap.ok(len(targets) > 8 and not missing, "every target that help names exists", targets, "missing:", missing)
    told = set(re.findall(r"^  ([A-Z0-9_]+)=", text, re.M))
    tap.equal(told, set(CHOICES), "help names every choice")
    return text


def reference_names(tap, text):
    """The names that people know from the reference platform."""
    names = ("qemu-arm-virt_defconfig", "linux-image", "vm_qemu_virtio", "vm_virtio_multi_user")
    tap.ok(all(f"make {name}" in text for name in names), "help names the reference's targets", text)
    tap.equal(make("qemu-arm-virt_defconfig"), (0, "board: qemu-arm-virt (the default)\n"), "make qemu-arm-virt_defconfig")
    for name in names[2:]:
        status, said = make("-n", name, NO_PARTS)
        tap.ok(status == 0 and said.splitlines()[-1].endswith(f" image TOPOLOGY={name}"), f"make {name} is a make image", said[-500:])
        status, said = make("-n", "image", f"TOPOLOGY={name}", NO_PARTS)
        tap.ok(status == 0 and f"-o build/images/{name} " in said and f"topologies/{name}/{name}.camkes" in said and
               f"image: build/images/{name}/image.bin" in said, f"make {name} composes that topology's image", said[-500:])
    status, said = make("-n", "image", "VMSWIOTLB=0", "DRIVER_KERNEL=stock", NO_PARTS)
    tap.ok(status == 0 and "-D VMSWIOTLB=0 -D DRIVER_KERNEL=stock" in said and
           "-o build/images/vm_qemu_virtio-shared-stock " in said, "choices hold for it, too", said[-500:])


def what_run_and_test_do(tap):
    status, said = make("-n", "run", "GUEST=small", NO_PARTS)
    tap.ok(status == 0 and said.splitlines()[-1].startswith("tools/run-board --image build/images/vm_qemu_virtio/image.bin"
                                                              " --disk build/disks/vm_qemu_virtio-small.raw"),
           "make run builds the image and boots it with its disk", said[-500:])
    status, said = make("-n", "test", "ONLY=boot/vm_qemu_virtio")
    tap.ok(status == 0 and said.rstrip().endswith("--only boot/vm_qemu_virtio"), "make test ONLY= runs a part", said)
    status, said = make("-n", "check")
    tap.ok(status == 0 and "run.py" in said and "--host" in said, "make check runs the host's groups", said)
    with tempfile.TemporaryDirectory() as folder:
        stub = os.path.join(folder, "make")
        with open(stub, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho \"make $*\"\n")
        os.chmod(stub, 0o755)
        done = subprocess.run([os.path.join(TOP, ".ci/run")], env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]},
                              stdout=subprocess.PIPE, text=True, check=False)
        tap.equal((done.returncode, done.stdout), (0, "make test\n"), ".ci/run calls exactly make test")


def from_nothing(tap, folder):
    """In a tree where nothing is built, each target begins with what is missing."""
    status, said = make("-n", "linux-image", folder=folder)
    tap.ok(status == 0 and "guest/images/kernel/build.sh build/third-party/guest-kernel" in said,
           "make linux-image builds the guest kernel", said)
    os.unlink(os.path.join(folder, "build/setup.stamp"))
    for target in ("run", "test", "check", "image"):
        status, said = make("-n", target, folder=folder)
        first = [l for l in said.splitlines() if l.startswith("tools/") or "run.py" in l][:1]
        tap.equal(first, ["tools/setup.sh"], f"make {target} first installs what is missing")


def refusals(tap, folder):
    """A wrong choice is one line, before anything is built."""
    for choice, wanted in (
            (["TOPOLOGY=vm_nope"], r"TOPOLOGY=vm_nope: no topologies/vm_nope/vm_nope\.camkes; "
             r"there are: vm_qemu_virtio vm_virtio_multi_user$"),
            (["GUEST=ubuntu"], r"GUEST=ubuntu: choose debian or small"),
            (["VMSWIOTLB=2"], r"VMSWIOTLB=2: choose 1 or 0"),
            (["DRIVER_KERNEL=stock"], r"DRIVER_KERNEL=stock needs VMSWIOTLB=0: Debian's kernel has no restricted DMA pools"),
            (["DRIVER_KERNEL=mine"], r"DRIVER_KERNEL=mine: choose guest or stock"),
    ):
        for target in ("image", "run"):
            status, said = make("-j2", target, *choice, folder=folder)
            lines = said.splitlines()
            tap.ok(status != 0 and re.match("make: error: " + wanted, lines[0]) and
                   all(line.startswith("make: ***") for line in lines[1:]),
                   f"make {target} {choice[0]} is refused in one line, first", *lines)


def cleaning(tap, folder):
    built, disks = os.path.join(folder, "build"), os.path.join(folder, "build/disks")
    os.makedirs(os.path.join(built, "images/x"))
    os.makedirs(disks)
    for path in ("build/.hidden", "build/images/x/image.bin", "build/disks/vm_qemu_virtio-debian.raw",
                 "build/disks/vm_qemu_virtio-small.raw"):
        with open(os.path.join(folder, path), "w", encoding="utf-8"):
            pass
    for text in ("make clean leaves the guests' disks and nothing else", "and again"):
        status, said = make("clean", folder=folder)
        tap.equal((status, os.listdir(built), len(os.listdir(disks))), (0, ["disks"], 2), text)
    make("clean-disk", "GUEST=small", folder=folder)
    tap.equal(os.listdir(disks), ["vm_qemu_virtio-debian.raw"], "make clean-disk takes the disk of that guest only")
    tap.ok(os.path.isdir(os.path.join(folder, "topologies")), "no source is lost")


def main(tap):
    reference_names(tap, help_text(tap))
    what_run_and_test_do(tap)
    with tempfile.TemporaryDirectory() as folder:
        scratch(folder)
        refusals(tap, folder)
        cleaning(tap, folder)
    with tempfile.TemporaryDirectory() as folder:
        scratch(folder)
        from_nothing(tap, folder)


if __name__ == "__main__":
    sys.exit(run(main))
