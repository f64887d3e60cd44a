#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Proves what can be proven, tests the rest exhaustively, and says which was which.

    run.py             the proofs alone, as TAP (group "prove" of make test)
    run.py --all       the exhaustive and random tests too, and a table at the end (make prove)

tests/prove/claims is the list of properties. A line of it that does not hold any more is a failure; so
is a function that has no goals, because then nothing was proven about it, and a line of
tests/prove/breaks, a change of the code that makes a property wrong, if CBMC does not find it. What
needs a tool that this system does not have is skipped, and the table says so.
"""

import argparse
import collections
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "../harness"))
from tap import Tap  # noqa: E402

# Far more than any goal takes: a proof must not depend on how busy the machine is.
PROVER_SECONDS = 60
WORDS = {"wp": "proven (WP)", "eva": "proven (Eva)", "cbmc": "checked up to a bound (CBMC)",
         "unit": "every case run", "random": "random tests only"}
# What a kind of line needs: the program to look for, and its name.
TOOLS = {"wp": ("frama-c", "Frama-C"), "eva": ("frama-c", "Frama-C"), "cbmc": ("cbmc", "CBMC")}
# Integers of 48 bits can hold addresses if the objects' numbers take the 40 bits above an offset of 24.
CBMC_CHECKS = ("--object-bits 40 --bounds-check --pointer-check --pointer-primitive-check --pointer-overflow-check "
               "--signed-overflow-check --div-by-zero-check --undefined-shift-check --unwinding-assertions "
               "--no-malloc-may-fail --no-array-field-sensitivity --slice-formula --drop-unused-functions").split()
CBMC_TOTAL = re.compile(r"^\*\* (\d+) of (\d+) failed", re.M)
CBMC_FAILED = re.compile(r"^\[.*FAILURE$", re.M)
BROKEN = "build/prove/broken"
INCLUDES = {
    "kernel": "-Ikernel -Ikernel/arch/fake -Ikernel/arch/aarch64 -include kernel/arch/fake/gen_config.h",
    "user": "-Iuser -Iuser/runtime -Icontract",
}
GOAL = re.compile(r"^\[wp\] \[([^]]+)\] Goal typed_(\w+)(?: : (\w+))?")
TOTAL = re.compile(r"^\[wp\] Proved goals:\s+(\d+) / (\d+)", re.M)
# Words of WP or of the parser that mean that something was guessed or left out.
DOUBT = re.compile(r"incompatible pointers types|Ignored|ignored|User Error|Invalid_argument|\(Stronger|\(Degenerated", re.M)

# The bound: rounds of a loop that CBMC looks at; one round more is a failure.
Claim = collections.namedtuple("Claim", "tool bound sources functions text")
Break = collections.namedtuple("Break", "harness path old new")
Verdict = collections.namedtuple("Verdict", "holds count log")


def read_claims():
    with open(os.path.join(HERE, "claims"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                tool, sources, functions, text = [part.strip() for part in line.split("|")]
                tool, _, bound = tool.partition(" ")
                yield Claim(tool, bound, sources.split(), functions.split(), text)


def read_breaks():
    with open(os.path.join(HERE, "breaks"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                harness, path, change = line.strip().split(" | ", 2)
                yield Break(f"tests/prove/cbmc/{harness}.c", path, *change.split(" => "))


def run(command, limit_s=600):
    """Runs a command in its own scratch folder for settings; returns its output and exit code."""
    # PWD: Frama-C believes it, and not where it really is.
    environment = dict(os.environ, PWD=TOP, WHY3CONFIG=os.path.join(TOP, "build/prove/why3.conf"))
    try:
        done = subprocess.run(command, cwd=TOP, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", check=False, timeout=limit_s)
    except subprocess.TimeoutExpired as expired:
        return f"{expired.stdout or ''}\nended after {limit_s} s", 124
    except OSError as missing:
        return str(missing), 127
    return done.stdout, done.returncode


def analyser(sources):
    """Frama-C on these sources, read as the host tests compile them."""
    part = "kernel" if sources[0].startswith("kernel/") else "user"
    share = run(["frama-c", "-print-share-path"])[0].strip()
    flags = f"-I. {INCLUDES[part]} -I{share}/libc -include tests/prove/frama_c.h"
    return ["frama-c", "-c11", "-machdep", "gcc_x86_64", f"-cpp-extra-args={flags}", *sources]


def prove_wp(claim):
    """The contracts of all functions named; "lemmas" stands for what the contracts build upon."""
    command = analyser(claim.sources) + ["-wp", "-wp-rte", "-wp-par", "2", "-wp-timeout", str(PROVER_SECONDS)]
    if claim.functions == ["lemmas"]:
        # Those about shifts are proven for each number of bits: splitting the range is a tactic.
        command += ["-wp-prover", "z3,cvc4,tip", "-wp-auto", "wp:range", "-wp-auto-depth", "10",
                    "-wp-auto-width", "80", "-wp-prop", "@lemma",
                    "-wp-session", os.path.join(TOP, "build/prove/session")]
    else:
        command += ["-wp-prover", "z3,cvc4", "-wp-prop=-@lemma", "-wp-fct", ",".join(claim.functions)]
    log, code = run(command)
    total = TOTAL.search(log)
    goals = [match.group(2) for match in map(GOAL.match, log.splitlines()) if match]
    idle = [f for f in claim.functions
            if f != "lemmas" and not any(goal.startswith(f + "_") for goal in goals)]
    if idle:
        log += f"\nno goals for: {' '.join(idle)}"
    holds = (code == 0 and total and total.group(1) == total.group(2) and not idle
             and not DOUBT.search(log))
    return Verdict(bool(holds), f"{total.group(1)} goals" if total else "no goals", log)


def prove_eva(claim):
    """No alarm at all: neither a run-time error nor a check that might not hold."""
    log, code = run(analyser(claim.sources) + ["-eva", "-eva-precision", "1"])
    reached = re.search(r"(\d+) statements reached", log)
    holds = code == 0 and "0 alarms generated by the analysis" in log and " unknown     0 invalid" in log
    holds = holds and not re.search(r"[1-9]\d* unknown|[1-9]\d* invalid|Warning: check", log)
    return Verdict(bool(holds), f"{reached.group(1)} statements" if reached else "nothing", log)


def run_cbmc(claim, *options, first=""):
    """Compiles the harness with its sources and looks at all its runs; `first` is searched before the tree."""
    flags = INCLUDES[claim.sources[0].split("/")[3]].split()
    roots = [flag.replace("-I", f"-I{first}/") for flag in flags if first and flag.startswith("-I")]
    sources = [f"{first}/{s}" if first and os.path.isfile(os.path.join(TOP, first, s)) else s for s in claim.sources]
    program = f"build/prove/{os.path.basename(claim.sources[0])}.goto"
    log, code = run(["goto-cc", "-std=gnu11", *roots, "-I.", *flags, "-Itests/prove/cbmc", "-o", program, *sources])
    if code:
        return log, code
    return run(["cbmc", program, "--unwind", claim.bound, *CBMC_CHECKS, *options])


def check_cbmc(claim):
    """No check of the compiler's rules and none of the harness's can fail, and no loop goes on beyond the bound."""
    log, code = run_cbmc(claim)
    total = CBMC_TOTAL.search(log)
    holds = code == 0 and total and total.group(1) == "0" and total.group(2) != "0"
    log = "\n".join(CBMC_FAILED.findall(log)) or log
    return Verdict(bool(holds), f"{total.group(2)} checks, loops to {claim.bound}" if total else "no checks", log)


def find_break(claim, change):
    """Makes the change in a copy of the file's folder; holds if the harness finds it: a check, not the compiler, fails."""
    with open(os.path.join(TOP, change.path), encoding="utf-8") as file:
        text = file.read()
    if text.count(change.old) != 1:
        return Verdict(False, "", f"{change.path} has not exactly one: {change.old}")
    shutil.rmtree(os.path.join(TOP, BROKEN), ignore_errors=True)
    folder, copy = os.path.dirname(change.path), os.path.join(TOP, BROKEN, change.path)
    # With its neighbours, which it includes by name.
    shutil.copytree(os.path.join(TOP, folder), os.path.join(TOP, BROKEN, folder))
    with open(copy, "w", encoding="utf-8") as file:
        file.write(text.replace(change.old, change.new))
    log, code = run_cbmc(claim, "--stop-on-fail", first=BROKEN)
    return Verdict(code == 10 and "Violated property:" in log, "", log)


