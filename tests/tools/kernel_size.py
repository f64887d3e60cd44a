#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The kernel stays small: at most 10,000 lines of code, as tools/size-report counts them."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from board import TOP  # noqa: E402
from tap import run  # noqa: E402

LINES_MAX = 10000


def main(tap):
    done = subprocess.run([os.path.join(TOP, "tools/size-report")], stdout=subprocess.PIPE, text=True, check=True)
    lines = int(re.search(r"^kernel\s+\d+\s+(\d+)$", done.stdout, re.M).group(1))
    tap.ok(1000 < lines <= LINES_MAX, f"the kernel has {lines} lines of code, at most {LINES_MAX}")


if __name__ == "__main__":
    sys.exit(run(main))
