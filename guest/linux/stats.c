// SPDX-License-Identifier: GPL-2.0-only
/* /sys/class/misc/sel4-<peer>/stats/: what a link did, one number per file. */
#include <linux/device.h>
#include <linux/miscdevice.h>
#include <linux/sysfs.h>

#include "virt.h"

static struct sel4_link *to_link(struct device *dev)
{
	struct miscdevice *misc = dev_get_drvdata(dev);

	return container_of(misc, struct link_node, misc)->link;
}

#define STAT(name)								\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr,	\
			   char *buf)						\
{										\
	return sysfs_emit(buf, "%lld\n", atomic64_read(&to_link(dev)->stats.name)); \
}										\
static DEVICE_ATTR_RO(name)

STAT(interrupts);
STAT(kicks);
STAT(kicks_late);
STAT(kicks_slow);
STAT(vectors);
STAT(vectors_user);
STAT(doorbells);
STAT(requests);
STAT(resets);
STAT(refusals);
STAT(attachments);
STAT(sessions);
STAT(backlog);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[SESSION_NONE] = "waiting", [SESSION_OFFERED] = "offered",
		[SESSION_UP] = "up", [SESSION_FAILED] = "failed",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(to_link(dev)->state)]);
}
static DEVICE_ATTR_RO(state);

static ssize_t backend_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct sel4_link *link = to_link(dev);

	return sysfs_emit(buf, "%s\n", READ_ONCE(link->started) ? "serving" :
			  READ_ONCE(link->has_vm) ? "starting" : "none");
}
static DEVICE_ATTR_RO(backend);

static ssize_t ioeventfds_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_link(dev)->event_count));
}
static DEVICE_ATTR_RO(ioeventfds);

static ssize_t irqfds_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_link(dev)->irqfd_count));
}
static DEVICE_ATTR_RO(irqfds);

/* Pages of the pool that a process maps or a device uses. */
static ssize_t pool_busy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", sel4_pool_busy(to_link(dev)));
}
static DEVICE_ATTR_RO(pool_busy);

static struct attribute *stats_attrs[] = {
	&dev_attr_interrupts.attr,
	&dev_attr_kicks.attr,
	&dev_attr_kicks_late.attr,
	&dev_attr_kicks_slow.attr,
	&dev_attr_vectors.attr,
	&dev_attr_vectors_user.attr,
	&dev_attr_doorbells.attr,
	&dev_attr_requests.attr,
	&dev_attr_resets.attr,
	&dev_attr_refusals.attr,
	&dev_attr_attachments.attr,
	&dev_attr_sessions.attr,
	&dev_attr_backlog.attr,
	&dev_attr_state.attr,
	&dev_attr_backend.attr,
	&dev_attr_ioeventfds.attr,
	&dev_attr_irqfds.attr,
	&dev_attr_pool_busy.attr,
	NULL
};

static const struct attribute_group stats_group = {
	.name = "stats",
	.attrs = stats_attrs,
};

const struct attribute_group *sel4_link_groups[] = { &stats_group, NULL };
