# SPDX-License-Identifier: BSD-2-Clause
"""Searching, from inside a device VM, for what other VMs have in their memory: the programs of
tests/hostile/guest, how they get into the VMs, and what their output means.

Secrets are 16 bytes. The intruder knows them inverted only, so that it does not find itself.
"""

import os
import random
import re

import duties
from board import TOP
from system import WebServer, make

PROGRAMS = ("fillsecret", "memsearch", "procsearch", "openas", "anymem.ko")
BUILT = os.path.join(TOP, "build/tests/guest")
PAGE = 4096
# The emulated board's RAM (tools/run-board).
BOARD_RAM = (0x40000000, 0xc0000000)
NOWHERE = (0, 0)
# The message area of a link, contract/rpc/link.h.
AREA_BYTES = 0x4000


def make_secrets(count):
    """Secrets in hexadecimal; the search wants no byte to occur twice in all of them."""
    numbers = random.sample(range(256), 16 * count)
    return [bytes(numbers[16 * i:16 * i + 16]).hex() for i in range(count)]


def inverted(secret):
    return bytes(255 - b for b in bytes.fromhex(secret)).hex()


class Armoury:
    """Serves the programs, and files full of secrets, to the VMs. Use as a context."""

    def __init__(self, secrets=(), file_mebibytes=1):
        make("-C", "tests/hostile/guest")
        files = {f"/{s}": bytes.fromhex(s) * (file_mebibytes * duties.MIB // 16) for s in secrets}
        for name in PROGRAMS:
            with open(os.path.join(BUILT, name), "rb") as program:
                files[f"/{name}"] = program.read()
        self.server = WebServer(files)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)

    def equip(self, vm, *names):
        """Fetches programs into the VM's /tmp, through its network."""
        duties.address(vm)
        for name in names:
            vm.must(f"wget -q -O /tmp/{name} http://{duties.HOST}:{self.server.port}/{name}"
                    f" && chmod +x /tmp/{name}", 120)

    def write_secret(self, vm, secret):
        """Lets a driver VM write a file full of the secret to its disk."""
        vm.must(f"wget -q -O /{secret} http://{duties.HOST}:{self.server.port}/{secret} && sync", 120)


def fill(vm, secret, mebibytes=None, leave_mebibytes=16):
    """Writes the secret all over a VM's memory: so much of it, or as much as fits. Returns the copies."""
    if mebibytes is None:
        available = vm.must("sed -n 's/^MemAvailable: *//p' /proc/meminfo").split()[0]
        mebibytes = int(available) // 1024 - leave_mebibytes
    vm.must(f"(/tmp/fillsecret {secret} {mebibytes} > /tmp/fill 2>&1 &)")
    text = vm.must("while [ ! -s /tmp/fill ]; do sleep 1; done; cat /tmp/fill", 180)
    return int(re.match(r"fillsecret: (\d+) copies in place", text).group(1))


def release(vm):
    """Ends fill(); returns how many copies are still what they were."""
    text = vm.must("kill $(pidof fillsecret); while pidof fillsecret > /dev/null; do sleep 1; done;"
                   " cat /tmp/fill", 180)
    return int(re.search(r"(\d+) copies intact", text).group(1))


class Search:
    """What memsearch in a device VM found. Ranges are (first, behind last)."""

    def __init__(self, vm, device, secrets, thorough=NOWHERE, limit_s=900):
        """thorough: where every single page is tried."""
        hidden = " ".join(inverted(secret) for secret in secrets)
        self.text = vm.must(f"/tmp/memsearch {device} {thorough[0]:#x} {thorough[1]:#x} {hidden}", limit_s)
        self.readable = self._ranges("readable")
        self.found = [self._ranges(f"found {i + 1}") for i in range(len(secrets))]
        self.pages = [int(n) for n in re.findall(r"^secret \d+ in (\d+) pages$", self.text, re.M)]
        self.refused = int(re.search(r"(\d+) refused$", self.text, re.M).group(1))
        listed = [sum(end - first for first, end in ranges) // PAGE for ranges in self.found]
        assert listed == self.pages, "the console lost lines of memsearch:\n" + self.text

    def _ranges(self, label):
        lines = re.findall(rf"^{label} 0x([0-9a-f]+)-0x([0-9a-f]+)$", self.text, re.M)
        return [(int(first, 16), int(end, 16)) for first, end in lines]

    def finds_in(self, secret, area):
        """Was the secret seen in this area (number of the secret, from 0)?"""
        return any(touches(r, area) for r in self.found[secret])


def search_process(vm, pid, secrets):
    """All memory of a process: (number of the secret, mapped file or "-") for each mapping with a secret."""
    hidden = " ".join(inverted(secret) for secret in secrets)
    text = vm.must(f"/tmp/procsearch {pid} {hidden}", 300)
    assert re.search(r"^procsearch: [1-9]\d* pages read", text, re.M), text
    return [(int(n) - 1, name) for n, name in re.findall(r"^found (\d+) (\S+)$", text, re.M)]


def touches(one, other):
    return one[0] < other[1] and other[0] < one[1]


def inside(one, others):
    return any(other[0] <= one[0] and one[1] <= other[1] for other in others)


def without(ranges, taken):
    """What of the ranges is left when others are cut out of them."""
    for first, end in taken:
        ranges = [part for r in ranges for part in ((r[0], min(r[1], first)), (max(r[0], end), r[1]))
                  if part[0] < part[1]]
    return ranges


def audit(image):
    """Memory of each VM as the image's audit tells it: {"vm0": {"ram": (first, end), ...}, ...}."""
    with open(os.path.join(os.path.dirname(image), "audit.txt"), encoding="utf-8") as file:
        text = file.read().partition("WHAT EACH VM CAN REACH")[2].partition("\nWHAT ")[0]
    vms = {}
    for part in re.split(r"\n(?=\S)", text):
        name = part.split()[:1]
        memory = re.findall(r"^ +memory .*\(([\w-]+)\), physical 0x([0-9a-f]+)\.\.0x([0-9a-f]+)$", part, re.M)
        if name and memory:
            vms[name[0]] = {kind: (int(first, 16), int(end, 16)) for kind, first, end in memory}
    return vms
