/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shipped ring.h in every interleaving of small scenarios: no lost wake-up, no lost, doubled or
 * torn message. Word operations are atomic steps; ring counters go through store buffers.
 */
#include "explore.h"

#define LINK_STEP()                explore_step()
#define LINK_LOAD32(field)         explore_load(field)
#define LINK_STORE32(field, value) explore_store(field, value)
#define LINK_FENCE()               explore_fence()

#include "rpc/ring.h"

#include <string.h>

#include "tap.h"

#define RUNS_MAX UINT64_C(3000000)

static struct link_area area;
static bool bell_consumer, bell_producer;

/* ---- Words ---------------------------------------------------------------------------------- */

static uint64_t taken;
static unsigned taken_count, rings;

static void words_setup(void)
{
    memset(&area, 0, sizeof(area));
    bell_consumer = false;
    taken = 0;
    taken_count = 0;
    rings = 0;
}

static void set_and_ring(uint64_t bit)
{
    if (link_bits_set(&area.kick[0].bits, bit) == LINK_RING_NOTIFY) {
        explore_step();
        rings++;
        bell_consumer = true;
    }
}

static void set_one(void)
{
    set_and_ring(1);
}

static void set_two(void)
{
    set_and_ring(2);
}

static void set_two_twice(void)
{
    set_and_ring(2);
    set_and_ring(4);
}

static void take_for_ever(void)
{
    for (;;) {
        uint64_t bits;

        explore_sleep(&bell_consumer);
        bell_consumer = false;
        (void)link_bits_take(&area.kick[0].bits, &bits);
        taken_count += (unsigned)__builtin_popcountll(bits);
        taken |= bits;
    }
}

static bool words_verdict(void)
{
    return area.kick[0].bits == 0 && taken == 3 && taken_count == 2 && rings >= 1;
}

static bool words_verdict_again(void)
{
    return area.kick[0].bits == 0 && taken == 6 && taken_count == 2;
}

/* ---- Rings ---------------------------------------------------------------------------------- */

static struct link_producer producer;
static struct link_consumer consumer;
static uint32_t sent, received;
static bool torn;
static uint32_t to_send, start_at, prefill, taken_before;

static struct link_msg message(uint32_t number)
{
    return (struct link_msg){ .op = number,
                              .tag = ~number,
                              .addr = number * UINT64_C(0x100000001),
                              .data = number ^ 0x55,
                              .len = (uint16_t)number,
                              .flags = (uint16_t)~number,
                              .status = number + 1 };
}

/*
 * The ring as it is in the middle of a session: counters at start_at, prefill messages in it, of which
 * the consumer has taken some without giving their slots back yet.
 */
static void ring_setup(void)
{
    memset(&area, 0, sizeof(area));
    bell_consumer = false;
    bell_producer = false;
    torn = false;
    sent = 0;
    received = taken_before;
    link_producer_init(&producer, &area.to_device);
    link_consumer_init(&consumer, &area.to_device);
    consumer.tail = start_at + taken_before;
    consumer.published = start_at;
    producer.head = start_at + prefill;
    area.to_device.tail.value = start_at;
    area.to_device.head.value = start_at + prefill;
    for (uint32_t i = 0; i < prefill; i++) {
        area.to_device.slots[(start_at + i) % LINK_RING_ENTRIES] = message(sent++);
    }
    bell_consumer = prefill != 0; /* somebody rang for those */
}

static void produce(void)
{
    while (sent < prefill + to_send) {
        struct link_msg msg = message(sent);
        int status = link_ring_put(&producer, &msg);

        if (status == LINK_RING_FULL) {
            explore_sleep(&bell_producer);
            bell_producer = false;
            continue;
        }
        sent++;
        if (status == LINK_RING_NOTIFY) {
            explore_step();
            explore_drain();
            bell_consumer = true;
        }
    }
}

static void receive(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct link_msg msg, expected = message(received++);

        link_ring_get(&consumer, &msg);
        torn |= memcmp(&msg, &expected, sizeof(msg)) != 0;
    }
}

