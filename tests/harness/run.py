#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs the tests and merges their results into one TAP stream.

    run.py [--only GROUP[/NAME]] [--host] [--jobs N] [--times] [--list]

A test is a program that prints TAP. Its lines appear here with running numbers, as
"ok 12 - boot/vm_qemu_virtio: hash of 64 MB matches"; diagnostics follow a failure. The last line is
"N passed, N failed" and the exit code is 0 only if something passed and nothing failed. A test that
does not build, prints no result, breaks its own plan, exits with an error or takes too long has failed. One that
plans nothing and says why ("1..0 # SKIP no spin") is shown as skipped: neither passed nor failed.
With --host, "make check", only the groups that need no emulated board run, and a quarter of the fuzzers' runs.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RESULT = re.compile(r"^(not )?ok\b\s*\d*\s*(?:-\s*)?(.*)$")
# A plan of no test at all, with a reason, skips the whole program.
PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*(?:(SKIP\b.*)|.*))?$", re.I)
TAIL_LINES = 40

# name: what follows the group's name in ONLY. command: what to run. program: make's name for it, when
# make builds it one by one. limit_s: the longest it may take.
Test = collections.namedtuple("Test", "group name command program limit_s")
Result = collections.namedtuple("Result", "passed skipped text notes")


def stems(folder, *endings):
    path = os.path.join(TOP, "tests", folder)
    found = []
    for entry in sorted(os.listdir(path)) if os.path.isdir(path) else []:
        stem, ending = os.path.splitext(entry)
        if ending in endings and os.access(os.path.join(path, entry), os.X_OK):
            found.append((stem, os.path.join("tests", folder, entry)))
    return found


def modules(folder):
    path = os.path.join(TOP, "tests", folder)
    return [m for m in (sorted(os.listdir(path)) if os.path.isdir(path) else [])
            if os.path.exists(os.path.join(path, m, "test.mk"))]


def unit_tests(group):
    for module in modules(group):
        program = f"build/tests/unit/{module}"
        yield Test(group, module, [program], program, 120)


def fuzz_tests(group):
    for name in modules(group):
        program = f"build/tests/fuzz/{name}"
        with open(os.path.join(TOP, "tests/fuzz", name, "test.mk"), encoding="utf-8") as recipe:
            runs = re.search(rf"^FUZZ_{name}_RUNS\s*:?=\s*(\d+)", recipe.read(), re.M)
        runs = runs.group(1) if runs else "20000"
        yield Test(group, name, ["tests/harness/fuzz.sh", name, program, runs], program, 300)


def script_tests(limit_s):
    """One script per test, in the group's folder; run.sh stands for the group itself."""
    def tests(group):
        for stem, path in stems(group, ".sh", ".py"):
            yield Test(group, "" if stem == "run" else stem, [path], None, limit_s)
    return tests


# In the order they run: cheap and telling first.
GROUPS = {
    "unit": unit_tests,
    "golden": script_tests(300),
    "tools": script_tests(600),
    "model": script_tests(600),
    "fuzz": fuzz_tests,
    "prove": script_tests(1800),
    "target": script_tests(2400),
    "boot": script_tests(2400),
    "hostile": script_tests(2400),
}
HOST_GROUPS = ("unit", "golden", "tools", "model", "fuzz")
HOST_FUZZ_SHARE = 4


