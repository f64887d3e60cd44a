/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One side of a byte ring as contract/rpc/console.h lays it out. Each side keeps its own counter
 * privately, publishes it with release order and reads the peer's exactly once per call; whatever
 * the peer writes, a call moves at most `size` bytes and touches nothing outside of the ring.
 *
 * Wake-ups: publish, full barrier, then look at the peer's counter. A producer is told that the
 * consumer had taken everything before (so it may sleep: signal it), a consumer that the ring had
 * been full (so the producer may wait: signal it). A consumer may sleep only after a call that took
 * nothing. Then at least one side sees the other: no wake-up is lost.
 */
#ifndef RT_RING_H
#define RT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rpc/console.h"

struct rt_ring_producer {
    struct console_ring *shared;
    uint8_t *bytes; /* shared with the peer */
    uint32_t size;  /* bytes, power of two */
    uint32_t head;  /* private copy of shared->head */
};

struct rt_ring_consumer {
    struct console_ring *shared;
    const uint8_t *bytes; /* shared with the peer */
    uint32_t size;        /* bytes, power of two */
    uint32_t tail;        /* private copy of shared->tail */
};

/* Starts at the counter that this side published last (0 in fresh memory). */
void rt_ring_producer_init(struct rt_ring_producer *ring, struct console_ring *shared,
                           uint8_t *bytes, uint32_t size);
void rt_ring_consumer_init(struct rt_ring_consumer *ring, struct console_ring *shared,
                           const uint8_t *bytes, uint32_t size);

/* Bytes that a put would accept now; a peer counter that makes no sense counts as an empty ring. */
/*@ requires \valid_read(ring) && \valid_read(ring->shared);
    assigns \nothing;
    ensures \result <= ring->size; */
uint32_t rt_ring_space(const struct rt_ring_producer *ring);

/* Bytes that a take would deliver now; a peer counter that makes no sense counts as an empty ring. */
/*@ requires \valid_read(ring) && \valid_read(ring->shared);
    assigns \nothing;
    ensures \result <= ring->size; */
uint32_t rt_ring_pending(const struct rt_ring_consumer *ring);

/*
 * Puts as many of `count` bytes as fit.
 *
 * @was_empty: set to true if the peer must be signalled, otherwise to false. Must not be NULL.
 * Returns the number of bytes put.
 */
uint32_t rt_ring_put(struct rt_ring_producer *ring, const void *from, uint32_t count,
                     bool *was_empty);

/* As rt_ring_put, but all or nothing (for whole log lines). Returns `count` or 0. */
uint32_t rt_ring_put_all(struct rt_ring_producer *ring, const void *from, uint32_t count,
                         bool *was_empty);

/*
 * Takes at most `max` bytes.
 *
 * @was_full: set to true if the peer must be signalled, otherwise to false. Must not be NULL.
 * Returns the number of bytes taken; 0 means that there was nothing.
 */
uint32_t rt_ring_take(struct rt_ring_consumer *ring, void *to, uint32_t max, bool *was_full);

#endif
