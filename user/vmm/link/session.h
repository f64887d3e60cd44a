/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The protocol of contract/rpc/link.h, driver side: sessions, attachment, requests and their tags,
 * kicks, interrupts. Knows nothing of PCI.
 *
 * A request ends in exactly one reply upcall, at the latest when the session or the attachment ends
 * or its time is over (status LINK_STATUS_DEAD then). A request that timed out keeps its tag until the
 * peer's late reply, so a tag never has two meanings. After a time-out the backend counts as
 * unresponsive, and requests are refused, until it answers anything.
 *
 * Called by: link.c. Calls out: struct link_session_ops.
 */
#ifndef VMM_LINK_SESSION_H
#define VMM_LINK_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/link.h"
#include "rpc/ring.h"
#include "rt/error.h"
#include "rt/log.h"
#include "vmm/link/events.h"

/* Run-time accesses are held at most this long. */
#define LINK_REQUEST_TIMEOUT_NS UINT64_C(5000000000)

/* Upcalls. Those marked (*) may send requests. */
struct link_session_ops {
    void (*ring)(void *owner); /* signal the peer */
    uint64_t (*now_ns)(void *owner);
    void (*attached)(void *owner);                   /* (*) a new backend answers */
    void (*detached)(void *owner);                   /* it is gone; replies came before */
    void (*interrupt)(void *owner, uint32_t vector); /* link-local vector, checked */
    void (*reply)(void *owner, uint32_t cookie, uint32_t status, uint64_t data); /* (*) */
    void (*late)(void *owner, uint32_t cookie, uint32_t status); /* (*) reply after its time-out */
    void (*room)(void *owner); /* (*) requests may be sent again */
};

enum link_session_state {
    LINK_SESSION_NONE, /* the device side has not started a session */
    LINK_SESSION_UP,
    LINK_SESSION_DOWN, /* the peer broke the protocol: nothing until its next session */
};

enum link_request_state {
    LINK_REQUEST_FREE,
    LINK_REQUEST_SENT,
    LINK_REQUEST_LATE, /* given up; waits for the peer's reply */
};

struct link_request {
    enum link_request_state state;
    bool reset; /* LINK_MSG_RESET: outlives the attachment */
    uint32_t tag;
    uint32_t cookie;
    uint64_t deadline_ns;
};

/* What happened so far; for logs and tests. */
struct link_counters {
    uint64_t kicks, kick_rings, interrupts, requests, replies, late_replies, timeouts;
    uint64_t sessions, attachments, breaches, rings_without_news;
};

struct link_session {
    struct link_area *area; /* shared with the peer */
    const struct link_session_ops *ops;
    void *owner;
    const char *name;
    enum link_session_state state;
    uint32_t generation; /* of this VMM */
    uint32_t number;     /* session accepted last, or the one found at the start */
    bool attached;
    uint32_t attachment; /* number given by the peer */
    bool unresponsive;   /* until it answers anything */
    bool shunned;        /* until link_session_trust, or the next attachment */
    bool starved;        /* somebody was told RT_ERR_BUSY: tell when there is room */
    struct link_producer to_device;
    struct link_consumer to_driver;
    struct link_events events;
    struct link_request requests[LINK_OUTSTANDING];
    uint32_t next_serial;                       /* upper bits of the next tag */
    uint64_t ack_pending[LINK_KICK_COUNT / 64]; /* EVENT_ACKs that found no room */
    bool unfinished; /* messages were left over: go on at the next tick */
    struct link_counters counters;
    struct rt_log_limit breach_log, life_log;
};

/* Starts a driver-side life in the area (link.h, SESSIONS) and rings. All pointers must outlive it. */
void link_session_init(struct link_session *session, struct link_area *area, const char *name,
                       uint64_t window_base, uint64_t window_bytes,
                       const struct link_session_ops *ops, void *owner);

/* The peer rang: session changes, interrupts, messages. Bounded work. */
void link_session_doorbell(struct link_session *session);

/* Time-outs and left-over work. */
void link_session_tick(struct link_session *session, uint64_t now_ns);

/* After requests from outside of an upcall: ends what a breach found by one of them ended. */
void link_session_settle(struct link_session *session);

/* Absolute time of the next tick that matters, or UINT64_MAX. */
uint64_t link_session_deadline(const struct link_session *session);

/* True if requests reach a backend. */
bool link_session_alive(const struct link_session *session);

/*
 * Sends one request: op, addr, data, len and flags of `msg` are used. A LINK_MSG_RESET needs a
 * session, but no backend.
 *
 * @cookie: handed back with the reply; not used for posted requests, which get none.
 * Returns 0, RT_ERR_PEER (no backend: nothing follows), or RT_ERR_BUSY (no room or no tag: the room
 * upcall follows).
 */
int link_session_request(struct link_session *session, const struct link_msg *msg,
                         uint32_t cookie) RT_MUST_CHECK;

/* Gives up all outstanding requests but a RESET without upcalls; their tags stay taken until the late
   reply. */
void link_session_abandon(struct link_session *session);

/*
 * This attachment may not be used any more (it did not confirm a reset): as if there were none, its
 * registrations dropped. link_session_trust takes that back.
 */
void link_session_shun(struct link_session *session);
void link_session_trust(struct link_session *session);

/* Takes the interrupt words and drops what is in them. */
void link_session_drop_interrupts(struct link_session *session);

/*
 * A guest wrote to the memory window. If the address is registered: one bit, and the peer rung if
 * need be.
 * Returns true if it was a kick (the access is done), false if not.
 */
bool link_session_kick(struct link_session *session, uint64_t addr, unsigned len, uint64_t data);

#endif
