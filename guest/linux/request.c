// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests: accesses of the driver VM that no ioeventfd took, and resets. The
 * backend takes them in order with SEL4_VIRT_NEXT and completes each with
 * SEL4_VIRT_DONE.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "virt.h"

/* How often an unanswered RESET is looked at: without a backend, with one. */
#define POOL_POLL	msecs_to_jiffies(10)
#define BACKEND_POLL	msecs_to_jiffies(200)

/* What a slot's number means inside a cookie. */
#define ID_RESET	REQUEST_SLOTS
#define ID_LATE		(REQUEST_SLOTS + 1)
#define ID_BITS		16

static struct request *request_by_id(struct sel4_link *link, u32 id)
{
	if (id < REQUEST_SLOTS)
		return &link->requests[id];
	if (id == ID_RESET)
		return &link->reset;
	if (id < ID_LATE + LINK_KICK_COUNT)
		return &link->slots[id - ID_LATE].late;
	return NULL;
}

static u32 request_id(struct sel4_link *link, const struct request *req)
{
	if (req == &link->reset)
		return ID_RESET;
	if (req >= link->requests && req < link->requests + REQUEST_SLOTS)
		return req - link->requests;
	return ID_LATE + (container_of(req, struct event_slot, late) - link->slots);
}

static void enqueue(struct sel4_link *link, struct request *req)
{
	req->user.cookie = ++link->cookie << ID_BITS | request_id(link, req);
	req->state = REQUEST_QUEUED;
	req->again = false;
	list_add_tail(&req->entry, &link->queue);
	wake_up(&link->waiters);
}

static struct request *find_free(struct sel4_link *link)
{
	u32 i;

	for (i = 0; i < REQUEST_SLOTS; i++)
		if (link->requests[i].state == REQUEST_FREE)
			return &link->requests[i];
	return NULL;
}

bool sel4_request_room(struct sel4_link *link)
{
	return find_free(link) != NULL;
}

static bool in_window(u64 addr, u32 len, u64 base, u64 bytes)
{
	return addr >= base && addr - base < bytes && len <= bytes - (addr - base);
}

static bool access_allowed(const struct sel4_link *link, const struct link_msg *msg)
{
	const struct sel4_virt_info *info = &link->info;

	if (msg->len != 1 && msg->len != 2 && msg->len != 4 && msg->len != 8)
		return false;
	return in_window(msg->addr, msg->len, info->ecam_base, info->ecam_bytes) ||
	       in_window(msg->addr, msg->len, info->mmio_base, info->mmio_bytes);
}

static void reply(struct sel4_link *link, u32 tag, u64 data, u32 status)
{
	struct link_msg msg = {
		.op = LINK_MSG_REPLY, .tag = tag, .data = data, .status = status,
	};

	sel4_session_send(link, &msg);
}

static u64 mask_to(u64 data, u32 len)
{
	return len < 8 ? data & ((1ULL << (8 * len)) - 1) : data;
}

static void access_message(struct sel4_link *link, const struct link_msg *msg)
{
	bool write = msg->op == LINK_MSG_WRITE;
	bool posted = write && (msg->flags & LINK_FLAG_POSTED);
	u64 data = write ? mask_to(msg->data, msg->len) : 0;
	struct request *req;

	/* Meant for another backend, which was gone before the driver side knew. */
	if (!link->started || link->announce_held || msg->status != link->attachment)
		return;
	if (!access_allowed(link, msg)) {
		count(&link->stats.refusals);
		if (!posted)
			reply(link, msg->tag, ~0ULL, LINK_STATUS_NO_DEV);
		return;
	}
	if (write && sel4_event_write(link, msg->addr, data, msg->len)) {
		count(&link->stats.kicks_slow);
		if (!posted)
			reply(link, msg->tag, 0, LINK_STATUS_OK);
		return;
	}
	req = find_free(link);	/* the caller checked that there is one */
	if (WARN_ON_ONCE(!req))
		return;
	req->kind = posted ? REQUEST_POSTED : REQUEST_ACCESS;
	req->tag = msg->tag;
	req->user = (struct sel4_virt_request){
		.addr = msg->addr, .data = data, .len = msg->len,
		.op = write ? SEL4_VIRT_OP_WRITE : SEL4_VIRT_OP_READ,
	};
	enqueue(link, req);
}

static void enqueue_reset(struct sel4_link *link)
{
	struct request *req = &link->reset;

	if (req->state == REQUEST_TAKEN) {
		/* Began before this reset was asked for: once more. */
		req->again = true;
		return;
	}
	if (req->state == REQUEST_QUEUED)
		return;
	req->kind = REQUEST_RESET;
	req->user = (struct sel4_virt_request){ .op = SEL4_VIRT_OP_RESET };
	enqueue(link, req);
}

static void reset_message(struct sel4_link *link, u32 tag)
{
	count(&link->stats.resets);
	link->reset_pending = true;
	link->reset_tag = tag;
	link->reset_patience = jiffies + msecs_to_jiffies(LINK_BUSY_MS);
	if (link->started)
		enqueue_reset(link);
	mod_delayed_work(system_wq, &link->reset_work,
			 link->started ? msecs_to_jiffies(LINK_BUSY_MS) : 0);
}

void sel4_request_reset_backend(struct sel4_link *link)
{
	enqueue_reset(link);
}

void sel4_request_message(struct sel4_link *link, const struct link_msg *msg)
{
	if (msg->op == LINK_MSG_RESET)
		reset_message(link, msg->tag);
	else
		access_message(link, msg);
}

