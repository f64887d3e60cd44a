/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's outer form: header, tables, CRC, strings. What the entries mean: plan_entries.c. */
#include "plan_view.h"

#include <stdbool.h>

#include "plan_entries.h"
#include "rt/log.h"
#include "rt/mem.h"

uint32_t plan_crc32(const void *bytes, size_t size)
{
    const uint8_t *in = bytes;
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        crc ^= in[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (UINT32_C(0xedb88320) & (0 - (crc & 1)));
        }
    }
    return ~crc;
}

const char *plan_string(const struct plan_view *view, uint32_t offset)
{
    return view->strings + offset;
}

const char *plan_object_name(const struct plan_view *view, uint32_t object)
{
    uint32_t name = view->objects[object].name;

    return name == PLAN_NONE ? "unnamed" : plan_string(view, name);
}

uint64_t plan_fixed_bytes(const struct plan_object *object)
{
    bool placed = object->type == PLAN_UNTYPED || object->type == PLAN_FRAMES;

    if (!placed || object->paddr == PLAN_ANY_PADDR) {
        return 0;
    }
    return (uint64_t)object->count << object->size_bits;
}

struct table_rule {
    const char *name;
    const struct plan_table *table;
    size_t entry_bytes;
    uint32_t count_max;
};

static int check_table(const struct plan_header *header, const struct table_rule *rule)
{
    const struct plan_table *table = rule->table;
    uint64_t bytes = (uint64_t)table->count * rule->entry_bytes;

    if (table->count > rule->count_max) {
        rt_error("plan: %u %s, at most %u are possible", table->count, rule->name, rule->count_max);
        return RT_ERR_FORMAT;
    }
    if ((table->offset & 7) != 0) {
        rt_error("plan: table of %s is not 8-byte aligned", rule->name);
        return RT_ERR_FORMAT;
    }
    if (table->count != 0 &&
        (table->offset < sizeof(*header) || table->offset > header->size_bytes ||
         bytes > header->size_bytes - table->offset)) {
        rt_error("plan: table of %s lies outside of the plan", rule->name);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static int check_tables(const struct plan_header *header)
{
    const struct table_rule rules[] = {
        { "objects", &header->objects, sizeof(struct plan_object), PLAN_OBJECTS_MAX },
        { "caps", &header->caps, sizeof(struct plan_cap), PLAN_CAPS_MAX },
        { "maps", &header->maps, sizeof(struct plan_map), PLAN_MAPS_MAX },
        { "components", &header->components, sizeof(struct plan_component), PLAN_COMPONENTS_MAX },
        { "modules", &header->modules, sizeof(struct plan_module), PLAN_MODULES_MAX },
        { "strings", &header->strings, 1, UINT32_MAX },
        { "blobs", &header->blobs, 1, UINT32_MAX },
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (check_table(header, &rules[i]) != RT_OK) {
            return RT_ERR_FORMAT;
        }
    }
    return RT_OK;
}

static int check_header(const struct plan_header *header, size_t size)
{
    if (size < sizeof(*header) || header->magic != PLAN_MAGIC) {
        rt_error("plan: the boot module 'plan' is not a plan");
        return RT_ERR_FORMAT;
    }
    if (header->version != PLAN_VERSION) {
        rt_error("plan: version %u, this initial task reads version %u", header->version,
                 PLAN_VERSION);
        return RT_ERR_FORMAT;
    }
    if (header->size_bytes < sizeof(*header) || header->size_bytes > size) {
        rt_error("plan: says %u bytes, the boot module has %zu", header->size_bytes, size);
        return RT_ERR_FORMAT;
    }
    if (plan_crc32(header + 1, header->size_bytes - sizeof(*header)) != header->crc32) {
        rt_error("plan: wrong checksum, the boot image is damaged");
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static void fill_view(const struct plan_header *header, struct plan_view *view)
{
    const uint8_t *base = (const uint8_t *)header;

    view->header = header;
    view->objects = (const struct plan_object *)(const void *)(base + header->objects.offset);
    view->caps = (const struct plan_cap *)(const void *)(base + header->caps.offset);
    view->maps = (const struct plan_map *)(const void *)(base + header->maps.offset);
    view->components =
        (const struct plan_component *)(const void *)(base + header->components.offset);
    view->modules = (const struct plan_module *)(const void *)(base + header->modules.offset);
    view->strings = (const char *)base + header->strings.offset;
    view->blobs = base + header->blobs.offset;
    view->object_count = header->objects.count;
    view->cap_count = header->caps.count;
    view->map_count = header->maps.count;
    view->component_count = header->components.count;
    view->module_count = header->modules.count;
}

int plan_check(const void *bytes, size_t size, const struct plan_limits *limits,
               struct plan_view *view)
{
    const struct plan_header *header = bytes;

    if (check_header(header, size) != RT_OK || check_tables(header) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    fill_view(header, view);
    if (header->strings.count != 0 && view->strings[header->strings.count - 1] != '\0') {
        rt_error("plan: the last string has no end");
        return RT_ERR_FORMAT;
    }
    return plan_check_entries(view, limits);
}
