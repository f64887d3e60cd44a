// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device side of a link, without the hypervisor: kernel module and QEMU against
 * a driver side that this program plays. Runs as root in the test VM (run.sh).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "hostile.h"
#include "tap.h"
#include "virtio.h"

#define BLK_QUEUE 0x100000
#define BLK_DATA  0x110000
#define NET_QUEUE 0x200000
#define NET_DATA  0x210000
#define RNG_QUEUE 0x300000
#define RNG_DATA  0x310000

static struct peer peer;
static pid_t qemu;

void report(bool ok, const char *format, ...)
{
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	TAP_OK(ok, "%s", text);
}

static bool is_up(struct peer *p)
{
	return p->up;
}

static bool is_attached(struct peer *p)
{
	return p->attached;
}

static bool is_detached(struct peer *p)
{
	return !p->attached;
}

static void test_session(void)
{
	TAP_OK(stat_is("state", "waiting"), "device_side/no driver side yet: the module waits");
	peer_map(&peer);
	peer_announce(&peer);
	TAP_OK(peer_wait(&peer, is_up, 5000), "device_side/driver side appears: session comes up");
	peer_poll(&peer);
	usleep(50000);
	TAP_OK(stat_is("state", "up"), "device_side/module sees the echo");
	TAP_OK(!peer.attached, "device_side/no backend announced before QEMU runs");
	TAP_OK(peer_reset(&peer, 2000) == LINK_STATUS_OK,
	       "device_side/RESET without a backend is acknowledged");
}

static void test_attach(void)
{
	qemu = backend_start();
	TAP_OK(peer_wait(&peer, is_attached, 30000), "device_side/QEMU announces itself");
	TAP_OK(open("/dev/sel4-test", O_RDWR) < 0 && errno == EBUSY,
	       "device_side/a second opener is refused with EBUSY");
	TAP_OK(access("/dev/sel4", F_OK) == 0, "device_side/an only link is also /dev/sel4");
	TAP_OK(stat_number("pool_busy") > 0, "device_side/pool pages are mapped by QEMU");
}

static void test_config_space(void)
{
	uint64_t data;

	TAP_OK(peer_read(&peer, peer.ecam_base, 4) == 0x00081b36,
	       "device_side/host bridge in slot 0");
	TAP_OK(peer_read(&peer, peer.ecam_base + (9 << 15), 4) == 0xffffffff,
	       "device_side/an empty slot reads all-ones");
	TAP_OK(peer_access(&peer, false, peer.ecam_base - 4, 4, &data) == LINK_STATUS_NO_DEV,
	       "device_side/an address outside the windows has no device");
	TAP_OK(peer_access(&peer, false, peer.pool_base, 8, &data) == LINK_STATUS_NO_DEV,
	       "device_side/the pool is not reachable by requests");
	TAP_OK(peer_access(&peer, false, peer.mmio_base + peer.mmio_bytes - 4, 8, &data) ==
	       LINK_STATUS_NO_DEV, "device_side/an access across a window's end has no device");
	TAP_OK(peer_access(&peer, false, peer.mmio_base, 3, &data) == LINK_STATUS_NO_DEV,
	       "device_side/a length of 3 is refused");
	TAP_OK(peer_access(&peer, false, peer.mmio_base + peer.mmio_bytes - 8, 8, &data) ==
	       LINK_STATUS_OK && data == ~0ull, "device_side/an unused BAR address reads all-ones");
}

static void test_rng(void)
{
	struct virtio_buf buf = { RNG_DATA, 64, true };
	struct virtio_dev rng;
	uint8_t *bytes;
	bool random = false;
	int i;

	TAP_OK(virtio_find(&peer, &rng, 0x1044), "device_side/rng found");
	TAP_OK(virtio_setup(&rng, RNG_QUEUE, 1) == 0xf, "device_side/rng accepts DRIVER_OK");
	TAP_OK(rng.features >> 33 & 1, "device_side/ACCESS_PLATFORM is offered");
	bytes = memset(virtio_mem(&rng, RNG_DATA), 0, 64);
	virtio_post(&rng, 0, &buf, 1);
	TAP_OK(virtio_kick(&rng, 0), "device_side/rng kick is posted");
	TAP_OK(virtio_wait_used(&rng, 0, 1, 3000), "device_side/rng completes");
	TAP_OK(virtio_wait_irq(&rng, 0, 3000), "device_side/rng raises its own vector");
	for (i = 0; i < 64; i++)
		random |= bytes[i];
	TAP_OK(random, "device_side/rng delivers bytes");
}

