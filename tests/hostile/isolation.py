#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What an intruder with all rights in a device VM sees of its client: with VMSWIOTLB=1 the link's pool and
nothing else, with VMSWIOTLB=0 everything.

The intruder is root, maps all physical addresses through /dev/mem, has a kernel module of its own
(tests/hostile/guest/probe_module), and reads all memory of QEMU. DMA is not its tool here: the emulated
board has no IOMMU in front of its disk and NIC, and the audit says what that means.
"""

import math
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
import intruder  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
ABORT = r"^\[device-vm vmm\] warning: .* external abort"
# The first 8 lines and then each power of two (user/runtime/rt/log.h).
UNLIMITED_LINES = 8


def reach(tap, search, memory):
    """The device VM's CPU reaches what the audit says, the message area of its link, and nothing else."""
    own = list(memory.values())
    tap.equal(intruder.without(own, search.readable), [], "all memory that the audit names can be read")
    others = intruder.without(search.readable, own)
    tap.ok([end - first for first, end in others] == [intruder.AREA_BYTES],
           "beside that only the link's message area can be read", *others)


def aborts_are_logged(tap, board, refused):
    lines = re.findall(ABORT, board.text, re.M)
    bound = UNLIMITED_LINES + math.ceil(math.log2(refused)) + 1
    tap.ok(UNLIMITED_LINES <= len(lines) <= bound,
           "refused accesses are logged on the console, with a rate limit",
           f"{len(lines)} lines for {refused}")


def kernel_module(tap, device, client, pool):
    """The same with kernel rights: any address, cached and uncached mappings, loads and stores."""
    device.must("insmod /tmp/anymem.ko")
    targets = [client[0], (client[0] + client[1]) // 2 + 8, client[1] - 8,  # the client's RAM
               0x40000000, 0x60000000, 0x7ffffff8,                            # kernel, components, modules
               0xfffffff8, 0x8000000000, 0xffffffff000]
    for kind in ("wb", "io"):
        for value in ("", " 0x5a5a5a5a"):
            answers = device.must("for a in " + " ".join(f"{t:#x}" for t in targets) + "; do"
                                  f" echo {kind} $a{value} > /dev/anymem && echo $a answered;"
                                  " done 2>&1; true", 60)
            what = f"{'stores' if value else 'loads'} at foreign addresses end in aborts ({kind})"
            tap.ok("answered" not in answers and answers.count("Bad address") == len(targets),
                   f"a kernel module's {what}", answers)
    tap.equal(device.run(f"echo wb {pool[0]:#x} > /dev/anymem")[0], 0,
              "its loads from the link's pool do not")


def unharmed(tap, user, device, lives, copies):
    tap.equal(intruder.release(user), copies, "the secret in the driver VM is what it was, byte for byte")
    tap.equal([duties.boot_id(vm) for vm in (user, device)], lives, "neither VM restarted")
    duties.disk(tap, user, "after", 8)
    duties.web(tap, user, "the driver VM's network works", 1)
    tap.equal(user.run("dmesg | grep -c -i -e 'abort' -e 'Oops' -e 'i/o error'")[1], "0",
              "the driver VM noticed nothing")


def private(tap):
    """VMSWIOTLB=1. Three secrets in one search: where it must not find one, and two where it must."""
    names = ("driver VM's private RAM", "device VM's own RAM", "pool")
    secret, own_secret, pool_secret = secrets = intruder.make_secrets(3)
    with System("vm_qemu_virtio", test="isolation", guest="small") as system, \
            intruder.Armoury([pool_secret]) as armoury:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        memory = intruder.audit(system.image)
        client, pool = memory["vm1"]["ram"], memory["vm0"]["memdev-vm1"]
        user.login()
        device.login()
        lives = [duties.boot_id(vm) for vm in (user, device)]
        armoury.equip(device, *intruder.PROGRAMS)
        armoury.equip(user, "fillsecret")
        armoury.write_secret(user, pool_secret)
        copies = intruder.fill(user, secret)
        ram = client[1] - client[0]
        tap.ok(copies * 16 > ram * 3 // 4, "a secret is all over the driver VM's private RAM",
               f"{copies * 16 // duties.MIB} of {ram // duties.MIB} MiB")
        intruder.fill(device, own_secret, 1)

        search = intruder.Search(device, "/dev/mem", secrets, intruder.BOARD_RAM)
        print("# " + search.text.splitlines()[-1])
        tap.ok(search.finds_in(1, memory["vm0"]["ram"]), f"the search finds a secret in the {names[1]}",
               search.text)
        tap.ok(search.finds_in(2, pool), f"the search finds what goes through the {names[2]}", search.text)
        tap.equal(search.pages[0], 0, f"the search finds nothing of the {names[0]}")
        reach(tap, search, memory["vm0"])
        tap.ok(search.refused > ram // intruder.PAGE, "accesses to all other addresses fault", search.text)
        aborts_are_logged(tap, system.board, search.refused)

        seen = intruder.search_process(device, "$(pidof qemu-system-aarch64)", secrets)
        tap.ok({n for n, name in seen if name == "/dev/sel4-vm1"} == {2} and all(n != 0 for n, _ in seen),
               "QEMU sees the pool, too, and nothing else of its client", seen)

        kernel_module(tap, device, client, pool)
        search = intruder.Search(device, "/dev/anymem", secrets)
        tap.ok(search.pages[0] == 0 and search.pages[1] and search.pages[2],
               "through cacheable mappings the search finds the same", search.text)
        reach(tap, search, memory["vm0"])
        unharmed(tap, user, device, lives, copies)


def shared(tap):
    """VMSWIOTLB=0: the device VM sees all of its client's RAM, as documented."""
    secret, = intruder.make_secrets(1)
    with System("vm_qemu_virtio", test="isolation-shared", guest="small", swiotlb=False) as system, \
            intruder.Armoury() as armoury:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        memory = intruder.audit(system.image)
        user.login()
        device.login()
        armoury.equip(device, "memsearch", "procsearch")
        armoury.equip(user, "fillsecret")
        copies = intruder.fill(user, secret, 64)
        search = intruder.Search(device, "/dev/mem", [secret])
        tap.ok(search.pages[0] >= copies * 16 // intruder.PAGE,
               "VMSWIOTLB=0: the same search finds every page of the secret", search.text)
        tap.ok(all(intruder.inside(r, [memory["vm1"]["ram"]]) for r in search.found[0]),
               "VMSWIOTLB=0: it finds it in the driver VM's RAM", search.text)
        seen = intruder.search_process(device, "$(pidof qemu-system-aarch64)", [secret])
        tap.ok((0, "/dev/sel4-vm1") in seen, "VMSWIOTLB=0: QEMU sees it through its link", seen)
        tap.equal(intruder.release(user), copies, "VMSWIOTLB=0: the search changes nothing")


def main(tap):
    private(tap)
    shared(tap)


if __name__ == "__main__":
    sys.exit(run(main))
