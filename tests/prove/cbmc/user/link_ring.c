/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both sides of a link's ring, in any state, with a peer that writes anything at any time: slots lie
 * in the ring, counts are at most its size.
 */
#include "shared.h"

#include "rpc/ring.h"

static struct link_ring ring;

static void produce(void)
{
    struct link_producer producer = { &ring, any32() };
    struct link_msg msg;
    uint32_t head = producer.head;
    int status = link_ring_put(&producer, &msg);

    ASSERT(producer.head - head <= 1, "one message at most");
    ASSERT(status != LINK_RING_FULL || producer.head == head, "a full ring takes nothing");
    ASSERT((status != LINK_RING_OK && status != LINK_RING_NOTIFY) || producer.head == head + 1,
           "what is told to be put is put");
}

static void consume(void)
{
    struct link_consumer consumer = { &ring, any32(), any32() };
    struct link_msg msg;
    uint32_t tail = consumer.tail;
    uint32_t count, more;
    int pending = link_ring_pending(&consumer, &count);

    ASSERT(count <= LINK_RING_ENTRIES, "no more pending than the ring holds");
    ASSERT(pending == LINK_RING_OK || count == 0, "nothing from a broken ring");
    link_ring_get(&consumer, &msg);
    ASSERT(consumer.tail == tail + 1, "one message at a time");

    int published = link_ring_publish(&consumer, &more);

    ASSERT(more <= LINK_RING_ENTRIES, "no more pending than the ring holds");
    ASSERT(published != LINK_RING_BROKEN || more == 0, "nothing from a broken ring");
    ASSERT(consumer.published == consumer.tail && ring.tail.value == consumer.tail,
           "what was taken is given back");
}

int main(void)
{
    produce();
    consume();
    return 0;
}
