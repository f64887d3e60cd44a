/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sel4_virt: the device side of Peervisor links. One link is one platform
 * device, one message area, one pool, one doorbell, one interrupt and one
 * character device, which one backend (QEMU) opens at a time.
 *
 * LOCKING
 *   link->lock (spinlock, interrupts off) guards the session, both rings, the
 *   event table and the requests. Events are signalled with it held, so that
 *   an event that was taken away is never signalled afterwards. The order is
 *   link->lock, then an eventfd's own lock; therefore nothing that runs
 *   from an eventfd's wake-up (irqfd.c) takes link->lock.
 *   link->backend_lock (mutex) serialises the slow calls of one backend; it
 *   is taken before link->lock.
 *
 * TRUST
 *   The message area is written by the peer at any time. It is read only
 *   through ring.h, which copies once and checks the counters; what a message
 *   says is checked where it is handled. A peer that breaks the rules loses
 *   the link (sel4_link_fail), nothing else.
 */
#ifndef SEL4_VIRT_H
#define SEL4_VIRT_H

#include <linux/atomic.h>
#include <linux/irqreturn.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "link.h"
#include "ring.h"
#include "sel4_virt.h"

struct eventfd_ctx;
struct sel4_link;

/* Requests that wait for the backend or are with it. */
#define REQUEST_SLOTS	LINK_RING_ENTRIES
/* Replies, registrations and life cycle messages that found the ring full. */
#define BACKLOG_ENTRIES	1024
/* ioeventfds and irqfds of one backend; beyond, it leaks them. */
#define EVENTS_MAX	4096
#define IRQFDS_MAX	4096

enum request_kind {
	REQUEST_ACCESS,		/* answered by a REPLY */
	REQUEST_POSTED,		/* nobody waits for it */
	REQUEST_RESET,
};

enum request_state {
	REQUEST_FREE,
	REQUEST_QUEUED,
	REQUEST_TAKEN,		/* the backend has it */
};

struct request {
	struct list_head entry;		/* link->queue while queued */
	struct sel4_virt_request user;
	enum request_kind kind;
	enum request_state state;
	bool again;			/* wanted once more while it was taken */
	u32 tag;			/* of the message that asked */
};

/* One ioeventfd, or what is left of it. */
struct event {
	struct list_head entry;
	struct eventfd_ctx *ctx;
	u64 addr;
	u64 value;
	u32 len;			/* 0: any length */
	bool match;
	int index;			/* in link->slots; -1: not registered */
};

enum slot_state {
	SLOT_FREE,
	SLOT_LIVE,
	SLOT_DRAINING,		/* taken away, the peer has not acknowledged */
};

struct event_slot {
	enum slot_state state;
	struct event *event;		/* while live */
	struct request late;		/* write for kicks while draining */
	bool del_sent;			/* the peer will acknowledge */
	bool abandoned;			/* by its backend: late kicks mean nothing */
};

enum session_state {
	SESSION_NONE,		/* the driver side is not there */
	SESSION_OFFERED,	/* waiting for its echo */
	SESSION_UP,
	SESSION_FAILED,		/* broken; until it shows a new generation */
};

struct link_stats {
	atomic64_t interrupts;	/* taken from the peer */
	atomic64_t kicks;	/* eventfds signalled from the interrupt handler */
	atomic64_t kicks_late;	/* bits of a registration already taken away */
	atomic64_t kicks_slow;	/* writes that matched only after they came as a message */
	atomic64_t vectors;	/* MSIs raised in the driver VM */
	atomic64_t vectors_user;/* of these: by a call, not by an irqfd */
	atomic64_t doorbells;	/* rung at the peer */
	atomic64_t requests;	/* handed to the backend */
	atomic64_t resets;
	atomic64_t refusals;	/* nonsense of the peer or of the backend */
	atomic64_t attachments;
	atomic64_t sessions;
	atomic64_t backlog;	/* messages that found the ring full */
};

struct link_node {
	struct miscdevice misc;
	struct sel4_link *link;
	bool registered;
};

struct sel4_link {
	struct device *dev;
	struct sel4_virt_info info;
	struct link_area *area;
	void __iomem *doorbell;
	int irq;
	phys_addr_t pool_phys;

	spinlock_t lock;

	/* session.c */
	enum session_state state;
	bool up;			/* state == SESSION_UP, for irqfd.c */
	u32 session;
	u32 generation;
	struct link_producer tx;
	struct link_consumer rx;
	struct link_msg *backlog;
	u32 backlog_first;
	u32 backlog_count;
	bool ring_wanted;
	bool peer_attached;		/* as far as messages sent in this session say */
	struct work_struct more_work;	/* goes on where the interrupt handler stopped */
	struct work_struct fail_work;

