/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared memory is touched here through contract/rpc/ring.h only, plus the two identity lines.
 *
 * Upcalls may send requests, and a request may find the link broken. So a breach only marks the
 * session down; what it implies for others (replies, detach) happens in settle(), which no upcall
 * runs under.
 */
#include "vmm/link/session.h"

#include <stddef.h>

#include "rt/mem.h"

/* Rounds of one doorbell: what a peer can make us do before other work of the VM gets its turn. */
#define PUMP_ROUNDS 4u

#define TAG_INDEX_BITS 4u
_Static_assert(1u << TAG_INDEX_BITS == LINK_OUTSTANDING, "a tag holds the request's index");

_Static_assert(sizeof(struct link_area) <= LINK_AREA_BYTES, "the area has a fixed size");
_Static_assert(offsetof(struct link_area, kick) % LINK_LINE == 0 &&
                   offsetof(struct link_area, irq) % LINK_LINE == 0 &&
                   offsetof(struct link_area, to_device) % LINK_LINE == 0 &&
                   offsetof(struct link_area, to_driver) % LINK_LINE == 0,
               "one writer per cache line");

static void ring_peer(struct link_session *session)
{
    session->ops->ring(session->owner);
}

/* A peer can restart its life as often as it likes; the log does not follow it for ever. */
static void log_life(struct link_session *session, const char *what, uint32_t number)
{
    uint64_t n = ++session->life_log.count;

    if (n <= RT_LOG_LIMIT_BURST || (n & (n - 1)) == 0) {
        rt_info("link %s: %s %u", session->name, what, number);
    }
}

static void breach(struct link_session *session, const char *what)
{
    if (session->state != LINK_SESSION_UP) {
        return;
    }
    session->state = LINK_SESSION_DOWN;
    session->unfinished = true;
    session->counters.breaches++;
    rt_warn_limited(&session->breach_log, "link %s: down: %s", session->name, what);
}

/* Begins a life of the driver side. The order matters: link.h, SESSIONS. */
static void announce(struct link_session *session)
{
    struct link_driver_line *line = &session->area->driver;

    session->number = link_load_acquire(&session->area->device.session);
    session->generation++;
    link_store_release(&line->magic, LINK_MAGIC);
    link_store_release(&line->version, LINK_VERSION);
    link_store_release(&line->session, 0);
    link_store_release(&line->generation, session->generation);
    ring_peer(session);
}

void link_session_init(struct link_session *session, struct link_area *area, const char *name,
                       uint64_t window_base, uint64_t window_bytes,
                       const struct link_session_ops *ops, void *owner)
{
    memset(session, 0, sizeof(*session));
    session->area = area;
    session->ops = ops;
    session->owner = owner;
    session->name = name;
    link_events_init(&session->events, window_base, window_bytes);
    session->generation = link_load_acquire(&area->driver.generation);
    announce(session);
}

bool link_session_alive(const struct link_session *session)
{
    return session->state == LINK_SESSION_UP && session->attached && !session->unresponsive &&
           !session->shunned;
}

/*
 * The attachment ends, perhaps with its session: every access gets its reply, then the owner learns
 * of it. A RESET is still answered by the peer as long as the session lasts.
 */
static void detach(struct link_session *session)
{
    bool was_attached = session->attached;
    bool session_over = session->state != LINK_SESSION_UP;

    session->attached = false;
    session->unresponsive = false;
    session->shunned = false;
    link_events_clear(&session->events);
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        struct link_request *request = &session->requests[i];
        bool sent = request->state == LINK_REQUEST_SENT;

        if (request->reset && !session_over) {
            continue;
        }
        request->state = LINK_REQUEST_FREE;
        if (sent) {
            session->ops->reply(session->owner, request->cookie, LINK_STATUS_DEAD, 0);
        }
    }
    if (was_attached) {
        session->ops->detached(session->owner);
    }
}

static void attach(struct link_session *session, uint32_t number)
{
    if (session->attached) {
        detach(session);
    }
    session->attached = true;
    session->attachment = number;
    session->unresponsive = false;
    session->shunned = false;
    session->counters.attachments++;
    log_life(session, "backend attached, number", number);
    session->ops->attached(session->owner);
}

