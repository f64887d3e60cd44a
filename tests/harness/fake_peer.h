/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device side of a link for tests: what the kernel module does with the message area, over the
 * same ring.h, plus a fake backend. One call does one interrupt's worth of work.
 */
#ifndef TESTS_HARNESS_FAKE_PEER_H
#define TESTS_HARNESS_FAKE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_backend.h"
#include "rpc/ring.h"

struct fake_peer {
    struct link_area *area;
    struct fake_backend *backend;
    void (*ring)(void *owner); /* doorbell of the driver side */
    void *owner;
    uint32_t session, generation;
    bool up;
    struct link_producer to_driver;
    struct link_consumer to_device;
    uint64_t kicks[LINK_KICK_WORDS]; /* taken so far */
    bool added[LINK_KICK_COUNT];     /* registrations; a reset of the backend removes them */
    unsigned kick_count;             /* bits taken */
    unsigned acks, resets, requests;
    bool hold_replies, ignore_resets;
    uint64_t order_kicks_at_read; /* kicks[0] when the last READ was handled */
};

void fake_peer_init(struct fake_peer *peer, struct link_area *area, struct fake_backend *backend,
                    void (*ring)(void *owner), void *owner);

/* Module load: asks for a new session. It is up after the driver side has answered. */
void fake_peer_start(struct fake_peer *peer);

/* The module's interrupt handler and request thread. */
void fake_peer_interrupt(struct fake_peer *peer);

/* Sends one message. False if there is no room. */
bool fake_peer_send(struct fake_peer *peer, const struct link_msg *msg);

void fake_peer_attach(struct fake_peer *peer, uint32_t number);
void fake_peer_detach(struct fake_peer *peer);
void fake_peer_event_add(struct fake_peer *peer, uint32_t index, uint64_t addr, unsigned len);

/* Raises a link-local vector. */
void fake_peer_raise(struct fake_peer *peer, uint32_t vector);

#endif
