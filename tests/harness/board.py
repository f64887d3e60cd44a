# SPDX-License-Identifier: BSD-2-Clause
"""Drives the emulated board in tests: starts it, reads its console, types into it.

Nothing here sleeps to wait for something: every wait is for a text on the console, with a limit that is
generous because emulation on a busy machine is slow. PEERVISOR_TIME_SCALE multiplies all limits.

    with Board("boot-example", image="build/images/vm_qemu_virtio/image.bin", disk=disk) as board:
        board.wait(r"login:", 120)

The whole console output of every start is kept in build/transcripts/.
"""

import codecs
import os
import re
import subprocess
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCALE = float(os.environ.get("PEERVISOR_TIME_SCALE", "1"))
# Colours and cursor movements, which systemd and shells print on any terminal.
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78])")

# Lines of others that the console puts between those of the attached guest, supervisor's among them.
FOREIGN = r"(?:\[(?:[^\]\n]+ vmm|console|init|kernel|loader)\]|supervisor:) .*"
# They may also cut a line that the guest has begun.
CUT = rf"(?:\n(?:{FOREIGN}\n)+)?"


def whole(text):
    """A regular expression for text that such lines may have cut."""
    return CUT.join(re.escape(character) for character in text)


class BoardError(Exception):
    """The board did not do what the test waited for; the text says what it did instead."""


class Board:
    """One emulated board. Texts are matched against its console output without escape sequences and
    carriage returns; every wait() continues behind the previous one's match."""

    def __init__(self, name, image, disk=None, cpu=None, memory=None, forwards=(), qemu=(), cores=None):
        self.name = name
        self.command = [os.path.join(TOP, "tools/run-board"), "--batch", "--image", image]
        self.command += ["--disk", disk] if disk else []
        self.command += ["--cpu", cpu] if cpu else []
        self.command += ["--memory", str(memory)] if memory else []
        self.command += ["--cores", str(cores)] if cores else []
        for host_port, board_port in forwards:
            self.command += ["--forward", f"{host_port}:{board_port}"]
        self.command += ["--", *qemu] if qemu else []
        self.process = None
        self.starts = 0
        self.text = ""
        self.position = 0
        self.changed = threading.Condition()
        self.transcript = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Switches the board on."""
        self.starts += 1
        self.text, self.position = "", 0
        folder = os.path.join(TOP, "build/transcripts")
        os.makedirs(folder, exist_ok=True)
        self.transcript = os.path.join(folder, f"{self.name}-{self.starts}.log")
        self.process = subprocess.Popen(self.command, cwd=TOP, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def stop(self):
        """Cuts the power. What the guests did not sync is lost, as on a real board."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def _read(self, process):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        raw = ""
        with open(self.transcript, "w", encoding="utf-8") as transcript:
            while True:
                data = os.read(process.stdout.fileno(), 65536)
                piece = decoder.decode(data)
                transcript.write(piece)
                transcript.flush()
                raw += piece
                # An escape sequence may be cut in two: what follows the last ESC waits for more.
                cut = raw.rfind("\x1b", max(0, len(raw) - 32)) if data else -1
                if cut >= 0 and not ESCAPES.match(raw, cut):
                    ready, raw = raw[:cut], raw[cut:]
                else:
                    ready, raw = raw, ""
                with self.changed:
                    self.text += ESCAPES.sub("", ready).replace("\r", "")
                    self.changed.notify_all()
                if not data:
                    return

    def tail(self, lines=25):
        """The last lines of the console, for a diagnosis."""
        with self.changed:
            return "\n".join(self.text.splitlines()[-lines:])

    def wait(self, pattern, limit_s, refuse=None, name=None):
        """Waits until the regular expression appears behind the last match, and returns the match.
        Raises BoardError at the limit, when the board ends, or when "refuse" appears first; it then calls what it
        waited for by its name, if that reads better than the expression."""
        name = name or f"/{pattern}/"
        wanted = re.compile(pattern, re.M)
        refused = re.compile(refuse, re.M) if refuse else None
        end = time.monotonic() + limit_s * SCALE
        with self.changed:
            while True:
                match = wanted.search(self.text, self.position)
                bad = refused.search(self.text, self.position) if refused else None
                if bad and (not match or bad.start() < match.start()):
                    raise BoardError(f"\"{bad.group(0)}\" came before {name}\n{self._told()}")
                if match:
                    self.position = match.end()
                    return match
                left = end - time.monotonic()
                if left <= 0:
                    raise BoardError(f"no {name} within {limit_s * SCALE:.0f} s\n{self._told()}")
                if self.process is None or self.process.poll() is not None:
                    # The reader may still hold the last bytes.
                    self.changed.wait(1)
                    if not wanted.search(self.text, self.position):
                        raise BoardError(f"the board ended before {name}\n{self._told()}")
                    continue
                self.changed.wait(min(left, 1))

    def _told(self):
        lines = self.text.splitlines()[-25:]
        return "\n".join([f"transcript: {os.path.relpath(self.transcript, TOP)}", *lines])

    def send(self, text):
        """Types on the board's console."""
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()


class Shell:
    """A root shell of the guest that is attached to the board's console."""

    counter = 0

    def __init__(self, board):
        self.board = board

    def login(self, limit_s=180, user="root"):
        """Waits for a login prompt, logs in, and makes the shell fit for run(). A prompt of a life that is over,
        which the console may repeat, leads nowhere; the next one is taken then."""
        end = time.monotonic() + limit_s * SCALE
        while True:
            # No "$" after the prompts: a message of the kernel may follow on the same line.
            self.board.wait(r"^\S+ login: ", max(end - time.monotonic(), 0) / SCALE)
            self.board.send(f"{user}\n")
            try:
                self.board.wait(r"^\S*[~/]\S* ?[#$] ", 60)
                self.settle()
                return
            except BoardError:
                if time.monotonic() > end:
                    raise

    def settle(self, limit_s=60):
        """After this, no echo and no prompt disturbs what run() reads, and no command waits for the
        disk only because the shell writes its history there."""
        self.board.send("stty -echo; PS1=; PS2=; unset PROMPT_COMMAND HISTFILE; bind 'set enable-bracketed-paste off'"
                        " 2> /dev/null; dmesg -n 1\n")
        self.run(":", limit_s)

    def run(self, command, limit_s=120):
        """Runs a command; returns (exit code, output)."""
        Shell.counter += 1
        mark = f"{os.getpid()}-{Shell.counter}"
        # The marks are put together by the shell, so their echo does not look like them.
        self.board.send(f"echo '@''begin {mark}@'; {command}\ns_=$?; echo; echo '@''end {mark}' $s_@\n")
        self.board.wait("^" + whole(f"@begin {mark}@") + CUT + r"\n", limit_s, name=f"start of \"{command}\"")
        start = self.board.position
        match = self.board.wait("^" + whole(f"@end {mark} ") + rf"{CUT}(\d+){CUT}@", limit_s,
                                name=f"end of \"{command}\"")
        output = self.board.text[start:match.start()]
        return int(match.group(1)), output.strip("\n")

    def must(self, command, limit_s=120):
        """Runs a command that has to succeed; returns its output."""
        status, output = self.run(command, limit_s)
        if status:
            raise BoardError(f"\"{command}\" exited with {status}:\n{output}")
        return output
