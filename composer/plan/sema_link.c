/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links: from connections, with the devices that travel on them; then what only the whole graph
 * can tell (unserved drivers, cycles, ranks).
 */
#include <string.h>

#include "composer/plan/device.h"
#include "composer/plan/schema.h"
#include "composer/plan/sema.h"

/* What VIRTIO_COMPOSITION_DEF expands to (topologies/include/configurations/tii/vm.h). */
#define LINK_CONNECTOR "VirtioLink"

static struct model_vm *end_vm(const struct sema *sema, const struct name_ref *end)
{
    struct model *model = sema->model;
    const char *dot = end ? strrchr(end->text, '.') : NULL;

    if (!dot) {
        return NULL;
    }
    const char *name = arena_strndup(model->arena, end->text, (size_t)(dot - end->text));

    dot = strrchr(name, '.');
    name = dot ? dot + 1 : name;
    for (size_t i = 0; i < model->vm_count; i++) {
        if (!strcmp(model->vms[i]->instance, name)) {
            return model->vms[i];
        }
    }
    diag_error(model->diag, end->pos, "vm-unknown", "a link names '%s', but there is no such VM",
               name);
    return NULL;
}

static struct model_link *find_link(const struct model *model, const struct model_vm *device,
                                    const struct model_vm *driver)
{
    for (size_t i = 0; i < model->link_count; i++) {
        struct model_link *link = model->links[i];

        if (link->device == device && link->driver == driver) {
            return link;
        }
    }
    return NULL;
}

static void append_link(struct model *model, struct model_link ***array, size_t *count,
                        size_t *capacity, struct model_link *link)
{
    *array = arena_grow(model->arena, *array, *count, capacity, sizeof(**array));
    (*array)[(*count)++] = link;
}

static void add_link(struct sema *sema, const struct connection *connection,
                     struct model_vm *device, struct model_vm *driver)
{
    struct model *model = sema->model;

    if (device == driver) {
        diag_error(model->diag, connection->pos, "link-self", "'%s' is linked to itself",
                   device->instance);
        return;
    }
    if (find_link(model, device, driver)) {
        diag_error(model->diag, connection->pos, "link-twice",
                   "'%s' and '%s' are linked twice; one link carries all devices", device->instance,
                   driver->instance);
        return;
    }
    if (model->link_count == MODEL_LINKS_MAX) {
        diag_error(model->diag, connection->pos, "link-count", "more than %u links",
                   MODEL_LINKS_MAX);
        return;
    }
    struct model_link *link = arena_alloc(model->arena, sizeof(*link));

    link->index = (unsigned)model->link_count;
    link->pos = connection->pos;
    link->device = device;
    link->driver = driver;
    link->device_index = (unsigned)device->device_link_count;
    link->driver_index = (unsigned)driver->driver_link_count;
    model->links[model->link_count++] = link;
    append_link(model, &device->device_links, &device->device_link_count,
                &device->device_link_capacity, link);
    append_link(model, &driver->driver_links, &driver->driver_link_count,
                &driver->driver_link_capacity, link);
}

static void collect_links(struct sema *sema)
{
    for (const struct assembly *a = sema->description->assemblies; a; a = a->next) {
        for (const struct connection *c = a->connections; c; c = c->next) {
            if (strcmp(c->type, LINK_CONNECTOR) != 0) {
                diag_error(sema->model->diag, c->pos, "connector-unknown",
                           "connector '%s' is not built by Peervisor; VMs are joined by "
                           "VIRTIO_COMPOSITION_DEF",
                           c->type);
                continue;
            }
            struct model_vm *device = end_vm(sema, c->from), *driver = end_vm(sema, c->to);

            if (device && driver) {
                add_link(sema, c, device, driver);
            }
        }
    }
}

/* The VM that an entry names by "target"/"backend", or by the old style's `id`. */
static struct model_vm *named_vm(const struct sema *sema, const char *name, struct pos name_pos,
                                 const struct optional *id, bool is_legacy, bool *is_named)
{
    struct model *model = sema->model;

    if (!name && is_legacy && id->is_set) {
        name = arena_printf(model->arena, "vm%llu", (unsigned long long)id->value);
        name_pos = id->pos;
    }
    *is_named = name != NULL;
    if (!name) {
        return NULL;
    }
    struct model_vm *vm = model_find_vm(model, name);

    if (!vm) {
        diag_error(model->diag, name_pos, "vm-unknown", "there is no VM '%s'", name);
    }
    return vm;
}

