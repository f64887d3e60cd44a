// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/sel4-<peer>: the subset of the KVM ABI that QEMU's KVM accelerator
 * asks of a device emulator, and the calls of contract/uapi/sel4_virt.h.
 *
 * A link has one backend at a time: whoever opened the node. The next open is
 * refused until the last one's VM descriptor and every page of the pool that it
 * mapped, pinned or left to a device are back.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include <uapi/linux/kvm.h>

#include "virt.h"

/* KVM_IRQ_LINE on arm64: type in bits 31:24, number in 15:0. */
#define IRQ_TYPE(irq)	((irq) >> 24)
#define IRQ_NUMBER(irq)	((irq) & 0xffff)

static long capability(unsigned long number)
{
	switch (number) {
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
	case KVM_CAP_INTERNAL_ERROR_DATA:
	case KVM_CAP_IOEVENTFD:
	case KVM_CAP_IOEVENTFD_ANY_LENGTH:
	case KVM_CAP_DEVICE_CTRL:
	case KVM_CAP_IRQCHIP:
	case KVM_CAP_IRQFD:
	case KVM_CAP_SYNC_MMU:
	case KVM_CAP_NR_VCPUS:
	case KVM_CAP_MAX_VCPUS:
		return 1;
	default:
		return 0;
	}
}

static long vm_ioeventfd(struct sel4_link *link, void __user *from)
{
	struct kvm_ioeventfd arg;
	struct event wanted = {};

	if (copy_from_user(&arg, from, sizeof(arg)))
		return -EFAULT;
	if (arg.flags & ~KVM_IOEVENTFD_VALID_FLAG_MASK)
		return -EINVAL;
	if (arg.len != 0 && arg.len != 1 && arg.len != 2 && arg.len != 4 && arg.len != 8)
		return -EINVAL;
	/* There is no port space on a link: nothing can ever write there. */
	if (arg.flags & KVM_IOEVENTFD_FLAG_PIO)
		return 0;
	wanted.addr = arg.addr;
	wanted.len = arg.len;
	wanted.match = arg.flags & KVM_IOEVENTFD_FLAG_DATAMATCH;
	wanted.value = wanted.match ? arg.datamatch : 0;
	if (arg.flags & KVM_IOEVENTFD_FLAG_DEASSIGN)
		return sel4_event_del(link, arg.fd, &wanted);
	return sel4_event_add(link, arg.fd, &wanted);
}

static long vm_irqfd(struct sel4_link *link, void __user *from)
{
	struct kvm_irqfd arg;
	long ret;

	if (copy_from_user(&arg, from, sizeof(arg)))
		return -EFAULT;
	/* No level interrupts, so nothing to resample. */
	if (arg.flags & ~KVM_IRQFD_FLAG_DEASSIGN)
		return -EINVAL;
	mutex_lock(&link->backend_lock);
	if (arg.flags & KVM_IRQFD_FLAG_DEASSIGN)
		ret = sel4_irqfd_del(link, arg.fd, arg.gsi);
	else
		ret = sel4_irqfd_add(link, arg.fd, arg.gsi);
	mutex_unlock(&link->backend_lock);
	return ret;
}

static long vm_irq_line(struct sel4_link *link, void __user *from)
{
	struct kvm_irq_level arg;

	if (copy_from_user(&arg, from, sizeof(arg)))
		return -EFAULT;
	if (IRQ_TYPE(arg.irq) != KVM_ARM_IRQ_TYPE_SPI || IRQ_NUMBER(arg.irq) < LINK_MSI_BASE)
		return -EINVAL;
	/* Messages are pulses: the falling edge says nothing. */
	if (arg.level) {
		count(&link->stats.vectors_user);
		sel4_session_raise(link, IRQ_NUMBER(arg.irq) - LINK_MSI_BASE);
	}
	return 0;
}

