/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vpci/queues.h"

#include <stddef.h>

#include "rt/mem.h"

#define VIRTIO_VENDOR           0x1af4u
#define VIRTIO_BLK_TRANSITIONAL 0x1001u
#define VIRTIO_BLK              0x1042u

/* Feature bits: word and mask. */
#define EVENT_IDX_WORD 0u
#define EVENT_IDX      (1u << 29)
#define VERSION_WORD   1u
#define VERSION_1      (1u << 0)
#define OTHER_RINGS    (1u << 2 | 1u << 3) /* RING_PACKED, IN_ORDER */

/* The last byte of a request that the device writes is its status. */
#define BLK_IOERR        1u
#define BLK_STATUS_BYTES 1u

/* Looks at one queue of one call: a guest on another core may ask as fast as it gets answers. */
#define ROUNDS 4u

void vpci_queues_init(struct vpci_queues *queues, const char *name,
                      const struct inflight_memory *memory)
{
    memset(queues, 0, sizeof(*queues));
    queues->name = name;
    queues->memory = *memory;
}

void vpci_queues_reset(struct vpci_queues *queues)
{
    queues->count = 0;
    queues->unfinished = false;
}

/* ---- Following ------------------------------------------------------------------------------- */

static bool is_disk(const struct vpci_function *function)
{
    uint32_t id = function->header[0];

    return (id & 0xffff) == VIRTIO_VENDOR &&
           (id >> 16 == VIRTIO_BLK || id >> 16 == VIRTIO_BLK_TRANSITIONAL);
}

static bool plain_rings(const struct vpci_journal_virtio *virtio)
{
    return (virtio->features[VERSION_WORD] & (VERSION_1 | OTHER_RINGS)) == VERSION_1;
}

static struct vpci_queue *find(struct vpci_queues *queues, const struct vpci_function *function,
                               unsigned number)
{
    for (unsigned i = 0; i < queues->count; i++) {
        struct vpci_queue *queue = &queues->queues[i];

        if (queue->function == function && queue->number == number) {
            return queue;
        }
    }
    return NULL;
}

/* Returns NULL, or why the queue cannot be followed. */
static const char *start(struct vpci_queues *queues, const struct vpci_function *function,
                         unsigned number)
{
    const struct vpci_journal_virtio *virtio = &function->journal.virtio;
    struct vpci_queue *queue = &queues->queues[queues->count];

    if (queues->count == VPCI_QUEUES_FOLLOWED) {
        return "too many queues";
    }
    if (!plain_rings(virtio)) {
        return "no split rings";
    }
    switch (inflight_start(&queue->rings, &virtio->queues[number], &queues->memory)) {
    case 0: break;
    case RT_ERR_RANGE: return "size out of range";
    default: return "rings outside of memory that the backend can reach";
    }
    queue->function = function;
    queue->number = (uint16_t)number;
    queues->count++;
    return NULL;
}

static void stop(struct vpci_queues *queues, struct vpci_queue *queue)
{
    queues->count--;
    if (queue != &queues->queues[queues->count]) {
        *queue = queues->queues[queues->count];
    }
}

void vpci_queues_follow(struct vpci_queues *queues, const struct vpci_function *function)
{
    if (!is_disk(function)) {
        return;
    }
    for (unsigned number = 0; number < VPCI_JOURNAL_QUEUES; number++) {
        struct vpci_queue *queue = find(queues, function, number);
        bool enabled = function->journal.virtio.queues[number].enabled;

        if (queue != NULL && !enabled) {
            stop(queues, queue);
        } else if (queue == NULL && enabled) {
            const char *wrong = start(queues, function, number);

            if (wrong != NULL) {
                rt_warn_limited(&queues->log, "link %s: slot %u queue %u: not followed: %s",
                                queues->name, function->slot, number, wrong);
            }
        }
    }
}

/* ---- Answering ------------------------------------------------------------------------------- */

/* The last descriptor of the chain that begins at `head`. False if there is no end to be found. */
static bool last_of_table(const struct inflight_memory *memory,
                          const struct inflight_desc *indirect, struct inflight_desc *last)
{
    const volatile struct inflight_desc *table =
        indirect->addr % _Alignof(struct inflight_desc) == 0
            ? memory->at(memory->owner, indirect->addr, indirect->len)
            : NULL;
    uint32_t entries = indirect->len / sizeof(*table);
    uint32_t at = 0;

    for (unsigned i = 0; table != NULL && at < entries && i < INFLIGHT_SIZE_MAX; i++) {
        *last = (struct inflight_desc){ table[at].addr, table[at].len, table[at].flags,
                                        table[at].next };
        if ((last->flags & INFLIGHT_DESC_NEXT) == 0) {
            return true;
        }
        at = last->next;
    }
    return false;
}

