#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The test runner itself, on made-up tests: whatever goes wrong must come out as a failure."""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from tap import Tap  # noqa: E402

MAKEFILE = """\
needs-%: ; @test $@ != needs-target || { echo "cannot build this"; false; }
build/tests/unit/%: tests/unit/%/test.mk ; @mkdir -p build/tests/unit && cp tests/unit/$*/program $@
"""
PASSING = "#!/bin/sh\necho 'ok 1 - part/first'\necho 'ok 2 - second'\necho 1..2\n"
SCRIPTS = {
    "tests/unit/part/test.mk": "",
    "tests/unit/part/program": PASSING,
    "tests/boot/bad.sh": "#!/bin/sh\necho 'not ok 1 - works'\necho '# because'\necho 1..1\nexit 1\n",
    "tests/boot/cut.sh": "#!/bin/sh\necho 'ok 1 - begins'\necho 1..2\n",
    "tests/boot/crash.sh": "#!/bin/sh\necho 'ok 1 - begins'\necho 1..1\nkill -SEGV $$\n",
    "tests/boot/good.sh": PASSING,
    "tests/boot/odd.sh": "#!/bin/sh\necho 'ok 1 - begins'\necho 1..1\necho the reason >&2\nexit 3\n",
    "tests/boot/silent.sh": "#!/bin/sh\nexit 0\n",
    "tests/boot/skip.sh": "#!/bin/sh\necho 'ok 1 - other # SKIP no such board'\necho 1..1\n",
    "tests/boot/skip_all.sh": "#!/bin/sh\necho '1..0 # SKIP no spin'\n",
    "tests/boot/skip_cut.sh": "#!/bin/sh\necho 'ok 1 - begins'\necho '1..0 # SKIP no spin'\n",
    "tests/boot/skip_odd.sh": "#!/bin/sh\necho '1..0 # SKIP no spin'\nexit 1\n",
    "tests/boot/skip_mute.sh": "#!/bin/sh\necho 1..0\n",
    "tests/target/run.sh": PASSING,
}


def make_tree(folder):
    os.makedirs(os.path.join(folder, "tests/harness"))
    shutil.copy(os.path.join(HERE, "../harness/run.py"), os.path.join(folder, "tests/harness"))
    with open(os.path.join(folder, "Makefile"), "w", encoding="utf-8") as makefile:
        makefile.write(MAKEFILE)
    for path, text in SCRIPTS.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as script:
            script.write(text)
        os.chmod(path, 0o755)


def run(folder, only):
    done = subprocess.run([os.path.join(folder, "tests/harness/run.py"), "--only", only],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        make_tree(folder)
        tap.equal(run(folder, "unit/part"),
                  (0, ["ok 1 - unit/part: first", "ok 2 - unit/part: second", "1..2",
                       "2 passed, 0 failed"]), "passing results are renumbered and named")
        tap.equal(run(folder, "boot/bad"),
                  (1, ["not ok 1 - boot/bad: works", "# because", "1..1", "0 passed, 1 failed"]),
                  "a failure keeps its diagnosis and decides the exit code")
        for name, wanted in (("cut", "keeps its plan (planned 2, ran 1)"),
                             ("crash", "is not killed by signal SIGSEGV"),
                             ("odd", "exits without error (code 3)")):
            status, lines = run(folder, f"boot/{name}")
            tap.equal((status, lines[1], lines[-1]),
                      (1, f"not ok 2 - boot/{name}: {wanted}", "1 passed, 1 failed"), f"failure: {name}")
        tap.ok("# | the reason" in run(folder, "boot/odd")[1], "other output explains a failure")
        tap.equal(run(folder, "boot/silent")[1][-1], "0 passed, 1 failed", "failure: no result at all")
        tap.equal(run(folder, "boot/skip"),
                  (1, ["ok 1 - boot/skip: other # SKIP no such board", "1..1", "0 passed, 0 failed"]),
                  "skipped is not passed")
        tap.equal(run(folder, "boot/skip_all"),
                  (1, ["ok 1 - boot/skip_all: # SKIP no spin", "1..1", "0 passed, 0 failed"]),
                  "a program that skips all of itself has neither passed nor failed")
        for name, wanted in (("skip_cut", "keeps its plan (planned 0, ran 1)"),
                             ("skip_odd", "exits without error (code 1)"),
                             ("skip_mute", "keeps its plan (planned 0, ran 0)")):
            tap.ok(any(wanted in l for l in run(folder, f"boot/{name}")[1]),
                   f"failure: {name} is no way to skip")
        status, lines = run(folder, "target")
        tap.equal((status, lines[:2], lines[-1]),
                  (1, ["not ok 1 - target: what it needs builds", "# | cannot build this"],
                   "0 passed, 1 failed"), "failure: what a group needs does not build")
        status, lines = run(folder, "boot/nothing")
        tap.ok(status != 0 and "no test matches" in lines[0], "a filter that matches nothing fails", *lines)
        tap.equal(run(folder, "")[1][-1], "8 passed, 9 failed", "all groups together count right")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
