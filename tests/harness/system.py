# SPDX-License-Identifier: BSD-2-Clause
"""A topology on the emulated board: image, disk, and a shell in each VM through the console component.

    with System("vm_qemu_virtio", test="boot-example") as system:
        user = system.vm("user-vm")
        user.login()
        print(user.must("uname -a"))

The image is built by make, the disk is made anew for each System and removed with it. Keys and prefixes
are the console's: user/services/console/README.md.
"""

import http.server
import os
import re
import subprocess
import threading

from board import FOREIGN, TOP, Board, BoardError, Shell

KEY = "\x1d"  # Ctrl-]
FOREIGN_LINE = re.compile(rf"^{FOREIGN}\n?", re.M)


def make(*arguments, limit_s=3600):
    """Runs make at the top; raises BoardError with the end of its output if it fails."""
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "-s", *arguments], cwd=TOP, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=limit_s, check=False)
    if done.returncode:
        raise BoardError(f"make {' '.join(arguments)} failed:\n" + "\n".join(done.stdout.splitlines()[-30:]))
    return done.stdout


def remove_left_disks(folder):
    """Removes the disks of tests that were killed: their names end in the id of a process that is gone."""
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        match = re.search(r"-(\d+)\.raw$", name)
        if match and not os.path.exists(f"/proc/{match.group(1)}"):
            os.unlink(os.path.join(folder, name))


class System:
    """One running topology. "test" names transcripts and the disk; "prepare" may change the new disk's file;
    "board" goes to Board. A test with a description of its own gives "description" (path from the top), "images"
    (name in the description to file) and "disk_image" (what the board's disk holds for each client); the rest is
    the topology's."""

    def __init__(self, topology, test, guest="debian", swiotlb=True, sel4_prefix="", driver_kernel="guest",
                 prepare=None, description=None, images=None, disk_image=None, **board):
        self.topology = topology
        choices = [f"TOPOLOGY={topology}", f"GUEST={guest}", f"VMSWIOTLB={1 if swiotlb else 0}",
                   f"SEL4_PREFIX={sel4_prefix}", f"DRIVER_KERNEL={driver_kernel}"]
        if description:
            flags = " ".join(["-I topologies/include", *(f"-M {name}={path}" for name, path in (images or {}).items())])
            choices += [f"DESCRIPTION={description}", f"IMAGE_DIR=build/tests/images/{test}",
                        f"COMPOSE_FLAGS={flags}"]
        choices += [f"GUEST_ROOTFS={disk_image}"] if disk_image else []
        make("image", *choices)
        self.disk = os.path.join(TOP, "build/tests/disks", f"{test}-{os.getpid()}.raw")
        remove_left_disks(os.path.dirname(self.disk))
        make("test-disk", f"DISK={self.disk}", *choices)
        image = make("print-image", *choices).split()[-1]
        if prepare:
            prepare(self.disk)
        self.image = os.path.join(TOP, image)
        self.board = Board(test, image=self.image, disk=self.disk, **board)
        self.attached = None
        self.keys = {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.board.stop()
        if os.path.exists(self.disk):
            os.unlink(self.disk)

    def start(self, limit_s=60):
        """Switches the board on (again) and asks the console for its VMs."""
        self.board.stop()
        self.board.start()
        self.attached = None
        self.keys = {}
        # With the console's first line its keyboard is ready, too.
        self.board.wait(r"^\[console\] ", limit_s)
        self.board.send(KEY + "l")
        start = self.board.position
        # The list has one line per client; the help after it marks its end.
        self.board.send(KEY + "?")
        self.board.wait(r"^\[console\] .*Ctrl-\] Ctrl-\] sends", limit_s)
        for line in self.board.text[start:self.board.position].splitlines():
            entry = re.match(r"^\[console\]\s+\*?(\d)\s+(\S+)\s*$", line)
            if entry:
                self.keys[entry.group(2)] = entry.group(1)
        if not self.keys:
            raise BoardError("the console lists no VM\n" + self.board.tail())

    def vm(self, name):
        """A shell in the VM of that name (login() comes first)."""
        if name not in self.keys:
            raise BoardError(f"no VM \"{name}\"; the console lists {', '.join(self.keys)}")
        return VmShell(self, name)

    def attach(self, name):
        """Lets the keyboard and the raw output be those of one VM."""
        if self.attached != name:
            self.board.send(KEY + self.keys[name])
            self.board.wait(rf"^\[console\] attached to {re.escape(name)} .*\n", 30)
            self.attached = name

    def show_all(self):
        """Prefixed lines of all VMs; afterwards wait for "[name] text"."""
        self.board.send(KEY + "a")
        self.board.wait(r"^\[console\] showing all VMs.*\n", 30)
        self.attached = None


class VmShell(Shell):
    """The shell of one VM; attaches it whenever it is used."""

    def __init__(self, system, name):
        super().__init__(system.board)
        self.system = system
        self.name = name

    def login(self, limit_s=240, user="root"):
        self.system.attach(self.name)
        super().login(limit_s, user)

    def settle(self, limit_s=60):
        self.system.attach(self.name)
        super().settle(limit_s)

    def run(self, command, limit_s=120):
        self.system.attach(self.name)
        status, output = super().run(command, limit_s)
        return status, FOREIGN_LINE.sub("", output).strip("\n")

    def type(self, text):
        """Types without waiting for anything."""
        self.system.attach(self.name)
        self.board.send(text)

    def wait(self, pattern, limit_s):
        """Waits for a text while this VM is attached."""
        self.system.attach(self.name)
        return self.board.wait(pattern, limit_s)


class WebServer:
    """An HTTP server outside the board, on this machine; guests find it at duties.HOST."""

    def __init__(self, files):
        """files: path ("/name") to bytes."""
        outer = self
        self.requests = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name -- the library's name
                outer.requests += 1
                body = files.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_):  # pylint: disable=arguments-differ -- silence
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
