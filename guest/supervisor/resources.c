/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "resources.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "network.h"
#include "say.h"

/* Of the device that is being opened: a hash of the last complaint, 0 if there was none. */
static uint32_t *said;

/* One line per life of a problem, not one per restart. */
static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
    char text[PATH_MAX + 256];
    uint32_t hash = 2166136261; /* FNV-1a */
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (const char *c = text; *c; c++) {
        hash = (hash ^ (uint8_t)*c) * 16777619;
    }
    if (hash != *said) {
        *said = hash;
        say("%s", text);
    }
}

static bool open_disk(const struct link_config *link, const struct device *dev,
                      struct device_fds *fds)
{
    char path[PATH_MAX];
    const char *problem;

    snprintf(path, sizeof(path), IMAGE_DIR "/%s", dev->disk);
    problem = image_open(path, dev->readonly, &fds->image);
    if (problem) {
        complain("link %s: disk %s: %s; the link is served without it", link->peer, path, problem);
        return false;
    }
    return true;
}

static bool open_queues(const struct link_config *link, const struct device *dev,
                        struct device_fds *fds)
{
    const char *what = dev->tap;

    for (uint32_t i = 0; i < dev->queues; i++) {
        fds->tap[i] = network_open_tap(dev->tap, dev->queues > 1);
        if (fds->tap[i] >= 0 && dev->vhost) {
            what = "/dev/vhost-net";
            fds->vhost[i] = open(what, O_RDWR | O_CLOEXEC);
        }
        if (fds->tap[i] < 0 || (dev->vhost && fds->vhost[i] < 0)) {
            complain("link %s: net %s: %s: %s; the link is served without it", link->peer, dev->tap,
                     what, strerror(errno));
            return false;
        }
    }
    return true;
}

static bool open_vsock(const struct link_config *link, struct device_fds *fds)
{
    fds->vhost[0] = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);
    if (fds->vhost[0] < 0) {
        complain("link %s: vsock: /dev/vhost-vsock: %s; the link is served without it", link->peer,
                 strerror(errno));
    }
    return fds->vhost[0] >= 0;
}

/* The share's top directory belongs to the QEMU that serves it. */
static bool prepare_share(const struct link_config *link, const struct device *dev, uid_t uid)
{
    struct stat st;
    const char *problem = NULL;

    if (stat(dev->share, &st)) {
        problem = strerror(errno);
    } else if (!S_ISDIR(st.st_mode)) {
        problem = "not a directory";
    } else if (!dev->readonly && chown(dev->share, uid, uid)) {
        problem = strerror(errno);
    }
    if (problem) {
        complain("link %s: share %s: %s; the link is served without it", link->peer, dev->share,
                 problem);
    }
    return !problem;
}

static bool open_device(const struct link_config *link, const struct device *dev, uid_t uid,
                        struct device_fds *fds)
{
    if (!strcmp(dev->type, "blk")) {
        return open_disk(link, dev, fds);
    }
    if (!strcmp(dev->type, "net")) {
        return open_queues(link, dev, fds);
    }
    if (!strcmp(dev->type, "vsock")) {
        return open_vsock(link, fds);
    }
    return strcmp(dev->type, "9p") || prepare_share(link, dev, uid);
}

static void clear(struct device_fds *fds)
{
    fds->usable = false;
    fds->image.fd = -1;
    for (int i = 0; i < QUEUES_MAX; i++) {
        fds->tap[i] = fds->vhost[i] = -1;
    }
}

/* Calls visit for each open descriptor; returns false as soon as one call does. */
static bool each_fd(const struct link_config *link, const struct link_fds *fds,
                    bool (*visit)(int fd))
{
    bool ok = fds->link < 0 || visit(fds->link);

    for (uint32_t i = 0; ok && i < link->device_count; i++) {
        const struct device_fds *d = &fds->devices[i];

        ok = d->image.fd < 0 || visit(d->image.fd);
        for (int q = 0; ok && q < QUEUES_MAX; q++) {
            ok = (d->tap[q] < 0 || visit(d->tap[q])) && (d->vhost[q] < 0 || visit(d->vhost[q]));
        }
    }
    return ok;
}

static bool visit_close(int fd)
{
    close(fd);
    return true;
}

static bool visit_inherit(int fd)
{
    return fcntl(fd, F_SETFD, 0) == 0;
}

int resources_open(const struct link_config *link, uid_t uid, uint32_t said_before[DEVICES_MAX],
                   struct link_fds *fds)
{
    char path[64];

    snprintf(path, sizeof(path), "/dev/sel4-%s", link->peer);
    for (uint32_t i = 0; i < link->device_count; i++) {
        clear(&fds->devices[i]);
    }
    fds->link = open(path, O_RDWR | O_CLOEXEC);
    if (fds->link < 0) {
        return errno;
    }
    for (uint32_t i = 0; i < link->device_count; i++) {
        said = &said_before[i];
        fds->devices[i].usable = open_device(link, &link->devices[i], uid, &fds->devices[i]);
        *said = fds->devices[i].usable ? 0 : *said;
    }
    return 0;
}

void resources_close(const struct link_config *link, struct link_fds *fds)
{
    each_fd(link, fds, visit_close);
    fds->link = -1;
}

int resources_inherit(const struct link_config *link, const struct link_fds *fds)
{
    return each_fd(link, fds, visit_inherit) ? 0 : -1;
}
