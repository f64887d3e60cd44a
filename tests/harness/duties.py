# SPDX-License-Identifier: BSD-2-Clause
"""What a driver VM has to be able to do with the devices that another VM serves; used by the boot tests.

Each function takes a Tap, and shells of the VMs. Commands are those that busybox and Debian share. What
runs in the background is started as "(command &)": Debian 12's busybox shell leaves when a job of its own
ends while it waits for input.
"""

import hashlib
import os
import re

from system import WebServer

MIB = 1 << 20
SHUTDOWN_S = 240
HOST = "192.168.76.2"  # this machine, as the board sees it (tools/run-board)


def disk(tap, user, name, mebibytes=64):
    """Writes, syncs, forgets the cache, reads back; returns the hash of the file, /data-NAME."""
    path = f"/data-{name}"
    wrote = user.must(f"head -c {mebibytes * MIB} /dev/urandom > /tmp-{name} && sha256sum < /tmp-{name} &&"
                      f" cp /tmp-{name} {path} && sync && rm /tmp-{name} &&"
                      " echo 3 > /proc/sys/vm/drop_caches", 600)
    read = user.must(f"sha256sum < {path}", 300)
    tap.equal(read, wrote, f"hash of {mebibytes} MB matches")
    return wrote


def file_is_there(tap, user, name, wanted, text):
    tap.equal(user.run(f"sha256sum < /data-{name}", 300), (0, wanted), text)


def address(shell, limit_s=60):
    """The VM's first IPv4 address beside loopback; waits until it has one."""
    output = shell.must(f"for i in $(seq {limit_s}); do ip -4 -o addr | grep -v ' lo ' |"
                        " grep -o 'inet [0-9.]*' && break; sleep 1; done", limit_s + 60)
    return output.split()[1]


def interrupts(user, pattern):
    """The lines of /proc/interrupts that match: list of (count, line)."""
    lines = [l for l in user.must("cat /proc/interrupts").splitlines() if re.search(pattern, l)]
    return [(int(line.split()[1]), line) for line in lines]


def message_signalled(tap, user):
    """All of the VM's virtio interrupts are MSI, and they count while the disk is used."""
    before = interrupts(user, "virtio")
    user.must("dd if=/dev/vda of=/dev/null bs=64k count=64 iflag=direct 2> /dev/null || "
              "{ echo 3 > /proc/sys/vm/drop_caches; dd if=/dev/vda of=/dev/null bs=64k count=64; }")
    after = interrupts(user, "virtio")
    tap.ok(after and all("MSI" in line for _, line in after), "virtio interrupts are MSI",
           *[line for _, line in after])
    tap.ok(sum(n for n, _ in after) > sum(n for n, _ in before), "MSIs are counted in /proc/interrupts",
           *[line for _, line in after])


def no_own_hardware(tap, user):
    """Every device the VM has comes over a link."""
    drivers = user.must("for d in /sys/bus/pci/devices/*; do"
                        " [ ! -e $d/driver ] || basename $(readlink $d/driver); done | sort -u")
    tap.ok(set(drivers.split()) <= {"virtio-pci", "pcieport"} and "virtio-pci" in drivers,
           "the driver VM's PCI devices are virtio only", drivers)
    tap.equal(user.must("ls /sys/bus/platform/devices | grep -c virtio_mmio || true"), "0",
              "the driver VM has no hardware of the board")


def ping(tap, user, target, text):
    status, output = user.run(f"ping -c 5 -W 5 {target}", 120)
    tap.ok(status == 0 and " 0% packet loss" in output, text, output)


# A side of nc that sends nothing must not reach the end of its input, or the other side takes that for the
# end of the connection: such a side reads from a FIFO that it holds open itself.
HOLD = "{ [ -p /tmp/hold ] || mkfifo /tmp/hold; }"
# Debian's nc ends its direction only with -N; busybox's always does and knows no -N.
SEND = "nc $(nc -h 2>&1 | grep -q BusyBox || echo -N)"


def listens(port):
    """A command that waits until somebody listens: what was started in the background may take a while."""
    return (f"for i in $(seq 300); do cat /proc/net/tcp /proc/net/tcp6 | grep -q ':{port:04X} 0*:0000 0A' && break;"
            " sleep 0.2; done")