static void match_device(struct sema *sema, struct model_vm *vm, struct model_device *device)
{
    struct diag *diag = sema->model->diag;
    bool is_named;
    struct model_vm *peer = named_vm(sema, device->target, device->target_pos, &device->id,
                                     device->is_legacy, &is_named);

    if (peer) {
        device->link = find_link(sema->model, vm, peer);
        if (!device->link) {
            diag_error(diag, device->target_pos, "device-unlinked",
                       "'%s' serves '%s', but no VIRTIO_COMPOSITION_DEF links them in this "
                       "direction",
                       vm->instance, peer->instance);
        }
    } else if (!is_named && vm->device_link_count == 1) {
        device->link = vm->device_links[0];
    } else if (!is_named) {
        diag_error(diag, device->pos, "device-target",
                   "'%s' serves %zu VMs; this device must name its 'target'", vm->instance,
                   vm->device_link_count);
    }
}

static void add_to_link(struct sema *sema, struct model_link *link, struct model_device *device)
{
    struct model *model = sema->model;

    if (link->device_count == MODEL_DEVICES_MAX) {
        diag_error(model->diag, device->pos, "device-count", "more than %u devices on one link",
                   MODEL_DEVICES_MAX);
        return;
    }
    link->devices = arena_grow(model->arena, link->devices, link->device_count,
                               &link->device_capacity, sizeof(link->devices[0]));
    link->devices[link->device_count++] = device;
    device->link = link;
    device->slot = (unsigned)link->device_count; /* slot 0 is the host bridge */
    if (device->is_late) {
        link->late_slots |= UINT32_C(1) << device->slot;
    } else {
        link->filled_slots |= UINT32_C(1) << device->slot;
    }
}

/* The same window may be given on both sides of a link, but then it must be the same. */
static void merge_wish(struct sema *sema, const struct optional *wish, struct optional *into,
                       const char *name)
{
    if (!wish->is_set) {
        return;
    }
    if (into->is_set && into->value != wish->value) {
        diag_error(sema->model->diag, wish->pos, "link-mismatch",
                   "'%s' is 0x%llx here but 0x%llx on the other side (line %u)", name,
                   (unsigned long long)wish->value, (unsigned long long)into->value,
                   into->pos.line);
        return;
    }
    *into = *wish;
}

static void check_wish_alignment(struct sema *sema, const struct optional *wish, const char *name)
{
    if (wish->is_set && wish->value % PAGE_BYTES != 0) {
        diag_error(sema->model->diag, wish->pos, "misaligned",
                   "'%s' is 0x%llx, which is not a multiple of 0x1000", name,
                   (unsigned long long)wish->value);
    }
}

static void merge_windows(struct sema *sema, struct model_link *link,
                          const struct optional *data_base, const struct optional *data_size,
                          const struct optional *ctrl_base, const struct optional *ctrl_size)
{
    check_wish_alignment(sema, data_base, "data_base");
    check_wish_alignment(sema, data_size, "data_size");
    check_wish_alignment(sema, ctrl_base, "ctrl_base");
    check_wish_alignment(sema, ctrl_size, "ctrl_size");
    merge_wish(sema, data_base, &link->pool_base_wish, "data_base");
    merge_wish(sema, data_size, &link->pool_size_wish, "data_size");
    merge_wish(sema, ctrl_base, &link->mmio_base_wish, "ctrl_base");
    merge_wish(sema, ctrl_size, &link->mmio_size_wish, "ctrl_size");
}

static struct model_device *default_device(struct sema *sema, const struct model_link *link,
                                           const char *type)
{
    struct model_device *device = arena_alloc(sema->model->arena, sizeof(*device));

    device->pos = link->pos;
    device->type = type;
    return device;
}

/* Old-style entries say which windows a link has, not which devices: then it is a disk and a NIC. */
static void add_default_devices(struct sema *sema, struct model_link *link)
{
    add_to_link(sema, link, default_device(sema, link, "blk"));
    add_to_link(sema, link, default_device(sema, link, "net"));
}

