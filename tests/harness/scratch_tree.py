# SPDX-License-Identifier: BSD-2-Clause
"""Runs a checker of tools/ on this tree, or on a small one made for the occasion."""

import os
import subprocess
import tempfile


def check(tool, tree=None):
    """Runs "tool", or "tool --top DIR" where DIR holds the files of `tree` (path to text); returns the
    finished process with its output as text."""
    if tree is None:
        return subprocess.run([tool], stdout=subprocess.PIPE, text=True, check=False)
    with tempfile.TemporaryDirectory() as top:
        for path, text in tree.items():
            os.makedirs(os.path.join(top, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text)
        return subprocess.run([tool, "--top", top], stdout=subprocess.PIPE, text=True, check=False)