def run_unit(claim):
    log, code = run(["build/tests/unit/" + claim.sources[0]])
    cases = re.findall(r"^# (.*)$", log, re.M)
    return Verdict(code == 0, cases[-1] if cases else "see its own report", log)


CHECKS = {"wp": prove_wp, "eva": prove_eva, "cbmc": check_cbmc, "unit": run_unit, "random": run_unit}


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        print("# " + "  ".join(text.ljust(width) for text, width in zip(row, widths)) + "  " + row[3])


def describe(claim):
    return f"{claim.text}: {' '.join(claim.functions)}"


def skip_missing(tap):
    """Says which tools this system does not have; returns their programs."""
    missing = [(program, name) for program, name in sorted(set(TOOLS.values())) if not shutil.which(program)]
    for _, name in missing:
        tap.skip(f"what needs {name}", f"{name} is not installed: tools/setup.sh --prove, if this release has it")
    return [program for program, _ in missing]


def try_breaks(tap, claims):
    """Each harness must be able to fail."""
    harnesses = {claim.sources[0]: claim for claim in claims if claim.tool == "cbmc"}
    for change in read_breaks():
        if change.harness in harnesses:
            verdict = find_break(harnesses[change.harness], change)
            tap.ok(verdict.holds, f"CBMC finds: {change.new} in {change.path}", *verdict.log.splitlines()[-60:])


def main():
    parser = argparse.ArgumentParser(description="Proves and says what was proven.")
    parser.add_argument("--all", action="store_true", help="tests too, and a table at the end")
    parser.add_argument("--only", default="", metavar="WORD", help="lines of the list with this in them")
    options = parser.parse_args()
    tap = Tap()
    rows = [("how", "result", "what was looked at", "property: functions")]
    claims = [claim for claim in read_claims()
              if any(options.only in part for part in (*claim.sources, *claim.functions, claim.text))]

    os.makedirs(os.path.join(TOP, "build/prove"), exist_ok=True)
    missing = skip_missing(tap)
    if len(missing) == len(set(TOOLS.values())):
        return 1 if options.all else tap.done()
    if "frama-c" not in missing:
        run(["why3", "config", "detect"])
    for claim in claims:
        if claim.tool in ("unit", "random") and not options.all:
            continue
        if TOOLS.get(claim.tool, ("",))[0] in missing:
            rows.append((WORDS[claim.tool], "not looked at", "tool missing", describe(claim)))
            continue
        verdict = CHECKS[claim.tool](claim)
        tap.ok(verdict.holds, f"{WORDS[claim.tool]}: {claim.text}", *verdict.log.splitlines()[-60:])
        rows.append((WORDS[claim.tool], "holds" if verdict.holds else "DOES NOT HOLD", verdict.count,
                     describe(claim)))
    if "cbmc" not in missing:
        try_breaks(tap, claims)
    if options.all:
        print_table(rows)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
