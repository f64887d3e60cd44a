#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A backend that dies (QEMU killed, device VM restarted) costs its clients their devices until they
restart or go off, and nothing else: nothing hangs, everything works again with the new backend."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
# The longest a VMM holds one access is 5 s; a walk over a function's registers makes some.
BOUND_S = 60
# The guest's watchdog resets it 30 s after a shutdown began that does not end.
SHUTDOWN_S = 240
# The root disk is what dies: tools must not come from it, and nobody may look for a file on it, since what
# was in flight to a dead disk is never answered. Even "reboot -n -f" looks one up; the kernel's own does not.
RESTART = "echo b > /proc/sysrq-trigger\n"
KEEP_TOOLS = "cp /bin/busybox /tmp/busybox && cd /tmp"
# "-n": nobody can write to the disk any more. "chroot": the program looks for a log of logins.
GO_OFF = "/tmp/busybox chroot /tmp /busybox poweroff -n -f\n"


def functions(user):
    """PCI functions of the VM by the driver of the virtio device behind them: {"virtio_blk": "0000:00:01.0"}."""
    output = user.must("for v in /sys/bus/virtio/devices/*; do echo $(basename $(readlink $v/driver))"
                       " $(basename $(readlink -f $v/..)); done")
    return dict(line.split() for line in output.splitlines())


def survives_dead_backend(tap, user, pci):
    """With all backends gone, accesses end and the guest can still be unbound and restarted."""
    config = f"/sys/bus/pci/devices/{pci['virtio_net']}/config"
    status, output = user.run(f"/tmp/busybox head -c 4 {config} | /tmp/busybox xxd -p", BOUND_S)
    tap.ok(status == 0, "reading config space of a dead function ends", output)
    status, output = user.run(f"echo {pci['virtio_net']} > /sys/bus/pci/drivers/virtio-pci/unbind", BOUND_S)
    tap.equal(status, 0, "a device with a dead backend can be unbound")
    user.type(RESTART)
    user.login()
    tap.ok(True, "the driver VM restarts although its backend had died")


def qemu_killed(tap, user, device):
    user.must(KEEP_TOOLS)
    pci = functions(user)
    device.must("kill -9 $(pidof qemu-system-aarch64)")
    tap.equal(device.run("echo alive", BOUND_S), (0, "alive"), "the device VM runs on without its QEMU")
    survives_dead_backend(tap, user, pci)


def plain_reboot(tap, user, device):
    """A shutdown that waits for the dead root disk is over when the watchdog says so."""
    user.must("head -c 4194304 /dev/urandom > /unwritten")
    device.must("kill -9 $(pidof qemu-system-aarch64)")
    user.type("reboot\n")
    tap.attempt("a plain reboot with a dead root disk ends with the watchdog", user.wait,
                rf"^\[{DRIVER} vmm\] {DRIVER}: watchdog: not refreshed for \d+ s: reset$", SHUTDOWN_S)
    user.login()


def device_vm_restarted(tap, user, device):
    was = duties.boot_id(user)
    user.must(KEEP_TOOLS)
    device.must("seq 1500")  # or the console repeats this life's login prompt when the next one is attached
    device.type("reboot -f -n\n")
    tap.equal(user.run("echo alive", BOUND_S), (0, "alive"), "the driver VM runs on while the device VM restarts")
    device.login()
    tap.equal(duties.boot_id(user), was, "the driver VM did not restart with it")
    user.type(RESTART)
    user.login()


def goes_off(tap, user, device):
    user.must(KEEP_TOOLS)
    device.must("kill -9 $(pidof qemu-system-aarch64)")
    user.type(GO_OFF)
    tap.attempt("the driver VM goes off although its root disk had died", user.wait,
                rf"^\[{DRIVER} vmm\] {DRIVER}: power-off$", BOUND_S)
    tap.equal(device.run("echo alive", BOUND_S), (0, "alive"), "the device VM runs on")


def main(tap):
    with System("vm_qemu_virtio", test="backend_loss", guest="small") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        user.login()
        device.login()
        wrote = duties.disk(tap, user, "kept", 8)

        qemu_killed(tap, user, device)
        duties.file_is_there(tap, user, "kept", wrote, "synced data is there after QEMU was killed")
        duties.web(tap, user, "the network works with the new QEMU", 1)

        plain_reboot(tap, user, device)
        duties.file_is_there(tap, user, "kept", wrote, "synced data is there after a plain reboot")

        device_vm_restarted(tap, user, device)
        duties.file_is_there(tap, user, "kept", wrote, "synced data is there after the device VM restarted")
        duties.web(tap, user, "the network works with the new device VM", 1)

        goes_off(tap, user, device)


if __name__ == "__main__":
    sys.exit(run(main))
