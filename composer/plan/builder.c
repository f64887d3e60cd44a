/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/builder.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "plans are written in host order");

uint32_t plan_add_string(struct plan_builder *builder, const char *text)
{
    size_t length = strlen(text) + 1;

    for (size_t at = 0; at < builder->string_bytes; at += strlen(builder->strings + at) + 1) {
        if (!strcmp(builder->strings + at, text)) {
            return (uint32_t)at;
        }
    }
    size_t at = builder->string_bytes;

    while (builder->string_bytes + length > builder->string_capacity) {
        builder->strings = arena_grow(builder->arena, builder->strings, builder->string_capacity,
                                      &builder->string_capacity, 1);
    }
    memcpy(builder->strings + at, text, length);
    builder->string_bytes += length;
    return (uint32_t)at;
}

uint32_t plan_add_object(struct plan_builder *builder, const char *name, struct plan_object object)
{
    object.name = plan_add_string(builder, name);
    object.count = object.count ? object.count : 1;
    builder->objects = arena_grow(builder->arena, builder->objects, builder->object_count,
                                  &builder->object_capacity, sizeof(object));
    builder->objects[builder->object_count] = object;
    return (uint32_t)builder->object_count++;
}

void plan_add_cap(struct plan_builder *builder, struct plan_cap cap)
{
    cap.count = cap.count ? cap.count : builder->objects[cap.object].count - cap.first;
    builder->caps = arena_grow(builder->arena, builder->caps, builder->cap_count,
                               &builder->cap_capacity, sizeof(cap));
    builder->caps[builder->cap_count++] = cap;
}

void plan_add_map(struct plan_builder *builder, uint32_t vspace, uint32_t object, uint64_t vaddr,
                  uint32_t rights, uint32_t flags)
{
    builder->maps = arena_grow(builder->arena, builder->maps, builder->map_count,
                               &builder->map_capacity, sizeof(builder->maps[0]));
    builder->maps[builder->map_count++] = (struct plan_map){
        .vspace = vspace,
        .object = object,
        .count = builder->objects[object].count,
        .vaddr = vaddr,
        .rights = rights,
        .flags = flags,
    };
}

uint32_t plan_add_module(struct plan_builder *builder, const char *name, uint64_t paddr,
                         uint64_t size_bytes)
{
    builder->modules = arena_grow(builder->arena, builder->modules, builder->module_count,
                                  &builder->module_capacity, sizeof(builder->modules[0]));
    builder->modules[builder->module_count] = (struct plan_module){
        .paddr = paddr,
        .size_bytes = size_bytes,
        .name = plan_add_string(builder, name),
    };
    return (uint32_t)builder->module_count++;
}

void plan_add_component(struct plan_builder *builder, struct plan_component component)
{
    builder->components = arena_grow(builder->arena, builder->components, builder->component_count,
                                     &builder->component_capacity, sizeof(component));
    builder->components[builder->component_count++] = component;
}

uint32_t plan_add_blob(struct plan_builder *builder, const void *data, size_t size_bytes)
{
    size_t at = (builder->blob_bytes + 15) / 16 * 16;

    while (at + size_bytes > builder->blob_capacity) {
        builder->blobs = arena_grow(builder->arena, builder->blobs, builder->blob_capacity,
                                    &builder->blob_capacity, 1);
    }
    memcpy(builder->blobs + at, data, size_bytes);
    builder->blob_bytes = at + size_bytes;
    return (uint32_t)at;
}

static int has_address(const struct plan_object *object)
{
    return (object->type == PLAN_FRAMES || object->type == PLAN_UNTYPED) &&
           object->paddr != PLAN_ANY_PADDR;
}

static int goes_before(const struct plan_object *a, const struct plan_object *b)
{
    if (has_address(a) != has_address(b)) {
        return has_address(a);
    }
    return has_address(a) && a->paddr < b->paddr;
}

static void renumber(const uint32_t *new_index, uint32_t *index)
{
    if (*index != PLAN_NONE) {
        *index = new_index[*index];
    }
}