/* One request of virtio-blk: header, 4096 bytes, status. Returns the status byte or -1. */
static int blk_request(struct virtio_dev *blk, bool write, uint64_t sector, uint16_t nth)
{
	struct virtio_buf bufs[3] = {
		{ BLK_DATA, 16, false }, { BLK_DATA + 0x1000, 4096, !write }, { BLK_DATA + 16, 1, true },
	};
	uint8_t *header = memset(virtio_mem(blk, BLK_DATA), 0, 17);

	header[0] = write;
	memcpy(header + 8, &sector, 8);
	header[16] = 0xee;
	virtio_post(blk, 0, bufs, 3);
	virtio_kick(blk, 0);
	if (!virtio_wait_used(blk, 0, nth, 5000))
		return -1;
	return header[16];
}

static void test_blk(void)
{
	uint8_t *data, on_disk[4096];
	long kicks = stat_number("kicks");
	struct virtio_dev blk;
	int fd;

	TAP_OK(virtio_find(&peer, &blk, 0x1042), "device_side/blk found");
	TAP_OK(virtio_setup(&blk, BLK_QUEUE, 1) == 0xf, "device_side/blk accepts DRIVER_OK");
	TAP_OK(peer_read(&peer, blk.device, 8) == (8 << 20) / 512, "device_side/blk capacity");
	data = virtio_mem(&blk, BLK_DATA + 0x1000);
	memset(data, 0x5a, 4096);
	TAP_OK(blk_request(&blk, true, 24, 1) == 0, "device_side/blk write through io_uring");
	TAP_OK(virtio_wait_irq(&blk, 0, 3000), "device_side/blk raises its vector");
	fd = open(BACKEND_DISK, O_RDONLY);
	TAP_OK(pread(fd, on_disk, 4096, 24 * 512) == 4096 && !memcmp(on_disk, data, 4096),
	       "device_side/blk data is on the disk");
	close(fd);
	memset(data, 0, 4096);
	TAP_OK(blk_request(&blk, false, 24, 2) == 0 && !memcmp(on_disk, data, 4096),
	       "device_side/blk read gives it back");
	TAP_OK(stat_number("kicks") >= kicks + 2, "device_side/blk kicks went through ioeventfds");
}

static void post_rx(struct virtio_dev *net, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct virtio_buf buf = { NET_DATA + 0x10000 + 0x1000 * i, 4096, true };

		virtio_post(net, 0, &buf, 1);
	}
	virtio_kick(net, 0);
}

static void post_arp(struct virtio_dev *net)
{
	struct virtio_buf buf = { NET_DATA, 72, false };
	uint8_t *frame = memset(virtio_mem(net, NET_DATA), 0, 72);

	memset(frame + 12, 0xff, 6);
	memcpy(frame + 18, "\x52\x54\0\0\0\x01", 6);
	frame[24] = 0x08;
	frame[25] = 0x06;
	virtio_post(net, 1, &buf, 1);
}