static void match_devices(struct sema *sema, struct model_vm *vm, bool *is_legacy_link)
{
    for (size_t i = 0; i < vm->device_count; i++) {
        struct model_device *device = &vm->devices[i];

        match_device(sema, vm, device);
        if (!device->link) {
            continue;
        }
        merge_windows(sema, device->link, &device->data_base, &device->data_size,
                      &device->ctrl_base, &device->ctrl_size);
        if (device->is_legacy) {
            is_legacy_link[device->link->index] = true;
        } else if (device_type_find(device->type)) {
            add_to_link(sema, device->link, device);
        }
    }
}

static bool serves_type(const struct model_link *link, const char *type)
{
    for (size_t i = 0; i < link->device_count; i++) {
        if (!strcmp(link->devices[i]->type, type)) {
            return true;
        }
    }
    return false;
}

static void mark_late(struct model_link *link, const char *type)
{
    for (size_t i = 0; i < link->device_count; i++) {
        uint32_t bit = UINT32_C(1) << link->devices[i]->slot;

        if (!type || !strcmp(link->devices[i]->type, type)) {
            link->devices[i]->is_late = true;
            link->late_slots |= bit;
            link->filled_slots &= ~bit;
        }
    }
}

/* With no backend named: the one link that serves such a device. */
static struct model_link *guess_link(const struct model_vm *vm, const char *type)
{
    struct model_link *found = NULL;

    for (size_t i = 0; i < vm->driver_link_count; i++) {
        if (!type || serves_type(vm->driver_links[i], type)) {
            if (found) {
                return NULL;
            }
            found = vm->driver_links[i];
        }
    }
    return found;
}

static void match_driver(struct sema *sema, struct model_vm *vm, struct model_driver *driver)
{
    struct diag *diag = sema->model->diag;
    bool is_named;
    struct model_vm *peer =
        named_vm(sema, driver->backend, driver->backend_pos, &driver->id, !driver->type, &is_named);

    driver->link = peer       ? find_link(sema->model, peer, vm)
                   : is_named ? NULL
                              : guess_link(vm, driver->type);
    if (peer && !driver->link) {
        diag_error(diag, driver->backend_pos, "driver-unlinked",
                   "'%s' uses '%s', but no VIRTIO_COMPOSITION_DEF links them in this direction",
                   vm->instance, peer->instance);
    } else if (!is_named && !driver->link) {
        diag_error(diag, driver->pos, "driver-unserved",
                   "'%s' does not say which 'backend' it wants, and not exactly one serves it",
                   vm->instance);
    } else if (driver->link && driver->type && !serves_type(driver->link, driver->type)) {
        diag_error(diag, driver->pos, "driver-unserved",
                   "'%s' wants a \"%s\" device from '%s', which serves it none", vm->instance,
                   driver->type, driver->link->device->instance);
    }
}

static void match_drivers(struct sema *sema, struct model_vm *vm)
{
    for (size_t i = 0; i < vm->driver_count; i++) {
        struct model_driver *driver = &vm->drivers[i];

        match_driver(sema, vm, driver);
        if (!driver->link) {
            continue;
        }
        merge_windows(sema, driver->link, &driver->data_base, &driver->data_size,
                      &driver->ctrl_base, &driver->ctrl_size);
        if (driver->is_late) {
            mark_late(driver->link, driver->type);
        }
    }
}

/* Disks: one image has one writer. Names are those inside the device VM. */
static void check_disks(const struct model *model, const struct model_vm *vm)
{
    for (size_t i = 0; i < vm->device_count; i++) {
        const char *disk = schema_string(vm->devices[i].entry, "disk");

        for (size_t j = 0; disk && j < i; j++) {
            const char *other = schema_string(vm->devices[j].entry, "disk");
            bool is_harmless = schema_bool(vm->devices[i].entry, "readonly", false) &&
                               schema_bool(vm->devices[j].entry, "readonly", false);

            if (other && !strcmp(other, disk) && !is_harmless) {
                diag_error(model->diag, vm->devices[i].pos, "device-twice",
                           "disk \"%s\" of '%s' is already served (line %u)", disk, vm->instance,
                           vm->devices[j].pos.line);
            }
        }
    }
}

