#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""make install-kernel: the layout of an installed seL4 is complete and stands alone, and a root task that
knows nothing else (tests/target/foreign) is built for it, packed by tools/pack-image, and runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../harness"))
from board import Board, TOP  # noqa: E402
from system import make  # noqa: E402
from tap import run  # noqa: E402

OUT = os.path.join(TOP, "build/tests/installed")
SOURCES = os.path.join(TOP, "tests/target/foreign")
CC = "aarch64-linux-gnu-gcc"
FLAGS = ["-std=gnu11", "-O2", "-ffreestanding", "-mgeneral-regs-only", "-mno-outline-atomics", "-fno-pic",
         "-fno-pie", "-fno-stack-protector", "-ftls-model=local-exec", "-Wall", "-Wextra", "-Werror"]
FILES = """
    bin/kernel.elf libsel4/src/sel4_bootinfo.c libsel4/include/autoconf.h
    libsel4/include/kernel/gen_config.h libsel4/include/kernel/gen_config.json
    libsel4/include/sel4/gen_config.h libsel4/include/sel4/gen_config.json
    libsel4/include/sel4/sel4.h libsel4/include/sel4/syscall.h libsel4/include/sel4/invocation.h
    libsel4/include/sel4/arch/invocation.h libsel4/include/sel4/sel4_arch/invocation.h
    libsel4/include/sel4/shared_types_gen.h libsel4/include/sel4/sel4_arch/types_gen.h
    libsel4/include/sel4/mode/types.h libsel4/include/sel4/plat/api/constants.h
    libsel4/include/interfaces/sel4_client.h libsel4/include/interfaces/object-api.xml
    libsel4/include/interfaces/object-api-sel4-arch.xml libsel4/include/interfaces/object-api-arch.xml
    libsel4/include/api/syscall.xml libsel4/include/sel4/shared_types.pbf
    libsel4/include/sel4/sel4_arch/types.pbf
    support/kernel.dtb support/platform_gen.yaml support/platform_gen.json
""".split()
# Two configurations that differ in all that a program can notice, and one for two cores.
VARIANTS = {
    "release": ["KERNEL_CONFIG=release", "CONFIG_EXPORT_PMU_USER=y", "CONFIG_KERNEL_BENCHMARK=generic"],
    "debug": ["KERNEL_CONFIG=debug", "ROOT_CNODE_BITS=13", "MEMORY=2048", "CONFIG_LIB_SEL4_USE_THREAD_LOCALS=n"],
    "smp": ["KERNEL_CONFIG=debug", "CONFIG_MAX_NUM_NODES=2"],
}
CORES = {"smp": 2}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check_layout(tap, prefix):
    missing = [path for path in FILES if not os.path.isfile(os.path.join(prefix, path))]
    tap.equal(missing, [], "every file of the layout is there")
    config = json.loads(read(os.path.join(prefix, "libsel4/include/kernel/gen_config.json")))
    header = read(os.path.join(prefix, "libsel4/include/kernel/gen_config.h"))
    wrong = [name for name, value in config.items()
             if (f"/* disabled: CONFIG_{name} */" if value is False else
                 f"#define CONFIG_{name}  {1 if value is True else value}\n") not in header]
    tap.ok(config and not wrong and config["ARCH_AARCH64"] is True and config["WORD_SIZE"] == "64",
           "gen_config.json says what gen_config.h says", *wrong)


def check_headers(tap, prefix):
    """Each header compiles alone, and everything it draws in lies in the prefix or is the compiler's."""
    include = os.path.join(prefix, "libsel4/include")
    bad = []
    for folder, _, names in os.walk(include):
        for name in (n for n in names if n.endswith(".h")):
            header = os.path.relpath(os.path.join(folder, name), include)
            # Contract headers are parts: they want the configuration included first.
            source = f"#include <autoconf.h>\n#include <{header}>\n"
            done = subprocess.run([CC, *FLAGS, "-Wundef", f"-I{include}", "-xc", "-c", "-MD", "-MF", "-",
                                   "-o", "/dev/null", "-"], input=source, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, check=False)
            drawn = re.findall(r"\S+\.h", done.stdout)
            if done.returncode or [h for h in drawn if not h.startswith((include, "/usr/lib/gcc"))]:
                bad.append(f"{header}: {done.stderr.strip() or drawn}")
    tap.equal(bad, [], "each header compiles alone, from the prefix only")


