/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * Operations on a link's shared words and rings (layout: link.h): the one implementation that the
 * VMM, the kernel module and the tests run. Nothing here trusts the peer, loops without a bound or
 * reads shared memory twice.
 *
 * WORDS (kick, irq). link_bits_set has release order, link_bits_take acquire order; whatever was
 * written before a set is seen after the take that gets the bit. A set tells its caller to ring the
 * doorbell if the word was zero; a later set that finds it non-zero stays quiet, because the take
 * caused by the earlier ring has not happened yet and will get both.
 *
 * RINGS. One producer, one consumer, counters modulo 2^32. Wake-ups need one full barrier per side:
 * the producer publishes its head, barrier, loads the tail; the consumer publishes its tail, barrier,
 * loads the head. At least one of the two sees the other's store, so
 *  - either the producer sees that the consumer had taken everything and rings, or the consumer sees
 *    the new message before it sleeps;
 *  - either the producer sees the free slot, or the consumer sees that the ring had been full and
 *    rings for the producer that may be waiting.
 * The barrier is inside these functions. A consumer may sleep only after a link_ring_publish that
 * reported no more, or a link_ring_pending that reported 0.
 *
 * Each function that reports LINK_RING_BROKEN or LINK_RING_CONTENDED found a peer that breaks the
 * rules: take the link down (link.h, SESSIONS).
 *
 * Callers: user/vmm/link, guest/linux, tests/unit/link_ring, tests/fuzz/link_hostile.
 * Source: docs/reference/link-protocol.md; model: tests/model/link_words.pml, link_ring.pml
 */
#ifndef CONTRACT_RPC_RING_H
#define CONTRACT_RPC_RING_H

#include "link.h"

/*
 * The only accesses to shared memory. tests/unit/link_ring puts its own in their place: LINK_STEP,
 * called before each, switches between the two sides, and stores go through a store buffer.
 */
#ifndef LINK_STEP
#define LINK_STEP()                ((void)0)
#define LINK_LOAD32(field)         __atomic_load_n(field, __ATOMIC_ACQUIRE)
#define LINK_STORE32(field, value) __atomic_store_n(field, value, __ATOMIC_RELEASE)
#define LINK_FENCE()               __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

/*
 * Attempts of one read-modify-write. An attempt fails only if another core wrote the line in
 * between or a trap came in; 128 in a row mean that somebody hammers the line.
 */
#define LINK_RMW_TRIES 128

enum link_ring_status {
    LINK_RING_OK = 0,         /* done, keep quiet */
    LINK_RING_NOTIFY = 1,     /* done, ring the peer's doorbell */
    LINK_RING_FULL = 2,       /* put: no room; the peer rings when there is */
    LINK_RING_BROKEN = -1,    /* the peer's counter is more than LINK_RING_ENTRIES away */
    LINK_RING_CONTENDED = -2, /* the word could not be changed within LINK_RMW_TRIES attempts */
};

/* Loads and stores of single shared fields. */
/*@ requires \valid_read(field);
    assigns \nothing; */
static inline uint32_t link_load_acquire(const uint32_t *field)
{
    LINK_STEP();
    return LINK_LOAD32(field);
}

/*@ requires \valid(field);
    assigns *field; */
static inline void link_store_release(uint32_t *field, uint32_t value)
{
    LINK_STEP();
    LINK_STORE32(field, value);
}

/*
 * Device side: a session number that the driver side has not accepted already. The area may hold
 * anything, from an earlier life of this VM.
 */
static inline uint32_t link_next_session(const struct link_area *area)
{
    uint32_t accepted = link_load_acquire(&area->driver.session);
    uint32_t number = link_load_acquire(&area->device.session) + 1;

    while (number == 0 || number == accepted) {
        number++;
    }
    return number;
}

/*@ assigns \nothing; */
static inline void link_barrier(void)
{
    LINK_FENCE();
}

/*
 * One attempt to replace *word by (*word & keep) | set, release and acquire. Written in assembly on
 * the target because the compiler's atomics loop without a bound, or call out of line.
 * Returns 1 and the old value, or 0 if somebody was faster.
 */
static inline int link_word_try(uint64_t *word, uint64_t keep, uint64_t set, uint64_t *before)
{
#ifdef __aarch64__
    uint64_t old, fresh;
    uint32_t failed;

    __asm__ volatile(
        "ldaxr %[old], %[mem]\n\t"
        "and %[fresh], %[old], %[keep]\n\t"
        "orr %[fresh], %[fresh], %[set]\n\t"
        "stlxr %w[failed], %[fresh], %[mem]"
        : [old] "=&r"(old), [fresh] "=&r"(fresh), [failed] "=&r"(failed), [mem] "+Q"(*word)
        : [keep] "r"(keep), [set] "r"(set)
        : "memory");
    *before = old;
    return failed == 0;
#else
    uint64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);

    LINK_STEP();
    if (!__atomic_compare_exchange_n(word, &old, (old & keep) | set, 0, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED)) {
        return 0;
    }
    *before = old;
    return 1;
#endif
}

/*
 * Sets bits in a kick or irq word.
 *
 * @word: in the area. @bits: at least one bit, chosen by us.
 * Returns LINK_RING_NOTIFY if the word was zero (ring), LINK_RING_OK if not, LINK_RING_CONTENDED.
 */
static inline int link_bits_set(uint64_t *word, uint64_t bits)
{
    uint64_t before;
    int tries;

    for (tries = 0; tries < LINK_RMW_TRIES; tries++) {
        LINK_STEP();
        if (link_word_try(word, ~(uint64_t)0, bits, &before)) {
            return before == 0 ? LINK_RING_NOTIFY : LINK_RING_OK;
        }
    }
    return LINK_RING_CONTENDED;
}

