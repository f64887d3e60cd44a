// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqfds: an eventfd whose signal raises a vector in the driver VM. The
 * work is done inside the eventfd's wake-up, in whatever context signals
 * it (vhost workers, io completions, interrupt handlers): set a bit, ring if
 * the word was empty. No lock of the link is taken there, see virt.h.
 */
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "virt.h"

struct irqfd {
	struct list_head entry;
	struct sel4_link *link;
	struct eventfd_ctx *ctx;
	wait_queue_entry_t wait;
	poll_table pt;
	u32 gsi;
};

/* Called with the eventfd's lock held. */
static int irqfd_wakeup(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *irqfd = container_of(wait, struct irqfd, wait);
	u64 pending;

	if (!(key_to_poll(key) & EPOLLIN))
		return 0;
	eventfd_ctx_do_read(irqfd->ctx, &pending);
	sel4_session_raise(irqfd->link, irqfd->gsi);
	return 1;
}

static void irqfd_queue(struct file *file, wait_queue_head_t *head, poll_table *pt)
{
	struct irqfd *irqfd = container_of(pt, struct irqfd, pt);

	add_wait_queue_priority(head, &irqfd->wait);
}

static void irqfd_free(struct irqfd *irqfd)
{
	u64 pending;

	eventfd_ctx_remove_wait_queue(irqfd->ctx, &irqfd->wait, &pending);
	eventfd_ctx_put(irqfd->ctx);
	kfree(irqfd);
}

/*
 * @gsi: link-local vector. One that does not exist is accepted, and refused
 * whenever it fires: it comes from the guest's MSI data.
 */
long sel4_irqfd_add(struct sel4_link *link, int fd, u32 gsi)
{
	struct irqfd *irqfd;
	struct file *file;
	long ret;

	if (link->irqfd_count >= IRQFDS_MAX)
		return -ENOSPC;
	irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL_ACCOUNT);
	if (!irqfd)
		return -ENOMEM;
	file = eventfd_fget(fd);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto out_free;
	}
	irqfd->ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(irqfd->ctx)) {
		ret = PTR_ERR(irqfd->ctx);
		goto out_put;
	}
	irqfd->link = link;
	irqfd->gsi = gsi;
	init_waitqueue_func_entry(&irqfd->wait, irqfd_wakeup);
	init_poll_funcptr(&irqfd->pt, irqfd_queue);
	list_add(&irqfd->entry, &link->irqfds);
	link->irqfd_count++;
	/* A signal from before now did not wake us. */
	if (vfs_poll(file, &irqfd->pt) & EPOLLIN)
		sel4_session_raise(link, gsi);
	fput(file);
	return 0;

out_put:
	fput(file);
out_free:
	kfree(irqfd);
	return ret;
}

long sel4_irqfd_del(struct sel4_link *link, int fd, u32 gsi)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(fd);
	struct irqfd *irqfd, *next;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	list_for_each_entry_safe(irqfd, next, &link->irqfds, entry) {
		if (irqfd->ctx == ctx && irqfd->gsi == gsi) {
			list_del(&irqfd->entry);
			link->irqfd_count--;
			irqfd_free(irqfd);
		}
	}
	eventfd_ctx_put(ctx);
	return 0;
}

void sel4_irqfd_clear(struct sel4_link *link)
{
	struct irqfd *irqfd, *next;

	list_for_each_entry_safe(irqfd, next, &link->irqfds, entry) {
		list_del(&irqfd->entry);
		irqfd_free(irqfd);
	}
	link->irqfd_count = 0;
}