def lighter(test):
    """The same test for a quick look: fuzzers, whose last argument is their number of runs, do fewer."""
    if test.group != "fuzz":
        return test
    return test._replace(command=test.command[:-1] + [str(int(test.command[-1]) // HOST_FUZZ_SHARE)])


def parse_only(only):
    """Returns the tests that ONLY names; complains when there are none."""
    group, _, name = only.partition("/") if only else ("", "", "")
    if group and group not in GROUPS:
        sys.exit(f"run.py: no group \"{group}\"; groups: {' '.join(GROUPS)}")
    tests = [t for g in GROUPS if g == (group or g) for t in GROUPS[g](g)]
    if name:
        tests = [t for t in tests if t.name == name]
    if not tests:
        sys.exit(f"run.py: no test matches \"{only}\"; run.py --list names them" if only
                 else "run.py: there are no tests")
    return tests


class Reporter:
    """The one place that prints results, counts them and numbers them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed = 0
        self.failed = 0
        self.number = 0

    def show(self, test, result):
        title = f"{test.group}/{test.name}" if test.name else test.group
        # Unit tests name their module in each line; once is enough.
        text = re.sub(rf"^{re.escape(test.name)}[/:]\s*", "", result.text) if test.name else result.text
        with self.lock:
            self.number += 1
            if not result.skipped:
                self.passed += result.passed
                self.failed += not result.passed
            print(f"{'' if result.passed else 'not '}ok {self.number} - {title}: {text}")
            for note in result.notes:
                print(f"# {note}")
            sys.stdout.flush()

    def finish(self):
        print(f"1..{self.number}")
        print(f"{self.passed} passed, {self.failed} failed")
        sys.stdout.flush()
        return 0 if self.passed and not self.failed else 1


class Times:
    """Seconds on the clock and on the processors, by what they were spent for."""

    def __init__(self):
        self.lock = threading.Lock()
        self.spent = []

    def add(self, name, clock_s, usage):
        with self.lock:
            self.spent.append((usage.ru_utime + usage.ru_stime, clock_s, name))

    def show(self):
        """Comment lines, the dearest first."""
        for processor_s, clock_s, name in sorted(self.spent, reverse=True):
            print(f"# {processor_s:7.2f} s processor {clock_s:7.2f} s clock  {name}")
        print(f"# {sum(s for s, _, _ in self.spent):7.2f} s processor in all")


class TapReader:
    """Turns one program's output into results, as soon as each is complete."""

    def __init__(self, emit):
        self.emit = emit
        self.pending = None
        self.count = 0
        self.bad = 0
        self.plan = None
        self.skip_reason = None
        self.tail = collections.deque(maxlen=TAIL_LINES)

    def flush(self):
        if self.pending:
            self.emit(self.pending)
        self.pending = None

    def line(self, line):
        result = RESULT.match(line)
        plan = PLAN.match(line)
        if result:
            self.flush()
            self.count += 1
            self.bad += bool(result.group(1))
            skipped = "# SKIP" in result.group(2).upper()
            self.pending = Result(not result.group(1), skipped, result.group(2), [])
        elif plan:
            self.plan = int(plan.group(1))
            self.skip_reason = plan.group(2)
        elif line.startswith("#") and self.pending and not self.pending.passed:
            self.pending.notes.append(line[1:].strip())
        else:
            self.tail.append(line)

    def finish(self, status, timed_out, limit_s):
        """The failures that only the end shows."""
        self.flush()
        if timed_out:
            problem = f"ends within {limit_s} s"
        elif status < 0:
            problem = f"is not killed by signal {signal.Signals(-status).name}"
        elif status and not self.bad:
            problem = f"exits without error (code {status})"
        elif self.plan == 0 and not self.count and self.skip_reason:
            self.emit(Result(True, True, f"# {self.skip_reason.strip()}", []))
            return
        elif self.plan is None or self.plan != self.count or not self.count:
            problem = f"keeps its plan (planned {self.plan}, ran {self.count})"
        else:
            return
        self.emit(Result(False, False, problem, [f"| {line}" for line in self.tail]))


def end_group(process):
    """Ends a test and whatever it started; each test is a process group of its own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for(process):
    """Waits for a test; its exit status and what it and its children used."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def run_test(test, reporter, times, streaming):
    """Runs one test; results go to the reporter at once, or together when it has ended."""
    held = []
    emit = (lambda r: reporter.show(test, r)) if streaming else held.append
    reader = TapReader(emit)
    start = time.monotonic()
    process = subprocess.Popen(test.command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True,
                               text=True, errors="replace")
    timed_out = threading.Event()

    def expire():
        timed_out.set()
        end_group(process)

    timer = threading.Timer(test.limit_s, expire)
    timer.start()
    try:
        for line in process.stdout:
            reader.line(line.rstrip("\n"))
        status, usage = wait_for(process)
        times.add(f"{test.group}/{test.name}".rstrip("/"), time.monotonic() - start, usage)
    finally:
        timer.cancel()
        end_group(process)
    reader.finish(status, timed_out.is_set(), test.limit_s)
    for result in held:
        reporter.show(test, result)


def make(*arguments):
    # The make that may have started us has its own flags and job server.
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", "-s", *arguments], cwd=TOP, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          check=False)


def build(tests, jobs, reporter, times):
    """Builds what the tests need; returns those that can run and reports the others as failed."""
    ready = []
    start = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    programs = [t.program for t in tests if t.program]
    programs_built = make("-k", f"-j{jobs}", *programs) if programs else None
    blocked = {}
    for group in dict.fromkeys(t.group for t in tests if not t.program):
        built = make(f"-j{jobs}", f"needs-{group}")
        if built.returncode:
            blocked[group] = built.stdout
    for test in tests:
        # Asking make about each program takes as long as some tests: only if one is missing.
        if test.program and programs_built.returncode and make("-q", test.program).returncode:
            lines = [l for l in programs_built.stdout.splitlines() if test.name in l or "error" in l]
            reporter.show(test, Result(False, False, "builds", [f"| {l}" for l in lines[:TAIL_LINES]]))
        elif test.group in blocked:
            lines = blocked[test.group].splitlines()[-TAIL_LINES:]
            reporter.show(test, Result(False, False, "what it needs builds", [f"| {l}" for l in lines]))
        else:
            ready.append(test)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    times.add("building", time.monotonic() - start,
              resource.struct_rusage(a - b for a, b in zip(after, before)))
    return ready


def main():
    parser = argparse.ArgumentParser(description="Runs the tests.")
    parser.add_argument("--only", default="", metavar="GROUP[/NAME]")
    parser.add_argument("--host", action="store_true", help="only what needs no emulated board")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--times", action="store_true", help="say at the end what took how long")
    parser.add_argument("--list", action="store_true", help="name the tests and stop")
    options = parser.parse_args()

    tests = parse_only(options.only)
    if options.host:
        tests = [lighter(t) for t in tests if t.group in HOST_GROUPS]
    if options.list:
        for test in tests:
            print(f"{test.group}/{test.name}".rstrip("/"))
        return 0

    reporter = Reporter()
    times = Times()
    on_host = build([t for t in tests if t.group in HOST_GROUPS], options.jobs, reporter, times)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done in [pool.submit(run_test, t, reporter, times, False) for t in on_host]:
            done.result()
    # One board at a time: they are timed, and two would fight for the cores.
    for test in build([t for t in tests if t.group not in HOST_GROUPS], options.jobs, reporter, times):
        run_test(test, reporter, times, True)
    if options.times:
        times.show()
    return reporter.finish()


if __name__ == "__main__":
    sys.exit(main())
