// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"

#define GICD_ISPENDR 0x200

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

static void *map(uint64_t phys, size_t bytes)
{
	int fd = open("/dev/mem", O_RDWR);
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, phys);

	if (fd < 0 || p == MAP_FAILED) {
		perror("/dev/mem");
		exit(2);
	}
	close(fd);
	return p;
}

void peer_map(struct peer *p)
{
	memset(p, 0, sizeof(*p));
	p->area = map(TEST_AREA, LINK_AREA_BYTES);
	p->doorbell = map(TEST_DOORBELL, 4096);
	p->gicd = map(TEST_GICD, 4096);
	p->pool_base = TEST_POOL_IPA;
	p->pool_bytes = TEST_POOL_BYTES;
	p->pool = map(TEST_POOL, TEST_POOL_BYTES);
	p->ecam_base = TEST_ECAM;
	p->mmio_base = TEST_MMIO;
	p->mmio_bytes = TEST_MMIO_BYTES;
	p->intid = 32 + TEST_SPI;
}

void peer_interrupt(struct peer *p)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	p->gicd[(GICD_ISPENDR + 4 * (p->intid / 32)) / 4] = 1u << (p->intid % 32);
}

static void forget_backend(struct peer *p)
{
	memset(p->events, 0, sizeof(p->events));
	memset(p->held_acks, 0, sizeof(p->held_acks));
	p->event_count = 0;
	p->attached = false;
}

void peer_announce(struct peer *p)
{
	struct link_area *area = p->area;

	p->up = false;
	forget_backend(p);
	p->refused_session = link_load_acquire(&area->device.session);
	area->driver.magic = LINK_MAGIC;
	area->driver.version = LINK_VERSION;
	area->driver.session = 0;
	p->generation = area->driver.generation + 1;
	link_store_release(&area->driver.generation, p->generation);
	peer_interrupt(p);
}

static void accept_session(struct peer *p, uint32_t session)
{
	struct link_area *area = p->area;
	unsigned int i;

	forget_backend(p);
	for (i = 0; i < LINK_KICK_WORDS; i++)
		area->kick[i].bits = 0;
	for (i = 0; i < LINK_IRQ_WORDS; i++)
		area->irq[i].bits = 0;
	area->to_device.head.value = area->to_device.tail.value = 0;
	area->to_driver.head.value = area->to_driver.tail.value = 0;
	link_producer_init(&p->tx, &area->to_device);
	link_consumer_init(&p->rx, &area->to_driver);
	p->session = session;
	p->up = true;
	link_store_release(&area->driver.session, session);
	peer_interrupt(p);
}

static void add_event(struct peer *p, const struct link_msg *msg)
{
	struct peer_event *e;

	if (msg->tag >= LINK_KICK_COUNT || p->events[msg->tag].live) {
		p->nonsense++;
		return;
	}
	e = &p->events[msg->tag];
	*e = (struct peer_event){ true, msg->addr, msg->data, msg->len,
				  msg->flags & LINK_FLAG_MATCH };
	p->event_count++;
}

static void del_event(struct peer *p, const struct link_msg *msg)
{
	struct link_msg ack = { .op = LINK_MSG_EVENT_ACK, .tag = msg->tag };

	if (msg->tag >= LINK_KICK_COUNT || !p->events[msg->tag].live) {
		p->nonsense++;
		return;
	}
	p->event_count--;
	if (p->hold_acks) {
		p->held_acks[msg->tag / 64] |= 1ull << (msg->tag % 64);
		return;
	}
	p->events[msg->tag].live = false;
	peer_send(p, &ack);
}

static void message(struct peer *p, const struct link_msg *msg)
{
	switch (msg->op) {
	case LINK_MSG_REPLY:
		p->replies[msg->tag % 64] = (struct peer_reply){ true, msg->data, msg->status };
		break;
	case LINK_MSG_ATTACH:
		p->attached = true;
		p->attachment = msg->tag;
		p->attachments++;
		break;
	case LINK_MSG_DETACH:
		forget_backend(p);
		p->detachments++;
		break;
	case LINK_MSG_EVENT_ADD:
		add_event(p, msg);
		break;
	case LINK_MSG_EVENT_DEL:
		del_event(p, msg);
		break;
	default:
		p->nonsense++;
	}
}

