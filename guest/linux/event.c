// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioeventfds. The driver VM's VMM matches writes against the registrations and
 * sets kick bits; the interrupt handler turns bits into eventfd signals. A
 * registration that the peer does not know (no index left, not yet announced,
 * just taken away) works all the same, from the request path.
 */
#include <linux/eventfd.h>
#include <linux/slab.h>

#include "virt.h"

static bool same_event(const struct event *a, const struct event *b)
{
	return a->addr == b->addr && a->len == b->len && a->match == b->match &&
	       (!a->match || a->value == b->value);
}

static bool in_memory_window(const struct sel4_link *link, const struct event *ev)
{
	const struct sel4_virt_info *info = &link->info;
	u32 len = ev->len ? ev->len : 1;

	return ev->addr >= info->mmio_base && ev->addr - info->mmio_base < info->mmio_bytes &&
	       len <= info->mmio_bytes - (ev->addr - info->mmio_base);
}

/* A slot that nothing of an earlier registration uses any more; round robin. */
static int find_slot(struct sel4_link *link)
{
	u32 i, index;

	for (i = 0; i < LINK_KICK_COUNT; i++) {
		index = (link->slot_next + i) % LINK_KICK_COUNT;
		if (link->slots[index].state == SLOT_FREE &&
		    link->slots[index].late.state == REQUEST_FREE) {
			link->slot_next = index + 1;
			return index;
		}
	}
	return -1;
}

static void send_add(struct sel4_link *link, struct event *ev)
{
	struct link_msg msg = {
		.op = LINK_MSG_EVENT_ADD, .addr = ev->addr, .data = ev->value, .len = ev->len,
		.flags = ev->match ? LINK_FLAG_MATCH : 0,
	};
	int index;

	if (link->state != SESSION_UP || !in_memory_window(link, ev))
		return;
	index = find_slot(link);
	if (index < 0)
		return;
	ev->index = index;
	link->slots[index].state = SLOT_LIVE;
	link->slots[index].event = ev;
	msg.tag = index;
	sel4_session_send(link, &msg);
}

static void send_del(struct sel4_link *link, struct event *ev)
{
	struct event_slot *slot = &link->slots[ev->index];
	struct link_msg msg = { .op = LINK_MSG_EVENT_DEL, .tag = ev->index };

	slot->state = SLOT_DRAINING;
	slot->event = NULL;
	slot->del_sent = false;
	slot->abandoned = false;
	slot->late.kind = REQUEST_POSTED;
	slot->late.user = (struct sel4_virt_request){
		.op = SEL4_VIRT_OP_WRITE, .addr = ev->addr, .data = ev->value,
		.len = ev->len ? ev->len : 2,
	};
	ev->index = -1;
	sel4_session_send(link, &msg);
}

void sel4_event_register_all(struct sel4_link *link)
{
	struct event *ev;

	lockdep_assert_held(&link->lock);
	list_for_each_entry(ev, &link->events, entry)
		send_add(link, ev);
}

void sel4_event_unregister_all(struct sel4_link *link)
{
	struct event *ev;
	u32 i;

	lockdep_assert_held(&link->lock);
	list_for_each_entry(ev, &link->events, entry)
		ev->index = -1;
	for (i = 0; i < LINK_KICK_COUNT; i++) {
		link->slots[i].state = SLOT_FREE;
		link->slots[i].event = NULL;
	}
}

void sel4_event_del_sent(struct sel4_link *link, u32 index)
{
	link->slots[index].del_sent = true;
}

void sel4_event_abandon_all(struct sel4_link *link)
{
	struct event_slot *slot;
	struct event *ev;

	lockdep_assert_held(&link->lock);
	list_for_each_entry(ev, &link->events, entry)
		ev->index = -1;
	for (slot = link->slots; slot < link->slots + LINK_KICK_COUNT; slot++) {
		slot->event = NULL;
		slot->abandoned = true;
		if (slot->state == SLOT_LIVE || !slot->del_sent)
			slot->state = SLOT_FREE;
	}
}