void plan_sort_objects(struct plan_builder *builder)
{
    size_t count = builder->object_count;
    uint32_t *order = arena_alloc(builder->arena, (count + 1) * sizeof(*order));
    uint32_t *new_index = arena_alloc(builder->arena, (count + 1) * sizeof(*new_index));
    struct plan_object *sorted = arena_alloc(builder->arena, (count + 1) * sizeof(*sorted));

    for (size_t i = 0; i < count; i++) {
        size_t at = i;

        while (at > 0 && goes_before(&builder->objects[i], &builder->objects[order[at - 1]])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint32_t)i;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = builder->objects[order[i]];
        new_index[order[i]] = (uint32_t)i;
    }
    memcpy(builder->objects, sorted, count * sizeof(*sorted));
    for (size_t i = 0; i < builder->cap_count; i++) {
        renumber(new_index, &builder->caps[i].cnode);
        renumber(new_index, &builder->caps[i].object);
    }
    for (size_t i = 0; i < builder->map_count; i++) {
        renumber(new_index, &builder->maps[i].vspace);
        renumber(new_index, &builder->maps[i].object);
    }
    if (builder->log_badge) {
        renumber(new_index, &builder->log_frames);
        renumber(new_index, &builder->log_notification);
    }
    for (size_t i = 0; i < builder->component_count; i++) {
        renumber(new_index, &builder->components[i].tcb);
        renumber(new_index, &builder->components[i].cnode);
        renumber(new_index, &builder->components[i].vspace);
        renumber(new_index, &builder->components[i].bound_notification);
    }
}

uint32_t builder_crc32(const void *bytes, size_t size_bytes)
{
    const uint8_t *p = bytes;
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size_bytes; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
        }
    }
    return ~crc;
}

/* Places a table behind the previous one, 16-byte aligned (blobs need it, the others do not mind). */
static struct plan_table put_table(size_t *at, size_t count, size_t entry_bytes)
{
    struct plan_table table = { .offset = (uint32_t)*at, .count = (uint32_t)count };

    *at = (*at + count * entry_bytes + 15) / 16 * 16;
    return table;
}

static void copy_table(uint8_t *plan, const struct plan_table *table, const void *data,
                       size_t entry_bytes)
{
    if (table->count) {
        memcpy(plan + table->offset, data, table->count * entry_bytes);
    }
}

uint8_t *plan_encode(const struct plan_builder *builder, size_t *size_bytes)
{
    size_t at = (sizeof(struct plan_header) + 15) / 16 * 16;
    struct plan_header header = { .magic = PLAN_MAGIC, .version = PLAN_VERSION };

    header.objects = put_table(&at, builder->object_count, sizeof(builder->objects[0]));
    header.caps = put_table(&at, builder->cap_count, sizeof(builder->caps[0]));
    header.maps = put_table(&at, builder->map_count, sizeof(builder->maps[0]));
    header.components = put_table(&at, builder->component_count, sizeof(builder->components[0]));
    header.modules = put_table(&at, builder->module_count, sizeof(builder->modules[0]));
    header.strings = put_table(&at, builder->string_bytes, 1);
    header.blobs = put_table(&at, builder->blob_bytes, 1);
    header.size_bytes = (uint32_t)at;
    header.log_frames = builder->log_frames;
    header.log_notification = builder->log_notification;
    header.log_badge = builder->log_badge;

    uint8_t *plan = arena_alloc(builder->arena, at);

    copy_table(plan, &header.objects, builder->objects, sizeof(builder->objects[0]));
    copy_table(plan, &header.caps, builder->caps, sizeof(builder->caps[0]));
    copy_table(plan, &header.maps, builder->maps, sizeof(builder->maps[0]));
    copy_table(plan, &header.components, builder->components, sizeof(builder->components[0]));
    copy_table(plan, &header.modules, builder->modules, sizeof(builder->modules[0]));
    copy_table(plan, &header.strings, builder->strings, 1);
    copy_table(plan, &header.blobs, builder->blobs, 1);
    header.crc32 = builder_crc32(plan + sizeof(header), at - sizeof(header));
    memcpy(plan, &header, sizeof(header));
    *size_bytes = at;
    return plan;
}