static long vm_start(struct sel4_link *link)
{
	spin_lock_irq(&link->lock);
	if (!link->started) {
		/* Bits and requests meant for the last backend go first, to nowhere. */
		sel4_session_service(link);
		link->started = true;
		if (link->state == SESSION_UP)
			sel4_session_attach(link);
		else
			link->announce_held = true;
		sel4_session_service(link);
	}
	spin_unlock_irq(&link->lock);
	return 0;
}

static long vm_done(struct sel4_link *link, void __user *from)
{
	struct sel4_virt_request done;

	if (copy_from_user(&done, from, sizeof(done)))
		return -EFAULT;
	return sel4_request_done(link, &done);
}

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sel4_link *link = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case KVM_CHECK_EXTENSION:
		return capability(arg);
	case KVM_SET_USER_MEMORY_REGION:
		/* Only the pool crosses the link, and it is always there. */
		return 0;
	case KVM_IOEVENTFD:
		return vm_ioeventfd(link, user);
	case KVM_IRQFD:
		return vm_irqfd(link, user);
	case KVM_IRQ_LINE:
		return vm_irq_line(link, user);
	case SEL4_VIRT_GET_INFO:
		return copy_to_user(user, &link->info, sizeof(link->info)) ? -EFAULT : 0;
	case SEL4_VIRT_START:
		return vm_start(link);
	case SEL4_VIRT_NEXT:
		return sel4_request_next(link, user);
	case SEL4_VIRT_DONE:
		return vm_done(link, user);
	default:
		return -ENOTTY;
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	struct sel4_link *link = file->private_data;

	mutex_lock(&link->backend_lock);
	sel4_irqfd_clear(link);
	mutex_unlock(&link->backend_lock);
	spin_lock_irq(&link->lock);
	link->started = false;
	link->announce_held = false;
	link->has_vm = false;
	sel4_event_abandon_all(link);
	sel4_session_detach(link);
	sel4_request_drop(link);
	sel4_session_service(link);
	spin_unlock_irq(&link->lock);
	sel4_event_clear(link);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.release = vm_release,
	.unlocked_ioctl = vm_ioctl,
	.llseek = noop_llseek,
};

static long create_vm(struct sel4_link *link)
{
	int fd;

	mutex_lock(&link->backend_lock);
	if (link->has_vm) {
		fd = -EBUSY;
	} else {
		link->has_vm = true;
		fd = anon_inode_getfd("sel4-vm", &vm_fops, link, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			link->has_vm = false;
	}
	mutex_unlock(&link->backend_lock);
	return fd;
}

static long link_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct sel4_link *link = file->private_data;

	switch (cmd) {
	case KVM_GET_API_VERSION:
		return KVM_API_VERSION;
	case KVM_CHECK_EXTENSION:
		return capability(arg);
	case KVM_CREATE_VM:
		return create_vm(link);
	default:
		return -ENOTTY;
	}
}

static int link_open(struct inode *inode, struct file *file)
{
	struct link_node *node = container_of(file->private_data, struct link_node, misc);
	struct sel4_link *link = node->link;
	int ret = -EBUSY;

	mutex_lock(&link->backend_lock);
	if (!link->opened && !link->has_vm && !sel4_pool_busy(link)) {
		link->opened = true;
		file->private_data = link;
		ret = 0;
	}
	mutex_unlock(&link->backend_lock);
	return ret;
}

static int link_release(struct inode *inode, struct file *file)
{
	struct sel4_link *link = file->private_data;

	mutex_lock(&link->backend_lock);
	link->opened = false;
	mutex_unlock(&link->backend_lock);
	return 0;
}

static int link_mmap(struct file *file, struct vm_area_struct *vma)
{
	return sel4_pool_mmap(file->private_data, vma);
}

static loff_t link_llseek(struct file *file, loff_t offset, int whence)
{
	struct sel4_link *link = file->private_data;

	return fixed_size_llseek(file, offset, whence, link->info.pool_bytes);
}

const struct file_operations sel4_link_fops = {
	.owner = THIS_MODULE,
	.open = link_open,
	.release = link_release,
	.unlocked_ioctl = link_ioctl,
	.mmap = link_mmap,
	.llseek = link_llseek,
};
