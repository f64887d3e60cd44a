#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A graph that is no pair and no star: a chain of three VMs whose last one has two backends. Each link has its own
PCI domain, MSI vectors and pool, whoever is at its ends; the VM in the middle uses devices and serves others, and
may go down and come back like any other."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

EDGE, MIDDLE, LEAF = "edge", "middle", "leaf"
BOUND_S = 120
POOLS = "grep -rl restricted-dma-pool /proc/device-tree/ 2> /dev/null | wc -l"
# In slots of 2 KiB.
HIGH_WATER = "mount -t debugfs none /sys/kernel/debug; cat /sys/kernel/debug/pool@*/io_tlb_used_hiwater 2> /dev/null; true"
# Writes past the cache, so that the data goes through the link's pool at once, and reads it back.
EXTRA = ("head -c 8388608 /dev/urandom > /tmp/noise && dd if=/tmp/noise of=/dev/vdb bs=64k oflag=direct 2> /dev/null"
         " && echo 3 > /proc/sys/vm/drop_caches && head -c 8388608 /dev/vdb | cmp - /tmp/noise && rm /tmp/noise")


def domains(user):
    """PCI domain of each virtio device: {"0000": {"virtio_blk", ...}, ...}."""
    found = {}
    for line in user.must("for v in /sys/bus/virtio/devices/*; do echo $(basename $(readlink $v/driver))"
                          " $(basename $(readlink -f $v/..)); done").splitlines():
        driver, function = line.split()
        found.setdefault(function.split(":")[0], set()).add(driver)
    return found


def both_backends(tap, leaf, pools):
    """Each link of the leaf VM is complete: bridge, devices, vectors, pool."""
    tap.equal(domains(leaf), {"0000": {"virtio_blk", "virtio_net"}, "0001": {"virtio_blk", "virtio_net", "virtio_rng"}},
              "two backends: each has a PCI domain of its own with all of its devices")
    tap.equal(leaf.must(POOLS), str(pools), f"two backends: {pools} pools")
    before = {line.split()[-1]: n for n, line in duties.interrupts(leaf, "virtio.*req")}
    duties.disk(tap, leaf, "root", 16)
    tap.equal(leaf.run(EXTRA)[0], 0, "two backends: data on the second one's disk is what was written")
    after = {line.split()[-1]: n for n, line in duties.interrupts(leaf, "virtio.*req")}
    tap.ok(len(after) == 2 and all(after[name] > before[name] for name in after),
           "two backends: both disks raise their own MSIs", before, after)
    tap.equal(leaf.run("dmesg | grep -i -e 'i/o error' -e 'BUG:'")[1], "", "two backends: the kernel complains about nothing")
    marks = leaf.must(HIGH_WATER).split()
    tap.ok(len(marks) == pools and all(int(mark) > 0 for mark in marks),
           f"two backends: the high-water mark of each pool is visible: {' '.join(marks) or 'no pool'}")


def by_the_chain(leaf):
    """The second network off: the first one goes through both other VMs by address translation."""
    leaf.must("ip link set eth1 down; ip addr flush dev eth1;"
              " for i in $(seq 60); do ip -4 -o addr show eth0 | grep -q inet && break; sleep 1; done;"
              " ip route del default; ip route add default via 10.0.2.1 dev eth0", BOUND_S)


def both_networks(tap, leaf, middle):
    """The first goes through both other VMs, the second is on the board's own network."""
    by_the_chain(leaf)
    duties.ping(tap, leaf, "10.0.2.1", "chain: ping to the VM in the middle")
    duties.ping(tap, leaf, "10.0.1.1", "chain: ping through the VM in the middle")
    duties.web(tap, leaf, "chain: a file comes over HTTP from outside, through two VMs", 2)
    duties.tcp_both_ways(tap, leaf, middle, "10.0.2.1", 8)
    leaf.must("ip link set eth1 up && udhcpc -n -q -i eth1 -s /usr/share/udhcpc/default.script > /dev/null 2>&1"
              " && ip -4 -o addr show eth1 | grep -q 192.168.76.", BOUND_S)
    tap.ok("eth1" in leaf.must(f"ip route get {duties.HOST}"), "bridge: the leaf VM is on the NIC's own network")
    duties.web(tap, leaf, "bridge: a file comes over HTTP through the other backend", 2)


