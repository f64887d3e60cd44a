/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Just enough of a virtio driver to give a device buffers: modern virtio-pci, split rings, polling.
 * Trusts its device; a bare guest that is given nonsense stops with a line.
 *
 * Source: Virtual I/O Device 1.2, 2.7 (split rings), 3.1 (start), 4.1 (PCI).
 */
#ifndef TESTS_HOSTILE_REBORN_VIRTIO_H
#define TESTS_HOSTILE_REBORN_VIRTIO_H

#include <stdint.h>

#define VIRTIO_NET 1u
#define VIRTIO_BLK 2u

/* A link as the device tree shows it. */
struct bridge {
    uint64_t ecam;
    uint64_t window; /* next free address for a BAR */
};

/* Memory that devices may reach, handed out from the bottom. */
struct arena {
    uint64_t base, bytes, used;
};

struct function {
    uint64_t config;
    uint64_t bars[6];
    uint64_t common, notify;
    uint32_t notify_step;
};

struct queue {
    uint64_t descriptors, available, used;
    uint64_t doorbell;
    uint16_t size, index;
    uint16_t posted, seen; /* chains made available, used entries looked at */
};

/* One buffer of a chain. */
struct buffer {
    uint64_t address;
    uint32_t bytes;
    uint8_t device_writes;
};

/* Zeroed memory, aligned to 4096. */
uint64_t arena_take(struct arena *arena, uint64_t bytes);

/* Waits until the bridge has a device of that type, gives its BARs addresses, enables it as a master. */
void virtio_find(struct bridge *bridge, unsigned type, struct function *function);

/* True if nobody answers for the function any more. */
int virtio_gone(const struct function *function);

/* Resets the device, agrees on version 1 and platform addresses only. */
void virtio_begin(const struct function *function);

/* A queue of at most `size` entries, enabled. */
void virtio_queue(const struct function *function, struct arena *arena, uint16_t index,
                  uint16_t size, struct queue *queue);

/* The device may use its queues from now on. */
void virtio_go(const struct function *function);

/* Makes chain `n` available: descriptors n * count and on; virtio_ring tells the device. */
void virtio_post(struct queue *queue, uint16_t n, const struct buffer *buffers, uint16_t count);
void virtio_ring(const struct queue *queue);

/* Chains that the device has not given back. */
uint16_t virtio_in_flight(const struct queue *queue);

/* Makes each chain that came back available once more; returns how many. */
uint16_t virtio_recycle(struct queue *queue);

#endif
