/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of contract/plan/plan.h while they grow, and their encoding.
 */
#ifndef COMPOSER_PLAN_BUILDER_H
#define COMPOSER_PLAN_BUILDER_H

#include "contract/plan/plan.h"

#include "composer/lang/arena.h"

struct plan_builder {
    struct arena *arena;
    struct plan_object *objects;
    struct plan_cap *caps;
    struct plan_map *maps;
    struct plan_component *components;
    struct plan_module *modules;
    char *strings;
    uint8_t *blobs;
    size_t object_count, object_capacity;
    size_t cap_count, cap_capacity;
    size_t map_count, map_capacity;
    size_t component_count, component_capacity;
    size_t module_count, module_capacity;
    size_t string_bytes, string_capacity;
    size_t blob_bytes, blob_capacity;
    uint32_t log_frames, log_notification; /* the initial task's log channel */
    uint64_t log_badge;                    /* 0 = none */
};

/* Adds a string once; returns its offset. */
uint32_t plan_add_string(struct plan_builder *builder, const char *text);

/* Adds an object; `object.name` is set from `name`. Returns its index. */
uint32_t plan_add_object(struct plan_builder *builder, const char *name, struct plan_object object);

/* Adds `cap` to the table; a count of 0 means all pages of the object. */
void plan_add_cap(struct plan_builder *builder, struct plan_cap cap);

/* Maps all pages of an object. */
void plan_add_map(struct plan_builder *builder, uint32_t vspace, uint32_t object, uint64_t vaddr,
                  uint32_t rights, uint32_t flags);

uint32_t plan_add_module(struct plan_builder *builder, const char *name, uint64_t paddr,
                         uint64_t size_bytes);
void plan_add_component(struct plan_builder *builder, struct plan_component component);

/* Adds a configuration blob, aligned to 16; returns its offset. */
uint32_t plan_add_blob(struct plan_builder *builder, const void *data, size_t size_bytes);

/*
 * Brings objects with a fixed physical address to the front, ascending, because device untyped
 * memory can only be handed out upwards. Renumbers all tables. Call once, before plan_encode.
 */
void plan_sort_objects(struct plan_builder *builder);

/* Returns the encoded plan, `*size_bytes` long, with checksum. */
uint8_t *plan_encode(const struct plan_builder *builder, size_t *size_bytes);

/* IEEE 802.3 CRC-32. */
uint32_t builder_crc32(const void *bytes, size_t size_bytes);

#endif
