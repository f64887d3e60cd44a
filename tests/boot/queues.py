#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two vCPUs in each VM, two queues in each device: every queue is used, its interrupt arrives at the vCPU that the
guest chose, also after the guest has moved it while it was in use; and each fails its requests when QEMU dies."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
BOUND_S = 120


def counts(user, name):
    """Interrupts of that name: {line's last word: [at vCPU 0, at vCPU 1]}, and the number of the last one."""
    lines = [line.split() for line in user.must(f"grep '{name}' /proc/interrupts").splitlines()]
    return {words[-1]: [int(words[1]), int(words[2])] for words in lines}, lines[-1][0].rstrip(":")


def rises(before, after):
    return {name: [a - b for a, b in zip(after[name], before[name])] for name in after}


def disk_queues(tap, user):
    tap.equal(user.must("ls /sys/block/vda/mq | wc -l"), "2", "the disk has two queues")
    before, _ = counts(user, "virtio.*req")
    for mask in (1, 2):
        user.must(f"for i in 1 2 3 4; do taskset {mask} dd if=/dev/vda of=/dev/null bs=64k count=16 skip=$i iflag=direct; done"
                  " 2> /dev/null")
    rose = rises(before, counts(user, "virtio.*req")[0])
    tap.ok(len(rose) == 2 and all(max(cpus) > 0 for cpus in rose.values()), "each queue raises its own MSI", rose)
    tap.ok(all(sum(cpus[i] for cpus in rose.values()) > 0 for i in (0, 1)), "the disk's interrupts arrive at both vCPUs", rose)


def move(tap, user, target):
    """The network's receive interrupts go where the guest says, again and again, while packets flow."""
    user.must(f"(ping -q -i 0.05 {target} > /dev/null 2>&1 &)")
    for mask, cpu in ((2, 1), (1, 0), (2, 1)):
        numbers = user.must("grep 'virtio.*input' /proc/interrupts | cut -d: -f1").split()
        for number in numbers:
            user.must(f"echo {mask} > /proc/irq/{number}/smp_affinity")
        user.must("sleep 1")
        before, _ = counts(user, "virtio.*input")
        user.must("sleep 2")
        rose = [sum(cpus) for cpus in zip(*rises(before, counts(user, "virtio.*input")[0]).values())]
        tap.ok(rose[cpu] > 0 and rose[1 - cpu] == 0, f"the network's interrupts follow the guest to vCPU {cpu}", rose)
    user.must("killall ping")
    duties.ping(tap, user, target, "none was lost for good: the network goes on")


def loses_disk(tap, user, device):
    """A request in each queue of a disk whose QEMU has stopped, and then dies."""
    box = "/tmp/busybox"
    user.must(f"cp /bin/busybox {box} && cd /tmp")
    device.must("kill -STOP $(pidof qemu-system-aarch64)")
    for mask in (1, 2):
        user.must(f"({box} taskset {mask} {box} dd if=/dev/vda of=/dev/null bs=4k count=1 skip=6000 iflag=direct"
                  f" 2> /dev/null || {box} touch /tmp/failed{mask}; {box} touch /tmp/ended{mask}) &")
    user.must(f"{box} sleep 2")
    device.type("kill -9 $(pidof qemu-system-aarch64)\n")
    for queue in (0, 1):
        tap.attempt(f"what was in flight in queue {queue} fails", user.board.wait,
                    rf"^\[{DRIVER} vmm\] warning: link vm0: slot \d queue {queue}: backend gone:"
                    r" I/O errors from now on, [1-9]\d* requests in flight failed, 0 lost$", BOUND_S)
    status, output = user.run(f"for i in $({box} seq 60); do [ -e ended1 -a -e ended2 ] && break; {box} sleep 1; done;"
                              " [ -e failed1 -a -e failed2 ]", BOUND_S)
    tap.ok(status == 0, "whoever waits for either queue gets an error", output)


def main(tap):
    with System("vm_qemu_virtio", test="queues", guest="small", description="tests/boot/queues/queues.camkes") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        user.login()
        device.login()
        tap.equal([vm.must("nproc") for vm in (user, device)], ["2", "2"], "both VMs have two vCPUs")
        duties.disk(tap, user, "queues", 4)
        disk_queues(tap, user)
        tap.equal(user.must("ls -d /sys/class/net/eth0/queues/rx-* | wc -l"), "2", "the network has two queue pairs")
        target = duties.address(device)
        duties.address(user)
        duties.tcp_both_ways(tap, user, device, target, 2)
        move(tap, user, target)
        duties.reboot(tap, user, [device])
        duties.web(tap, user, "the network works after a restart", 1)
        loses_disk(tap, user, device)


if __name__ == "__main__":
    sys.exit(run(main))
