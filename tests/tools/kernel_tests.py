#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""tools/check-kernel-tests: this tree's page of target tests is complete and true, and one that is not is noticed."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from scratch_tree import check  # noqa: E402
from tap import run  # noqa: E402

TOOL = os.path.join(HERE, "../../tools/check-kernel-tests")
PAGE = "docs/reference/kernel-tests.md"
TEST_FILE = "tests/target/test_thing.c"
DECODE = "kernel/object/thing.c"
# A kernel with one object, two calls (a third with several cores), one system call and one fault.
TREE = {
    "contract/sel4/invocation.h": "#ifdef CONFIG_ENABLE_SMP_SUPPORT\n#define MORE(X) X(ThingMove, THING, 0, 1)\n#else\n"
                                  "#define MORE(X)\n#endif\n/* X(name, object, caps, words) */\n"
                                  "#define ALL(X) X(ThingOpen, THING, 1, 2) \\\n X(ThingClose, THING, 0, 0) \\\n MORE(X)\n",
    "contract/sel4/syscall.h": "#define SEL4_SYS_NB_SEND (-1)\n#define SEL4_SYS_RESERVED (-2)\n",
    "contract/sel4/fault.h": "#define SEL4_FAULT_NULL 0\n#define SEL4_FAULT_VM   1\n#define SEL4_FAULT_RESERVED 2\n",
    "kernel/api/syscall.c": "void handle(int n)\n{\n    switch (n) {\n    case SEL4_SYS_NB_SEND: break;\n    }\n}\n",
    "kernel/arch/aarch64/trap.c": "int type = SEL4_FAULT_VM;\n",
    "kernel/api/call.c": "enum status call_illegal(struct call *call)\n{\n"
                         "    return refuse(call, SEL4_ILLEGAL_OPERATION, 0, 0);\n}\n"
                         "\nenum status call_invalid_argument(struct call *call, uint64_t number)\n{\n"
                         "    return refuse(call, SEL4_INVALID_ARGUMENT, number, 0);\n}\n",
    "kernel/core/look.c": "enum status look_up(struct call *call)\n{\n    return call_illegal(call);\n}\n",
    DECODE: "static enum status decode_open(struct call *call)\n{\n    if (call_word(call, 0)) {\n"
            "        return call_invalid_argument(call, 1);\n    }\n    return STATUS_OK;\n}\n\n"
            "enum status thing_decode(struct call *call)\n{\n    enum status status = call_check(call, SEL4_OBJ_THING);\n\n"
            "    switch (call->label) {\n    case ThingOpen: return decode_open(call);\n#ifdef CONFIG_ENABLE_SMP_SUPPORT\n"
            "    case ThingMove: return look_up(call);\n#endif\n    default: return STATUS_OK;\n    }\n}\n",
    "user/sel4/include/interfaces/sel4_client.h": "LIBSEL4_INLINE seL4_Error seL4_Thing_Open(seL4_Word a)\n{\n"
                                                  "    return invoke(a, ThingOpen);\n}\n",
    "tests/target/env.h": "#define EXPECT_NUMBER(call, error, number) \\\n    EXPECT(call == error && MR0 == number)\n",
    "tests/target/env.c": "void open_one(void)\n{\n    seL4_Thing_Open(1);\n}\n",
    TEST_FILE: "static const int labels[] = { ThingClose,\n ThingMove };\n\nstatic int invoke_all(void)\n{\n"
               "    return labels[0] == seL4_IllegalOperation;\n}\n\n"
               'TEST("THING-0001", "opens")\n{\n    open_one();\n}\n\n'
               'TEST("THING-0002",\n     "refuses")\n{\n    EXPECT_NUMBER(seL4_Thing_Open(0), seL4_InvalidArgument, 1);\n}\n\n'
               'TEST("THING-0003", "the others")\n{\n    invoke_all();\n}\n\n'
               'TEST("FAULT-0001", "a fault")\n{\n    EXPECT_EQ(label, seL4_Fault_VMFault);\n}\n',
    "docs/reference/kernel-api.md": "| label | name | object | caps | words | errors |\n|---|---|---|---|---|---|\n"
                                    "| 1 | ThingOpen | THING | 1 | 2 | none |\n| 2 | ThingClose | THING | 0 | 0 | none |\n"
                                    "| 3 | ThingMove | THING | 0 | 1 | none |\n",
    PAGE: "# Page\n## Invocations\n| invocation | answer | when | tests |\n|---|---|---|---|\n"
          "| ThingOpen | ok | | THING-0001 |\n| | InvalidArgument(1) | word | THING-0002 |\n"
          "| ThingClose, ThingMove | ok | | THING-0003 |\n| ThingMove | IllegalOperation | | THING-0003 |\n"
          "## System calls\n| call | what | tests |\n|---|---|---|\n| NBSend | | `tests/target/env.c` |\n"
          "## Faults\n| fault | what | tests |\n|---|---|---|\n| VMFault | | FAULT-0001 |\n",
}
# A file, what is replaced in it and by what, and the complaint that must come of it.
WRONG = [
    (PAGE, "| ThingOpen | ok | | THING-0001 |\n", "| ThingOpen | InvalidArgument(1) | | THING-0002 |\n",
     "no row for the success of ThingOpen"),
    (PAGE, "| ThingClose, ThingMove | ok", "| ThingMove | ok", "no row for the success of ThingClose"),
    (PAGE, "| | InvalidArgument(1) | word | THING-0002 |\n", "", "no row for ThingOpen: InvalidArgument(1)"),
    (PAGE, "InvalidArgument(1)", "InvalidArgument(0)", "no row for ThingOpen: InvalidArgument(1)"),
    (PAGE, "| ThingMove | IllegalOperation | | THING-0003 |\n", "", "no row for ThingMove: IllegalOperation"),
    (PAGE, "| ThingMove | Ill", "| ThingClose, ThingMove | Ill", "the kernel does not answer ThingClose with IllegalOperation"),
    (PAGE, "ThingClose, ", "ThingClose, ThingGone, ", "there is no invocation ThingGone"),
    (PAGE, "THING-0002", "THING-0009", "there is no test THING-0009"),
    (PAGE, "THING-0001", "", "no test"),
    (PAGE, "THING-0001", "THING-0003", "none of its tests says ThingOpen"),
    (PAGE, "THING-0002", "THING-0001", "THING-0001 says nothing of InvalidArgument"),
    (PAGE, "| NBSend | | `tests/target/env.c` |\n", "", "no row for the system call NbSend"),
    (PAGE, "| NBSend", "| Gone", "there is no system call Gone"),
    (PAGE, "tests/target/env.c", "tests/target/gone.c", "there is no tests/target/gone.c"),
    (PAGE, "| VMFault | | FAULT-0001 |\n", "", "no row for the fault Vm"),
    (PAGE, "FAULT-0001", "THING-0001", "THING-0001 says nothing of VMFault"),
    (TEST_FILE, "THING-0003", "THING-0002", "there is another THING-0002"),
    (TEST_FILE, "THING-0003", "THING-3", "THING-3 is no test number"),
    (TEST_FILE, "seL4_IllegalOperation", "seL4_NoError", "THING-0003 says nothing of IllegalOperation"),
    (DECODE, "return decode_open(call);", "return look_up(call);", "no row for ThingOpen: IllegalOperation"),
    (DECODE, "default: return STATUS_OK;", "default: return look_up(call);", "no row for ThingClose: IllegalOperation"),
    ("contract/sel4/invocation.h", "X(ThingClose, THING, 0, 0)", "X(ThingClose, THING, 0, 0) X(ThingTurn, THING, 0, 0)",
     "no row for the success of ThingTurn"),
    ("docs/reference/kernel-api.md", "| THING | 1 | 2 |", "| THING | 1 | 3 |", "the row of ThingOpen should say THING, 1, 2"),
]


def main(tap):
    done = check(TOOL)
    tap.ok(done.returncode == 0, "each invocation, error, system call and fault has its target test", done.stdout)
    done = check(TOOL, TREE)
    tap.ok(done.returncode == 0, "a small tree in order is accepted", done.stdout)
    for path, old, new, complaint in WRONG:
        tap.ok(old in TREE[path], f"the small tree has what is changed for: {complaint}")
        done = check(TOOL, {**TREE, path: TREE[path].replace(old, new)})
        tap.ok(done.returncode == 1 and complaint in done.stdout, f"noticed: {complaint}", done.stdout)


if __name__ == "__main__":
    sys.exit(run(main))