static void take_interrupts(struct link_session *session, bool deliver)
{
    for (uint32_t word = 0; word < LINK_IRQ_WORDS; word++) {
        uint64_t bits;

        if (link_bits_take(&session->area->irq[word].bits, &bits) == LINK_RING_CONTENDED) {
            breach(session, "interrupt word held");
            return;
        }
        while (deliver && bits != 0) {
            uint32_t bit = (uint32_t)__builtin_ctzll(bits);

            bits &= bits - 1;
            session->counters.interrupts++;
            session->ops->interrupt(session->owner, word * 64 + bit);
        }
    }
}

static void handle_reply(struct link_session *session, const struct link_msg *msg)
{
    struct link_request *request = &session->requests[msg->tag % LINK_OUTSTANDING];

    if (request->state == LINK_REQUEST_FREE || request->tag != msg->tag) {
        breach(session, "reply to nothing that was asked");
        return;
    }
    session->counters.replies++;
    if (session->unresponsive) {
        session->unresponsive = false;
        session->starved = true; /* held accesses may go on */
    }
    if (request->state == LINK_REQUEST_LATE) {
        request->state = LINK_REQUEST_FREE;
        session->counters.late_replies++;
        session->ops->late(session->owner, request->cookie, msg->status);
        return;
    }
    request->state = LINK_REQUEST_FREE;
    session->ops->reply(session->owner, request->cookie, msg->status, msg->data);
}

static void handle_event_del(struct link_session *session, uint32_t index)
{
    if (link_events_del(&session->events, index) != 0) {
        breach(session, "registration index out of range");
        return;
    }
    session->ack_pending[index / 64] |= UINT64_C(1) << (index % 64);
}

static void handle_message(struct link_session *session, const struct link_msg *msg)
{
    switch (msg->op) {
    case LINK_MSG_REPLY: handle_reply(session, msg); break;
    case LINK_MSG_ATTACH: attach(session, msg->tag); break;
    case LINK_MSG_DETACH:
        if (session->attached) {
            log_life(session, "backend gone, session", session->number);
        }
        detach(session);
        break;
    case LINK_MSG_EVENT_ADD:
        if (link_events_add(&session->events, msg) != 0) {
            breach(session, "registration with a bad index or length");
        }
        break;
    case LINK_MSG_EVENT_DEL: handle_event_del(session, msg->tag); break;
    default: breach(session, "unknown message"); break;
    }
}

/* Returns true if the message is in the ring. */
static bool send(struct link_session *session, const struct link_msg *msg)
{
    switch (link_ring_put(&session->to_device, msg)) {
    case LINK_RING_NOTIFY: ring_peer(session); return true;
    case LINK_RING_OK: return true;
    case LINK_RING_FULL: return false;
    default: breach(session, "request ring counter out of range"); return false;
    }
}

static void send_acks(struct link_session *session)
{
    for (uint32_t index = 0; index < LINK_KICK_COUNT; index++) {
        struct link_msg msg = { .op = LINK_MSG_EVENT_ACK, .tag = index };
        uint64_t bit = UINT64_C(1) << (index % 64);

        if (session->ack_pending[index / 64] == 0) {
            index |= 63;
            continue;
        }
        if ((session->ack_pending[index / 64] & bit) == 0) {
            continue;
        }
        if (!send(session, &msg)) {
            return; /* the peer rings when it has made room */
        }
        session->ack_pending[index / 64] &= ~bit;
    }
}

/* One look at the peer's words and ring. Returns the number of messages handled. */
static uint32_t pump_round(struct link_session *session)
{
    uint32_t count, more;

    if (link_ring_pending(&session->to_driver, &count) != LINK_RING_OK) {
        breach(session, "message ring counter out of range");
        return 0;
    }
    /* After the head was loaded, before any reply is acted upon: link.h, rule 4. */
    take_interrupts(session, true);
    for (uint32_t i = 0; i < count && session->state == LINK_SESSION_UP; i++) {
        struct link_msg msg;

        link_ring_get(&session->to_driver, &msg);
        handle_message(session, &msg);
    }
    if (count == 0 || session->state != LINK_SESSION_UP) {
        return count;
    }
    switch (link_ring_publish(&session->to_driver, &more)) {
    case LINK_RING_NOTIFY: ring_peer(session); break;
    case LINK_RING_OK: break;
    default: breach(session, "message ring counter out of range"); return count;
    }
    session->unfinished = more != 0;
    return count;
}

