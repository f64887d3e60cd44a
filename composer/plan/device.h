/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio device types that a device VM can serve: their keys, how much pool and how many
 * interrupt vectors they want. One table; adding a type means adding a line.
 */
#ifndef COMPOSER_PLAN_DEVICE_H
#define COMPOSER_PLAN_DEVICE_H

#include "composer/plan/model.h"

struct device_type {
    const char *name;
    const char *keys[10];      /* beyond those that every device has */
    const char *required;      /* a key that must be there, or NULL */
    uint64_t pool_bytes;       /* per device */
    uint64_t queue_pool_bytes; /* per queue (net: per queue pair) */
};

/* Returns the type called `name`, or NULL. */
const struct device_type *device_type_find(const char *name);

/* "blk, net, ...": for messages. */
const char *device_type_names(void);

/* True if an entry of this known type may have this key. */
bool device_key_fits(const char *type, const char *key);

/* The required key that `entry` lacks, or NULL. */
const char *device_key_missing(const char *type, const struct value *entry);

/* Queues (or queue pairs) of a device: its `queues`, at least 1. */
uint64_t device_queues(const struct model_device *device);

/* Bytes of DMA pool that a device wants. Docs: docs/reference/camkes.md, "Pool sizes". */
uint64_t device_pool_bytes(const struct model_device *device);

/* The disk image that a "blk" device serves, named in the description or by default; else NULL. */
const char *device_disk(struct arena *arena, const struct model_link *link,
                        const struct model_device *device);

#endif