def tcp_both_ways(tap, user, device, target, mebibytes=32):
    """Sends and fetches a random file over TCP; the hashes must match."""
    device.must(f"{HOLD}; head -c {mebibytes * MIB} /dev/urandom > /tmp/down;"
                " ({ nc -l -p 5001 <> /tmp/hold > /tmp/up; touch /tmp/up.done; } &); " + listens(5001), 300)
    sent = user.must(f"head -c {mebibytes * MIB} /dev/urandom > /tcp-up; sha256sum < /tcp-up", 300)
    user.must(f"{SEND} {target} 5001 < /tcp-up; rm /tcp-up", 600)
    received = device.must("while [ ! -e /tmp/up.done ]; do sleep 1; done; sha256sum < /tmp/up", 300)
    tap.equal(received, sent, f"{mebibytes} MB over TCP to the device VM: hash matches")
    device.must("rm /tmp/up /tmp/up.done; (httpd -f -p 5002 -h /tmp > /dev/null 2>&1 &); " + listens(5002))
    fetched = user.must(f"wget -q -O - http://{target}:5002/down | sha256sum", 600)
    tap.equal(fetched, device.must("sha256sum < /tmp/down; rm /tmp/down; killall httpd", 300),
              f"{mebibytes} MB over TCP from the device VM: hash matches")


def web(tap, user, text, mebibytes=4):
    """Fetches a file from this machine, through the board's real NIC."""
    address(user)
    body = os.urandom(mebibytes * MIB)
    with WebServer({"/file": body}) as server:
        output = user.must(f"wget -q -O - http://{HOST}:{server.port}/file | sha256sum", 300)
        tap.ok(output.split()[0] == hashlib.sha256(body).hexdigest() and server.requests == 1, text,
               f"{server.requests} requests", output)


def thread_ticks(device):
    """CPU ticks of the device VM's QEMUs: (vhost workers, all other threads)."""
    lines = device.must("for p in $(pidof qemu-system-aarch64); do cat /proc/$p/task/*/stat; done")
    vhost = other = 0
    for line in lines.splitlines():
        name, fields = re.match(r"\d+ \((.*)\) (.*)", line).groups()
        fields = fields.split()
        ticks = int(fields[11]) + int(fields[12])
        if name.startswith("vhost-"):
            vhost += ticks
        else:
            other += ticks
    return vhost, other


def vhost_carries_packets(tap, user, device, target):
    """While packets flow, the vhost worker works and QEMU's own threads do not."""
    device.must(f"{HOLD}; (nc -l -p 5003 <> /tmp/hold > /dev/null &); {listens(5003)}")
    before = thread_ticks(device)
    user.must(f"head -c {64 * MIB} /dev/zero | {SEND} {target} 5003", 600)
    after = thread_ticks(device)
    vhost, other = after[0] - before[0], after[1] - before[1]
    tap.ok(vhost > 0, "vhost carries the packets", f"ticks: vhost {vhost}, QEMU {other}")
    tap.ok(other * 10 <= vhost, "QEMU's threads are not on the packet path",
           f"ticks: vhost {vhost}, QEMU {other}")


def boot_id(shell):
    """A value that changes when the VM restarts. Read without a program: its root disk may be dead."""
    return shell.must("read id < /proc/sys/kernel/random/boot_id; echo $id")


def reboot(tap, user, others):
    """Restarts one VM from inside; the others must not notice. Logs in again."""
    kept = [boot_id(other) for other in others]
    was = boot_id(user)
    user.type("reboot\n")
    user.login()
    tap.ok(boot_id(user) != was, f"{user.name} really restarts")
    tap.equal([boot_id(other) for other in others], kept, "the other VMs run on")


def lose_backend(user, device):
    """Leaves the user's VM with writes to come to a root disk that nobody serves. With the one program of the small
    guest in its cache, and all its names, whatever a shutdown runs can still be found and run; chance adds nothing."""
    user.must("sync; echo 3 > /proc/sys/vm/drop_caches;"
              " { cat /bin/busybox; ls -lR /bin /sbin /usr; which reboot poweroff halt umount; } > /dev/null;"
              " head -c 4194304 /dev/urandom > /unwritten")
    device.must("kill -9 $(pidof qemu-system-aarch64)")


def ends_with(tap, user, command, end, text):
    """Types a command that ends the VM's life, as its VMM reports it, without being forced to: by the kernel's key
    (guest/images/small) or the watchdog."""
    vmm = rf"^\[{user.name} vmm\] {user.name}: "
    user.type(command)
    tap.attempt(text, user.board.wait, rf"{vmm}{end}$", SHUTDOWN_S, rf"sysrq: |{vmm}watchdog: ")
