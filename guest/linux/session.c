// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions and rings of a link, seen from the device side. The protocol is
 * described in contract/rpc/link.h, the ring operations in ring.h.
 */
#include <linux/interrupt.h>
#include <linux/io.h>

#include "virt.h"

/*
 * Rounds of one interrupt. A round takes at most one ring of messages; a peer
 * that keeps sending gets the rest served from a work item.
 */
#define SERVICE_ROUNDS	4

static void set_state(struct sel4_link *link, enum session_state state)
{
	link->state = state;
	WRITE_ONCE(link->up, state == SESSION_UP);
}

static void ring_doorbell(struct sel4_link *link)
{
	count(&link->stats.doorbells);
	/* writel orders the area's stores before the doorbell. */
	writel(1, link->doorbell);
}

static void backlog_clear(struct sel4_link *link)
{
	link->backlog_first = 0;
	link->backlog_count = 0;
}

void sel4_link_fail(struct sel4_link *link, const char *why)
{
	lockdep_assert_held(&link->lock);
	count(&link->stats.refusals);
	if (link->state == SESSION_FAILED)
		return;
	dev_err_ratelimited(link->dev, "link %s: down: %s\n", link->info.name, why);
	set_state(link, SESSION_FAILED);
	backlog_clear(link);
	sel4_request_orphan(link);
	sel4_event_unregister_all(link);
	link->peer_attached = false;
}

static void offer_session(struct sel4_link *link)
{
	struct link_area *area = link->area;

	/* The generation first: a driver side that starts later shows another one. */
	link->generation = link_load_acquire(&area->driver.generation);
	if (READ_ONCE(area->driver.magic) != LINK_MAGIC ||
	    READ_ONCE(area->driver.version) != LINK_VERSION) {
		/* Not there yet, or overwritten: say once that we are here. */
		if (link->state != SESSION_NONE)
			ring_doorbell(link);
		set_state(link, SESSION_NONE);
		return;
	}
	link->session = link_next_session(area);
	set_state(link, SESSION_OFFERED);
	WRITE_ONCE(area->device.magic, LINK_MAGIC);
	WRITE_ONCE(area->device.version, LINK_VERSION);
	link_store_release(&area->device.session, link->session);
	ring_doorbell(link);
}

static void end_session(struct sel4_link *link)
{
	backlog_clear(link);
	sel4_request_orphan(link);
	sel4_event_unregister_all(link);
	link->peer_attached = false;
}

static void accept_session(struct sel4_link *link)
{
	link_producer_init(&link->tx, &link->area->to_driver);
	link_consumer_init(&link->rx, &link->area->to_device);
	backlog_clear(link);
	set_state(link, SESSION_UP);
	count(&link->stats.sessions);
	link->ring_wanted = true;
	dev_info_ratelimited(link->dev, "link %s: up\n", link->info.name);
	if (!link->started)
		return;
	/* The driver side is a new one, so is its guest: meet it as after start. */
	link->announce_held = true;
	sel4_request_reset_backend(link);
}

/* Follows the driver side's line; true if the session is up. */
static bool session_poll(struct sel4_link *link)
{
	struct link_area *area = link->area;
	u32 generation = link_load_acquire(&area->driver.generation);

	if (link->state == SESSION_NONE ||
	    (generation != link->generation)) {
		if (link->state != SESSION_NONE)
			end_session(link);
		offer_session(link);
	}
	if (link->state == SESSION_OFFERED &&
	    link_load_acquire(&area->driver.session) == link->session)
		accept_session(link);
	return link->state == SESSION_UP;
}

static bool take_kicks(struct sel4_link *link)
{
	u64 bits;
	u32 word;

	for (word = 0; word < LINK_KICK_WORDS; word++) {
		if (link_bits_take(&link->area->kick[word].bits, &bits) != LINK_RING_OK) {
			sel4_link_fail(link, "a kick word is being hammered");
			return false;
		}
		while (bits) {
			sel4_event_kick(link, word * 64 + __ffs64(bits));
			bits &= bits - 1;
		}
	}
	return true;
}

static void handle_message(struct sel4_link *link, const struct link_msg *msg)
{
	switch (msg->op) {
	case LINK_MSG_READ:
	case LINK_MSG_WRITE:
	case LINK_MSG_RESET:
		sel4_request_message(link, msg);
		break;
	case LINK_MSG_EVENT_ACK:
		sel4_event_ack(link, msg->tag);
		break;
	default:
		sel4_link_fail(link, "unknown message");
		break;
	}
}

/* One round: head, kicks, messages up to that head. True if there is more. */
static bool take_messages(struct sel4_link *link)
{
	struct link_msg msg;
	u32 pending, more;
	int ret;

	if (link_ring_pending(&link->rx, &pending) != LINK_RING_OK) {
		sel4_link_fail(link, "its request counter is out of range");
		return false;
	}
	if (!take_kicks(link))
		return false;
	if (!pending)
		return false;
	while (pending && sel4_request_room(link) && !link->backlog_count) {
		link_ring_get(&link->rx, &msg);
		handle_message(link, &msg);
		if (link->state != SESSION_UP)
			return false;
		sel4_session_flush(link);
		if (link->state != SESSION_UP)
			return false;
		pending--;
	}
	ret = link_ring_publish(&link->rx, &more);
	if (ret < 0) {
		sel4_link_fail(link, "its request counter is out of range");
		return false;
	}
	if (ret == LINK_RING_NOTIFY)
		link->ring_wanted = true;
	/* Without room the rest waits for an answer of the backend or the peer. */
	return more && !pending;
}

