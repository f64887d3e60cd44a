/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLK_QUEUE_SIZE 128
#define NET_QUEUE_SIZE 256
/* Modern virtio, and addresses that the guest's DMA API made: otherwise a backend that sees only the
   pool would be handed addresses outside it. */
#define VIRTIO "disable-legacy=on,iommu_platform=on"

static void __attribute__((format(printf, 2, 3))) add(struct command *c, const char *format, ...)
{
    size_t room = sizeof(c->text) - c->used;
    va_list args;
    int length;

    if (c->count + 1 >= COMMAND_ARGS) {
        c->overflow = true;
        return;
    }
    va_start(args, format);
    length = vsnprintf(c->text + c->used, room, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= room) {
        c->overflow = true;
        return;
    }
    c->args[c->count++] = c->text + c->used;
    c->args[c->count] = NULL;
    c->used += (size_t)length + 1;
}

/* Descriptor fd becomes /dev/fdset/<fd>: one set per descriptor, so the number is unique. */
static void add_fd(struct command *c, int fd)
{
    add(c, "-add-fd");
    add(c, "fd=%d,set=%d", fd, fd);
}

/* "3:4:5" */
static const char *fd_list(char *text, size_t bytes, const int *fds, uint32_t count)
{
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < count && used < bytes; i++) {
        used += (size_t)snprintf(text + used, bytes - used, "%s%d", i ? ":" : "", fds[i]);
    }
    return text;
}

static void add_blk(struct command *c, const struct device *dev, const struct device_fds *fds)
{
    uint32_t n = dev->slot;

    add_fd(c, fds->image.fd);
    add(c, "-object");
    add(c, "iothread,id=io%u", n);
    add(c, "-blockdev");
    add(c,
        "driver=file,node-name=file%u,filename=/dev/fdset/%d,aio=io_uring,discard=unmap,"
        "cache.direct=%s,read-only=%s,auto-read-only=off",
        n, fds->image.fd, fds->image.direct ? "on" : "off", dev->readonly ? "on" : "off");
    add(c, "-blockdev");
    add(c, "driver=%s,node-name=disk%u,file=file%u,discard=unmap,read-only=%s", fds->image.format,
        n, n, dev->readonly ? "on" : "off");
    add(c, "-device");
    add(c,
        "virtio-blk-pci,id=blk%u,addr=%u,drive=disk%u,iothread=io%u,num-queues=%u,queue-size=%"
        "u," VIRTIO,
        n, n, n, n, dev->queues, dev->queue_size ? dev->queue_size : BLK_QUEUE_SIZE);
}

static void add_net(struct command *c, const struct device *dev, const struct device_fds *fds)
{
    uint32_t n = dev->slot, size = dev->queue_size ? dev->queue_size : NET_QUEUE_SIZE;
    char taps[128], vhosts[128], vhost[160] = "";

    if (dev->vhost) {
        snprintf(vhost, sizeof(vhost), ",vhost=on,vhostfds=%s",
                 fd_list(vhosts, sizeof(vhosts), fds->vhost, dev->queues));
    }
    add(c, "-netdev");
    add(c, "tap,id=tap%u,fds=%s%s", n, fd_list(taps, sizeof(taps), fds->tap, dev->queues), vhost);
    add(c, "-device");
    add(c,
        "virtio-net-pci,id=net%u,addr=%u,netdev=tap%u,mac=%s,romfile=,mq=%s,vectors=%u,"
        "rx_queue_size=%u,tx_queue_size=%u," VIRTIO,
        n, n, n, dev->mac, dev->queues > 1 ? "on" : "off", 2 * dev->queues + 2, size,
        size < 256 || dev->vhost ? size : 256);
}

static void add_share(struct command *c, const struct device *dev)
{
    add(c, "-fsdev");
    add(c, "local,id=share%u,path=%s,security_model=mapped-xattr,multidevs=remap%s", dev->slot,
        dev->share, dev->readonly ? ",readonly=on" : "");
    add(c, "-device");
    add(c, "virtio-9p-pci,id=fs%u,addr=%u,fsdev=share%u,mount_tag=%s," VIRTIO, dev->slot, dev->slot,
        dev->slot, dev->tag);
}

