#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every refusal of the kernel's decode functions is checked by a unit test, its error and its words.

The unit tests are linked so that each call of a refusing function (call_illegal_operation() and so on, call_check())
can be made to say something else (tests/harness/refusals.c). For each place in kernel/object and kernel/core that
refuses, for each error it was seen to give, the error and each word of it are changed in turn: some test must fail
each time. A place that no test reaches fails too. Built for one core and for several, in build/refusals.
"""

import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/harness"))
from tap import Tap  # noqa: E402

OUT = "build/refusals"
NAMES = ("illegal_operation alignment_error delete_first revoke_first truncated invalid_argument invalid_capability "
         "not_enough_memory range_error failed_lookup check check_label check_length").split()
CALL = re.compile(r"^ *([0-9a-f]+):.*\bcall\b.*<__wrap_call_(\w+)>")
AFTER = re.compile(r"^ *([0-9a-f]+):")
# What a message carries besides its error, whose number is contract/sel4/error.h's. A failed lookup (6) also tells
# why, in the next byte: 1 is a root that is none, and has no bits left.
PARTS = {1: ["word0"], 2: ["word0"], 4: ["word0", "word1"], 10: ["word0"],
         0x106: ["word0", "lookup"], 0x206: ["word0", "lookup", "bits"], 0x306: ["word0", "lookup", "bits"],
         0x406: ["word0", "lookup", "bits"]}
LIMIT_S = 120

Program = collections.namedtuple("Program", "path places reached seconds")


def build():
    tests = []
    for recipe in sorted(glob.glob("tests/unit/kernel_*/test.mk")):
        name = os.path.basename(os.path.dirname(recipe))
        with open(recipe, encoding="utf-8") as text:
            # Random calls check invariants, not answers.
            if re.search(r"KERNEL_(HOST|SMP)_OBJS", text.read()) and "random" not in name:
                tests.append(name)
    wraps = " ".join(f"-Wl,--wrap=call_{name}" for name in NAMES)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(["make", "-s", "-j2", f"TEST_BUILD={OUT}", "UNIT_SANITIZE=-O1 -no-pie -fno-pie",
                           f"UNIT_LINK=tests/harness/refusals.c {wraps} -std=gnu11 -g -I. -Ikernel -Ikernel/arch/fake "
                           "-Ikernel/arch/aarch64 -include kernel/arch/fake/gen_config.h",
                           *(f"{OUT}/unit/{test}" for test in tests)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment)
    if done.returncode:
        sys.exit(f"refusals.py: does not build\n{done.stdout}")
    return [f"{OUT}/unit/{test}" for test in tests]


def find_places(program):
    """{return address: FILE:LINE} of all calls that may refuse, in the kernel's own sources."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True,
                             check=True).stdout.splitlines()
    calls = [(CALL.match(line).group(1), AFTER.match(after).group(1))
             for line, after in zip(listing, listing[1:]) if CALL.match(line)]
    lines = subprocess.run(["addr2line", "-e", program, *(call for call, _ in calls)], stdout=subprocess.PIPE,
                           text=True, check=True).stdout.splitlines()
    places = {}
    for (_, after), line in zip(calls, lines):
        match = re.search(r"\b(kernel/(?:object|core|api)/\w+\.c:\d+)", line)
        if match:
            places[int(after, 16)] = match.group(1)
    return places


def run(path, **environment):
    try:
        return subprocess.run([path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                              timeout=LIMIT_S, env={**os.environ, **environment}).returncode
    except subprocess.TimeoutExpired:
        return -1


def record(path):
    """What the program reaches when nothing is changed."""
    with tempfile.NamedTemporaryFile("r", encoding="ascii") as notes:
        start = time.monotonic()
        if run(path, REFUSALS_REACHED=notes.name) != 0:
            sys.exit(f"refusals.py: {path} fails")
        seconds = time.monotonic() - start
        reached = {tuple(int(word, 16) for word in line.split()) for line in notes}
    return Program(path, find_places(path), reached, seconds)


def survives(change, programs):
    """True if no test notices; `change` is (FILE:LINE, error, part)."""
    place, error, part = change
    for program in programs:
        for site, reached_error in program.reached:
            if program.places.get(site) == place and reached_error == error:
                if run(program.path, REFUSAL_SITE=f"{site:x}", REFUSAL_ERROR=f"{error:x}", REFUSAL_CHANGE=part) != 0:
                    return False
    return True


def main():
    os.chdir(TOP)
    tap = Tap()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        programs = sorted(pool.map(record, build()), key=lambda program: program.seconds)
        everywhere = {place for program in programs for place in program.places.values()}
        seen = {(program.places[site], error) for program in programs for site, error in program.reached
                if site in program.places}
        changes = sorted((place, error, part) for place, error in seen for part in ["error", *PARTS.get(error, [])])
        unnoticed = [change for change, missed in
                     zip(changes, pool.map(lambda change: survives(change, programs), changes)) if missed]
    unreached = sorted(everywhere - {place for place, _ in seen})
    for file in sorted({place.split(":")[0] for place in everywhere}):
        mine = [f"no test reaches {place}" for place in unreached if place.startswith(file + ":")]
        mine += [f"no test notices: {place}, error {error & 0xff}, another {part}"
                 for place, error, part in unnoticed if place.startswith(file + ":")]
        count = sum(place.startswith(file + ":") for place in everywhere)
        done = sum(place.startswith(file + ":") for place, _, _ in changes)
        tap.ok(not mine, f"{file}: {count} places refuse, {done} changes to what they say are all noticed", *mine)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