	/* request.c */
	struct request requests[REQUEST_SLOTS];
	struct request reset;
	struct list_head queue;
	wait_queue_head_t waiters;
	u64 cookie;
	bool reset_pending;		/* the peer waits for an answer to a RESET */
	u32 reset_tag;
	unsigned long reset_patience;	/* jiffies: from then on the answer may be BUSY */
	struct delayed_work reset_work;

	/* event.c */
	struct list_head events;
	u32 event_count;
	u32 slot_next;
	struct event_slot slots[LINK_KICK_COUNT];

	/* vm.c, irqfd.c: the backend */
	struct mutex backend_lock;
	bool opened;			/* the device node */
	bool has_vm;			/* its VM descriptor */
	bool started;
	bool announce_held;		/* no ATTACH before the reset is done */
	u32 attachment;
	struct list_head irqfds;
	u32 irqfd_count;

	struct link_stats stats;
	struct link_node node;		/* /dev/sel4-<peer> */
	struct link_node alias;		/* /dev/sel4 */
	char node_name[48];
};

static inline void count(atomic64_t *counter)
{
	atomic64_inc(counter);
}

/* session.c; all with link->lock held but where told otherwise */
void sel4_session_init(struct sel4_link *link);
/* Offers a session; takes link->lock. */
void sel4_session_start(struct sel4_link *link);
/* Ends what uses the interrupt and the work queue. Not under the lock. */
void sel4_session_stop(struct sel4_link *link);
/* Takes everything that the peer has for us, sends everything that waits, rings if needed. */
void sel4_session_service(struct sel4_link *link);
/* Queues a message; sel4_session_flush() sends it. Dropped without a session. */
void sel4_session_send(struct sel4_link *link, const struct link_msg *msg);
void sel4_session_flush(struct sel4_link *link);
/* Announces the backend with all its events, or its end. */
void sel4_session_attach(struct sel4_link *link);
void sel4_session_detach(struct sel4_link *link);
/* The peer broke the rules: use the area no more. */
void sel4_link_fail(struct sel4_link *link, const char *why);
/* Raises a link-local vector. No lock, any context. */
void sel4_session_raise(struct sel4_link *link, u32 vector);
irqreturn_t sel4_session_irq(int irq, void *data);

/* request.c */
void sel4_request_init(struct sel4_link *link);
/* Another message can be taken from the ring without losing it. */
bool sel4_request_room(struct sel4_link *link);
/* A READ, WRITE or RESET of the peer. */
void sel4_request_message(struct sel4_link *link, const struct link_msg *msg);
/* A kick that came after its event was taken away becomes a write. */
void sel4_request_late(struct sel4_link *link, struct request *late);
/* The session ended: nobody waits for answers any more. */
void sel4_request_orphan(struct sel4_link *link);
/* The backend ended: no answers will come. */
void sel4_request_drop(struct sel4_link *link);
/* A running backend meets a new driver side: reset it before it is announced. */
void sel4_request_reset_backend(struct sel4_link *link);
/* Takes link->lock. Waits killably. */
long sel4_request_next(struct sel4_link *link, struct sel4_virt_request __user *to);
long sel4_request_done(struct sel4_link *link, const struct sel4_virt_request *done);

/* event.c */
long sel4_event_add(struct sel4_link *link, int fd, struct event *wanted);
long sel4_event_del(struct sel4_link *link, int fd, const struct event *wanted);
/* Frees all, after sel4_event_abandon_all; not under the lock. */
void sel4_event_clear(struct sel4_link *link);
/* Under the lock: */
void sel4_event_register_all(struct sel4_link *link);
/* The session ends: no index means anything any more. */
void sel4_event_unregister_all(struct sel4_link *link);
/* The attachment ends: indices whose removal was sent wait for their acknowledgement. */
void sel4_event_abandon_all(struct sel4_link *link);
void sel4_event_del_sent(struct sel4_link *link, u32 index);
void sel4_event_kick(struct sel4_link *link, u32 index);
bool sel4_event_write(struct sel4_link *link, u64 addr, u64 value, u32 len);
void sel4_event_ack(struct sel4_link *link, u32 index);

/* irqfd.c; backend_lock held */
long sel4_irqfd_add(struct sel4_link *link, int fd, u32 gsi);
long sel4_irqfd_del(struct sel4_link *link, int fd, u32 gsi);
void sel4_irqfd_clear(struct sel4_link *link);

/* vm.c */
extern const struct file_operations sel4_link_fops;

/* pool.c */
int sel4_pool_init(struct sel4_link *link, struct device_node *region);
int sel4_pool_mmap(struct sel4_link *link, struct vm_area_struct *vma);
/* Pages that somebody still maps or that a device still uses. */
unsigned long sel4_pool_busy(struct sel4_link *link);
/* Some of them are pinned for DMA: hardware may be writing to them. */
bool sel4_pool_pinned(struct sel4_link *link);

/* stats.c */
extern const struct attribute_group *sel4_link_groups[];

#endif
