#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""tools/check-layers: this tree keeps to its table, and a tree that does not is caught."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from scratch_tree import check  # noqa: E402
from tap import run  # noqa: E402

TOOL = os.path.join(HERE, "../../tools/check-layers")
# A small tree in order: two parts, a service and a pure source.
TREE = {
    "ARCHITECTURE.md": "| may include | kernel | user/runtime | user/services | composer |\n"
                       "|---|---|---|---|---|\n"
                       "| `contract/sel4` | x | through `user/sel4` | | |\n"
                       "| `contract/plan` | | x | x | x |\n"
                       "| `user/sel4`, `user/runtime` | | x | x | |\n",
    "contract/sel4/limits.h": "",
    "contract/plan/plan.h": "",
    "kernel/a.c": '#include "b.h"\n#include "contract/sel4/limits.h"\n#include <stdint.h>\n',
    "kernel/b.h": "",
    "user/sel4/include/sel4/sel4.h": "#include <contract/sel4/limits.h>\n",
    "user/runtime/rt/log.h": "",
    "user/runtime/module.mk": "RUNTIME_PURE := log.c \\\n\ttext.c\n",
    "user/runtime/log.c": '#include "rt/log.h"\n',
    "user/runtime/text.c": "",
    "user/runtime/start.c": '#include "sel4/sel4.h"\n',
    "user/services/init/main.c": '#include "plan/plan.h"\n#include "rt/log.h"\n',
    "user/services/timer/deadlines.h": "",
    "composer/main.c": '#include "contract/plan/plan.h"\n',
}
# What is added, and the complaint that must come of it.
WRONG = [
    ("kernel/a.c", '\n#include "contract/plan/plan.h"\n', "kernel/a.c:2: kernel may not include contract/plan/plan.h"),
    ("composer/main.c", '\n#include "contract/sel4/limits.h"\n', "composer may not include contract/sel4/limits.h"),
    ("user/services/init/main.c", '#include "contract/sel4/limits.h"\n', "user/services may not include contract/sel4/limits.h"),
    ("user/services/init/main.c", '#include "../timer/deadlines.h"\n', "one service may not include another's"),
    ("kernel/b.h", '#include "../user/runtime/rt/log.h"\n', "kernel/b.h:1: kernel may not include user/runtime/rt/log.h"),
    ("contract/plan/plan.h", '#include "contract/sel4/limits.h"\n', "contract/plan may not include contract/sel4/limits.h"),
    ("user/runtime/rt/log.h", '#include <sel4/sel4.h>\n',
     "user/runtime/log.c:1: is listed as pure, but user/runtime/rt/log.h includes user/sel4/include/sel4/sel4.h"),
    ("user/runtime/module.mk", "RUNTIME_PURE := gone.c\n", "there is no gone.c"),
]


def main(tap):
    done = check(TOOL)
    tap.ok(done.returncode == 0, "the sources keep to the table in ARCHITECTURE.md", done.stdout)
    done = check(TOOL, TREE)
    tap.ok(done.returncode == 0, "a small tree in order is accepted", done.stdout)
    for path, text, complaint in WRONG:
        done = check(TOOL, {**TREE, path: text})
        tap.ok(done.returncode == 1 and complaint in done.stdout, f"caught: {complaint}", done.stdout)


if __name__ == "__main__":
    sys.exit(run(main))