/* vhost: packets flow although every other thread of QEMU stands still. */
static void test_net(void)
{
	const char *received = "/sys/class/net/tap0/statistics/rx_packets";
	struct virtio_dev net;
	long requests, before;
	uint16_t used;

	TAP_OK(virtio_find(&peer, &net, 0x1041), "device_side/net found");
	TAP_OK(virtio_setup(&net, NET_QUEUE, 2) == 0xf, "device_side/net accepts DRIVER_OK");
	post_rx(&net, 8);
	usleep(200000);
	before = file_number(received);
	TAP_OK(backend_freeze(qemu) >= 2, "device_side/QEMU's threads are stopped");
	requests = stat_number("requests");
	post_arp(&net);
	TAP_OK(virtio_kick(&net, 1), "device_side/net kick is posted");
	TAP_OK(virtio_wait_used(&net, 1, 1, 3000), "device_side/vhost transmits with QEMU stopped");
	TAP_OK(file_number(received) == before + 1, "device_side/the frame came out of the tap");
	used = virtio_used(&net, 0);
	if (system("ping -c 1 -W 1 10.0.0.2 > /dev/null 2>&1") == 0)
		TAP_OK(false, "device_side/nobody answers that ping");
	TAP_OK(virtio_used(&net, 0) != used, "device_side/vhost receives with QEMU stopped");
	TAP_OK(virtio_wait_irq(&net, 0, 3000), "device_side/vhost raises the receive vector");
	TAP_OK(stat_number("requests") == requests, "device_side/no request went to QEMU meanwhile");
	backend_thaw();
	TAP_OK(virtio_status(&net) == 0xf, "device_side/QEMU goes on afterwards");
}

static void test_reset(void)
{
	struct virtio_dev net;
	uint16_t used;

	virtio_find(&peer, &net, 0x1041);
	virtio_setup(&net, NET_QUEUE, 2);
	post_rx(&net, 8);
	TAP_OK(peer.event_count > 0, "device_side/events are registered before the reset");
	TAP_OK(peer_reset(&peer, 5000) == LINK_STATUS_OK, "device_side/RESET is acknowledged");
	used = virtio_used(&net, 0);
	if (system("ping -c 1 -W 1 10.0.0.2 > /dev/null 2>&1") == 0)
		used--;
	TAP_OK(virtio_used(&net, 0) == used, "device_side/nothing writes to the pool after it");
	peer_poll(&peer);
	TAP_OK(peer.event_count == 0, "device_side/registrations are gone after it");
	TAP_OK(virtio_find(&peer, &net, 0x1041) && virtio_setup(&net, NET_QUEUE, 2) == 0xf,
	       "device_side/devices work again after it");
}

/* DEL without an acknowledgement: late kicks become writes, the call does not wait. */
static void test_late_kick(void)
{
	struct virtio_buf buf = { RNG_DATA, 64, true };
	struct link_msg ack = { .op = LINK_MSG_EVENT_ACK };
	struct virtio_dev rng;
	long late;
	unsigned int i;

	virtio_find(&peer, &rng, 0x1044);
	virtio_setup(&rng, RNG_QUEUE, 1);
	late = stat_number("kicks_late");
	peer.hold_acks = true;
	virtio_reset(&rng);
	TAP_OK(virtio_status(&rng) == 0, "device_side/taking an event away waits for nobody");
	TAP_OK(peer.held_acks[0] | peer.held_acks[1] | peer.held_acks[2] | peer.held_acks[3],
	       "device_side/its removal was announced");
	TAP_OK(virtio_kick(&rng, 0), "device_side/kick of an index that drains");
	usleep(100000);
	TAP_OK(stat_number("kicks_late") == late + 1, "device_side/it became a write");
	virtio_setup(&rng, RNG_QUEUE, 1);
	virtio_post(&rng, 0, &buf, 1);
	virtio_kick(&rng, 0);
	TAP_OK(virtio_wait_used(&rng, 0, 1, 3000), "device_side/the queue works with acks outstanding");
	peer.hold_acks = false;
	for (i = 0; i < LINK_KICK_COUNT; i++) {
		if (!(peer.held_acks[i / 64] >> (i % 64) & 1))
			continue;
		peer.events[i].live = false;
		ack.tag = i;
		peer_send(&peer, &ack);
	}
	memset(peer.held_acks, 0, sizeof(peer.held_acks));
	TAP_OK(peer.nonsense == 0, "device_side/no index was used twice");
}

/* An access for a backend that is gone must not reach the next one. */
static void test_stale_access(void)
{
	struct link_msg msg = {
		.op = LINK_MSG_READ, .tag = ++peer.tag, .addr = peer.ecam_base, .len = 4,
		.status = peer.attachment - 1,
	};
	struct peer_reply *reply = &peer.replies[msg.tag % 64];

	reply->arrived = false;
	peer_send(&peer, &msg);
	TAP_OK(peer_read(&peer, peer.ecam_base, 4) == 0x00081b36 && !reply->arrived,
	       "device_side/an access meant for an earlier backend is dropped");
}

