/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver-side VMM in user space: plays the other end of a link against the
 * real kernel module, in one Linux. The message area, the doorbell page and the
 * pool are reserved RAM reached through /dev/mem; the doorbell is RAM that this
 * side polls; the link's interrupt is raised through the GIC's set-pending
 * register. It follows contract/rpc/link.h unless a test makes it misbehave.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "link.h"
#include "ring.h"

struct peer_event {
	bool live;
	uint64_t addr;
	uint64_t value;
	uint16_t len;
	bool match;
};

struct peer_reply {
	bool arrived;
	uint64_t data;
	uint32_t status;
};

struct peer {
	struct link_area *area;
	volatile uint32_t *doorbell;
	volatile uint32_t *gicd;
	uint8_t *pool;

	/* driver guest's view, from the device tree */
	uint64_t pool_base, pool_bytes;
	uint64_t ecam_base, mmio_base, mmio_bytes;
	uint32_t intid;

	struct link_producer tx;
	struct link_consumer rx;
	uint32_t session;
	uint32_t refused_session;
	uint32_t generation;
	bool up;
	bool attached;
	uint32_t attachment;
	uint32_t attachments, detachments;
	bool hold_acks;			/* do not acknowledge EVENT_DEL */
	uint64_t held_acks[LINK_KICK_COUNT / 64];
	bool deaf;			/* do not read to_driver */
	struct peer_event events[LINK_KICK_COUNT];
	uint32_t event_count;
	struct peer_reply replies[64];	/* by tag % 64 */
	uint32_t tag;
	uint64_t irqs[LINK_IRQ_WORDS];	/* taken and not yet looked at */
	uint32_t nonsense;		/* messages that break the protocol */
};

/* Maps everything; exits on failure. */
void peer_map(struct peer *p);
/* A VMM starts: new generation, no session. */
void peer_announce(struct peer *p);
/* Looks at everything the device side wrote. */
void peer_poll(struct peer *p);
void peer_interrupt(struct peer *p);
void peer_send(struct peer *p, const struct link_msg *msg);
/* Polls until the condition's flag is set or the time is over; returns the flag. */
bool peer_wait(struct peer *p, bool (*done)(struct peer *p), unsigned int ms);

/* One access; returns its status, or -1 after 5 s. */
int peer_access(struct peer *p, bool write, uint64_t addr, uint16_t len, uint64_t *data);
uint64_t peer_read(struct peer *p, uint64_t addr, uint16_t len);
/* As a VMM does: kicks if the address is registered, otherwise a request. True if kicked. */
bool peer_write(struct peer *p, uint64_t addr, uint16_t len, uint64_t data);
/* -1 after the time limit, otherwise the status. */
int peer_reset(struct peer *p, unsigned int ms);
/* Takes link-local vector v from those that were raised. */
bool peer_take_irq(struct peer *p, unsigned int vector);

uint64_t now_ms(void);

#endif
