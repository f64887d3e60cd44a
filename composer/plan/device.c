/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/device.h"

#include <string.h>

#include "composer/plan/schema.h"

#define SCREEN_WIDTH  1280u
#define SCREEN_HEIGHT 800u

static const struct device_type types[] = {
    { "blk", { "disk", "readonly", "queues", "queue_size" }, NULL, 0, 2 * MIB },
    { "net",
      { "tap", "bridge", "nat", "uplink", "mac", "queues", "queue_size", "vhost" },
      NULL,
      0,
      2 * MIB },
    { "9p", { "share", "tag", "readonly" }, "share", 4 * MIB, 0 },
    { "console", { "ports" }, NULL, MIB / 2, 0 },
    { "rng", { NULL }, NULL, MIB / 4, 0 },
    { "vsock", { "cid" }, NULL, MIB, 0 },
    { "gpu", { "width", "height" }, NULL, 8 * MIB, 0 },
    { "input", { NULL }, NULL, MIB / 4, 0 },
    { "balloon", { NULL }, NULL, MIB / 4, 0 },
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

static const char *const keys_of_all[] = {
    "type", "id", "target", "late", "data_base", "data_size", "ctrl_base", "ctrl_size",
};

const struct device_type *device_type_find(const char *name)
{
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (!strcmp(types[i].name, name)) {
            return &types[i];
        }
    }
    return NULL;
}

const char *device_type_names(void)
{
    return "blk, net, 9p, console, rng, vsock, gpu, input, balloon";
}

bool device_key_fits(const char *type, const char *key)
{
    const struct device_type *known = device_type_find(type);

    for (size_t i = 0; i < sizeof(keys_of_all) / sizeof(keys_of_all[0]); i++) {
        if (!strcmp(keys_of_all[i], key)) {
            return true;
        }
    }
    for (size_t i = 0; known && i < sizeof(known->keys) / sizeof(known->keys[0]); i++) {
        if (known->keys[i] && !strcmp(known->keys[i], key)) {
            return true;
        }
    }
    return false;
}

const char *device_key_missing(const char *type, const struct value *entry)
{
    const struct device_type *known = device_type_find(type);

    return known && known->required && !schema_get(entry, known->required) ? known->required : NULL;
}

uint64_t device_queues(const struct model_device *device)
{
    struct optional queues = schema_optional(device->entry, "queues");

    return queues.is_set && queues.value > 0 ? queues.value : 1;
}

/* Four screens of 32-bit pixels. */
static uint64_t screen_bytes(const struct model_device *device)
{
    struct optional width = schema_optional(device->entry, "width");
    struct optional height = schema_optional(device->entry, "height");

    return 4 * 4 * (width.is_set ? width.value : SCREEN_WIDTH) *
           (height.is_set ? height.value : SCREEN_HEIGHT);
}

uint64_t device_pool_bytes(const struct model_device *device)
{
    const struct device_type *type = device_type_find(device->type);
    uint64_t bytes = type->pool_bytes + type->queue_pool_bytes * device_queues(device);

    return strcmp(device->type, "gpu") ? bytes : bytes + screen_bytes(device);
}

const char *device_disk(struct arena *arena, const struct model_link *link,
                        const struct model_device *device)
{
    const char *disk = schema_string(device->entry, "disk");

    if (strcmp(device->type, "blk") != 0) {
        return NULL;
    }
    if (disk) {
        return disk;
    }
    /* With one client the reference's name; with several, one disk each. */
    return link->device->device_link_count == 1
               ? "user-vm.qcow2"
               : arena_printf(arena, "user-%s.qcow2", link->driver->instance);
}
