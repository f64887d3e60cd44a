/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries of vm_virtio_devices and vm_virtio_drivers. */
#include <string.h>

#include "composer/plan/device.h"
#include "composer/plan/schema.h"
#include "composer/plan/sema.h"

static void check_type(struct diag *diag, const struct value *entry, const char *what)
{
    const struct value *type = schema_get(entry, "type");

    if (type && !device_type_find(type->string)) {
        diag_error(diag, type->pos, "device-type", "%s cannot have type \"%s\"; known: %s", what,
                   type->string, device_type_names());
    }
}

/* Some keys make sense for some types only: a disk for "net" is a mistake, not a wish. */
static void check_keys(struct diag *diag, const struct value *entry, const char *type)
{
    if (!device_type_find(type)) {
        return;
    }
    for (const struct value_item *item = entry->items; item; item = item->next) {
        if (!device_key_fits(type, item->key)) {
            diag_error(diag, item->key_pos, "device-key", "a device of type \"%s\" has no '%s'",
                       type, item->key);
        }
    }
    const char *missing = device_key_missing(type, entry);

    if (missing) {
        diag_error(diag, entry->pos, "device-key", "a device of type \"%s\" needs '%s'", type,
                   missing);
    }
}

struct key_range {
    const char *key;
    uint64_t least, most;
};

static void check_ranges(struct diag *diag, const struct value *entry)
{
    static const struct key_range ranges[] = {
        { "queues", 1, 16 },      { "queue_size", 8, 1024 }, { "ports", 1, 31 },
        { "cid", 3, 0xfffffffe }, { "width", 64, 8192 },     { "height", 64, 8192 },
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        struct optional value = schema_optional(entry, ranges[i].key);

        if (value.is_set && (value.value < ranges[i].least || value.value > ranges[i].most)) {
            diag_error(diag, value.pos, "bad-number", "'%s' must be %llu to %llu", ranges[i].key,
                       (unsigned long long)ranges[i].least, (unsigned long long)ranges[i].most);
        }
    }
    struct optional size = schema_optional(entry, "queue_size");

    if (size.is_set && (size.value & (size.value - 1)) != 0) {
        diag_error(diag, size.pos, "bad-number", "'queue_size' must be a power of two");
    }
}

/* Linux cuts interface names at 15 bytes. */
static void check_interface_name(struct diag *diag, const struct value *entry, const char *key)
{
    const struct value *value = schema_get(entry, key);

    if (value && (value->string[0] == '\0' || strlen(value->string) > 15 ||
                  strpbrk(value->string, "/ \t\n,"))) {
        diag_error(diag, value->pos, "bad-name",
                   "'%s' must be an interface name of 1 to 15 bytes, not \"%s\"", key,
                   value->string);
    }
}

static void add_device(struct sema *sema, struct model_vm *vm, const struct value *entry)
{
    struct diag *diag = sema->model->diag;
    struct model_device device = { .pos = entry->pos, .entry = entry };

    if (!schema_check_dict(diag, schema_device, schema_device_count, entry,
                           "an entry of 'vm_virtio_devices'")) {
        return;
    }
    check_type(diag, entry, "an entry of 'vm_virtio_devices'");
    check_ranges(diag, entry);
    check_interface_name(diag, entry, "tap");
    check_interface_name(diag, entry, "bridge");
    check_interface_name(diag, entry, "uplink");
    device.type = schema_string(entry, "type");
    device.target = schema_string(entry, "target");
    device.target_pos = device.target ? schema_get(entry, "target")->pos : entry->pos;
    device.is_legacy = !device.type;
    device.is_late = schema_bool(entry, "late", false);
    device.id = schema_optional(entry, "id");
    device.data_base = schema_optional(entry, "data_base");
    device.data_size = schema_optional(entry, "data_size");
    device.ctrl_base = schema_optional(entry, "ctrl_base");
    device.ctrl_size = schema_optional(entry, "ctrl_size");
    if (device.type) {
        check_keys(diag, entry, device.type);
    } else if (!device.id.is_set && !device.target) {
        diag_error(diag, entry->pos, "device-key",
                   "an entry of 'vm_virtio_devices' needs 'type', or 'id' of the VM it serves");
        return;
    }
    vm->devices = arena_grow(sema->model->arena, vm->devices, vm->device_count,
                             &vm->device_capacity, sizeof(device));
    vm->devices[vm->device_count++] = device;
}

static void add_driver(struct sema *sema, struct model_vm *vm, const struct value *entry)
{
    struct diag *diag = sema->model->diag;
    struct model_driver driver = { .pos = entry->pos };

    if (!schema_check_dict(diag, schema_driver, schema_driver_count, entry,
                           "an entry of 'vm_virtio_drivers'")) {
        return;
    }
    check_type(diag, entry, "an entry of 'vm_virtio_drivers'");
    driver.type = schema_string(entry, "type");
    driver.backend = schema_string(entry, "backend");
    driver.backend_pos = driver.backend ? schema_get(entry, "backend")->pos : entry->pos;
    driver.is_late = schema_bool(entry, "late", false);
    driver.id = schema_optional(entry, "id");
    driver.data_base = schema_optional(entry, "data_base");
    driver.data_size = schema_optional(entry, "data_size");
    driver.ctrl_base = schema_optional(entry, "ctrl_base");
    driver.ctrl_size = schema_optional(entry, "ctrl_size");
    vm->drivers = arena_grow(sema->model->arena, vm->drivers, vm->driver_count,
                             &vm->driver_capacity, sizeof(driver));
    vm->drivers[vm->driver_count++] = driver;
}

void sema_read_devices(struct sema *sema, struct model_vm *vm)
{
    const struct value *devices = sema_value(sema, vm, "vm_virtio_devices");
    const struct value *drivers = sema_value(sema, vm, "vm_virtio_drivers");

    for (const struct value_item *i = devices ? devices->items : NULL; i; i = i->next) {
        add_device(sema, vm, i->value);
    }
    for (const struct value_item *i = drivers ? drivers->items : NULL; i; i = i->next) {
        add_driver(sema, vm, i->value);
    }
}