static void check_taps(const struct model *model, const struct model_vm *vm)
{
    for (size_t i = 0; i < vm->device_count; i++) {
        const char *tap = schema_string(vm->devices[i].entry, "tap");

        for (size_t j = 0; tap && j < i; j++) {
            const char *other = schema_string(vm->devices[j].entry, "tap");

            if (other && !strcmp(other, tap)) {
                diag_error(model->diag, vm->devices[i].pos, "device-twice",
                           "tap \"%s\" of '%s' is already used (line %u)", tap, vm->instance,
                           vm->devices[j].pos.line);
            }
        }
    }
}

static void check_balloon(const struct model *model, const struct model_link *link)
{
    for (size_t i = 0; i < link->device_count; i++) {
        if (model_has_pools(model, link->driver) && !strcmp(link->devices[i]->type, "balloon")) {
            diag_error(
                model->diag, link->devices[i]->pos, "balloon-swiotlb",
                model->is_swiotlb
                    ? "a balloon hands back guest pages, which '%s' cannot see with VMSWIOTLB=1"
                    : "a balloon hands back guest pages, which '%s' cannot see: its client serves "
                      "others",
                link->device->instance);
        }
    }
}

struct walk {
    const struct model *model;
    unsigned char state[MODEL_VMS_MAX]; /* 0 new, 1 on the path, 2 done */
    const struct model_vm *path[MODEL_VMS_MAX + 1];
    size_t depth;
};

/* The path runs from server to client, so every VM on it waits for the one before it. */
static void report_cycle(struct walk *walk, const struct model_link *link)
{
    size_t at = walk->depth;
    const char *text = arena_printf(walk->model->arena, "%s waits for %s", link->driver->instance,
                                    link->device->instance);

    while (at > 1 && walk->path[at - 1] != link->driver) {
        at--;
        text = arena_printf(walk->model->arena, "%s, which waits for %s", text,
                            walk->path[at - 1]->instance);
    }
    diag_error(walk->model->diag, link->pos, "wait-cycle",
               "no VM of this circle can boot: %s (mark one device 'late: true')", text);
}

/* Visits clients; a VM's rank is one above the highest of its clients. */
static void visit(struct walk *walk, struct model_vm *vm)
{
    walk->state[vm->index] = 1;
    walk->path[walk->depth++] = vm;
    for (size_t i = 0; i < vm->device_link_count; i++) {
        struct model_link *link = vm->device_links[i];
        struct model_vm *client = link->driver;

        if (link->filled_slots == 0) {
            continue; /* nothing to wait for */
        }
        if (walk->state[client->index] == 1) {
            report_cycle(walk, link);
            continue;
        }
        if (walk->state[client->index] == 0) {
            visit(walk, client);
        }
        if (vm->rank <= client->rank) {
            vm->rank = client->rank + 1;
        }
    }
    walk->depth--;
    walk->state[vm->index] = 2;
}

void sema_build_links(struct sema *sema)
{
    struct model *model = sema->model;
    bool is_legacy_link[MODEL_LINKS_MAX] = { false };
    struct walk walk = { .model = model };

    collect_links(sema);
    for (size_t i = 0; i < model->vm_count; i++) {
        match_devices(sema, model->vms[i], is_legacy_link);
        check_disks(model, model->vms[i]);
        check_taps(model, model->vms[i]);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        struct model_link *link = model->links[i];

        if (link->device_count == 0 && is_legacy_link[i]) {
            add_default_devices(sema, link);
        } else if (link->device_count == 0 && model->diag->error_count == 0) {
            diag_warning(model->diag, link->pos, "link-empty", "'%s' serves no device to '%s'",
                         link->device->instance, link->driver->instance);
        }
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        match_drivers(sema, model->vms[i]);
    }
    for (size_t i = 0; i < model->link_count; i++) {
        check_balloon(model, model->links[i]);
    }
    for (size_t i = 0; i < model->vm_count; i++) {
        if (walk.state[i] == 0) {
            visit(&walk, model->vms[i]);
        }
    }
}
