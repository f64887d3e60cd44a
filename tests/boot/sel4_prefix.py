#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""SEL4_PREFIX from end to end: everything above the kernel is built against an installed kernel and runs on it.

The installed kernel is ours, with what a real one does differently: RAM of 1 GiB compiled in, so that guests
live above it; a thread-local IPC buffer; no timer, and in the second variant no counter either, for user
level. That variant's headers are those of an older release: no TCB flags, no choice of the IPC buffer's
place, stubs that are not inline."""

import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
import duties  # noqa: E402
from board import TOP  # noqa: E402
from system import System, make  # noqa: E402
from tap import run  # noqa: E402

OUT = os.path.join(TOP, "build/tests/sel4-prefix")
NO_TIMER = ["CONFIG_EXPORT_PTMR_USER=n"]
NO_TIME = [f"CONFIG_EXPORT_{what}_USER=n" for what in ("PTMR", "PCNT", "VCNT")]


def change(prefix, path, pattern, text):
    """Replaces what must be there in one of the installed headers."""
    path = os.path.join(prefix, "libsel4/include", path)
    with open(path, encoding="utf-8") as file:
        old = file.read()
    new, count = re.subn(pattern, text, old, flags=re.S)
    assert count == 1, f"{path}: {pattern} is there {count} times"
    with open(path, "w", encoding="utf-8") as file:
        file.write(new)


def install(name, options):
    prefix = os.path.join(OUT, name)
    shutil.rmtree(prefix, ignore_errors=True)
    make("install-kernel", f"PREFIX={prefix}", *options)
    return prefix


def make_older(prefix):
    """Headers as releases before 14 have them."""
    change(prefix, "sel4/macros.h", r"#ifdef CONFIG_LIB_SEL4_USE_THREAD_LOCALS.*?#endif\n", "")
    change(prefix, "sel4/macros.h", r"#define LIBSEL4_INLINE +static inline\n",
           "#define LIBSEL4_INLINE LIBSEL4_NOINLINE LIBSEL4_UNUSED LIBSEL4_WEAK\n")
    change(prefix, "sel4/functions.h", "extern LIBSEL4_THREAD_LOCAL", "extern __thread")
    change(prefix, "interfaces/sel4_client.h", r"struct seL4_TCB_SetFlags \{.*?(?=/\* ---- CNode)", "")
    change(prefix, "kernel/gen_config.h", "#define CONFIG_ARM_TLS_REG_TPIDRU ",
           "#define CONFIG_VTIMER_UPDATE_VOFFSET  1\n#define CONFIG_ARM_TLS_REG_TPIDRU ")


def built_from(system, prefix):
    """Which kernel the image has."""
    with open(system.image, "rb") as image, open(os.path.join(prefix, "bin/kernel.elf"), "rb") as kernel:
        # The kernel's ELF file is in the image as it is, or at least its code: look for a piece of it.
        code = kernel.read()[0x1000:0x1400]
        return code in image.read()


def lives(tap, system, user, device, name):
    tap.attempt(f"{name}: the driver VM takes a login", user.login)
    device.login()
    tap.equal(user.run("grep -c '^/dev/root / ext4 rw' /proc/mounts; ls -d /sys/block/vda"),
              (0, "1\n/sys/block/vda"), f"{name}: root is ext4 on the only disk")
    duties.disk(tap, user, "sel4", 8)
    duties.address(user)
    duties.ping(tap, user, duties.address(device), f"{name}: ping to the device VM")
    duties.web(tap, user, f"{name}: a file comes over HTTP from outside the board", 1)


def no_timer(tap):
    prefix = install("no-timer", NO_TIMER)
    with System("vm_qemu_virtio", test="sel4-no-timer", guest="small", sel4_prefix=prefix) as system:
        board = system.board
        tap.ok("[init] warning: this kernel exports no timer to user level: a service polls the counter"
               in board.text, "no timer: the initial task names the idle mode", board.tail())
        tap.ok(built_from(system, prefix), "no timer: the image has the installed kernel")
        user, device = system.vm("driver-vm"), system.vm("device-vm")
        lives(tap, system, user, device, "no timer")
        slept = user.must("a=$(cut -d. -f1 /proc/uptime); sleep 3; b=$(cut -d. -f1 /proc/uptime); echo $((b - a))")
        tap.ok(3 <= int(slept) <= 6, "no timer: a guest that sleeps wakes in time", f"{slept} s")
        duties.reboot(tap, user, [device])


def no_time(tap):
    prefix = install("no-time", NO_TIME)
    make_older(prefix)
    with System("vm_qemu_virtio", test="sel4-no-time", guest="small", sel4_prefix=prefix) as system:
        board = system.board
        tap.ok("idle guests run at the lowest priority (idle mode 3)" in board.text,
               "no time: the initial task names the idle mode", board.tail())
        lives(tap, system, system.vm("driver-vm"), system.vm("device-vm"), "no time")


def too_little(tap):
    """A kernel that was built for all of the board's RAM leaves guests none."""
    prefix = install("all-ram", ["MEMORY=2048"])
    done = subprocess.run(["make", "-s", "image", "GUEST=small", f"SEL4_PREFIX={prefix}"], cwd=TOP,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"})
    lines = [line for line in done.stdout.splitlines() if ": ram-" in line]
    tap.ok(done.returncode and len(lines) == 1 and "the kernel has 1536" in lines[0],
           "a kernel that keeps all RAM is refused, with figures", done.stdout)


def main(tap):
    no_timer(tap)
    no_time(tap)
    too_little(tap)


if __name__ == "__main__":
    sys.exit(run(main))
