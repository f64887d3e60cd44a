#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""tools/check-docs: everything that this tree's documents name is there, and what is not is noticed."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from scratch_tree import check  # noqa: E402
from tap import run  # noqa: E402

TOOL = os.path.join(HERE, "../../tools/check-docs")
TREE = {
    "Makefile": "one two: three\nX := y\n",
    "README.md": "# Title of *this*\n[other](docs/other.md), [part](docs/other.md#a-part), [web](https://example.org/x)\n"
                 "`src/main.c`, `src/main.c:start`, `main.c:start`, `src/`, `src/*.c`, `src/{main,more}.c`, `make two`,\n"
                 "`/proc/x.c`, `build/gone.c`, `a/b`, `.md`\n```\n`gone.c`\n```\n",
    "docs/other.md": "## A part\n[up](../README.md) `other.md`\n",
    "src/main.c": "int start(void);\n",
    "src/more.c": "",
}
WRONG = [
    ("[x](docs/gone.md)\n", "README.md:1: broken link: docs/gone.md"),
    ("[x](docs/other.md#gone)\n", "docs/other.md has no heading #gone"),
    ("\n`src/gone.c`\n", "README.md:2: there is no src/gone.c"),
    ("`gone.c`\n", "there is no gone.c"),
    ("`src/gone/`\n", "there is no src/gone/"),
    ("`src/{main,gone}.c`\n", "there is no src/{main,gone}.c"),
    ("`src/main.c:stop`\n", "src/main.c has no stop"),
    ("`make three-and-a-half`\n", 'there is no "make three-and-a-half"'),
]


def main(tap):
    done = check(TOOL)
    tap.ok(done.returncode == 0, "files, functions, links and make targets in documents exist", done.stdout)
    done = check(TOOL, TREE)
    tap.ok(done.returncode == 0, "a small tree in order is accepted", done.stdout)
    for text, complaint in WRONG:
        done = check(TOOL, {**TREE, "README.md": text})
        tap.ok(done.returncode == 1 and complaint in done.stdout, f"noticed: {complaint}", done.stdout)


if __name__ == "__main__":
    sys.exit(run(main))
