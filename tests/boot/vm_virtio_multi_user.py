#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""One device VM, two driver VMs: each lives on its own link, and neither disturbs the other."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"


def main(tap):
    with System("vm_virtio_multi_user", test="vm_virtio_multi_user", guest="small") as system:
        device = system.vm(DEVICE)
        users = [system.vm(name) for name in system.keys if name != DEVICE]
        tap.equal(len(users), 2, "the console lists one device VM and two driver VMs")
        for user in users:
            tap.attempt(f"{user.name} takes a login", user.login)
        device.login()
        tap.equal(device.must("pidof qemu-system-aarch64 | wc -w"), "2", "each link has its own QEMU")

        wrote = {user.name: duties.disk(tap, user, user.name, 16) for user in users}
        tap.equal(len(set(wrote.values())), 2, "the two wrote different files")
        for user, other in (users, users[::-1]):
            tap.ok(user.run(f"test -e /data-{other.name}")[0] != 0,
                   f"{user.name} does not see what {other.name} wrote")
            duties.message_signalled(tap, user)
            duties.ping(tap, user, duties.address(device), f"{user.name} reaches the device VM")
            duties.web(tap, user, f"{user.name} fetches a file from outside the board", 2)
        tap.equal(len({duties.address(user) for user in users}), 2, "the two have different addresses")

        duties.reboot(tap, users[0], [device, users[1]])
        duties.file_is_there(tap, users[0], users[0].name, wrote[users[0].name],
                             "the first one's file survives its restart")
        duties.file_is_there(tap, users[1], users[1].name, wrote[users[1].name],
                             "the second one's file is untouched")


if __name__ == "__main__":
    sys.exit(run(main))
