/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both sides of a console ring of 1 to 8 bytes, in any state, with a peer that writes anything at
 * any time: a call moves no more than it was asked for, than the ring holds and than it said before,
 * and touches no byte outside of the ring and of the caller's buffer.
 */
#include "shared.h"

#include "runtime/ring.c"

#define SIZE_MAX_BITS 3
#define ROOM          9 /* of the callers, more than the ring */

static struct console_ring shared;

static void produce(uint8_t *bytes, uint32_t size)
{
    struct rt_ring_producer ring = { &shared, bytes, size, any32() };
    uint8_t from[ROOM];
    uint32_t count = any_below(ROOM + 1);
    uint32_t head = ring.head;
    bool was_empty;
    uint32_t put = any_bool() ? rt_ring_put(&ring, from, count, &was_empty)
                              : rt_ring_put_all(&ring, from, count, &was_empty);

    ASSERT(rt_ring_space(&ring) <= size, "no more space than the ring has");
    ASSERT(put <= count && put <= size, "no more is put than asked for and than fits");
    ASSERT(ring.head == head + put && ring.size == size, "the counter moves with it");
    /* One byte stands for all. */
    uint32_t i = any_below(ROOM);

    ASSERT(i >= put || bytes[(head + i) & (size - 1)] == from[i] || put > size,
           "bytes arrive in order");
}

static void consume(uint8_t *bytes, uint32_t size)
{
    struct rt_ring_consumer ring = { &shared, bytes, size, any32() };
    uint8_t to[ROOM];
    uint32_t max = any_below(ROOM + 1);
    uint32_t tail = ring.tail;
    bool was_full;
    uint32_t taken = rt_ring_take(&ring, to, max, &was_full);
    uint32_t i = any_below(ROOM);

    ASSERT(rt_ring_pending(&ring) <= size, "no more pending than the ring holds");
    ASSERT(taken <= max && taken <= size, "no more is taken than asked for and than there is");
    ASSERT(ring.tail == tail + taken && ring.size == size, "the counter moves with it");
    ASSERT(i >= taken || to[i] == bytes[(tail + i) & (size - 1)], "bytes are taken in order");
}

/* Of exactly that size, so that a byte beyond it is noticed. */
static void both(uint8_t *bytes, uint32_t size)
{
    if (any_bool()) {
        produce(bytes, size);
    } else {
        consume(bytes, size);
    }
}

int main(void)
{
    uint8_t one[1], two[2], eight[8];

    both(one, sizeof(one));
    both(two, sizeof(two));
    both(eight, sizeof(eight));
    return 0;
}
