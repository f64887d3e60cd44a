/* SPDX-License-Identifier: BSD-2-Clause */
#include "devices.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 4 /* link nodes lie below the root or a bus */

struct reader {
    struct link_list *list;
    devices_complain_fn complain;
    int complaints;
};

static void say_nothing(const char *format, ...)
{
    (void)format;
}

/* Reads a property; returns its length, or -1. At most `bytes` bytes arrive. */
static long read_property(const char *node, const char *name, void *to, size_t bytes)
{
    char path[PATH_MAX];
    FILE *file;
    size_t got;
    bool more;

    if (snprintf(path, sizeof(path), "%s/%s", node, name) >= (int)sizeof(path)) {
        return -1;
    }
    file = fopen(path, "rb");
    if (!file) {
        return -1;
    }
    got = fread(to, 1, bytes, file);
    more = got == bytes && fgetc(file) != EOF;
    fclose(file);
    return more ? -1 : (long)got;
}

/* A string property; false if it is there and not usable. Absent leaves the empty string. */
static bool read_string(const char *node, const char *name, char *to, size_t bytes)
{
    char path[PATH_MAX];
    struct stat st;
    long length;

    to[0] = '\0';
    if (snprintf(path, sizeof(path), "%s/%s", node, name) >= (int)sizeof(path)) {
        return false;
    }
    if (stat(path, &st)) {
        return true;
    }
    length = read_property(node, name, to, bytes);
    if (length <= 0 || to[length - 1] != '\0' || strlen(to) != (size_t)length - 1) {
        to[0] = '\0';
        return false;
    }
    return true;
}

static uint32_t read_cell(const char *node, const char *name, uint32_t otherwise)
{
    uint32_t cell;

    if (read_property(node, name, &cell, sizeof(cell)) != sizeof(cell)) {
        return otherwise;
    }
    return ntohl(cell);
}

/* Names end up in file names, interface names and QEMU options, where ',' and '=' have a meaning. */
static bool is_name(const char *text)
{
    if (!isalnum((unsigned char)text[0])) {
        return false;
    }
    for (const char *c = text; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("-_.", *c)) {
            return false;
        }
    }
    return true;
}

static bool is_path(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (!isalnum((unsigned char)*c) && !strchr("-_./", *c)) {
            return false;
        }
    }
    return text[0] == '/' && !strstr(text, "/../");
}

static bool is_mac(const char *text)
{
    unsigned int byte[6];
    char end;

    return strlen(text) == 17 &&
           sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &byte[0], &byte[1], &byte[2], &byte[3],
                  &byte[4], &byte[5], &end) == 6 &&
           !(byte[0] & 1);
}

static bool is_subnet(const char *text)
{
    unsigned int a, b, c, d, bits;
    char end;

    return sscanf(text, "%3u.%3u.%3u.%3u/%2u%c", &a, &b, &c, &d, &bits, &end) == 5 && a < 256 &&
           b < 256 && c < 256 && d < 256 && bits >= 8 && bits <= 30;
}

static bool optional_name(const char *text)
{
    return !text[0] || is_name(text);
}

static const char *blk_problem(const struct device *dev)
{
    return !dev->disk[0] ? "has no disk" : !is_name(dev->disk) ? "has a bad disk name" : NULL;
}

static const char *net_problem(const struct device *dev)
{
    if (!is_name(dev->tap)) {
        return "has no usable tap name";
    }
    if (!optional_name(dev->bridge) || !optional_name(dev->uplink)) {
        return "has a bad bridge or uplink name";
    }
    if (dev->nat[0] && !is_subnet(dev->nat)) {
        return "has a nat address that is not a.b.c.d/n";
    }
    if (dev->bridge[0] && dev->nat[0]) {
        return "has both bridge and nat";
    }
    if (!is_mac(dev->mac)) {
        return "has no usable mac address";
    }
    return NULL;
}

static const char *share_problem(const struct device *dev)
{
    return !is_path(dev->share) ? "has no usable share directory"
           : !is_name(dev->tag) ? "has no usable tag"
                                : NULL;
}

static const char *vsock_problem(const struct device *dev)
{
    return dev->cid < 3 ? "has no usable cid" : NULL;
}

static const char *no_problem(const struct device *dev)
{
    (void)dev;
    return NULL;
}

static const struct {
    const char *type;
    const char *(*problem)(const struct device *dev);
} types[] = {
    { "blk", blk_problem },     { "net", net_problem },    { "9p", share_problem },
    { "vsock", vsock_problem }, { "console", no_problem }, { "rng", no_problem },
    { "gpu", no_problem },      { "input", no_problem },
};