void sel4_session_flush(struct sel4_link *link)
{
	struct link_msg *msg;
	int ret;

	while (link->state == SESSION_UP && link->backlog_count) {
		msg = &link->backlog[link->backlog_first];
		ret = link_ring_put(&link->tx, msg);
		if (ret == LINK_RING_FULL) {
			count(&link->stats.backlog);
			return;	/* the peer rings when there is room */
		}
		if (ret < 0) {
			sel4_link_fail(link, "its reply counter is out of range");
			return;
		}
		if (ret == LINK_RING_NOTIFY)
			link->ring_wanted = true;
		if (msg->op == LINK_MSG_ATTACH)
			link->peer_attached = true;
		else if (msg->op == LINK_MSG_DETACH)
			link->peer_attached = false;
		else if (msg->op == LINK_MSG_EVENT_DEL)
			sel4_event_del_sent(link, msg->tag);
		link->backlog_first = (link->backlog_first + 1) % BACKLOG_ENTRIES;
		link->backlog_count--;
	}
}

void sel4_session_send(struct sel4_link *link, const struct link_msg *msg)
{
	u32 at;

	lockdep_assert_held(&link->lock);
	if (link->state != SESSION_UP)
		return;
	/*
	 * Cannot happen: at most one ADD and one DEL per index, one reply per
	 * request slot, and few life cycle messages.
	 */
	if (WARN_ON_ONCE(link->backlog_count == BACKLOG_ENTRIES)) {
		sel4_link_fail(link, "backlog full");
		return;
	}
	at = (link->backlog_first + link->backlog_count) % BACKLOG_ENTRIES;
	link->backlog[at] = *msg;
	link->backlog_count++;
}

static void ring_if_wanted(struct sel4_link *link)
{
	if (!link->ring_wanted)
		return;
	link->ring_wanted = false;
	if (link->state == SESSION_UP)
		ring_doorbell(link);
}

void sel4_session_service(struct sel4_link *link)
{
	int round = 0;
	bool more;

	lockdep_assert_held(&link->lock);
	if (!session_poll(link))
		return;
	do {
		sel4_session_flush(link);
		more = link->state == SESSION_UP && take_messages(link);
	} while (more && ++round < SERVICE_ROUNDS);
	sel4_session_flush(link);
	ring_if_wanted(link);
	if (more)
		queue_work(system_highpri_wq, &link->more_work);
}

void sel4_session_attach(struct sel4_link *link)
{
	struct link_msg msg = { .op = LINK_MSG_ATTACH, .tag = ++link->attachment };

	count(&link->stats.attachments);
	link->announce_held = false;
	sel4_session_send(link, &msg);
	sel4_event_register_all(link);
}

/* The answer to a RESET outlives the attachment; whatever else waits belongs to it. */
static void backlog_keep_reset(struct sel4_link *link)
{
	struct link_msg *msg, kept = {};
	u32 i;

	for (i = 0; i < link->backlog_count; i++) {
		msg = &link->backlog[(link->backlog_first + i) % BACKLOG_ENTRIES];
		if (msg->op == LINK_MSG_REPLY && msg->tag == link->reset_tag)
			kept = *msg;
	}
	backlog_clear(link);
	if (kept.op)
		sel4_session_send(link, &kept);
}

void sel4_session_detach(struct sel4_link *link)
{
	struct link_msg msg = { .op = LINK_MSG_DETACH, .tag = link->attachment };

	backlog_keep_reset(link);
	if (link->peer_attached)
		sel4_session_send(link, &msg);
}

void sel4_session_raise(struct sel4_link *link, u32 vector)
{
	int ret;

	if (vector >= link->info.vector_count) {
		count(&link->stats.refusals);
		return;
	}
	if (!READ_ONCE(link->up))
		return;
	count(&link->stats.vectors);
	ret = link_bits_set(&link->area->irq[vector / 64].bits, BIT_ULL(vector % 64));
	if (ret == LINK_RING_NOTIFY)
		ring_doorbell(link);
	else if (ret < 0)
		schedule_work(&link->fail_work);
}

irqreturn_t sel4_session_irq(int irq, void *data)
{
	struct sel4_link *link = data;

	spin_lock(&link->lock);
	count(&link->stats.interrupts);
	sel4_session_service(link);
	spin_unlock(&link->lock);
	return IRQ_HANDLED;
}

static void more_work(struct work_struct *work)
{
	struct sel4_link *link = container_of(work, struct sel4_link, more_work);

	spin_lock_irq(&link->lock);
	sel4_session_service(link);
	spin_unlock_irq(&link->lock);
}

static void fail_work(struct work_struct *work)
{
	struct sel4_link *link = container_of(work, struct sel4_link, fail_work);

	spin_lock_irq(&link->lock);
	sel4_link_fail(link, "an interrupt word is being hammered");
	spin_unlock_irq(&link->lock);
}

void sel4_session_init(struct sel4_link *link)
{
	INIT_WORK(&link->more_work, more_work);
	INIT_WORK(&link->fail_work, fail_work);
	set_state(link, SESSION_NONE);
}

void sel4_session_start(struct sel4_link *link)
{
	spin_lock_irq(&link->lock);
	sel4_session_service(link);
	if (link->state == SESSION_NONE) {
		ring_doorbell(link);
		dev_info(link->dev, "link %s: waiting for the driver side\n", link->info.name);
	}
	spin_unlock_irq(&link->lock);
}

void sel4_session_stop(struct sel4_link *link)
{
	cancel_work_sync(&link->more_work);
	cancel_work_sync(&link->fail_work);
	cancel_delayed_work_sync(&link->reset_work);
}
