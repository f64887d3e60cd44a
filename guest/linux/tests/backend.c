// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATS "/sys/class/misc/sel4-test/stats/"

static int tap_fd = -1;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void make_tap(void)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	if (tap_fd >= 0)
		return;
	strcpy(req.ifr_name, "tap0");
	tap_fd = open("/dev/net/tun", O_RDWR);
	if (tap_fd < 0 || ioctl(tap_fd, TUNSETIFF, &req))
		die("tap0");
	if (system("ip addr add 10.0.0.1/24 dev tap0 && ip link set tap0 up"))
		die("ip");
}

static void make_disk(void)
{
	int fd = open(BACKEND_DISK, O_RDWR | O_CREAT, 0600);

	if (fd < 0 || ftruncate(fd, 8 << 20))
		die(BACKEND_DISK);
	close(fd);
}

pid_t backend_start(void)
{
	char accel[64], netdev[96];
	int link, vhost;
	pid_t pid;

	make_tap();
	make_disk();
	pid = fork();
	if (pid)
		return pid;
	link = open("/dev/sel4-test", O_RDWR);
	if (link < 0)
		die("/dev/sel4-test");
	vhost = open("/dev/vhost-net", O_RDWR);
	if (vhost < 0)
		die("/dev/vhost-net");
	snprintf(netdev, sizeof(netdev), "tap,id=n,fd=%d,vhost=on,vhostfd=%d", tap_fd, vhost);
	snprintf(accel, sizeof(accel), "fd=%d,set=1", link);
	execl("/usr/bin/qemu-system-aarch64", "qemu", "-add-fd", accel,
	      "-accel", "kvm,device=/dev/fdset/1", "-machine", "peervisor",
	      "-name", "test,debug-threads=on", "-nodefaults", "-nographic", "-L", "/usr/share/qemu",
	      "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
	      "-object", "iothread,id=io",
	      "-blockdev", "driver=file,node-name=f,filename=" BACKEND_DISK ",aio=io_uring",
	      "-blockdev", "driver=raw,node-name=d,file=f",
	      "-device", "virtio-blk-pci,drive=d,addr=1,iothread=io,num-queues=1,queue-size=64,"
			 "disable-legacy=on,iommu_platform=on",
	      "-netdev", netdev,
	      "-device", "virtio-net-pci,netdev=n,addr=2,romfile=,disable-legacy=on,iommu_platform=on,"
			 "mac=52:54:00:00:00:01",
	      "-object", "rng-random,id=r,filename=/dev/urandom",
	      "-device", "virtio-rng-pci,rng=r,addr=3,disable-legacy=on,iommu_platform=on",
	      (char *)NULL);
	die("qemu");
	return -1;
}

void backend_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

bool backend_alive(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static int frozen[64], frozen_count;

int backend_freeze(pid_t pid)
{
	char path[64], name[32];
	struct dirent *entry;
	FILE *file;
	DIR *dir;
	int tid, i;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)) && frozen_count < 64) {
		tid = atoi(entry->d_name);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
		file = tid ? fopen(path, "r") : NULL;
		if (!file)
			continue;
		name[0] = '\0';
		if (!fgets(name, sizeof(name), file))
			name[0] = '\0';
		fclose(file);
		/*
		 * Not vhost's workers: they are what is tested. Not the thread that
		 * sleeps killably for requests: it would stop only when one comes,
		 * which the caller checks. Not io_uring's kernel workers.
		 */
		if (!strncmp(name, "vhost", 5) || !strncmp(name, "requests", 8) ||
		    !strncmp(name, "iou-", 4) || ptrace(PTRACE_SEIZE, tid, 0, 0) ||
		    ptrace(PTRACE_INTERRUPT, tid, 0, 0))
			continue;
		for (i = 0; i < 1000 && waitpid(tid, NULL, __WALL | WNOHANG) == 0; i++)
			usleep(1000);
		if (i == 1000) {
			printf("# thread %d %s does not stop\n", tid, name);
			continue;
		}
		frozen[frozen_count++] = tid;
	}
	if (dir)
		closedir(dir);
	return frozen_count;
}

void backend_thaw(void)
{
	while (frozen_count)
		ptrace(PTRACE_DETACH, frozen[--frozen_count], 0, 0);
}

static bool read_line(const char *path, char *line, int bytes)
{
	FILE *file = fopen(path, "r");
	bool ok = file && fgets(line, bytes, file);

	if (file)
		fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

long file_number(const char *path)
{
	char line[64];

	return read_line(path, line, sizeof(line)) ? atol(line) : -1;
}

long stat_number(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), STATS "%s", name);
	return file_number(path);
}

bool stat_is(const char *name, const char *want)
{
	char path[96], line[64];

	snprintf(path, sizeof(path), STATS "%s", name);
	return read_line(path, line, sizeof(line)) && !strcmp(line, want);
}
