/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan_builder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void pb_init(struct plan_builder *pb)
{
    memset(pb, 0, sizeof(*pb));
    pb->header.magic = PLAN_MAGIC;
    pb->header.version = PLAN_VERSION;
}

uint32_t pb_string(struct plan_builder *pb, const char *text)
{
    uint32_t at = pb->header.strings.count;

    assert(at + strlen(text) + 1 <= PB_BYTES);
    strcpy(pb->strings + at, text);
    pb->header.strings.count += (uint32_t)strlen(text) + 1;
    return at;
}

static uint32_t add_object(struct plan_builder *pb, struct plan_object object)
{
    assert(pb->header.objects.count < PB_ENTRIES);
    pb->objects[pb->header.objects.count] = object;
    return pb->header.objects.count++;
}

uint32_t pb_object(struct plan_builder *pb, const char *name, enum plan_object_type type,
                   uint8_t size_bits)
{
    return add_object(pb, (struct plan_object){ .type = type,
                                                .size_bits = size_bits,
                                                .count = 1,
                                                .paddr = PLAN_ANY_PADDR,
                                                .name = pb_string(pb, name) });
}

uint32_t pb_frames(struct plan_builder *pb, const char *name, uint8_t bits, uint32_t count,
                   uint64_t paddr)
{
    return add_object(pb, (struct plan_object){ .type = PLAN_FRAMES,
                                                .size_bits = bits,
                                                .count = count,
                                                .paddr = paddr,
                                                .name = pb_string(pb, name) });
}

uint32_t pb_irq(struct plan_builder *pb, const char *name, uint32_t irq, uint8_t edge)
{
    return add_object(pb, (struct plan_object){ .type = PLAN_IRQ,
                                                .edge = edge,
                                                .count = 1,
                                                .paddr = PLAN_ANY_PADDR,
                                                .irq = irq,
                                                .name = pb_string(pb, name) });
}

uint32_t pb_cap(struct plan_builder *pb, uint32_t cnode, uint32_t slot, uint32_t object,
                uint32_t rights, uint64_t badge)
{
    assert(pb->header.caps.count < PB_ENTRIES);
    pb->caps[pb->header.caps.count] = (struct plan_cap){ .cnode = cnode,
                                                         .slot = slot,
                                                         .object = object,
                                                         .count = pb->objects[object].count,
                                                         .rights = rights,
                                                         .badge = badge };
    return pb->header.caps.count++;
}

uint32_t pb_map(struct plan_builder *pb, uint32_t vspace, uint32_t object, uint64_t vaddr,
                uint32_t rights, uint32_t flags)
{
    assert(pb->header.maps.count < PB_ENTRIES);
    pb->maps[pb->header.maps.count] = (struct plan_map){ .vspace = vspace,
                                                         .object = object,
                                                         .count = pb->objects[object].count,
                                                         .vaddr = vaddr,
                                                         .rights = rights,
                                                         .flags = flags };
    return pb->header.maps.count++;
}

uint32_t pb_module(struct plan_builder *pb, const char *name, uint64_t paddr, uint64_t bytes)
{
    assert(pb->header.modules.count < PB_ENTRIES);
    pb->modules[pb->header.modules.count] =
        (struct plan_module){ .paddr = paddr, .size_bytes = bytes, .name = pb_string(pb, name) };
    return pb->header.modules.count++;
}

uint32_t pb_blob(struct plan_builder *pb, const void *bytes, uint32_t size)
{
    uint32_t at = (pb->header.blobs.count + 15) & ~15u;

    assert(at + size <= PB_BYTES);
    memcpy(pb->blobs + at, bytes, size);
    pb->header.blobs.count = at + size;
    return at;
}

uint32_t pb_component(struct plan_builder *pb, const char *name, uint32_t module, uint32_t priority,
                      int with_notification)
{
    struct plan_component component = {
        .name = pb_string(pb, name),
        .module = module,
        .tcb = pb_object(pb, "tcb", PLAN_TCB, 0),
        .cnode = pb_object(pb, "cnode", PLAN_CNODE, 8),
        .vspace = pb_object(pb, "vspace", PLAN_VSPACE, 0),
        .bound_notification = PLAN_NONE,
        .priority = priority,
        .mcp = priority,
        .stack_pages = 4,
        .flags = PLAN_COMPONENT_NO_FPU,
    };

    if (with_notification) {
        component.bound_notification = pb_object(pb, "notification", PLAN_NOTIFICATION, 0);
        pb_cap(pb, component.cnode, PLAN_SLOT_NOTIFICATION, component.bound_notification,
               PLAN_RIGHT_READ, 0);
    }
    assert(pb->header.components.count < PB_ENTRIES);
    pb->components[pb->header.components.count] = component;
    return pb->header.components.count++;
}

struct section {
    struct plan_table *table;
    const void *bytes;
    size_t entry_bytes;
};

void *pb_finish(const struct plan_builder *pb, size_t *size)
{
    struct plan_header header = pb->header;
    const struct section sections[] = {
        { &header.objects, pb->objects, sizeof(struct plan_object) },
        { &header.caps, pb->caps, sizeof(struct plan_cap) },
        { &header.maps, pb->maps, sizeof(struct plan_map) },
        { &header.components, pb->components, sizeof(struct plan_component) },
        { &header.modules, pb->modules, sizeof(struct plan_module) },
        { &header.blobs, pb->blobs, 1 },
        { &header.strings, pb->strings, 1 },
    };
    enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };
    size_t at = sizeof(header);
    uint8_t *plan;

    for (int i = 0; i < SECTIONS; i++) {
        at = (at + 15) & ~(size_t)15;
        sections[i].table->offset = (uint32_t)at;
        at += sections[i].table->count * sections[i].entry_bytes;
    }
    header.size_bytes = (uint32_t)at;
    plan = calloc(1, at);
    assert(plan != NULL);
    memcpy(plan, &header, sizeof(header));
    for (int i = 0; i < SECTIONS; i++) {
        memcpy(plan + sections[i].table->offset, sections[i].bytes,
               sections[i].table->count * sections[i].entry_bytes);
    }
    pb_reseal(plan);
    *size = at;
    return plan;
}

static uint32_t crc32(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
        }
    }
    return ~crc;
}

void pb_reseal(void *plan)
{
    struct plan_header *header = plan;

    header->crc32 = crc32((const uint8_t *)(header + 1), header->size_bytes - sizeof(*header));
}
