/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of a virtio-pci driver as the tests need, on top of peer.h. */
#ifndef TESTS_VIRTIO_H
#define TESTS_VIRTIO_H

#include "peer.h"

#define VIRTIO_QUEUES 2
#define VIRTIO_QUEUE_SIZE 64

struct virtio_queue {
	uint64_t at;		/* offset in the pool: descriptors, +0x1000 driver, +0x2000 device ring */
	uint64_t notify;	/* address */
	unsigned int vector;
	uint16_t posted;
};

struct virtio_dev {
	struct peer *p;
	uint64_t cfg, common, device, table;
	uint64_t features;
	unsigned int queue_count;
	struct virtio_queue queues[VIRTIO_QUEUES];
};

/* Finds a function by device and vendor id; false if there is none. */
bool virtio_find(struct peer *p, struct virtio_dev *dev, uint16_t device_id);
/* BARs, MSI-X, features, queues (memory from pool offset `at`), DRIVER_OK. Returns the status. */
unsigned int virtio_setup(struct virtio_dev *dev, uint64_t at, unsigned int queue_count);
uint8_t virtio_status(struct virtio_dev *dev);
void virtio_reset(struct virtio_dev *dev);

struct virtio_buf {
	uint64_t at;		/* pool offset */
	uint32_t len;
	bool device_writes;
};

/* Puts one chain of buffers into a queue, without kicking. */
void virtio_post(struct virtio_dev *dev, unsigned int queue, const struct virtio_buf *bufs,
		 unsigned int count);
/* True if an ioeventfd took it. */
bool virtio_kick(struct virtio_dev *dev, unsigned int queue);
uint16_t virtio_used(struct virtio_dev *dev, unsigned int queue);
/* Waits until the device has used `count` chains in all. */
bool virtio_wait_used(struct virtio_dev *dev, unsigned int queue, uint16_t count, unsigned int ms);
/* Waits for the queue's interrupt. */
bool virtio_wait_irq(struct virtio_dev *dev, unsigned int queue, unsigned int ms);
/* Address in the pool of this process. */
void *virtio_mem(struct virtio_dev *dev, uint64_t at);

#endif
