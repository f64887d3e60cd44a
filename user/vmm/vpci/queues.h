/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disks' queues of one link: followed while their backend lives, answered once it has died.
 *
 * Linux waits for a disk's requests without a limit, also to remove the disk or to shut down. So the
 * requests of a virtio block device whose backend is gone end here, as those of a broken disk do, with
 * an I/O error: what was in flight, and what the guest still asks for until it restarts or lets go
 * of the device. Queues of other devices need no such end: their drivers do not wait.
 *
 * Not followed: packed rings, in-order use of rings, and more queues than there is room for.
 *
 * Pure. Called by: vpci.c.
 * Source: Virtual I/O Device 1.2 sections 2.7 (split virtqueues), 5.2.6 (block requests).
 */
#ifndef VMM_VPCI_QUEUES_H
#define VMM_VPCI_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

#include "rt/log.h"
#include "vmm/vpci/function.h"
#include "vmm/vpci/inflight.h"
#include "vmm/vpci/msix.h"

#define VPCI_QUEUES_FOLLOWED 16u /* per link */

struct vpci_queue {
    const struct vpci_function *function;
    uint16_t number;
    struct inflight rings;
};

struct vpci_queues {
    struct inflight_memory memory;
    const char *name; /* of the link, for logs */
    struct vpci_queue queues[VPCI_QUEUES_FOLLOWED];
    unsigned count;
    bool unfinished; /* the guest asked faster than one call may answer */
    struct rt_log_limit log;
};

void vpci_queues_init(struct vpci_queues *queues, const char *name,
                      const struct inflight_memory *memory);

/* No queue is followed any more: nothing touches the guest's memory. */
void vpci_queues_reset(struct vpci_queues *queues);

/*
 * The guest enabled or reset queues of `function`, or all of it, and its journal knows. The function
 * must outlive its queues: vpci_queues_reset.
 */
void vpci_queues_follow(struct vpci_queues *queues, const struct vpci_function *function);

/* The guest may have made requests available, or the backend may have used some. */
void vpci_queues_moved(struct vpci_queues *queues, struct vpci_msix_vectors *vectors);

/* True if a function whose backend is gone has queues that nobody answers yet. */
bool vpci_queues_stranded(const struct vpci_queues *queues);

/* Nothing of their backend writes to guest memory any more: answers stranded queues from now on. */
void vpci_queues_fail(struct vpci_queues *queues, struct vpci_msix_vectors *vectors);

#endif
