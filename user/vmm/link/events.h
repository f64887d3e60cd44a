/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registered addresses of a link (KVM calls them ioeventfds): the backend asks not to be called for
 * writes to an address, but to be told afterwards by one bit. Indices are chosen by the peer; an
 * address outside the link's memory window is kept but never matches.
 *
 * Looked up at each guest write to the window, so: a hash of the address, chains by index.
 *
 * Called by: session.c (messages), link.c (lookup).
 */
#ifndef VMM_LINK_EVENTS_H
#define VMM_LINK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/link.h"
#include "rt/error.h"

#define LINK_EVENT_BUCKETS 256u
#define LINK_EVENT_NONE    UINT16_MAX

struct link_event {
    uint64_t addr;  /* guest-physical */
    uint64_t value; /* to match, if `match` */
    uint16_t len;   /* bytes, 0 = any */
    bool match;
    bool used;
    bool linked;   /* in its hash chain: can match */
    uint16_t next; /* in the chain */
};

struct link_events {
    uint64_t window_base;
    uint64_t window_bytes;
    uint16_t buckets[LINK_EVENT_BUCKETS];
    struct link_event entries[LINK_KICK_COUNT];
    unsigned count;
};

/* Empty table; addresses count only inside [window_base, window_base + window_bytes). */
void link_events_init(struct link_events *events, uint64_t window_base, uint64_t window_bytes);

/* Drops all registrations. */
void link_events_clear(struct link_events *events);

/*
 * Registers. All values of `msg` (LINK_MSG_EVENT_ADD) are chosen by the peer.
 * Returns 0, or RT_ERR_PEER: index beyond LINK_KICK_COUNT or in use, len not 0, 1, 2, 4 or 8.
 */
int link_events_add(struct link_events *events, const struct link_msg *msg) RT_MUST_CHECK;

/*
 * Removes a registration; one that does not exist is no error.
 * Returns 0, or RT_ERR_PEER: index beyond LINK_KICK_COUNT.
 */
int link_events_del(struct link_events *events, uint32_t index) RT_MUST_CHECK;

/*
 * Looks up a guest write. addr, len and data are the guest's.
 * Returns true and the index, or false.
 */
bool link_events_match(const struct link_events *events, uint64_t addr, unsigned len, uint64_t data,
                       uint32_t *index);

#endif