static void consume(void)
{
    uint32_t count, more;

    for (;;) {
        explore_sleep(&bell_consumer);
        bell_consumer = false;
        if (link_ring_pending(&consumer, &count) != LINK_RING_OK) {
            return;
        }
        do {
            receive(count);
            if (link_ring_publish(&consumer, &more) == LINK_RING_NOTIFY) {
                explore_step();
                explore_drain();
                bell_producer = true;
            }
            count = more;
        } while (count != 0);
    }
}

static bool ring_verdict(void)
{
    return received == prefill + to_send && !torn;
}

/* ---- Single calls with a hostile counter --------------------------------------------------- */

static int hostile_put, hostile_pending, hostile_publish, put_full;
static uint32_t hostile_count, hostile_more;

static void hostile_thread(void)
{
    struct link_msg msg = message(1);

    area.to_device.tail.value = 5;
    hostile_put = link_ring_put(&producer, &msg);
    area.to_device.tail.value = 0u - LINK_RING_ENTRIES;
    put_full = link_ring_put(&producer, &msg);
    area.to_device.head.value = LINK_RING_ENTRIES + 1;
    hostile_pending = link_ring_pending(&consumer, &hostile_count);
    hostile_publish = link_ring_publish(&consumer, &hostile_more);
}

static bool hostile_verdict(void)
{
    return hostile_put == LINK_RING_BROKEN && put_full == LINK_RING_FULL &&
           hostile_pending == LINK_RING_BROKEN && hostile_count == 0 &&
           hostile_publish == LINK_RING_BROKEN && hostile_more == 0;
}

static void check(const struct explore_scenario *scenario)
{
    struct explore_result result = explore(scenario, RUNS_MAX, true);

    TAP_OK(result.complete && result.failures == 0, "link_ring/%s (%llu interleavings)",
           scenario->name, (unsigned long long)result.runs);
    if (!result.complete || result.failures != 0) {
        printf("# complete %d, failures %llu\n", result.complete,
               (unsigned long long)result.failures);
    }
}

static struct explore_scenario ring_scenario(const char *name, uint32_t at, uint32_t filled,
                                             uint32_t held, uint32_t count)
{
    start_at = at;
    prefill = filled;
    taken_before = held;
    to_send = count;
    return (struct explore_scenario){ name, 2, ring_setup, { produce, consume }, ring_verdict };
}

static void check_words(void)
{
    const struct explore_scenario two = {
        "two setters, one taker", 3, words_setup, { set_one, set_two, take_for_ever }, words_verdict
    };
    const struct explore_scenario again = { "a setter that sets again",
                                            2,
                                            words_setup,
                                            { set_two_twice, take_for_ever },
                                            words_verdict_again };

    check(&two);
    check(&again);
}

/* The explorer must see the bug that the barrier prevents, or the tests above prove nothing. */
static void check_teeth(void)
{
    struct explore_scenario scenario = ring_scenario("", 0, 0, 0, 2);
    struct explore_result result = explore(&scenario, RUNS_MAX, false);

    TAP_OK(result.failures != 0, "link_ring/without the barriers a lost wake-up is found");
}

int main(void)
{
    struct explore_scenario scenario;
    const struct explore_scenario hostile = {
        "counters out of range are refused", 1, ring_setup, { hostile_thread }, hostile_verdict
    };

    _Static_assert(sizeof(struct link_msg) == 32, "no padding that memcmp would see");
    check_words();
    scenario = ring_scenario("two messages to a sleeping consumer", 0, 0, 0, 2);
    check(&scenario);
    scenario = ring_scenario("counters wrap at 2^32", UINT32_MAX, 0, 0, 2);
    check(&scenario);
    scenario = ring_scenario("one message behind another", 7, 1, 0, 1);
    check(&scenario);
    scenario = ring_scenario("a producer that waits for room in a full ring", UINT32_MAX - 60,
                             LINK_RING_ENTRIES, LINK_RING_ENTRIES - 1, 1);
    check(&scenario);
    scenario = ring_scenario("a full ring that is given back in one go", 0, LINK_RING_ENTRIES,
                             LINK_RING_ENTRIES, 2);
    check(&scenario);
    check_teeth();
    (void)ring_scenario("", 0, 0, 0, 0);
    check(&hostile);
    return TAP_DONE();
}
