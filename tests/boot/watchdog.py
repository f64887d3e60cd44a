#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A VM whose watchdog runs is never reset while somebody refreshes it, whether it idles, computes or loses its
backend; and is reset when nobody does."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from system import System  # noqa: E402
from tap import run  # noqa: E402

DEVICE = "device-vm"
DRIVER = "driver-vm"
TIMEOUT_S = 30
SPAN_S = 45  # longer than the time-out
LINE = rf"{DRIVER}: watchdog: not refreshed for \d+ s: reset$"


def main(tap):
    with System("vm_qemu_virtio", test="watchdog", guest="small") as system:
        user, device = system.vm(DRIVER), system.vm(DEVICE)
        user.login()
        device.login()
        life = duties.boot_id(user)
        tap.ok("sbsa-gwdt" in user.must("ls /sys/bus/platform/drivers"), "the guest has the driver")
        user.must(f"cp /bin/busybox /tmp/busybox && /tmp/busybox watchdog -t 5 -T {TIMEOUT_S} /dev/watchdog"
                  " && sleep 1 && pidof busybox watchdog > /tmp/dog; test -s /tmp/dog")

        user.must(f"sleep {SPAN_S}", SPAN_S + 120)
        tap.equal(duties.boot_id(user), life, "it idles and is not reset")
        user.must(f"end=$(($(cut -d. -f1 /proc/uptime) + {SPAN_S}));"
                  " while [ $(cut -d. -f1 /proc/uptime) -lt $end ]; do :; done", SPAN_S + 240)
        tap.equal(duties.boot_id(user), life, "it computes and is not reset")
        device.must("seq 1500")  # or the console repeats this life's login prompt when the next one is attached
        device.type("reboot -f -n\n")
        device.login()
        device.must(f"sleep {SPAN_S}", SPAN_S + 120)
        tap.equal(duties.boot_id(user), life, "its backend is gone and it is not reset")

        user.type("read dog < /tmp/dog; kill -9 $dog\n")
        tap.attempt("without the one who refreshes it is reset", user.wait, rf"^\[{DRIVER} vmm\] {LINE}", 240)
        user.login()
        tap.ok(duties.boot_id(user) != life, "and starts again")


if __name__ == "__main__":
    sys.exit(run(main))
