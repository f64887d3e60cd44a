#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# customize.sh ROOT: turns the freshly unpacked Debian at ROOT into our guest. Runs inside mmdebstrap.
set -eu

root=${1:?usage: customize.sh ROOT}

echo peervisor-guest > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 peervisor-guest\n' > "$root/etc/hosts"
echo '/dev/vda / ext4 defaults,noatime 0 0' > "$root/etc/fstab"
chroot "$root" passwd -q -d root

# The interface keeps the name eth0 whatever PCI domain its link got.
ln -sf /dev/null "$root/etc/systemd/network/99-default.link"
cat > "$root/etc/systemd/network/10-eth0.network" << 'END'
[Match]
Name=eth*

[Network]
DHCP=ipv4

# Clones of this image share no identity but what their hardware gives them.
[DHCPv4]
ClientIdentifier=mac
END
ln -sf /usr/lib/systemd/system/systemd-networkd.service \
    "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"

# Under emulation each process costs tens of milliseconds, and a board inside a board some times that:
# what serves machines that live for years, or loads modules that our kernel has built in, stays out.
for unit in systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-pstore.service \
    systemd-timesyncd.service getty@tty1.service modprobe@configfs.service modprobe@dm_mod.service \
    modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service modprobe@loop.service \
    systemd-modules-load.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
    systemd-fsck-root.service dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount \
    motd-news.timer systemd-tmpfiles-clean.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ln -sf /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

# "reboot" is a program on the root disk: with a dead backend it cannot be read, and systemd never hears of
# it, or dies on the way. The login shell, which is in memory, then restarts the kernel itself. A shutdown that begins ends
# this shell, and with it the wait. Options beside -f and -n ask for something else: help, an entry in a log.
# A halt goes off: a kernel that is merely halted spins until somebody stops the VM.
cat >> "$root/etc/bash.bashrc" << 'END'

bounded() {
    key=$1
    shift
    case "$*" in
    *" "*[!fn\ -]*) ;;
    *) force "$key" & ;;
    esac
    command "$@"
}
force() {
    exec {never}<> <(:)
    read -rt 60 -u "$never"
    echo "$1" > /proc/sysrq-trigger
}
reboot() { bounded b reboot "$@"; }
poweroff() { bounded o poweroff "$@"; }
halt() { bounded o poweroff "$@"; }
END

# Empty, not absent: each clone gets its own at its first boot.
: > "$root/etc/machine-id"

# The machine that built the image reached its mirror its own way; the guest has its own.
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin

# Last: tells systemd that the caches derived from /usr are as new as /usr, so that the first boot does
# not make them again.
touch "$root/etc/.updated" "$root/var/.updated"