static void test_restart(void)
{
	struct virtio_dev blk;

	virtio_find(&peer, &blk, 0x1042);
	virtio_setup(&blk, BLK_QUEUE, 1);
	backend_kill(qemu);
	TAP_OK(peer_wait(&peer, is_detached, 3000), "device_side/a killed QEMU is announced");
	TAP_OK(stat_number("pool_busy") == 0, "device_side/its pool pages are back");
	TAP_OK(stat_number("ioeventfds") == 0 && stat_number("irqfds") == 0,
	       "device_side/its events are gone");
	TAP_OK(peer_reset(&peer, 3000) == LINK_STATUS_OK, "device_side/RESET of a dead backend");
	qemu = backend_start();
	TAP_OK(peer_wait(&peer, is_attached, 30000), "device_side/a new QEMU may open the link");
	TAP_OK(virtio_find(&peer, &blk, 0x1042) && virtio_setup(&blk, BLK_QUEUE, 1) == 0xf,
	       "device_side/its devices work");
	test_stale_access();
}

/* Pages that outlive their process keep the next one out: a pin made through vmsplice. */
static void test_pinned_page(void)
{
	int fds[2], link = -1;
	int status = -1;
	pid_t child;

	backend_kill(qemu);
	peer_wait(&peer, is_detached, 3000);
	if (pipe(fds))
		return;
	child = fork();
	if (!child) {
		int fd = open("/dev/sel4-test", O_RDWR);
		void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		struct iovec iov = { at, 4096 };

		_exit(fd < 0 || at == MAP_FAILED || vmsplice(fds[1], &iov, 1, 0) != 4096);
	}
	waitpid(child, &status, 0);
	TAP_OK(status == 0, "device_side/a page is left in a pipe by a process that is gone");
	TAP_OK(stat_number("pool_busy") == 1, "device_side/the module sees it");
	TAP_OK(open("/dev/sel4-test", O_RDWR) < 0 && errno == EBUSY,
	       "device_side/a new backend is refused until it is back");
	TAP_OK(peer_reset(&peer, 300) == -1, "device_side/RESET is not acknowledged until it is back");
	close(fds[0]);
	close(fds[1]);
	usleep(200000);
	peer_poll(&peer);
	TAP_OK(peer.replies[peer.tag % 64].arrived, "device_side/then it is");
	link = open("/dev/sel4-test", O_RDWR);
	TAP_OK(link >= 0, "device_side/and the link can be opened");
	close(link);
	qemu = backend_start();
	TAP_OK(peer_wait(&peer, is_attached, 30000), "device_side/by QEMU too");
}

static void test_new_driver_side(void)
{
	long sessions = stat_number("sessions");
	struct virtio_dev rng;

	virtio_find(&peer, &rng, 0x1044);
	virtio_setup(&rng, RNG_QUEUE, 1);
	peer_announce(&peer);
	TAP_OK(peer_wait(&peer, is_attached, 5000),
	       "device_side/a restarted VMM gets a new session and the running QEMU");
	TAP_OK(stat_number("sessions") == sessions + 1, "device_side/exactly one");
	TAP_OK(virtio_find(&peer, &rng, 0x1044) && peer_read(&peer, rng.cfg + 4, 2) == 0,
	       "device_side/QEMU was reset before it met the new guest");
	TAP_OK(virtio_setup(&rng, RNG_QUEUE, 1) == 0xf, "device_side/its devices work");
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_session();
	test_attach();
	test_config_space();
	test_rng();
	test_blk();
	test_net();
	test_reset();
	test_late_kick();
	test_restart();
	test_pinned_page();
	test_new_driver_side();
	hostile_tests(&peer, qemu);
	backend_kill(qemu);
	TAP_OK(peer_wait(&peer, is_detached, 3000), "device_side/end: QEMU gone");
	TAP_OK(stat_number("pool_busy") == 0, "device_side/end: no page of the pool is lost");
	TAP_OK(peer.nonsense == 0, "device_side/end: the module never broke the protocol");
	return TAP_DONE();
}