def middle_restarts(tap, edge, middle, leaf):
    """Its client loses its root until it restarts; its server notices a client's reset and nothing else."""
    leaf.must("cp /bin/busybox /tmp/busybox; cd /tmp; sync")
    lives = [duties.boot_id(vm) for vm in (edge, leaf)]
    was = duties.boot_id(middle)
    middle.must("seq 1500 | tail -n 1; sync")
    middle.type("reboot -f\n")
    middle.login()
    tap.ok(duties.boot_id(middle) != was, "the VM in the middle restarts, with its disk and network")
    status, value = leaf.run("read id < /proc/sys/kernel/random/boot_id; echo $id")
    tap.equal([duties.boot_id(edge), (status, value)], [lives[0], (0, lives[1])], "the VMs at both ends run on")
    tap.equal(leaf.run("/tmp/busybox head -c 65536 /dev/vdb > /dev/null", BOUND_S)[0], 0,
              "the leaf's other backend serves on")
    leaf.type("echo b > /proc/sysrq-trigger\n")
    leaf.login()
    by_the_chain(leaf)
    duties.web(tap, leaf, "after its own restart the leaf VM works with the new life of its backend", 1)


def backend_of_middle_dies(tap, edge, middle, leaf):
    """Both clients of the first VM lose their backends; from the front to the end each comes back by a restart."""
    for vm in (middle, leaf):
        vm.must("cp /bin/busybox /tmp/busybox; cd /tmp; sync")
    middle.must("seq 1500 | /tmp/busybox tail -n 1")
    edge.must("kill -9 $(pidof qemu-system-aarch64)")
    for vm in (middle, leaf):
        tap.equal(vm.run("echo alive"), (0, "alive"), f"{vm.name} runs on without the first VM's QEMUs")
    for vm in (middle, leaf):
        vm.type("echo b > /proc/sysrq-trigger\n")
        vm.login()
    tap.equal(edge.run("echo alive"), (0, "alive"), "the first VM runs on")


def start(swiotlb):
    name = "graph" if swiotlb else "graph-shared"
    return System("vm_qemu_virtio", test=name, guest="small", swiotlb=swiotlb,
                  description="tests/boot/graph/graph.camkes")


def bring_up(tap, system):
    vms = [system.vm(name) for name in (EDGE, MIDDLE, LEAF)]
    edge, middle, leaf = vms
    tap.attempt("the VM at the end of the chain takes a login", leaf.login)
    edge.login()
    middle.login()
    tap.equal([vm.must("pidof qemu-system-aarch64 | wc -w") for vm in (edge, middle)], ["2", "1"],
              "one QEMU per link, in the VM that serves it")
    return vms


def main(tap):
    with start(True) as system:
        edge, middle, leaf = bring_up(tap, system)
        tap.equal(domains(middle), {"0000": {"virtio_blk", "virtio_net"}}, "the VM in the middle has virtio devices")
        both_backends(tap, leaf, 2)
        both_networks(tap, leaf, middle)
        wrote = leaf.must("sha256sum < /data-root")
        duties.reboot(tap, leaf, [edge, middle])
        middle_restarts(tap, edge, middle, leaf)
        backend_of_middle_dies(tap, edge, middle, leaf)
        duties.file_is_there(tap, leaf, "root", wrote, "after all this the leaf VM's file is there")
        by_the_chain(leaf)
        duties.web(tap, leaf, "after all this the chain carries packets", 1)
    with start(False) as system:
        edge, middle, leaf = bring_up(tap, system)
        both_backends(tap, leaf, 0)
        by_the_chain(leaf)
        duties.web(tap, leaf, "shared RAM: a file comes over HTTP through two VMs", 1)
        tap.equal(middle.must(POOLS), "1", "shared RAM: the VM in the middle keeps a pool: its clients' memory"
                                           " is none of its backend's business")


if __name__ == "__main__":
    sys.exit(run(main))
