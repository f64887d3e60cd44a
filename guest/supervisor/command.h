/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's command line for one link, from its device list and the descriptors opened for it. */
#ifndef SUPERVISOR_COMMAND_H
#define SUPERVISOR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "devices.h"
#include "image.h"

#define COMMAND_QEMU   "/usr/bin/qemu-system-aarch64"
#define COMMAND_SHARED "/usr/share/qemu"
#define QUEUES_MAX     16
#define COMMAND_ARGS   512
#define COMMAND_TEXT   32768

/* What the supervisor opened for one device; -1 where it has nothing. */
struct device_fds {
    bool usable;           /* false: the device is left out (already said why) */
    struct image image;    /* blk */
    int tap[QUEUES_MAX];   /* net */
    int vhost[QUEUES_MAX]; /* net, vsock (one) */
};

struct link_fds {
    int link; /* /dev/sel4-<peer> */
    struct device_fds devices[DEVICES_MAX];
};

struct command {
    char *args[COMMAND_ARGS]; /* NULL-terminated, for execv */
    int count;
    char text[COMMAND_TEXT];
    size_t used;
    bool overflow;
};

/*
 * Builds the command line. Every queue count, size and device number is explicit; every virtio
 * device is modern only and uses the DMA API of its guest.
 *
 * @run_dir: directory that QEMU may write sockets to. Returns 0, or -1 if it does not fit.
 */
int command_build(const struct link_config *link, const struct link_fds *fds, const char *run_dir,
                  struct command *command);

#endif