static bool last_of_chain(const struct inflight_memory *memory, const struct inflight *rings,
                          uint16_t head, struct inflight_desc *last)
{
    inflight_read(rings, head, last);
    for (unsigned i = 0; i < rings->size; i++) {
        if ((last->flags & INFLIGHT_DESC_INDIRECT) != 0) {
            struct inflight_desc indirect = *last;

            return last_of_table(memory, &indirect, last);
        }
        if ((last->flags & INFLIGHT_DESC_NEXT) == 0) {
            return true;
        }
        inflight_read(rings, last->next, last);
    }
    return false;
}

/* Where the status of a block request goes, or NULL if the guest made none that could be found. */
static volatile uint8_t *status_of(const struct inflight_memory *memory,
                                   const struct inflight *rings, uint16_t head)
{
    struct inflight_desc last;

    if (!last_of_chain(memory, rings, head, &last) || (last.flags & INFLIGHT_DESC_WRITE) == 0 ||
        last.len < BLK_STATUS_BYTES) {
        return NULL;
    }
    return memory->at(memory->owner, last.addr + last.len - BLK_STATUS_BYTES, BLK_STATUS_BYTES);
}

static unsigned fail_out(const struct inflight_memory *memory, struct inflight *rings)
{
    unsigned failed = 0;

    for (uint16_t head = 0; head < rings->size; head++) {
        volatile uint8_t *status;

        if (!inflight_is_out(rings, head)) {
            continue;
        }
        status = status_of(memory, rings, head);
        if (status != NULL) {
            *status = BLK_IOERR;
        }
        inflight_answer(rings, head, BLK_STATUS_BYTES);
        failed++;
    }
    return failed;
}

/* Answers all that is out. Returns how many requests that were. */
static unsigned answer(struct vpci_queues *queues, struct vpci_queue *queue,
                       struct vpci_msix_vectors *vectors)
{
    const struct vpci_function *function = queue->function;
    const struct vpci_journal_virtio *virtio = &function->journal.virtio;
    uint16_t vector = virtio->queues[queue->number].vector;
    unsigned failed = 0;
    bool more = true;

    for (unsigned round = 0; more && round < ROUNDS; round++) {
        inflight_look(&queue->rings);
        failed += fail_out(&queues->memory, &queue->rings);
        more = inflight_rest(&queue->rings, (virtio->features[EVENT_IDX_WORD] & EVENT_IDX) != 0);
    }
    queues->unfinished |= more;
    if (failed != 0 && vector < function->msix.size) {
        vpci_msix_message(vectors, &function->msix, function->msix.first + vector);
    }
    return failed;
}

void vpci_queues_moved(struct vpci_queues *queues, struct vpci_msix_vectors *vectors)
{
    queues->unfinished = false;
    for (unsigned i = 0; i < queues->count; i++) {
        struct vpci_queue *queue = &queues->queues[i];

        if (queue->rings.closed) {
            (void)answer(queues, queue, vectors);
        } else {
            inflight_look(&queue->rings);
        }
    }
}

static bool stranded(const struct vpci_queue *queue)
{
    return queue->function->state == VPCI_STALE && !queue->rings.closed;
}

bool vpci_queues_stranded(const struct vpci_queues *queues)
{
    for (unsigned i = 0; i < queues->count; i++) {
        if (stranded(&queues->queues[i])) {
            return true;
        }
    }
    return false;
}

void vpci_queues_fail(struct vpci_queues *queues, struct vpci_msix_vectors *vectors)
{
    for (unsigned i = 0; i < queues->count; i++) {
        struct vpci_queue *queue = &queues->queues[i];
        unsigned unknown, failed;

        if (!stranded(queue)) {
            continue;
        }
        unknown = inflight_close(&queue->rings);
        failed = answer(queues, queue, vectors);
        rt_warn_limited(
            &queues->log,
            "link %s: slot %u queue %u: backend gone: I/O errors from now on, %u requests "
            "in flight failed, %u lost",
            queues->name, queue->function->slot, queue->number, failed, unknown);
    }
}
