// SPDX-License-Identifier: GPL-2.0-only
#include "virtio.h"

#include <string.h>
#include <unistd.h>

#define DESC_NEXT  1
#define DESC_WRITE 2
#define COMMON_FEATURE_SELECT 0
#define COMMON_FEATURE 4
#define COMMON_DRIVER_SELECT 8
#define COMMON_DRIVER_FEATURE 12
#define COMMON_CONFIG_VECTOR 16
#define COMMON_STATUS 20
#define COMMON_QUEUE_SELECT 22
#define COMMON_QUEUE_SIZE 24
#define COMMON_QUEUE_VECTOR 26
#define COMMON_QUEUE_ENABLE 28
#define COMMON_QUEUE_NOTIFY_OFF 30
#define COMMON_QUEUE_DESC 32
#define COMMON_QUEUE_DRIVER 40
#define COMMON_QUEUE_DEVICE 48
#define CAP_VENDOR 9
#define CAP_MSIX 0x11
/* VERSION_1 and ACCESS_PLATFORM, features 32 and 33. */
#define FEATURES_HIGH 3

void *virtio_mem(struct virtio_dev *dev, uint64_t at)
{
	return dev->p->pool + at;
}

bool virtio_find(struct peer *p, struct virtio_dev *dev, uint16_t device_id)
{
	unsigned int slot;

	memset(dev, 0, sizeof(*dev));
	dev->p = p;
	for (slot = 0; slot < 32; slot++) {
		dev->cfg = p->ecam_base + (slot << 15);
		if (peer_read(p, dev->cfg, 4) == ((uint32_t)device_id << 16 | 0x1af4))
			return true;
	}
	return false;
}

static void assign_bars(struct virtio_dev *dev, uint64_t bars[6])
{
	struct peer *p = dev->p;
	unsigned int slot = (dev->cfg - p->ecam_base) >> 15;
	uint64_t next = p->mmio_base + slot * 0x40000;
	uint32_t mask, size;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		uint64_t bar = dev->cfg + 0x10 + 4 * i;

		peer_write(p, bar, 4, 0xffffffff);
		mask = peer_read(p, bar, 4);
		if (!mask)
			continue;
		size = ~(mask & ~0xfu) + 1;
		next = (next + size - 1) & ~(uint64_t)(size - 1);
		bars[i] = next;
		peer_write(p, bar, 4, next);
		next += size;
		if ((mask & 6) == 4) {
			peer_write(p, bar + 4, 4, 0);
			i++;
		}
	}
	peer_write(p, dev->cfg + 4, 2, 6);
}

static void find_structures(struct virtio_dev *dev, const uint64_t bars[6], uint64_t *notify,
			    uint32_t *mult, uint64_t *msix)
{
	struct peer *p = dev->p;
	uint64_t cfg = dev->cfg, at;
	uint8_t cap, id, type;
	uint32_t word;

	for (cap = peer_read(p, cfg + 0x34, 1); cap; cap = peer_read(p, cfg + cap + 1, 1)) {
		id = peer_read(p, cfg + cap, 1);
		if (id == CAP_MSIX) {
			*msix = cfg + cap;
			word = peer_read(p, cfg + cap + 4, 4);
			dev->table = bars[(word & 7) % 6] + (word & ~7u);
		}
		if (id != CAP_VENDOR)
			continue;
		type = peer_read(p, cfg + cap + 3, 1);
		at = bars[peer_read(p, cfg + cap + 4, 1) % 6] + peer_read(p, cfg + cap + 8, 4);
		if (type == 1)
			dev->common = at;
		if (type == 4)
			dev->device = at;
		if (type == 2) {
			*notify = at;
			*mult = peer_read(p, cfg + cap + 16, 4);
		}
	}
}

/* As the VMM writes them: the frame constant, link-local vectors, unmasked. */
static void enable_msix(struct virtio_dev *dev, uint64_t msix)
{
	struct peer *p = dev->p;
	unsigned int slot = (dev->cfg - p->ecam_base) >> 15, i;

	for (i = 0; i < VIRTIO_QUEUES; i++) {
		uint64_t entry = dev->table + 16 * i;

		dev->queues[i].vector = 4 * slot + i;
		peer_write(p, entry, 4, LINK_MSI_FRAME + LINK_MSI_SETSPI);
		peer_write(p, entry + 4, 4, 0);
		peer_write(p, entry + 8, 4, LINK_MSI_BASE + dev->queues[i].vector);
		peer_write(p, entry + 12, 4, 0);
	}
	peer_write(p, msix + 2, 2, peer_read(p, msix + 2, 2) | 0x8000);
}