static void pump(struct link_session *session)
{
    session->unfinished = false;
    for (unsigned round = 0; round < PUMP_ROUNDS && session->state == LINK_SESSION_UP; round++) {
        (void)pump_round(session);
        if (!session->unfinished) {
            break;
        }
    }
    if (session->state == LINK_SESSION_UP) {
        send_acks(session);
    }
}

/* What a breach or new room implies, once no upcall is running any more. */
static void settle(struct link_session *session)
{
    if (session->state == LINK_SESSION_DOWN) {
        session->unfinished = false;
        detach(session);
    } else if (session->state == LINK_SESSION_UP && session->starved) {
        session->starved = false;
        session->ops->room(session->owner);
    }
}

static bool device_line_valid(const struct link_session *session)
{
    return link_load_acquire(&session->area->device.magic) == LINK_MAGIC &&
           link_load_acquire(&session->area->device.version) == LINK_VERSION;
}

static void clear_area(struct link_area *area)
{
    for (unsigned i = 0; i < LINK_KICK_WORDS; i++) {
        __atomic_store_n(&area->kick[i].bits, 0, __ATOMIC_RELAXED);
    }
    for (unsigned i = 0; i < LINK_IRQ_WORDS; i++) {
        __atomic_store_n(&area->irq[i].bits, 0, __ATOMIC_RELAXED);
    }
    __atomic_store_n(&area->to_device.head.value, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&area->to_device.tail.value, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&area->to_driver.head.value, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&area->to_driver.tail.value, 0, __ATOMIC_RELAXED);
}

/* The session ends, with everything that belongs to it. */
static void end_session(struct link_session *session)
{
    session->state = LINK_SESSION_NONE; /* upcalls find no backend */
    session->unfinished = false;
    session->starved = false;
    memset(session->ack_pending, 0, sizeof(session->ack_pending));
    detach(session);
}

static void start_session(struct link_session *session, uint32_t number)
{
    end_session(session);
    session->number = number;
    link_store_release(&session->area->driver.session, 0);
    if (!device_line_valid(session)) {
        rt_warn_limited(&session->breach_log, "link %s: peer speaks another protocol",
                        session->name);
        return;
    }
    clear_area(session->area);
    link_producer_init(&session->to_device, &session->area->to_device);
    link_consumer_init(&session->to_driver, &session->area->to_driver);
    session->state = LINK_SESSION_UP;
    session->counters.sessions++;
    link_store_release(&session->area->driver.session, number);
    log_life(session, "session", number);
    ring_peer(session);
}

/*
 * A hostile life of the device VM may have written over our line; the next one, which is honest, would
 * find no driver side there. It rings once, and we start anew. Returns false if we did.
 */
static bool driver_line_intact(struct link_session *session)
{
    const struct link_driver_line *line = &session->area->driver;
    uint32_t number = session->state == LINK_SESSION_NONE ? 0 : session->number;

    if (link_load_acquire(&line->magic) == LINK_MAGIC &&
        link_load_acquire(&line->version) == LINK_VERSION &&
        link_load_acquire(&line->session) == number &&
        link_load_acquire(&line->generation) == session->generation) {
        return true;
    }
    rt_warn_limited(&session->breach_log, "link %s: peer wrote over our line", session->name);
    end_session(session);
    announce(session);
    return false;
}

void link_session_doorbell(struct link_session *session)
{
    uint64_t news = session->counters.interrupts + session->to_driver.tail;
    uint32_t number;

    if (!driver_line_intact(session)) {
        return;
    }
    number = link_load_acquire(&session->area->device.session);
    if (number != session->number && number != 0) {
        start_session(session, number);
        return; /* the device side rings when it has seen it */
    }
    if (session->state == LINK_SESSION_UP) {
        pump(session);
    }
    if (news == session->counters.interrupts + session->to_driver.tail) {
        session->counters.rings_without_news++;
    }
    settle(session);
}