static void take_irqs(struct peer *p)
{
	uint64_t bits;
	unsigned int i;

	for (i = 0; i < LINK_IRQ_WORDS; i++)
		if (link_bits_take(&p->area->irq[i].bits, &bits) == LINK_RING_OK)
			p->irqs[i] |= bits;
}

void peer_poll(struct peer *p)
{
	uint32_t session = link_load_acquire(&p->area->device.session);
	struct link_msg msg;
	uint32_t count, more;
	int ret;

	if (session && session != (p->up ? p->session : p->refused_session))
		accept_session(p, session);
	if (!p->up || p->deaf)
		return;
	take_irqs(p);
	if (link_ring_pending(&p->rx, &count) != LINK_RING_OK) {
		p->nonsense++;
		return;
	}
	if (!count)
		return;
	while (count--) {
		link_ring_get(&p->rx, &msg);
		message(p, &msg);
	}
	ret = link_ring_publish(&p->rx, &more);
	if (ret == LINK_RING_NOTIFY)
		peer_interrupt(p);
	else if (ret < 0)
		p->nonsense++;
}

bool peer_wait(struct peer *p, bool (*done)(struct peer *p), unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	do {
		peer_poll(p);
		if (done(p))
			return true;
		usleep(100);
	} while (now_ms() < end);
	return false;
}

void peer_send(struct peer *p, const struct link_msg *msg)
{
	int ret = link_ring_put(&p->tx, msg);

	if (ret == LINK_RING_NOTIFY)
		peer_interrupt(p);
	else if (ret != LINK_RING_OK)
		p->nonsense++;
}

static int wait_reply(struct peer *p, uint32_t tag, unsigned int ms)
{
	uint64_t end = now_ms() + ms;
	unsigned int spins = 0;

	while (!p->replies[tag % 64].arrived) {
		peer_poll(p);
		if (now_ms() >= end)
			return -1;
		if (++spins > 50)
			usleep(100);
	}
	return p->replies[tag % 64].status;
}

int peer_access(struct peer *p, bool write, uint64_t addr, uint16_t len, uint64_t *data)
{
	struct link_msg msg = {
		.op = write ? LINK_MSG_WRITE : LINK_MSG_READ, .tag = ++p->tag,
		.addr = addr, .data = write ? *data : 0, .len = len,
		.status = p->attachment,
	};
	int status;

	p->replies[msg.tag % 64].arrived = false;
	peer_send(p, &msg);
	status = wait_reply(p, msg.tag, 5000);
	if (!write)
		*data = p->replies[msg.tag % 64].data;
	return status;
}

uint64_t peer_read(struct peer *p, uint64_t addr, uint16_t len)
{
	uint64_t data = 0;

	return peer_access(p, false, addr, len, &data) == LINK_STATUS_OK ? data : ~0ull;
}

static bool try_kick(struct peer *p, uint64_t addr, uint16_t len, uint64_t data)
{
	struct peer_event *e;
	unsigned int i;

	for (i = 0; i < LINK_KICK_COUNT; i++) {
		e = &p->events[i];
		if (!e->live || e->addr != addr || (e->len && e->len != len) ||
		    (e->match && e->value != data))
			continue;
		if (link_bits_set(&p->area->kick[i / 64].bits, 1ull << (i % 64)) ==
		    LINK_RING_NOTIFY)
			peer_interrupt(p);
		return true;
	}
	return false;
}

bool peer_write(struct peer *p, uint64_t addr, uint16_t len, uint64_t data)
{
	peer_poll(p);
	if (try_kick(p, addr, len, data))
		return true;
	peer_access(p, true, addr, len, &data);
	return false;
}

int peer_reset(struct peer *p, unsigned int ms)
{
	struct link_msg msg = { .op = LINK_MSG_RESET, .tag = ++p->tag };

	p->replies[msg.tag % 64].arrived = false;
	peer_send(p, &msg);
	return wait_reply(p, msg.tag, ms);
}

bool peer_take_irq(struct peer *p, unsigned int vector)
{
	uint64_t bit = 1ull << (vector % 64);
	bool raised = p->irqs[vector / 64] & bit;

	p->irqs[vector / 64] &= ~bit;
	return raised;
}
