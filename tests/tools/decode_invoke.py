#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Decode and invoke are separate in kernel/object: what may refuse does not act, what acts cannot refuse.

A function refuses if it returns one of the call_*() errors, or passes on the status of a function of its file that
does. Such a function calls nothing but what only looks (LOOKS, other refusing functions), until one last call that
acts, which is followed by a return; and it assigns to nothing but its own variables and results (RESULTS). A function
called invoke_*() or *_invoke() does not refuse.
"""

import glob
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/harness"))
from tap import Tap  # noqa: E402

REFUSALS = re.compile(r"\bcall_(illegal_operation|invalid_argument|invalid_capability|range_error|alignment_error|"
                      r"delete_first|revoke_first|truncated|not_enough_memory|failed_lookup|check|check_label|"
                      r"check_length)\(")
# Functions that only look, or work on values.
LOOKS = re.compile(r"(call_\w+|cap_(?!delete)\w+|lookup_\w+|slot_(is|has)_\w+|slot_next|is_\w+|type_may_be_device|"
                   r"object_size_bits|objects_fit|vspace_walk|vspace_check|asid_root|ntfn_state|irq_number|"
                   r"arch_object_pa|arch_table_pa|arch_list_register_count|if|while|for|switch|return|sizeof)$")
# What a decode function fills in for its invoke function, and its results.
RESULTS = re.compile(r"^\s*(retype->|change->|\*root\b|\*irq\b|\*slot\b)")
FUNCTION = re.compile(r"^(?:static )?(?:inline )?[\w ]+?[ *](\w+)\(([^;{]*?)\)\n\{\n(.*?)^\}", re.M | re.S)
CALLED = re.compile(r"\b([a-z_]\w*)\(")
ASSIGNS = re.compile(r"^\s*(?:\*\w+|\w+(?:\[[^]]*\])?(?:->\w+|\.\w+|\[[^]]*\])+)\s*(?:[-+|&^]?=(?!=)|\+\+|--)")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S)


def statements(body):
    """The body's statements, each on a line, with what only structures it left out."""
    text = re.sub(r"\s+", " ", body)
    text = re.sub(r"case [^:?]+:|default:", "", text)
    return [part.strip() for part in re.split(r"[;{}]", text) if part.strip() not in ("", "else")]


def is_local_struct(statement, body):
    name = re.match(r"\s*(\w+)[.\[]", statement)
    return bool(name and re.search(rf"^\s+(?:struct \w+|uint64_t) {name.group(1)}\b[^(]*$", body, re.M))


def problems_of(name, body, refusing):
    """What a refusing function does that it should not."""
    found = []
    parts = statements(body)
    for i, part in enumerate(parts):
        acts = [called for called in CALLED.findall(part) if not LOOKS.match(called) and called not in refusing]
        following = parts[i + 1] if i + 1 < len(parts) else "return"
        if len(acts) > 1 or (acts and not part.startswith("return") and not following.startswith(("return", "break"))):
            found.append(f"{name}() goes on after {', '.join(acts)}: {part}")
        if ASSIGNS.match(part) and not RESULTS.match(part) and not is_local_struct(part, body):
            found.append(f"{name}() changes something: {part}")
    return found


# What the check must find; each is one thing too many.
BAD = {
    "acts, then refuses": "slot_insert(cap, a, b);\n if (x) {\n return call_delete_first(call);\n }\n return STATUS_OK;",
    "acts twice": "if (x) {\n return call_delete_first(call);\n }\n invoke_a(b);\n invoke_c(d);\n return STATUS_OK;",
    "changes a slot": "call->slot->cap = cap;\n return call_delete_first(call);",
    "changes memory": "*entry = 0;\n return call_delete_first(call);",
    "changes a table": "irq_states[irq] = 1;\n return call_delete_first(call);",
}


def main():
    tap = Tap()
    for text, body in BAD.items():
        tap.ok(problems_of("f", body, set()), f"found: a decode function that {text}")
    for path in sorted(glob.glob(os.path.join(TOP, "kernel/object/*.c"))):
        with open(path, encoding="utf-8") as source:
            functions = {m.group(1): m.group(3) for m in FUNCTION.finditer(without_comments(source.read()))}
        refusing = {name for name, body in functions.items() if REFUSALS.search(body)}
        while True:
            more = {name for name, body in functions.items()
                    if re.search(r"enum status status = |return \w+\(|status = ", body)
                    and any(called in refusing for called in CALLED.findall(body))} - refusing
            if not more:
                break
            refusing |= more
        if not refusing:
            continue
        problems = [f"{name}() refuses" for name in refusing if re.match(r"invoke_|\w+_invoke$", name)]
        for name in sorted(refusing):
            problems += problems_of(name, functions[name], refusing)
        tap.ok(not problems, f"{os.path.relpath(path, TOP)}: {len(refusing)} functions that may refuse do nothing else",
               *problems)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
