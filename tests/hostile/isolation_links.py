#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One device VM, two clients: neither link shows the other's pool, and neither QEMU gets at the other's
link. (Root in that device VM sees both pools, as it must; that QEMU is not root is what is shown here.)"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
import intruder  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
PEERS = ("vm1", "vm2")
CLIENTS = ("user-vm1", "user-vm2")


def qemu_of(device, peer):
    """The process id of the QEMU that serves a link."""
    return device.must("for p in $(pidof qemu-system-aarch64); do"
                       f" ! tr '\\0' ' ' < /proc/$p/cmdline | grep -q 'guest={peer}[, ]' || echo $p; done")


def apart(tap, memory):
    """The audit's ranges: nothing of one VM's memory lies in another's."""
    own = {kind: r for kind, r in memory["vm0"].items() if not kind.startswith("memdev")}
    areas = [*own.values(), *(r for peer in PEERS for r in memory[peer].values())]
    overlaps = [(a, b) for i, a in enumerate(areas) for b in areas[:i] if intruder.touches(a, b)]
    tap.ok(len(areas) == 5 and not overlaps,
           "the RAM of three VMs and the two pools are separate physical ranges",
           *(f"{a[0]:#x}..{a[1]:#x}" for a in areas))
    for peer in PEERS:
        tap.equal(memory["vm0"][f"memdev-{peer}"], memory[peer]["pool-vm0"],
                  f"{peer}: both sides name the same pool")


def private_processes(tap, device, pids):
    """What each QEMU has open and what its user may open beyond that."""
    users = [device.must(f"sed -n 's/^Uid:\\t\\([0-9]*\\).*/\\1/p' /proc/{pid}/status") for pid in pids]
    tap.ok(len(set(users)) == 2 and "0" not in users, "each QEMU has a user of its own, not root",
           *users)
    for i, peer in enumerate(PEERS):
        held = device.must(f"ls -l /proc/{pids[i]}/fd |"
                           " sed -n 's#.*-> /dev/\\(sel4.*\\|mem\\)$#\\1#p' | sort -u;"
                           f" grep -o '/dev/[sm][el].*' /proc/{pids[i]}/maps | sort -u")
        tap.equal(held.split(), [f"sel4-{peer}", f"/dev/sel4-{peer}"],
                  f"{peer}: its QEMU holds and maps its link only")
        foreign = [*(f"/dev/sel4-{p}" for p in PEERS), "/dev/mem", f"/proc/{pids[1 - i]}/mem", "/dev/vda",
                   *(f"/var/lib/virt/images/user-{p}.qcow2" for p in PEERS)]
        device.must("ls " + " ".join(foreign))
        answers = device.must(f"/tmp/openas {users[i]} {' '.join(foreign)} /dev/null").splitlines()
        tap.ok(len(answers) == 2 * len(foreign) + 2 and all("denied" in a for a in answers[:-2]) and
               answers[-2:] == ["/dev/null: opened"] * 2,
               f"{peer}: its QEMU's user can open no link, no memory, no disk, no other QEMU", *answers)


def what_qemus_see(tap, device, pids, traffic):
    for i, peer in enumerate(PEERS):
        seen = intruder.search_process(device, pids[i], traffic)
        tap.ok((i, f"/dev/sel4-{peer}") in seen, f"{peer}: its own traffic is seen through its link", seen)
        tap.ok(all(n == i for n, _ in seen),
               f"{peer}: nothing in its QEMU's memory shows the other's traffic", seen)


def what_root_sees(tap, device, memory, private, traffic):
    pools = [memory["vm0"][f"memdev-{peer}"] for peer in PEERS]
    search = intruder.Search(device, "/dev/mem", [*private, *traffic])
    for i, peer in enumerate(PEERS):
        tap.ok(search.finds_in(2 + i, pools[i]), f"{peer}: its traffic is in its pool", search.text)
        tap.ok(not search.finds_in(2 + i, pools[1 - i]), f"{peer}: none of it is in the other pool",
               search.text)
        tap.equal(search.pages[i], 0, f"{peer}: of its private RAM the device VM's CPU sees nothing")
    others = intruder.without(search.readable, memory["vm0"].values())
    tap.ok([end - first for first, end in others] == [intruder.AREA_BYTES] * len(PEERS),
           "beside RAM and pools the CPU reaches two message areas", *others)


def main(tap):
    secrets = intruder.make_secrets(4)
    private, traffic = secrets[:2], secrets[2:]
    with System("vm_virtio_multi_user", test="isolation-links", guest="small") as system, \
            intruder.Armoury(traffic, 4) as armoury:
        device = system.vm(DEVICE)
        users = [system.vm(name) for name in CLIENTS]
        for vm in (*users, device):
            vm.login()
        memory = intruder.audit(system.image)
        apart(tap, memory)
        armoury.equip(device, "memsearch", "procsearch", "openas")
        for i, user in enumerate(users):
            armoury.equip(user, "fillsecret")
            intruder.fill(user, private[i], 64)
            armoury.write_secret(user, traffic[i])
        pids = [qemu_of(device, peer) for peer in PEERS]
        private_processes(tap, device, pids)
        what_qemus_see(tap, device, pids, traffic)
        what_root_sees(tap, device, memory, private, traffic)
        for i, user in enumerate(users):
            tap.equal(intruder.release(user), 64 * duties.MIB // 16, f"{PEERS[i]}: its secret is untouched")


if __name__ == "__main__":
    sys.exit(run(main))
