/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_peer.h"

#include <string.h>

void fake_peer_init(struct fake_peer *peer, struct link_area *area, struct fake_backend *backend,
                    void (*ring)(void *owner), void *owner)
{
    memset(peer, 0, sizeof(*peer));
    peer->area = area;
    peer->backend = backend;
    peer->ring = ring;
    peer->owner = owner;
}

void fake_peer_start(struct fake_peer *peer)
{
    peer->up = false;
    peer->generation = link_load_acquire(&peer->area->driver.generation);
    if (link_load_acquire(&peer->area->driver.magic) != LINK_MAGIC) {
        peer->session = 0;
        peer->ring(peer->owner); /* it rings when it comes, or when it finds its line overwritten */
        return;
    }
    peer->session = link_next_session(peer->area);
    link_store_release(&peer->area->device.magic, LINK_MAGIC);
    link_store_release(&peer->area->device.version, LINK_VERSION);
    link_store_release(&peer->area->device.session, peer->session);
    peer->ring(peer->owner);
}

bool fake_peer_send(struct fake_peer *peer, const struct link_msg *msg)
{
    switch (link_ring_put(&peer->to_driver, msg)) {
    case LINK_RING_NOTIFY: peer->ring(peer->owner); return true;
    case LINK_RING_OK: return true;
    default: return false;
    }
}

void fake_peer_attach(struct fake_peer *peer, uint32_t number)
{
    const struct link_msg msg = { .op = LINK_MSG_ATTACH, .tag = number };

    (void)fake_peer_send(peer, &msg);
}

void fake_peer_detach(struct fake_peer *peer)
{
    const struct link_msg msg = { .op = LINK_MSG_DETACH };

    (void)fake_peer_send(peer, &msg);
}

void fake_peer_event_add(struct fake_peer *peer, uint32_t index, uint64_t addr, unsigned len)
{
    const struct link_msg msg = {
        .op = LINK_MSG_EVENT_ADD, .tag = index, .addr = addr, .len = (uint16_t)len
    };

    (void)fake_peer_send(peer, &msg);
    peer->added[index % LINK_KICK_COUNT] = true;
}

void fake_peer_raise(struct fake_peer *peer, uint32_t vector)
{
    uint64_t *word = &peer->area->irq[vector / 64].bits;

    if (link_bits_set(word, UINT64_C(1) << (vector % 64)) == LINK_RING_NOTIFY) {
        peer->ring(peer->owner);
    }
}

static void reset_backend(struct fake_peer *peer)
{
    peer->resets++;
    fake_backend_reset(peer->backend);
    for (uint32_t i = 0; i < LINK_KICK_COUNT; i++) {
        const struct link_msg msg = { .op = LINK_MSG_EVENT_DEL, .tag = i };

        if (peer->added[i]) {
            peer->added[i] = false;
            (void)fake_peer_send(peer, &msg);
        }
    }
}

static void handle_request(struct fake_peer *peer, const struct link_msg *msg)
{
    struct link_msg reply = { .op = LINK_MSG_REPLY, .tag = msg->tag };

    peer->requests++;
    if (msg->op == LINK_MSG_READ) {
        peer->order_kicks_at_read = peer->kicks[0];
        reply.status = fake_backend_read(peer->backend, msg->addr, msg->len, &reply.data);
    } else if (msg->op == LINK_MSG_WRITE) {
        reply.status = fake_backend_write(peer->backend, msg->addr, msg->len, msg->data);
    } else if (peer->ignore_resets) {
        return;
    } else {
        reset_backend(peer);
    }
    if ((msg->flags & LINK_FLAG_POSTED) == 0 && !peer->hold_replies) {
        (void)fake_peer_send(peer, &reply);
    }
}

static void take_kicks(struct fake_peer *peer)
{
    for (unsigned i = 0; i < LINK_KICK_WORDS; i++) {
        uint64_t bits;

        (void)link_bits_take(&peer->area->kick[i].bits, &bits);
        peer->kicks[i] |= bits;
        peer->kick_count += (unsigned)__builtin_popcountll(bits);
    }
}

static void check_session(struct fake_peer *peer)
{
    if (peer->session == 0 ||
        link_load_acquire(&peer->area->driver.generation) != peer->generation) {
        fake_peer_start(peer);
    }
    if (!peer->up && peer->session != 0 &&
        link_load_acquire(&peer->area->driver.session) == peer->session) {
        peer->up = true;
        link_producer_init(&peer->to_driver, &peer->area->to_driver);
        link_consumer_init(&peer->to_device, &peer->area->to_device);
        peer->ring(peer->owner);
    }
}

void fake_peer_interrupt(struct fake_peer *peer)
{
    uint32_t count = 1, more = 0;

    check_session(peer);
    while (peer->up && count != 0) {
        if (link_ring_pending(&peer->to_device, &count) != LINK_RING_OK) {
            peer->up = false;
            return;
        }
        take_kicks(peer);
        for (uint32_t i = 0; i < count; i++) {
            struct link_msg msg;

            link_ring_get(&peer->to_device, &msg);
            if (msg.op == LINK_MSG_EVENT_ACK) {
                peer->acks++;
            } else {
                handle_request(peer, &msg);
            }
        }
        if (count != 0 && link_ring_publish(&peer->to_device, &more) == LINK_RING_NOTIFY) {
            peer->ring(peer->owner);
        }
        count = more;
    }
}
