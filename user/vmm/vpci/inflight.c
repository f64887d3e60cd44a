/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vpci/inflight.h"

#include <stddef.h>

#include "rt/mem.h"

/* Both rings begin with flags and index, 16 bits each. */
#define RING_INDEX   1u
#define RING_ENTRIES 2u

#define DESC_BYTES      UINT64_C(16)
#define RING_BYTES      UINT64_C(6) /* flags, index, and the other side's event index at the end */
#define AVAILABLE_BYTES UINT64_C(2)
#define USED_BYTES      UINT64_C(8)
#define USED_HALFS      (USED_BYTES / 2)
#define ALIGN_DESC      16u
#define ALIGN_AVAILABLE 2u
#define ALIGN_USED      4u

_Static_assert(sizeof(struct inflight_desc) == DESC_BYTES, "as the specification lays it out");

static void *find(const struct inflight_memory *memory, uint64_t ipa, uint64_t bytes,
                  unsigned alignment)
{
    return ipa % alignment == 0 ? memory->at(memory->owner, ipa, bytes) : NULL;
}

int inflight_start(struct inflight *queue, const struct vpci_journal_queue *ring,
                   const struct inflight_memory *memory)
{
    uint64_t size = ring->size;

    memset(queue, 0, sizeof(*queue));
    if (size == 0 || size > INFLIGHT_SIZE_MAX || (size & (size - 1)) != 0) {
        return RT_ERR_RANGE;
    }
    queue->size = ring->size;
    queue->desc = find(memory, ring->desc, DESC_BYTES * size, ALIGN_DESC);
    queue->driver =
        find(memory, ring->driver, RING_BYTES + AVAILABLE_BYTES * size, ALIGN_AVAILABLE);
    queue->device = find(memory, ring->device, RING_BYTES + USED_BYTES * size, ALIGN_USED);
    return queue->desc != NULL && queue->driver != NULL && queue->device != NULL ? 0
                                                                                 : RT_ERR_ALIGNMENT;
}

static uint16_t index_of(const volatile uint16_t *ring)
{
    return __atomic_load_n(&ring[RING_INDEX], __ATOMIC_ACQUIRE);
}

/* The size is a power of two. */
static size_t slot(const struct inflight *queue, uint16_t index)
{
    return index & (queue->size - 1u);
}

/*
 * More happened than the rings can tell: counting starts anew. The used index is loaded first, so that
 * whatever it covers was made available before: no completion is dropped whose request is still
 * to be counted.
 */
static void lose_track(struct inflight *queue)
{
    memset(queue->out, 0, sizeof(queue->out));
    if (!queue->closed) {
        queue->used = index_of(queue->device);
    }
    queue->available = index_of(queue->driver);
    queue->unknown = true;
}

/* Ends that if there is nothing out: the two indices are equal, loaded in the same order. */
static void regain_track(struct inflight *queue)
{
    uint16_t used = index_of(queue->device);
    uint16_t available = index_of(queue->driver);

    if (used == available && used == queue->used && available == queue->available) {
        memset(queue->out, 0, sizeof(queue->out));
        queue->unknown = false;
    }
}

/*
 * Nobody waits for a head that is none, or that is available twice: such nonsense of the guest or the
 * peer is not counted further than honest ones ever get between two looks.
 */
static void count(struct inflight *queue, uint32_t head, int change)
{
    if (head < queue->size && queue->out[head] * change < 2 * (int)INFLIGHT_SIZE_MAX) {
        queue->out[head] = (int16_t)(queue->out[head] + change);
    }
}

/* True if entries from `since` on can have been overwritten by now. */
static bool lapped(const struct inflight *queue, const volatile uint16_t *ring, uint16_t since)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* after the entries were read */
    return (uint16_t)(index_of(ring) - since) > queue->size;
}

static void look_at_available(struct inflight *queue)
{
    uint16_t since = queue->available;
    uint16_t index = index_of(queue->driver);

    if (index == since) {
        return;
    }
    for (unsigned i = 0; i < queue->size && queue->available != index; i++, queue->available++) {
        count(queue, queue->driver[RING_ENTRIES + slot(queue, queue->available)], 1);
    }
    if (lapped(queue, queue->driver, since)) {
        lose_track(queue);
    }
}

static void look_at_used(struct inflight *queue)
{
    uint16_t since = queue->used;
    uint16_t index = index_of(queue->device);

    if (index == since) {
        return;
    }
    for (unsigned i = 0; i < queue->size && queue->used != index; i++, queue->used++) {
        /* 32 bits of head, 32 of length. */
        size_t at = RING_ENTRIES + USED_HALFS * slot(queue, queue->used);

        count(queue, queue->device[at] | (uint32_t)queue->device[at + 1] << 16, -1);
    }
    if (lapped(queue, queue->device, since)) {
        lose_track(queue);
    }
}

void inflight_look(struct inflight *queue)
{
    look_at_available(queue);
    if (queue->closed) {
        return;
    }
    look_at_used(queue);
    if (queue->unknown) {
        regain_track(queue);
    }
}

bool inflight_is_out(const struct inflight *queue, uint16_t head)
{
    return queue->out[head] == 1;
}

unsigned inflight_close(struct inflight *queue)
{
    unsigned known = 0;
    uint16_t out;

    inflight_look(queue);
    queue->closed = true;
    for (unsigned head = 0; head < queue->size; head++) {
        known += inflight_is_out(queue, (uint16_t)head);
    }
    out = (uint16_t)(queue->available - queue->used);
    return out <= queue->size && out > known ? out - known : 0;
}

void inflight_read(const struct inflight *queue, uint16_t index, struct inflight_desc *desc)
{
    const volatile struct inflight_desc *from = &queue->desc[slot(queue, index)];

    *desc = (struct inflight_desc){ from->addr, from->len, from->flags, from->next };
}

void inflight_answer(struct inflight *queue, uint16_t head, uint32_t len)
{
    size_t at = RING_ENTRIES + USED_HALFS * slot(queue, queue->used);

    queue->out[head] = 0;
    queue->device[at] = head;
    queue->device[at + 1] = 0;
    queue->device[at + 2] = (uint16_t)len;
    queue->device[at + 3] = (uint16_t)(len >> 16);
    queue->used++;
    __atomic_store_n(&queue->device[RING_INDEX], queue->used, __ATOMIC_RELEASE);
}

bool inflight_rest(struct inflight *queue, bool event_idx)
{
    queue->device[0] = 0;
    if (event_idx) {
        queue->device[RING_ENTRIES + USED_HALFS * queue->size] = queue->available;
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return index_of(queue->driver) != queue->available;
}
