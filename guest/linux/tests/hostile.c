// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include "hostile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "virtio.h"

static bool is_attached(struct peer *p)
{
	return p->attached;
}

/* After any attack: a driver side that follows the rules again is served again. */
static bool recovers(struct peer *p)
{
	peer_announce(p);
	return peer_wait(p, is_attached, 10000) && peer_read(p, p->ecam_base, 4) == 0x00081b36;
}

static void check(struct peer *p, pid_t qemu, const char *attack)
{
	bool alive = backend_alive(qemu), back = recovers(p);

	report(alive, "device_side/hostile %s: QEMU lives", attack);
	report(back, "device_side/hostile %s: the link works again with a new driver side", attack);
}

static void counters(struct peer *p, pid_t qemu)
{
	p->area->to_device.head.value += 1000;
	peer_interrupt(p);
	usleep(100000);
	report(stat_is("state", "failed"), "device_side/hostile request counter ahead: link down");
	check(p, qemu, "request counter ahead");

	p->area->to_driver.tail.value -= 100;
	peer_interrupt(p);
	peer_read(p, p->ecam_base, 4);
	report(stat_is("state", "failed"), "device_side/hostile reply counter behind: link down");
	check(p, qemu, "reply counter behind");
}

static void messages(struct peer *p, pid_t qemu)
{
	struct link_msg msg = { .op = 999 };

	peer_send(p, &msg);
	usleep(100000);
	report(stat_is("state", "failed"), "device_side/hostile unknown message: link down");
	check(p, qemu, "unknown message");
	msg = (struct link_msg){ .op = LINK_MSG_EVENT_ACK, .tag = 0xffffffff };
	peer_send(p, &msg);
	usleep(100000);
	check(p, qemu, "acknowledgement of an impossible index");
	msg.tag = 7;
	peer_send(p, &msg);
	usleep(100000);
	report(stat_is("state", "up"), "device_side/hostile acknowledgement of nothing is ignored");
}

/* Requests faster than QEMU answers, replies never read. */
static void flood(struct peer *p, pid_t qemu)
{
	uint64_t end = now_ms() + 3000;
	struct link_msg msg = { .op = LINK_MSG_READ, .addr = p->ecam_base, .len = 4,
				.status = p->attachment };

	p->deaf = true;
	while (now_ms() < end) {
		if (link_ring_put(&p->tx, &msg) == LINK_RING_FULL)
			usleep(1000);
		peer_interrupt(p);
		msg.tag++;
	}
	p->deaf = false;
	check(p, qemu, "flood of requests, replies unread");
}

static void all_kicks(struct peer *p, pid_t qemu)
{
	uint64_t end = now_ms() + 2000;
	unsigned int i;

	while (now_ms() < end) {
		for (i = 0; i < LINK_KICK_WORDS; i++)
			p->area->kick[i].bits = ~0ull;
		peer_interrupt(p);
	}
	check(p, qemu, "all kick bits in a storm of interrupts");
}

static void resets(struct peer *p, pid_t qemu)
{
	struct link_msg msg = { .op = LINK_MSG_RESET };
	uint64_t end = now_ms() + 3000;

	while (now_ms() < end) {
		msg.tag++;
		link_ring_put(&p->tx, &msg);
		peer_interrupt(p);
		peer_poll(p);
		usleep(2000);
	}
	check(p, qemu, "storm of resets");
}

static void sessions(struct peer *p, pid_t qemu)
{
	uint64_t end = now_ms() + 3000;

	while (now_ms() < end) {
		p->area->driver.generation++;
		p->area->driver.session = rand() % 2 ? p->area->device.session : (uint32_t)rand();
		peer_interrupt(p);
		usleep(rand() % 2000);
	}
	p->generation = p->area->driver.generation;
	check(p, qemu, "storm of generations");
}

/* Addresses and values without sense, at every device register there is. */
static void accesses(struct peer *p, pid_t qemu)
{
	uint64_t end = now_ms() + 5000, data, addr;
	unsigned int count = 0;

	while (now_ms() < end) {
		addr = rand() % 2 ? p->ecam_base + rand() % (4 << 15) :
		       p->mmio_base + rand() % 0x100000;
		data = (uint64_t)rand() << 32 | rand();
		peer_access(p, rand() % 2, addr, 1 << rand() % 4, &data);
		count++;
	}
	report(count > 100, "device_side/hostile %s random accesses were answered", "more than 100");
	check(p, qemu, "random accesses");
}

/* The whole area overwritten again and again, while the module reads it. */
static void noise(struct peer *p, pid_t qemu)
{
	uint64_t end = now_ms() + 5000, *words = (uint64_t *)p->area;
	unsigned int i, last = sizeof(struct link_area) / 8;

	while (now_ms() < end) {
		/* The first nonsense ends the session; begin another. */
		peer_announce(p);
		peer_wait(p, is_attached, 200);
		for (i = 0; i < 64; i++)
			words[rand() % last] = rand() % 4 ? (uint64_t)rand() << 32 | rand() :
					       (uint64_t)rand() % 128;
		peer_interrupt(p);
	}
	memset(p->area, 0, sizeof(struct link_area));
	check(p, qemu, "noise all over the area");
}

void hostile_tests(struct peer *p, pid_t qemu)
{
	srand(1);
	counters(p, qemu);
	messages(p, qemu);
	flood(p, qemu);
	all_kicks(p, qemu);
	resets(p, qemu);
	sessions(p, qemu);
	accesses(p, qemu);
	noise(p, qemu);
}
