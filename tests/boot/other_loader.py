#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An installed kernel boots with a loader that is not ours (tests/target/other_loader), which does what seL4's own
loader does and no more: on device memory and on cached memory, with the prefix's device tree and without any, on
one core and on two. The root task is installed_kernel.py's."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from installed_kernel import CC, FLAGS, build_root, relay  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

OUT = os.path.join(TOP, "build/tests/other_loader")
SOURCES = os.path.join(TOP, "tests/target/other_loader")
# Name: options of the installed kernel, cores, device tree or not, index into MAIR_EL2.
VARIANTS = {
    "device memory": (["KERNEL_CONFIG=release"], 1, 1, 7),
    "no tree": (["KERNEL_CONFIG=release"], 1, 0, 4),
    "two cores": (["KERNEL_CONFIG=debug", "CONFIG_MAX_NUM_NODES=2"], 2, 1, 7),
    "two cores, no tree": (["KERNEL_CONFIG=debug", "CONFIG_MAX_NUM_NODES=2"], 2, 0, 4),
}


def build(folder, prefix, root, cores, tree, mapping):
    for path in (os.path.join(prefix, "bin/kernel.elf"), os.path.join(prefix, "support/kernel.dtb"), root):
        if os.path.dirname(path) != folder:
            shutil.copy(path, folder)
    image = os.path.join(folder, "loader.elf")
    subprocess.run([CC, *FLAGS, "-mstrict-align", f"-DCORES={cores}", f"-DTREE={tree}", f"-DMAPPING={mapping}ull",
                    f"-Wa,-I{folder}", "-nostdlib", "-static", "-no-pie",
                    f"-Wl,-T,{SOURCES}/loader.ld,--build-id=none,--no-warn-rwx-segments", "-o", image,
                    os.path.join(SOURCES, "start.S"), os.path.join(SOURCES, "main.c")], check=True)
    return image


def main(tap):
    for variant, (options, cores, tree, mapping) in VARIANTS.items():
        folder = os.path.join(OUT, variant.replace(" ", "-").replace(",", ""))
        prefix = os.path.join(folder, "prefix")
        shutil.rmtree(folder, ignore_errors=True)
        make("install-kernel", f"PREFIX={prefix}", *options)
        root = build_root(prefix, folder, *([] if tree else ["-DNO_TREE"]))
        image = build(folder, prefix, root, cores, tree, mapping)
        with Board(f"other-loader-{os.path.basename(folder)}", image=image, memory=1024, cores=cores) as board:
            relay(tap, board, variant)


if __name__ == "__main__":
    sys.exit(run(main))