/* Why this device cannot be served; NULL if it can. */
static const char *device_problem(const struct link_config *link, const struct device *dev)
{
    if (dev->slot < 1 || dev->slot > 31) {
        return "has no slot from 1 to 31";
    }
    for (uint32_t i = 0; i < link->device_count; i++) {
        if (link->devices[i].slot == dev->slot) {
            return "has the slot of another device";
        }
    }
    if (dev->queues < 1 || dev->queues > 16) {
        return "has a queue count that is not 1 to 16";
    }
    if (dev->queue_size && (dev->queue_size < 16 || dev->queue_size > 1024 ||
                            (dev->queue_size & (dev->queue_size - 1)))) {
        return "has a queue size that is no power of two from 16 to 1024";
    }
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!strcmp(types[i].type, dev->type)) {
            return types[i].problem(dev);
        }
    }
    return "has a type that is not supported";
}

static const char *read_device(const char *node, struct device *dev)
{
    bool ok;

    memset(dev, 0, sizeof(*dev));
    ok = read_string(node, "type", dev->type, sizeof(dev->type)) &&
         read_string(node, "disk", dev->disk, sizeof(dev->disk)) &&
         read_string(node, "tap", dev->tap, sizeof(dev->tap)) &&
         read_string(node, "bridge", dev->bridge, sizeof(dev->bridge)) &&
         read_string(node, "uplink", dev->uplink, sizeof(dev->uplink)) &&
         read_string(node, "nat", dev->nat, sizeof(dev->nat)) &&
         read_string(node, "mac", dev->mac, sizeof(dev->mac)) &&
         read_string(node, "share", dev->share, sizeof(dev->share)) &&
         read_string(node, "tag", dev->tag, sizeof(dev->tag));
    dev->slot = read_cell(node, "slot", 0);
    dev->queues = read_cell(node, "queues", 1);
    dev->queue_size = read_cell(node, "queue_size", 0);
    dev->readonly = read_cell(node, "readonly", 0) != 0;
    dev->vhost = read_cell(node, "vhost", 1) != 0;
    dev->cid = read_cell(node, "cid", 0);
    dev->ports = read_cell(node, "ports", 1);
    dev->width = read_cell(node, "width", 1280);
    dev->height = read_cell(node, "height", 800);
    return ok ? NULL : "has a property that is too long or no string";
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_devices(struct reader *r, const char *node, struct link_config *link)
{
    struct dirent **entries;
    int count = scandir(node, &entries, no_dots, by_name);

    for (int i = 0; i < count; i++) {
        struct device *dev = &link->devices[link->device_count];
        char path[PATH_MAX];
        const char *problem;

        if (!strncmp(entries[i]->d_name, "device@", 7) && link->device_count < DEVICES_MAX &&
            snprintf(path, sizeof(path), "%s/%s", node, entries[i]->d_name) < (int)sizeof(path)) {
            problem = read_device(path, dev);
            if (!problem) {
                problem = device_problem(link, dev);
            }
            if (problem) {
                r->complain("link %s: %s (%s) %s; the link is served without it", link->peer,
                            entries[i]->d_name, dev->type, problem);
                r->complaints++;
            } else {
                link->device_count++;
            }
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static void read_link_node(struct reader *r, const char *node, const char *name)
{
    struct link_config *link = &r->list->links[r->list->count];

    if (r->list->count == LINKS_MAX) {
        r->complain("%s: more than %d links", name, LINKS_MAX);
        r->complaints++;
        return;
    }
    memset(link, 0, sizeof(*link));
    if (!read_string(node, "peervisor,peer", link->peer, sizeof(link->peer)) ||
        !is_name(link->peer) || strchr(link->peer, '.')) {
        r->complain("%s: no usable peervisor,peer", name);
        r->complaints++;
        return;
    }
    r->list->count++;
    read_devices(r, node, link);
}

static bool is_link(const char *node)
{
    char compatible[64] = "";

    return read_property(node, "compatible", compatible, sizeof(compatible) - 1) > 0 &&
           !strcmp(compatible, "peervisor,link");
}

static int walk(struct reader *r, const char *node, int depth)
{
    struct dirent **entries;
    int count = scandir(node, &entries, no_dots, by_name);

    if (count < 0) {
        return -1;
    }
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct stat st;

        if (snprintf(path, sizeof(path), "%s/%s", node, entries[i]->d_name) < (int)sizeof(path) &&
            !lstat(path, &st) && S_ISDIR(st.st_mode)) {
            if (!strncmp(entries[i]->d_name, "link@", 5) && is_link(path)) {
                read_link_node(r, path, entries[i]->d_name);
            } else if (depth < DEPTH_MAX) {
                walk(r, path, depth + 1);
            }
        }
        free(entries[i]);
    }
    free(entries);
    return 0;
}

int devices_read(const char *root, devices_complain_fn complain, struct link_list *list)
{
    struct reader r = { .list = list, .complain = complain ? complain : say_nothing };
    char resolved[PATH_MAX];

    list->count = 0;
    if (!realpath(root, resolved) || walk(&r, resolved, 0)) {
        return -1;
    }
    return r.complaints;
}
