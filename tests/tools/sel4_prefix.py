#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""SEL4_PREFIX: each wrong kind of installed seL4 is refused with its reason, before anything is built."""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from tap import run  # noqa: E402

TOP = os.path.join(HERE, "../..")
COMPOSER = os.path.join(TOP, "build/composer/peervisor-compose")
KERNEL = os.path.join(TOP, "build/kernel/release/kernel.elf")
GOOD = {"ARCH_AARCH64": 1, "ARM_HYPERVISOR_SUPPORT": 1, "PLAT_QEMU_ARM_VIRT": 1,
        "ARM_PA_SIZE_BITS_44": 1, "MAX_NUM_NODES": 1, "MAX_NUM_BOOTINFO_UNTYPED_CAPS": 230,
        "EXPORT_PTMR_USER": 1, "EXPORT_PCNT_USER": 1}
# What is changed in the good one, the rule that must refuse it, and words of its reason.
REFUSED = [
    ({"KERNEL_MCS": 1}, "prefix-mcs", "MCS kernel"),
    ({"ARM_HYPERVISOR_SUPPORT": None}, "prefix-hyp", "no hypervisor support"),
    ({"ARCH_AARCH64": None}, "prefix-arch", "not built for AArch64"),
    ({"PLAT_QEMU_ARM_VIRT": None}, "prefix-board", "another board"),
    ({"ARM_GIC_V3_SUPPORT": 1}, "prefix-gic", "GICv3"),
    ({"MAX_NUM_BOOTINFO_UNTYPED_CAPS": 50}, "prefix-untyped", "50 untypeds"),
]
# Without a timer: what else differs, and how idle guests wait then.
IDLE_MODES = [
    ({"EXPORT_PTMR_USER": None}, "a service polls the counter"),
    ({"EXPORT_PCNT_USER": None}, "idle guests drop to the idle priority"),
    ({"EXPORT_PTMR_USER": None, "EXPORT_PCNT_USER": None}, "idle guests drop to the idle priority"),
    ({"EXPORT_PTMR_USER": None, "DISABLE_WFI_WFE_TRAPS": 1}, "idle guests keep their core"),
]


def install(prefix, changes=None, ram=2 << 30, kernel=None):
    if kernel is None:
        with open(KERNEL, "rb") as file:
            kernel = file.read()
    config = {**GOOD, **(changes or {})}
    lines = [f"#define CONFIG_{k} {v}" if v is not None else f"/* disabled: CONFIG_{k} */"
             for k, v in config.items()]
    memory = {"memory": [{"start": 0x40000000, "end": 0x40000000 + ram}], "devices": []}
    for path, data in {"bin/kernel.elf": kernel,
                       "libsel4/include/kernel/gen_config.h": "\n".join(lines).encode(),
                       "libsel4/include/sel4/sel4.h": b"", "support/kernel.dtb": b"",
                       "support/platform_gen.json": json.dumps(memory).encode()}.items():
        path = os.path.join(prefix, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def check(prefix):
    done = subprocess.run([COMPOSER, "--check-prefix", prefix], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def refused(tap, prefix, rule, words):
    status, lines = check(prefix)
    tap.ok(status == 1 and len(lines) == 1 and f"{rule}: " in lines[0] and words in lines[0],
           f"refused by {rule}: {words}", f"exit code {status}", *lines)


def main(tap):
    with tempfile.TemporaryDirectory() as prefix:
        status, lines = check(prefix)
        tap.ok(status == 1 and lines, "an empty prefix is refused", *lines)
        install(prefix)
        tap.equal(check(prefix), (0, []), "the right kind is accepted in silence")
        for changes, rule, words in REFUSED:
            install(prefix, changes)
            refused(tap, prefix, rule, words)
        install(prefix, ram=256 << 20)
        refused(tap, prefix, "prefix-ram", "")
        install(prefix, kernel=b"no ELF")
        status, lines = check(prefix)
        tap.ok(status == 1 and any("kernel.elf" in line for line in lines), "refused: no ELF file", *lines)
        for changes, mode in IDLE_MODES:
            install(prefix, changes)
            status, lines = check(prefix)
            tap.ok(status == 0 and len(lines) == 1 and "prefix-timer: warning" in lines[0]
                   and f"idle mode: {mode}" in lines[0],
                   f"no exported timer: accepted, the warning names the idle mode: {mode}", *lines)


if __name__ == "__main__":
    sys.exit(run(main))
