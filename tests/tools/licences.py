#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every file names the licence that LICENSES/README.md says it has; and a tree where one does not is caught."""

import fnmatch
import os
import re
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from tap import run  # noqa: E402

TOP = os.path.dirname(os.path.dirname(HERE))
NOT_OURS = {".git", "build", "__pycache__"}
# Near the top: a shebang, or a comment's first words, may come before.
HEAD_BYTES = 2000
SPDX = re.compile(r"SPDX-License-Identifier: ([^\n*]*?)(?: *(?:\*\/|-->))?$", re.M)


def tables(top):
    """(folder to licence, patterns of files without a line)."""
    with open(os.path.join(top, "LICENSES/README.md"), encoding="utf-8") as file:
        first, _, second = file.read().partition("\n| files |")
    folders = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", first, re.M))
    folders[""] = re.search(r"^\| everything \| (\S+) \|", first, re.M).group(1)
    return folders, re.findall(r"^\| `([^`]+)` \|", second, re.M)


def files(top):
    for folder, names, entries in os.walk(top):
        names[:] = sorted(set(names) - NOT_OURS)
        for entry in sorted(entries):
            path = os.path.join(folder, entry)
            # In a worktree .git is a file.
            if entry not in NOT_OURS and os.path.isfile(path) and not entry.endswith(".pyc"):
                yield os.path.relpath(path, top)


def complaints(top):
    folders, without = tables(top)
    found, used = [], set()
    for path in files(top):
        rule = max((f for f in folders if f == "" or path.startswith(f + "/")), key=len)
        with open(os.path.join(top, path), "rb") as file:
            line = SPDX.search(file.read(HEAD_BYTES).decode("utf-8", "replace"))
        if line:
            used |= set(re.findall(r"[\w.-]+", line.group(1))) - {"OR", "AND", "WITH"}
            if line.group(1) != folders[rule] and not any(fnmatch.fnmatch(path, p) for p in without):
                found.append(f"{path}: {line.group(1)}, but {rule or 'everything'} is {folders[rule]}")
        elif not any(fnmatch.fnmatch(path, p) for p in without):
            found.append(f"{path}: no SPDX line")
    found += [f"LICENSES/{name}.txt is missing" for name in sorted(used)
              if not os.path.exists(os.path.join(top, "LICENSES", name + ".txt"))]
    return found


TABLE = ("| everything | BSD-2-Clause | |\n| `guest/linux` | GPL-2.0-only | |\n\n| files | |\n|---|---|\n| `*.md` | |\n"
         "| `LICENSES/*.txt` | |\n")
GOOD = {"LICENSES/README.md": TABLE, "LICENSES/BSD-2-Clause.txt": "", "LICENSES/GPL-2.0-only.txt": "",
        "a.c": "/* SPDX-License-Identifier: BSD-2-Clause */\n", "run": "#!/bin/sh\n# SPDX-License-Identifier: BSD-2-Clause\n",
        "guest/linux/m.c": "// SPDX-License-Identifier: GPL-2.0-only\n"}
BAD = (({"b.c": "int b;\n"}, "b.c: no SPDX line"),
       ({"a.c": "/* SPDX-License-Identifier: MIT */\n"}, "a.c: MIT, but everything is BSD-2-Clause"),
       ({"guest/linux/m.c": "/* SPDX-License-Identifier: BSD-2-Clause */\n"},
        "guest/linux/m.c: BSD-2-Clause, but guest/linux is GPL-2.0-only"),
       ({"a.c": "/* SPDX-License-Identifier: MIT */\n"}, "LICENSES/MIT.txt is missing"))


def made_up(tree):
    with tempfile.TemporaryDirectory() as top:
        for path, text in tree.items():
            os.makedirs(os.path.join(top, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text)
        return complaints(top)


def main(tap):
    found = complaints(TOP)
    tap.ok(not found and len(list(files(TOP))) > 300, "every file names its licence", *found)
    tap.equal(made_up(GOOD), [], "a small tree in order")
    for change, wanted in BAD:
        got = made_up({**GOOD, **change})
        tap.ok(wanted in got, f"caught: {wanted}", *got)


if __name__ == "__main__":
    sys.exit(run(main))