def check_names(tap, prefix):
    """Every name a program may expect, as somebody outside would compile it."""
    include = os.path.join(prefix, "libsel4/include")
    source = os.path.join(SOURCES, "names.c")
    bad = []
    for options in (["-O0"], ["-O2"], ["-O0", "-ffreestanding"], ["-Os", "-ffreestanding"]):
        done = subprocess.run([CC, "-std=gnu11", "-Wall", "-Wextra", "-Werror", *options, f"-I{include}", "-c",
                               "-o", "/dev/null", source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode:
            bad.append(f"{' '.join(options)}: {done.stdout.strip()[:2000]}")
    tap.equal(bad, [], "every documented name compiles, hosted and freestanding, with and without optimisation")


# Bits that a parameter takes; what is not here is a capability.
WIDTHS = {"seL4_Word": 64, "seL4_Uint64": 64, "seL4_Time": 64, "seL4_Uint32": 32, "seL4_Uint16": 16, "seL4_Uint8": 8,
          "seL4_Bool": 1, "seL4_CapRights_t": 64, "seL4_ARM_VMAttributes": 64, "seL4_UserContext": 36 * 64,
          "seL4_ARM_SMCContext": 8 * 64}


def holds(condition, config):
    if condition is None:
        return True
    inner = condition[0]
    negate = inner.tag == "not"
    var = (inner[0] if negate else inner).attrib["var"][len("CONFIG_"):]
    return bool(config.get(var, False)) != negate


def words_and_caps(method):
    """Message words and capabilities of a call, by the rule of the generators that read the file."""
    at = caps = 0
    for param in method.findall("param"):
        if param.attrib["dir"] == "out":
            continue
        width = WIDTHS.get(param.attrib["type"])
        if width is None:
            caps += 1
            continue
        align = min(width, 64) if width != 1 else 1
        at = (at + align - 1) // align * align + width
    return (at + 63) // 64, caps


def check_interfaces(tap, prefix):
    """What other languages generate from must give the numbers and shapes that the headers give to C."""
    include = os.path.join(prefix, "libsel4/include")
    config = json.loads(read(os.path.join(include, "kernel/gen_config.json")))
    labels, shapes = ["InvalidInvocation"], []
    for name in ("object-api", "object-api-sel4-arch", "object-api-arch"):
        for method in ElementTree.parse(os.path.join(include, "interfaces", name + ".xml")).iter("method"):
            if holds(method.find("condition"), config):
                labels.append(method.attrib["id"])
                words, caps = words_and_caps(method)
                if method.attrib["id"] == "TCBWriteRegisters":
                    words = 2  # and as many registers as it says
                shapes.append(f"ROW({method.attrib['id']}, {caps}, {words})")
    calls, number = [], -1
    tree = ElementTree.parse(os.path.join(include, "api/syscall.xml")).getroot()
    for block in [*tree.find("api-master"), *tree.find("debug")]:
        for call in block.findall("syscall"):
            if holds(block.find("condition"), config):
                calls.append((call.attrib["name"], number))
            number -= 1
    source = "#include <sel4/sel4.h>\n"
    source += "".join(f'_Static_assert({label} == {i}, "{label}");\n' for i, label in enumerate(labels))
    source += "".join(f'_Static_assert((long)seL4_Sys{name} == {value}, "{name}");\n' for name, value in calls)
    source += ("struct row { int label, caps, words; };\n"
               "#define ROW(l, o, c, w) _Static_assert(1, \"\"); enum { caps_##l = c, words_##l = w };\n"
               "SEL4_INVOCATIONS(ROW)\n#undef ROW\n"
               "#define ROW(l, c, w) _Static_assert(caps_##l == c && words_##l == w, #l);\n" + "\n".join(shapes) + "\n")
    source += f"_Static_assert(SEL4_INVOCATION_COUNT == {len(labels) - 1}, \"labels\");\n"
    done = subprocess.run([CC, *FLAGS, f"-I{include}", "-xc", "-c", "-o", "/dev/null", "-"], input=source,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    tap.ok(done.returncode == 0 and len(labels) > 50 and len(calls) >= 8,
           "the interface files give the same labels, shapes and system calls as the headers", done.stdout[:2000])
    wrong = []
    for name in ("sel4/shared_types.pbf", "sel4/sel4_arch/types.pbf"):
        for block, body in re.findall(r"block (\w+) \{(.*?)\}", read(os.path.join(include, name)), re.S):
            bits = sum(int(width) for width in re.findall(r"(\d+)$", body, re.M))
            if bits % 64 or bits != (64 if name.startswith("sel4/shared") else 14 * 64):
                wrong.append(f"{block}: {bits} bits")
    tap.equal(wrong, [], "bit fields fill their words")


def ranges(prefix):
    regions = json.loads(read(os.path.join(prefix, "support/platform_gen.json")))
    return "".join(f"#define {name} " + ", ".join(f"{{{r['start']:#x}, {r['end']:#x}}}" for r in regions[key]) + "\n"
                   for name, key in (("MEMORY_RANGES", "memory"), ("DEVICE_RANGES", "devices")))


def compile_task(prefix, folder, name, sources, *options):
    """As somebody outside would: the prefix and a compiler."""
    elf = os.path.join(folder, name)
    subprocess.run([CC, *FLAGS, *options, f"-I{prefix}/libsel4/include", f"-I{folder}", f"-Wa,-I{folder}", "-nostdlib",
                    "-static", "-no-pie", "-Wl,--build-id=none,-z,max-page-size=4096",
                    "-Wl,--no-warn-rwx-segments", "-o", elf,
                    *(os.path.join(SOURCES, source) for source in sources)], check=True)
    return elf


def build_root(prefix, folder, *options):
    with open(os.path.join(folder, "ranges.h"), "w", encoding="utf-8") as file:
        file.write(ranges(prefix))
    return compile_task(prefix, folder, "root.elf",
                        ["start.S", "root.c", "report.c", os.path.join(prefix, "libsel4/src/sel4_bootinfo.c")], *options)


def build_system(prefix, folder):
    compile_task(prefix, folder, "child.elf", ["child.S", "child.c"])
    return compile_task(prefix, folder, "system.elf", ["start.S", "system.c", "report.c", "file.S"])


def pack(prefix, root, image, cores):
    for folder in ("loader", "tools/pack-image"):
        make("-C", folder)
    subprocess.run([os.path.join(TOP, "build/host/pack-image"), "--loader", os.path.join(TOP, "build/loader/loader.bin"),
                    "--kernel", os.path.join(prefix, "bin/kernel.elf"), "--root", root,
                    "--cores", str(cores), "-o", image],
                   check=True, stdout=subprocess.DEVNULL)


def relay(tap, board, variant):
    """The root task's own results become ours."""
    if not tap.attempt(f"{variant}: the root task starts", board.wait, r"^foreign root task$", 60):
        return
    start = board.position
    tap.attempt(f"{variant}: and ends", board.wait, r"^done$", 60, r"panic|halt")
    results = re.findall(r"^(not )?ok \d+ - (.*)$", board.text[start:], re.M)
    for bad, text in results:
        tap.ok(not bad, f"{variant}: {text}")
    tap.ok(len(results) > 15, f"{variant}: all checks ran", f"{len(results)} results", board.tail())


def main(tap):
    for variant, options in VARIANTS.items():
        folder = os.path.join(OUT, variant)
        prefix = os.path.join(folder, "prefix")
        shutil.rmtree(folder, ignore_errors=True)
        make("install-kernel", f"PREFIX={prefix}", *options)
        check_layout(tap, prefix)
        check_headers(tap, prefix)
        check_names(tap, prefix)
        check_interfaces(tap, prefix)
        image = os.path.join(folder, "image.bin")
        cores = CORES.get(variant, 1)
        pack(prefix, build_root(prefix, folder), image, cores)
        # More RAM than the release kernel was built for: what lies above is device memory to it.
        with Board(f"installed-{variant}", image=image, memory=2048, cores=cores) as board:
            relay(tap, board, variant)
        pack(prefix, build_system(prefix, folder), image, cores)
        with Board(f"installed-system-{variant}", image=image, memory=1024 if variant == "smp" else 2048,
                   cores=cores) as board:
            relay(tap, board, f"{variant}, system")


if __name__ == "__main__":
    sys.exit(run(main))