/*
 * Takes all bits of a word, leaving it zero. The bits are the peer's choice: check each.
 *
 * Returns LINK_RING_OK (*bits may be 0) or LINK_RING_CONTENDED (*bits = 0).
 */
static inline int link_bits_take(uint64_t *word, uint64_t *bits)
{
    int tries;

    *bits = 0;
    LINK_STEP();
    if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0) {
        return LINK_RING_OK; /* a set after this load finds zero and rings */
    }
    for (tries = 0; tries < LINK_RMW_TRIES; tries++) {
        LINK_STEP();
        if (link_word_try(word, 0, 0, bits)) {
            return LINK_RING_OK;
        }
    }
    *bits = 0;
    return LINK_RING_CONTENDED;
}

/* The producer's private half of a ring. */
struct link_producer {
    struct link_ring *ring;
    uint32_t head;
};

/* The consumer's private half of a ring. */
struct link_consumer {
    struct link_ring *ring;
    uint32_t tail;      /* next to take */
    uint32_t published; /* what the producer was told */
};

/* Both halves start at zero in each session, after the driver side has zeroed the counters. */
static inline void link_producer_init(struct link_producer *producer, struct link_ring *ring)
{
    producer->ring = ring;
    producer->head = 0;
}

static inline void link_consumer_init(struct link_consumer *consumer, struct link_ring *ring)
{
    consumer->ring = ring;
    consumer->tail = 0;
    consumer->published = 0;
}

/*
 * Copies one message between private memory and a slot, each field once (volatile: the compiler must
 * not go back to shared memory for a second look).
 */
static inline void link_msg_copy(volatile struct link_msg *to, const volatile struct link_msg *from)
{
    LINK_STEP();
    to->op = from->op;
    to->tag = from->tag;
    to->addr = from->addr;
    to->data = from->data;
    to->len = from->len;
    to->flags = from->flags;
    to->status = from->status;
}

/*
 * Appends one message.
 *
 * Returns LINK_RING_OK, LINK_RING_NOTIFY, LINK_RING_FULL (nothing was put) or LINK_RING_BROKEN.
 */
static inline int link_ring_put(struct link_producer *producer, const struct link_msg *msg)
{
    struct link_ring *ring = producer->ring;
    uint32_t head = producer->head;
    uint32_t used = head - link_load_acquire(&ring->tail.value);

    if (used > LINK_RING_ENTRIES) {
        return LINK_RING_BROKEN;
    }
    if (used == LINK_RING_ENTRIES) {
        return LINK_RING_FULL;
    }
    link_msg_copy(&ring->slots[head % LINK_RING_ENTRIES], msg);
    producer->head = head + 1;
    link_store_release(&ring->head.value, head + 1);
    link_barrier();
    used = head + 1 - link_load_acquire(&ring->tail.value);
    if (used > LINK_RING_ENTRIES) {
        return LINK_RING_BROKEN;
    }
    /* used 0: taken already, by a consumer that is awake. */
    return used == 1 ? LINK_RING_NOTIFY : LINK_RING_OK;
}

/*
 * Tells how many messages can be taken now (at most LINK_RING_ENTRIES). Everything that the producer
 * did before it published them is visible afterwards.
 *
 * Returns LINK_RING_OK or LINK_RING_BROKEN (*count = 0).
 */
/*@ requires \valid_read(consumer) && \valid_read(consumer->ring) && \valid(count);
    requires \separated(consumer, consumer->ring, count);
    assigns *count;
    ensures bound: *count <= LINK_RING_ENTRIES;
    ensures broken: \result == LINK_RING_BROKEN ==> *count == 0; */
static inline int link_ring_pending(const struct link_consumer *consumer, uint32_t *count)
{
    uint32_t used = link_load_acquire(&consumer->ring->head.value) - consumer->tail;

    if (used > LINK_RING_ENTRIES) {
        *count = 0;
        return LINK_RING_BROKEN;
    }
    *count = used;
    return LINK_RING_OK;
}

/*
 * Takes one message; to be called at most as often as link_ring_pending said. The slot goes back to
 * the producer only with link_ring_publish.
 */
static inline void link_ring_get(struct link_consumer *consumer, struct link_msg *msg)
{
    link_msg_copy(msg, &consumer->ring->slots[consumer->tail % LINK_RING_ENTRIES]);
    consumer->tail++;
}

/*
 * Gives all slots taken so far back to the producer.
 *
 * @more: messages that have arrived in the meantime. A consumer that gets 0 may sleep.
 * Returns LINK_RING_OK, LINK_RING_NOTIFY (the ring had been full: ring the producer's doorbell) or
 * LINK_RING_BROKEN (*more = 0).
 */
/*@ requires \valid(consumer) && \valid(consumer->ring) && \valid(more);
    requires \separated(consumer, consumer->ring, more);
    assigns consumer->published, consumer->ring->tail.value, *more;
    ensures bound: *more <= LINK_RING_ENTRIES;
    ensures given_back: consumer->published == consumer->tail; */
static inline int link_ring_publish(struct link_consumer *consumer, uint32_t *more)
{
    uint32_t before = consumer->published;
    uint32_t head;

    *more = 0;
    consumer->published = consumer->tail;
    link_store_release(&consumer->ring->tail.value, consumer->tail);
    link_barrier();
    head = link_load_acquire(&consumer->ring->head.value);
    if (head - consumer->tail > LINK_RING_ENTRIES) {
        return LINK_RING_BROKEN;
    }
    *more = head - consumer->tail;
    return head - before == LINK_RING_ENTRIES ? LINK_RING_NOTIFY : LINK_RING_OK;
}

#endif