void sel4_event_kick(struct sel4_link *link, u32 index)
{
	struct event_slot *slot = &link->slots[index];

	lockdep_assert_held(&link->lock);
	switch (slot->state) {
	case SLOT_LIVE:
		count(&link->stats.kicks);
		eventfd_signal(slot->event->ctx);
		break;
	case SLOT_DRAINING:
		count(&link->stats.kicks_late);
		if (!slot->abandoned)
			sel4_request_late(link, &slot->late);
		break;
	case SLOT_FREE:
		/* Of the last attachment, or nonsense. */
		count(&link->stats.kicks_late);
		break;
	}
}

bool sel4_event_write(struct sel4_link *link, u64 addr, u64 value, u32 len)
{
	struct event *ev;

	lockdep_assert_held(&link->lock);
	list_for_each_entry(ev, &link->events, entry) {
		if (ev->addr == addr && (!ev->len || ev->len == len) &&
		    (!ev->match || ev->value == value)) {
			eventfd_signal(ev->ctx);
			return true;
		}
	}
	return false;
}

void sel4_event_ack(struct sel4_link *link, u32 index)
{
	lockdep_assert_held(&link->lock);
	if (index >= LINK_KICK_COUNT) {
		sel4_link_fail(link, "acknowledges an index that does not exist");
		return;
	}
	if (link->slots[index].state != SLOT_DRAINING) {
		count(&link->stats.refusals);
		return;
	}
	link->slots[index].state = SLOT_FREE;
}

long sel4_event_add(struct sel4_link *link, int fd, struct event *wanted)
{
	struct event *ev, *other;
	long ret = 0;

	ev = kmemdup(wanted, sizeof(*wanted), GFP_KERNEL_ACCOUNT);
	if (!ev)
		return -ENOMEM;
	ev->ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ev->ctx)) {
		ret = PTR_ERR(ev->ctx);
		kfree(ev);
		return ret;
	}
	ev->index = -1;

	spin_lock_irq(&link->lock);
	list_for_each_entry(other, &link->events, entry)
		if (same_event(ev, other))
			ret = -EEXIST;
	if (link->event_count >= EVENTS_MAX)
		ret = -ENOSPC;
	if (!ret) {
		list_add_tail(&ev->entry, &link->events);
		link->event_count++;
		if (link->started && !link->announce_held) {
			send_add(link, ev);
			sel4_session_service(link);
		}
	}
	spin_unlock_irq(&link->lock);
	if (ret) {
		eventfd_ctx_put(ev->ctx);
		kfree(ev);
	}
	return ret;
}

long sel4_event_del(struct sel4_link *link, int fd, const struct event *wanted)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);
	struct event *ev, *found = NULL;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	spin_lock_irq(&link->lock);
	list_for_each_entry(ev, &link->events, entry) {
		if (ev->ctx == ctx && same_event(ev, wanted)) {
			found = ev;
			break;
		}
	}
	if (found) {
		list_del(&found->entry);
		link->event_count--;
		if (found->index >= 0) {
			send_del(link, found);
			sel4_session_service(link);
		}
	}
	spin_unlock_irq(&link->lock);
	eventfd_ctx_put(ctx);
	if (!found)
		return -ENOENT;
	eventfd_ctx_put(found->ctx);
	kfree(found);
	return 0;
}

void sel4_event_clear(struct sel4_link *link)
{
	struct event *ev, *next;
	LIST_HEAD(all);

	spin_lock_irq(&link->lock);
	list_splice_init(&link->events, &all);
	link->event_count = 0;
	spin_unlock_irq(&link->lock);
	list_for_each_entry_safe(ev, next, &all, entry) {
		eventfd_ctx_put(ev->ctx);
		kfree(ev);
	}
}
