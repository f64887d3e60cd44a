/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One split virtqueue as its driver's VMM sees it from outside: which requests the device has not
 * given back yet, and, once the device is gone for good, giving them back in its place.
 *
 * The rings alone do not tell: a used ring holds the last completions only, and a slow request may
 * be older than all of them. So the VMM looks whenever the guest kicks and whenever the device interrupts,
 * counts each head that was made available (+1) or used (-1) since the last look, and needs
 * neither to know in which order that happened. If more happened between two looks than the ring holds,
 * what was out before is unknown until the queue is empty once.
 *
 * The rings are shared with guest and peer: every index is one of theirs, reads are single, loops are
 * bounded by the queue's size, writes stay inside the ring.
 *
 * Pure. Called by: queues.c.
 * Source: Virtual I/O Device 1.2 sections 2.7.5 to 2.7.10.
 */
#ifndef VMM_VPCI_INFLIGHT_H
#define VMM_VPCI_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "rt/error.h"
#include "vmm/vpci/journal.h"

#define INFLIGHT_SIZE_MAX 1024u /* entries of a queue; QEMU offers no more */

#define INFLIGHT_DESC_NEXT     1u
#define INFLIGHT_DESC_WRITE    2u
#define INFLIGHT_DESC_INDIRECT 4u

struct inflight_desc {
    uint64_t addr; /* guest-physical */
    uint32_t len;
    uint16_t flags, next;
};

/*
 * Where the VMM sees guest memory that the link's peer may write, too; NULL if any byte of
 * [ipa, ipa + bytes) is not such memory. Both are the guest's or the peer's.
 */
struct inflight_memory {
    void *(*at)(void *owner, uint64_t ipa, uint64_t bytes);
    void *owner;
};

struct inflight {
    const volatile struct inflight_desc *desc;
    const volatile uint16_t *driver; /* available ring */
    volatile uint16_t *device;       /* used ring */
    uint16_t size;
    uint16_t available, used;       /* indices up to which the rings were looked at */
    bool closed;                    /* the device's side of the rings is ours */
    bool unknown;                   /* what is out is not all known */
    int16_t out[INFLIGHT_SIZE_MAX]; /* by head: times available minus times used */
};

/*
 * Starts with an empty queue, as the guest enables it.
 * Returns 0, RT_ERR_RANGE if the size is no power of two up to INFLIGHT_SIZE_MAX, or
 * RT_ERR_ALIGNMENT if a ring is misaligned or not in shared memory.
 */
int inflight_start(struct inflight *queue, const struct vpci_journal_queue *ring,
                   const struct inflight_memory *memory) RT_MUST_CHECK;

/* Takes note of what was made available and used since the last look. */
void inflight_look(struct inflight *queue);

/*
 * The device is gone and nothing of it writes to the rings any more: from now on its side of them is
 * written by inflight_answer and inflight_rest only. Returns how many requests are out that nobody
 * knows.
 */
unsigned inflight_close(struct inflight *queue);

/* Tells whether the request that begins at `head` (< size) is out. Only after inflight_close. */
bool inflight_is_out(const struct inflight *queue, uint16_t head);

/* Copies descriptor `index` (any value) of the queue's table. */
void inflight_read(const struct inflight *queue, uint16_t index, struct inflight_desc *desc);

/* Gives back the request that begins at `head` and is out; `len` bytes of it were written. */
void inflight_answer(struct inflight *queue, uint16_t head, uint32_t len);

/*
 * After the last answer: the guest is asked to kick for its next request (event_idx: the driver
 * accepted that feature). Returns true if one came meanwhile, for which no kick follows.
 */
bool inflight_rest(struct inflight *queue, bool event_idx);

#endif
