# SPDX-License-Identifier: BSD-2-Clause
"""TAP output for tests written in Python."""

import sys
import time
import traceback


class Tap:
    """One test program's results. End with "sys.exit(tap.done())"."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        self.begun = time.monotonic()

    def ok(self, condition, text, *notes):
        """Reports one check; the notes are printed only if it failed. Returns the condition."""
        self.count += 1
        self.failed += not condition
        print(f"{'' if condition else 'not '}ok {self.count} - {text}")
        if not condition:
            for note in notes:
                for line in str(note).splitlines() or [""]:
                    print(f"# {line}")
        print(f"# {time.monotonic() - self.begun:.1f} s after the start")
        sys.stdout.flush()
        return bool(condition)

    def skip(self, text, reason):
        """Reports what cannot be checked here: neither passed nor failed."""
        self.count += 1
        print(f"ok {self.count} - {text} # SKIP {reason}")
        sys.stdout.flush()

    def equal(self, got, wanted, text):
        """Reports whether two values are the same, and both if they are not."""
        return self.ok(got == wanted, text, f"got    {got!r}", f"wanted {wanted!r}")

    def attempt(self, text, function, *arguments):
        """Reports whether the call returns; an exception is the diagnosis. Returns what it returned."""
        try:
            value = function(*arguments)
        except Exception:  # pylint: disable=broad-except -- any failure of the call is the result
            self.ok(False, text, traceback.format_exc())
            return None
        self.ok(True, text)
        return value

    def done(self):
        """Prints the plan and returns the exit code."""
        print(f"1..{self.count}")
        return 1 if self.failed or not self.count else 0


def run(body):
    """Calls body(tap) and returns the exit code; an exception that gets here is a failure."""
    tap = Tap()
    try:
        body(tap)
    except Exception:  # pylint: disable=broad-except -- any failure of the test is its result
        tap.ok(False, "runs to its end", traceback.format_exc())
    return tap.done()
