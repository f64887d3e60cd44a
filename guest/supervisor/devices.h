/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this VM serves: the `peervisor,link` nodes of the device tree and their device lists
 * (docs/reference/device-tree.md, device side of a link).
 */
#ifndef SUPERVISOR_DEVICES_H
#define SUPERVISOR_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#define DEVICES_MAX 31 /* PCI slots 1 to 31 */
#define LINKS_MAX   32

/* One `device@n` node. Strings are empty and numbers 0 where the node says nothing. */
struct device {
    char type[16];
    uint32_t slot;
    uint32_t queues;     /* at least 1 */
    uint32_t queue_size; /* 0: the default */
    bool readonly;
    bool vhost; /* net: packets go through vhost-net (the default) */
    char disk[96];
    char tap[16];
    char bridge[16];
    char uplink[16];
    char nat[24]; /* a.b.c.d/n: our address on the tap */
    char mac[18];
    char share[128];
    char tag[32];
    uint32_t cid;
    uint32_t ports;
    uint32_t width, height;
};

struct link_config {
    char peer[32];
    uint32_t device_count;
    struct device devices[DEVICES_MAX];
};

struct link_list {
    uint32_t count;
    struct link_config links[LINKS_MAX];
};

/* Takes one line, printf-like. */
typedef void (*devices_complain_fn)(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Reads all links below a device tree as the kernel shows it.
 *
 * @root: directory, "/proc/device-tree". @list: filled, in the order of the nodes' names.
 * @complain: where to say, with link and reason, that a device or a link cannot be served as
 * described (it is left out either way); NULL: nowhere.
 * Returns the number of complaints, or -1 if root cannot be read.
 */
int devices_read(const char *root, devices_complain_fn complain, struct link_list *list);

#endif