static void add_console(struct command *c, const struct device *dev, const char *run_dir)
{
    uint32_t ports = dev->ports < 1 ? 1 : dev->ports > 8 ? 8 : dev->ports;

    add(c, "-device");
    add(c, "virtio-serial-pci,id=serial%u,addr=%u,max_ports=%u," VIRTIO, dev->slot, dev->slot,
        ports + 1);
    for (uint32_t i = 0; i < ports; i++) {
        add(c, "-chardev");
        add(c, "socket,id=port%u-%u,path=%s/console%u-%u,server=on,wait=off", dev->slot, i, run_dir,
            dev->slot, i);
        add(c, "-device");
        add(c, "virtconsole,bus=serial%u.0,nr=%u,chardev=port%u-%u", dev->slot, i, dev->slot, i);
    }
}

static void add_rng(struct command *c, const struct device *dev)
{
    add(c, "-object");
    add(c, "rng-random,id=random%u,filename=/dev/urandom", dev->slot);
    add(c, "-device");
    add(c, "virtio-rng-pci,id=rng%u,addr=%u,rng=random%u,max-bytes=65536,period=1000," VIRTIO,
        dev->slot, dev->slot, dev->slot);
}

static void add_vsock(struct command *c, const struct device *dev, const struct device_fds *fds)
{
    add(c, "-device");
    add(c, "vhost-vsock-pci,id=vsock%u,addr=%u,guest-cid=%u,vhostfd=%d," VIRTIO, dev->slot,
        dev->slot, dev->cid, fds->vhost[0]);
}

static void add_gpu(struct command *c, const struct device *dev, const char *run_dir)
{
    add(c, "-device");
    add(c, "virtio-gpu-pci,id=gpu%u,addr=%u,max_outputs=1,xres=%u,yres=%u," VIRTIO, dev->slot,
        dev->slot, dev->width, dev->height);
    add(c, "-vnc");
    add(c, "unix:%s/vnc%u", run_dir, dev->slot);
}

static void add_device(struct command *c, const struct device *dev, const struct device_fds *fds,
                       const char *run_dir)
{
    if (!strcmp(dev->type, "blk")) {
        add_blk(c, dev, fds);
    } else if (!strcmp(dev->type, "net")) {
        add_net(c, dev, fds);
    } else if (!strcmp(dev->type, "9p")) {
        add_share(c, dev);
    } else if (!strcmp(dev->type, "console")) {
        add_console(c, dev, run_dir);
    } else if (!strcmp(dev->type, "rng")) {
        add_rng(c, dev);
    } else if (!strcmp(dev->type, "vsock")) {
        add_vsock(c, dev, fds);
    } else if (!strcmp(dev->type, "gpu")) {
        add_gpu(c, dev, run_dir);
    } else if (!strcmp(dev->type, "input")) {
        add(c, "-device");
        add(c, "virtio-keyboard-pci,id=input%u,addr=%u," VIRTIO, dev->slot, dev->slot);
    }
}

int command_build(const struct link_config *link, const struct link_fds *fds, const char *run_dir,
                  struct command *c)
{
    memset(c, 0, sizeof(*c));
    add(c, COMMAND_QEMU);
    add(c, "-name");
    add(c, "guest=%s,debug-threads=on", link->peer);
    add(c, "-sandbox");
    add(c, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    add(c, "-nodefaults");
    add(c, "-no-user-config");
    add(c, "-display");
    add(c, "none");
    add(c, "-L");
    add(c, COMMAND_SHARED);
    add_fd(c, fds->link);
    add(c, "-accel");
    add(c, "kvm,device=/dev/fdset/%d", fds->link);
    add(c, "-machine");
    add(c, "peervisor");
    for (uint32_t i = 0; i < link->device_count; i++) {
        if (fds->devices[i].usable) {
            add_device(c, &link->devices[i], &fds->devices[i], run_dir);
        }
    }
    return c->overflow ? -1 : 0;
}