static void answer_reset(struct sel4_link *link, u32 status)
{
	if (!link->reset_pending)
		return;
	link->reset_pending = false;
	reply(link, link->reset_tag, 0, status);
}

/* Without a backend a RESET is answered when the last one's pages are back. */
static bool reset_complete(struct sel4_link *link, bool fresh)
{
	/* A backend that has not started yet was let in because the pool was idle. */
	return fresh || !sel4_pool_busy(link);
}

/*
 * Follows a RESET that nobody has answered yet: one that came while no backend
 * served, and one that takes its backend long.
 */
static void reset_work(struct work_struct *work)
{
	struct sel4_link *link = container_of(to_delayed_work(work), struct sel4_link, reset_work);
	bool wanted, started, fresh, complete, pinned;

	spin_lock_irq(&link->lock);
	wanted = link->reset_pending;
	started = link->started;
	fresh = link->has_vm;
	spin_unlock_irq(&link->lock);
	if (!wanted)
		return;
	complete = !started && reset_complete(link, fresh);
	pinned = !complete && time_after_eq(jiffies, link->reset_patience) &&
		 sel4_pool_pinned(link);
	spin_lock_irq(&link->lock);
	if (link->started && !started)
		enqueue_reset(link);
	else if (complete)
		answer_reset(link, LINK_STATUS_OK);
	else if (pinned)
		answer_reset(link, LINK_STATUS_BUSY);
	if (link->reset_pending)
		schedule_delayed_work(&link->reset_work, link->started ? BACKEND_POLL : POOL_POLL);
	sel4_session_service(link);
	spin_unlock_irq(&link->lock);
}

void sel4_request_late(struct sel4_link *link, struct request *late)
{
	if (late->state == REQUEST_TAKEN)
		late->again = true;
	else if (late->state == REQUEST_FREE)
		enqueue(link, late);
}

void sel4_request_orphan(struct sel4_link *link)
{
	struct request *req, *next;
	u32 i;

	link->reset_pending = false;
	list_for_each_entry_safe(req, next, &link->queue, entry) {
		if (req->kind == REQUEST_RESET)
			continue;
		list_del(&req->entry);
		req->state = REQUEST_FREE;
	}
	for (i = 0; i < REQUEST_SLOTS; i++)
		if (link->requests[i].state == REQUEST_TAKEN)
			link->requests[i].kind = REQUEST_POSTED;
}

void sel4_request_drop(struct sel4_link *link)
{
	struct request *req;
	u32 id;

	INIT_LIST_HEAD(&link->queue);
	for (id = 0; (req = request_by_id(link, id)); id++) {
		req->state = REQUEST_FREE;
		req->again = false;
	}
	if (link->reset_pending)
		mod_delayed_work(system_wq, &link->reset_work, 0);
}

long sel4_request_next(struct sel4_link *link, struct sel4_virt_request __user *to)
{
	struct sel4_virt_request copy;
	struct request *req;

	do {
		/* NOLOAD: a backend that waits is idle, not busy. */
		if (wait_event_state(link->waiters, !list_empty_careful(&link->queue),
				     (TASK_KILLABLE | TASK_NOLOAD)))
			return -EINTR;
		spin_lock_irq(&link->lock);
		req = list_first_entry_or_null(&link->queue, struct request, entry);
		if (req) {
			list_del(&req->entry);
			req->state = REQUEST_TAKEN;
			copy = req->user;
		}
		spin_unlock_irq(&link->lock);
	} while (!req);
	count(&link->stats.requests);
	if (copy_to_user(to, &copy, sizeof(copy))) {
		/* Nobody will answer it: the driver VM must not wait. */
		copy.status = LINK_STATUS_NO_DEV;
		sel4_request_done(link, &copy);
		return -EFAULT;
	}
	return 0;
}

static void complete_reset(struct sel4_link *link, struct request *req)
{
	if (req->again) {
		enqueue_reset(link);
		return;
	}
	answer_reset(link, LINK_STATUS_OK);
	if (link->announce_held)
		sel4_session_attach(link);
}

long sel4_request_done(struct sel4_link *link, const struct sel4_virt_request *done)
{
	struct request *req;
	u64 data;
	u32 status;

	spin_lock_irq(&link->lock);
	req = request_by_id(link, done->cookie & (BIT(ID_BITS) - 1));
	if (!req || req->state != REQUEST_TAKEN || req->user.cookie != done->cookie) {
		count(&link->stats.refusals);
		spin_unlock_irq(&link->lock);
		return -EINVAL;
	}
	req->state = REQUEST_FREE;
	switch (req->kind) {
	case REQUEST_RESET:
		complete_reset(link, req);
		break;
	case REQUEST_ACCESS:
		status = done->status == LINK_STATUS_OK ? LINK_STATUS_OK : LINK_STATUS_NO_DEV;
		data = req->user.op == SEL4_VIRT_OP_READ ? done->data : 0;
		reply(link, req->tag, mask_to(data, req->user.len), status);
		break;
	case REQUEST_POSTED:
		if (req->again)
			enqueue(link, req);
		break;
	}
	sel4_session_service(link);
	spin_unlock_irq(&link->lock);
	return 0;
}

void sel4_request_init(struct sel4_link *link)
{
	INIT_LIST_HEAD(&link->queue);
	init_waitqueue_head(&link->waiters);
	INIT_DELAYED_WORK(&link->reset_work, reset_work);
}
