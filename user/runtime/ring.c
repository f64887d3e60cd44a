/* SPDX-License-Identifier: BSD-2-Clause */
#include "rt/ring.h"

#include "rt/check.h"
#include "rt/mem.h"

/*@ requires \valid_read(counter);
    assigns \nothing; */
static uint32_t load_acquire(const struct console_counter *counter)
{
    return __atomic_load_n(&counter->value, __ATOMIC_ACQUIRE);
}

static void store_release(struct console_counter *counter, uint32_t value)
{
    __atomic_store_n(&counter->value, value, __ATOMIC_RELEASE);
}

/* Orders our published counter before our look at the peer's: the heart of the wake-up rule. */
static void full_barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void check_geometry(const void *shared, const void *bytes, uint32_t size)
{
    CHECK(shared != NULL && bytes != NULL);
    CHECK(size != 0 && (size & (size - 1)) == 0);
}

void rt_ring_producer_init(struct rt_ring_producer *ring, struct console_ring *shared,
                           uint8_t *bytes, uint32_t size)
{
    check_geometry(shared, bytes, size);
    ring->shared = shared;
    ring->bytes = bytes;
    ring->size = size;
    ring->head = load_acquire(&shared->head);
}

void rt_ring_consumer_init(struct rt_ring_consumer *ring, struct console_ring *shared,
                           const uint8_t *bytes, uint32_t size)
{
    check_geometry(shared, bytes, size);
    ring->shared = shared;
    ring->bytes = bytes;
    ring->size = size;
    ring->tail = load_acquire(&shared->tail);
}

uint32_t rt_ring_space(const struct rt_ring_producer *ring)
{
    uint32_t used = ring->head - load_acquire(&ring->shared->tail);

    return used > ring->size ? ring->size : ring->size - used;
}

uint32_t rt_ring_pending(const struct rt_ring_consumer *ring)
{
    uint32_t pending = load_acquire(&ring->shared->head) - ring->tail;

    return pending > ring->size ? 0 : pending;
}

/* Of `count` bytes from offset `at` on: how many come before the ring's end. The rest goes to its start. */
/*@ requires at < size && count <= size;
    assigns \nothing;
    ensures in_front: at + \result <= size;
    ensures at_start: 0 <= count - \result <= at; */
static uint32_t first_part(uint32_t at, uint32_t count, uint32_t size)
{
    return count < size - at ? count : size - at;
}

static void copy_in(struct rt_ring_producer *ring, const uint8_t *from, uint32_t count)
{
    uint32_t at = ring->head & (ring->size - 1);
    uint32_t first = first_part(at, count, ring->size);

    memcpy(ring->bytes + at, from, first);
    memcpy(ring->bytes, from + first, count - first);
}

uint32_t rt_ring_put(struct rt_ring_producer *ring, const void *from, uint32_t count,
                     bool *was_empty)
{
    uint32_t space = rt_ring_space(ring);
    uint32_t old_head = ring->head;

    *was_empty = false;
    if (count > space) {
        count = space;
    }
    if (count == 0) {
        return 0;
    }
    copy_in(ring, from, count);
    ring->head = old_head + count;
    store_release(&ring->shared->head, ring->head);
    full_barrier();
    *was_empty = load_acquire(&ring->shared->tail) == old_head;
    return count;
}

uint32_t rt_ring_put_all(struct rt_ring_producer *ring, const void *from, uint32_t count,
                         bool *was_empty)
{
    *was_empty = false;
    if (count > rt_ring_space(ring)) {
        return 0;
    }
    return rt_ring_put(ring, from, count, was_empty);
}

uint32_t rt_ring_take(struct rt_ring_consumer *ring, void *to, uint32_t max, bool *was_full)
{
    uint32_t pending = rt_ring_pending(ring);
    uint32_t count = pending < max ? pending : max;
    uint32_t at = ring->tail & (ring->size - 1);
    uint32_t first = first_part(at, count, ring->size);
    uint32_t old_tail = ring->tail;

    *was_full = false;
    if (count == 0) {
        return 0;
    }
    memcpy(to, ring->bytes + at, first);
    memcpy((uint8_t *)to + first, ring->bytes, count - first);
    ring->tail = old_tail + count;
    store_release(&ring->shared->tail, ring->tail);
    full_barrier();
    *was_full = load_acquire(&ring->shared->head) - old_tail >= ring->size;
    return count;
}