static void setup_queue(struct virtio_dev *dev, unsigned int i, uint64_t at, uint64_t notify,
			uint32_t mult)
{
	struct virtio_queue *q = &dev->queues[i];
	struct peer *p = dev->p;
	uint64_t c = dev->common, ipa = p->pool_base + at;
	unsigned int part;

	memset(virtio_mem(dev, at), 0, 0x3000);
	q->at = at;
	q->posted = 0;
	peer_write(p, c + COMMON_QUEUE_SELECT, 2, i);
	peer_write(p, c + COMMON_QUEUE_SIZE, 2, VIRTIO_QUEUE_SIZE);
	peer_write(p, c + COMMON_QUEUE_VECTOR, 2, i);
	for (part = 0; part < 3; part++) {
		peer_write(p, c + COMMON_QUEUE_DESC + 8 * part, 4, ipa + 0x1000 * part);
		peer_write(p, c + COMMON_QUEUE_DESC + 8 * part + 4, 4, (ipa + 0x1000 * part) >> 32);
	}
	q->notify = notify + peer_read(p, c + COMMON_QUEUE_NOTIFY_OFF, 2) * mult;
	peer_write(p, c + COMMON_QUEUE_ENABLE, 2, 1);
}

unsigned int virtio_setup(struct virtio_dev *dev, uint64_t at, unsigned int queue_count)
{
	uint64_t bars[6] = { 0 }, notify = 0, msix = 0, c;
	struct peer *p = dev->p;
	uint32_t mult = 0;
	unsigned int i;

	assign_bars(dev, bars);
	find_structures(dev, bars, &notify, &mult, &msix);
	if (!dev->common || !notify || !msix)
		return 0;
	enable_msix(dev, msix);
	c = dev->common;
	peer_write(p, c + COMMON_STATUS, 1, 0);
	peer_write(p, c + COMMON_STATUS, 1, 1);
	peer_write(p, c + COMMON_STATUS, 1, 3);
	for (i = 0; i < 2; i++) {
		peer_write(p, c + COMMON_FEATURE_SELECT, 4, i);
		dev->features |= peer_read(p, c + COMMON_FEATURE, 4) << (32 * i);
		peer_write(p, c + COMMON_DRIVER_SELECT, 4, i);
		peer_write(p, c + COMMON_DRIVER_FEATURE, 4, i ? FEATURES_HIGH : 0);
	}
	peer_write(p, c + COMMON_STATUS, 1, 0xb);
	peer_write(p, c + COMMON_CONFIG_VECTOR, 2, 0xffff);
	dev->queue_count = queue_count;
	for (i = 0; i < queue_count; i++)
		setup_queue(dev, i, at + 0x4000 * i, notify, mult);
	peer_write(p, c + COMMON_STATUS, 1, 0xf);
	return peer_read(p, c + COMMON_STATUS, 1);
}

uint8_t virtio_status(struct virtio_dev *dev)
{
	return peer_read(dev->p, dev->common + COMMON_STATUS, 1);
}

void virtio_reset(struct virtio_dev *dev)
{
	peer_write(dev->p, dev->common + COMMON_STATUS, 1, 0);
}

static void put16(void *at, uint16_t value)
{
	__atomic_store_n((uint16_t *)at, value, __ATOMIC_RELEASE);
}

void virtio_post(struct virtio_dev *dev, unsigned int queue, const struct virtio_buf *bufs,
		 unsigned int count)
{
	struct virtio_queue *q = &dev->queues[queue];
	uint8_t *desc = virtio_mem(dev, q->at), *avail = desc + 0x1000;
	unsigned int first = (q->posted * 4) % VIRTIO_QUEUE_SIZE, i;

	for (i = 0; i < count; i++) {
		uint8_t *d = desc + 16 * (first + i);
		uint64_t ipa = dev->p->pool_base + bufs[i].at;

		memcpy(d, &ipa, 8);
		memcpy(d + 8, &bufs[i].len, 4);
		put16(d + 12, (i + 1 < count ? DESC_NEXT : 0) |
			      (bufs[i].device_writes ? DESC_WRITE : 0));
		put16(d + 14, first + i + 1);
	}
	put16(avail + 4 + 2 * (q->posted % VIRTIO_QUEUE_SIZE), first);
	q->posted++;
	put16(avail + 2, q->posted);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool virtio_kick(struct virtio_dev *dev, unsigned int queue)
{
	return peer_write(dev->p, dev->queues[queue].notify, 2, queue);
}

uint16_t virtio_used(struct virtio_dev *dev, unsigned int queue)
{
	uint8_t *used = virtio_mem(dev, dev->queues[queue].at + 0x2000);

	return __atomic_load_n((uint16_t *)(used + 2), __ATOMIC_ACQUIRE);
}

bool virtio_wait_used(struct virtio_dev *dev, unsigned int queue, uint16_t count, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (virtio_used(dev, queue) != count) {
		peer_poll(dev->p);
		if (now_ms() > end)
			return false;
		usleep(100);
	}
	return true;
}

bool virtio_wait_irq(struct virtio_dev *dev, unsigned int queue, unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (!peer_take_irq(dev->p, dev->queues[queue].vector)) {
		peer_poll(dev->p);
		if (now_ms() > end)
			return false;
		usleep(100);
	}
	return true;
}