static void expire(struct link_session *session, uint64_t now_ns)
{
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        struct link_request *request = &session->requests[i];

        if (request->state != LINK_REQUEST_SENT || request->deadline_ns > now_ns) {
            continue;
        }
        request->state = LINK_REQUEST_LATE;
        session->unresponsive = true;
        session->counters.timeouts++;
        rt_warn_limited(&session->breach_log, "link %s: backend does not answer", session->name);
        session->ops->reply(session->owner, request->cookie, LINK_STATUS_DEAD, 0);
    }
}

void link_session_tick(struct link_session *session, uint64_t now_ns)
{
    expire(session, now_ns);
    if (session->unfinished && session->state == LINK_SESSION_UP) {
        pump(session);
    }
    settle(session);
}

void link_session_settle(struct link_session *session)
{
    if (session->state == LINK_SESSION_DOWN && session->unfinished) {
        settle(session);
    }
}

uint64_t link_session_deadline(const struct link_session *session)
{
    uint64_t deadline = UINT64_MAX;

    if (session->unfinished) {
        return 0;
    }
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        const struct link_request *request = &session->requests[i];

        if (request->state == LINK_REQUEST_SENT && request->deadline_ns < deadline) {
            deadline = request->deadline_ns;
        }
    }
    return deadline;
}

static struct link_request *free_request(struct link_session *session)
{
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        if (session->requests[i].state == LINK_REQUEST_FREE) {
            return &session->requests[i];
        }
    }
    return NULL;
}

int link_session_request(struct link_session *session, const struct link_msg *msg, uint32_t cookie)
{
    bool posted = (msg->flags & LINK_FLAG_POSTED) != 0;
    bool reset = msg->op == LINK_MSG_RESET;
    struct link_msg out = { .op = msg->op,
                            .addr = msg->addr,
                            .data = msg->data,
                            .len = msg->len,
                            .flags = posted ? LINK_FLAG_POSTED : 0,
                            .status = session->attachment };
    struct link_request *request = NULL;

    if (!link_session_alive(session) && !(reset && session->state == LINK_SESSION_UP)) {
        return RT_ERR_PEER;
    }
    if (!posted) {
        request = free_request(session);
        if (request == NULL) {
            session->starved = true;
            return RT_ERR_BUSY;
        }
        out.tag = session->next_serial << TAG_INDEX_BITS | (uint32_t)(request - session->requests);
    }
    if (!send(session, &out)) {
        if (session->state != LINK_SESSION_UP) {
            return RT_ERR_PEER;
        }
        session->starved = true;
        return RT_ERR_BUSY;
    }
    session->counters.requests++;
    if (request != NULL) {
        session->next_serial++;
        request->state = LINK_REQUEST_SENT;
        request->reset = reset;
        request->tag = out.tag;
        request->cookie = cookie;
        request->deadline_ns = session->ops->now_ns(session->owner) + LINK_REQUEST_TIMEOUT_NS;
    }
    return 0;
}

void link_session_abandon(struct link_session *session)
{
    for (unsigned i = 0; i < LINK_OUTSTANDING; i++) {
        if (session->requests[i].state == LINK_REQUEST_SENT && !session->requests[i].reset) {
            session->requests[i].state = LINK_REQUEST_LATE;
        }
    }
}

void link_session_shun(struct link_session *session)
{
    session->shunned = true;
    link_events_clear(&session->events);
}

void link_session_trust(struct link_session *session)
{
    session->shunned = false;
}

void link_session_drop_interrupts(struct link_session *session)
{
    if (session->state == LINK_SESSION_UP) {
        take_interrupts(session, false);
    }
}

bool link_session_kick(struct link_session *session, uint64_t addr, unsigned len, uint64_t data)
{
    uint32_t index;

    if (!link_events_match(&session->events, addr, len, data, &index)) {
        return false;
    }
    if (session->state != LINK_SESSION_UP) {
        return true; /* went down a moment ago: dropped, as a write to a dead backend is */
    }
    session->counters.kicks++;
    switch (link_bits_set(&session->area->kick[index / 64].bits, UINT64_C(1) << (index % 64))) {
    case LINK_RING_NOTIFY:
        session->counters.kick_rings++;
        ring_peer(session);
        break;
    case LINK_RING_OK: break;
    default:
        breach(session, "kick word held");
        settle(session);
        break;
    }
    return true;
}
