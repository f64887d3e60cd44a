/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every entry of a plan, table by table. Overlaps are found by comparing all pairs: tables are
 * bounded to a few thousand entries, most plans have a few dozen.
 */
#include "plan_entries.h"

#include <stdbool.h>

#include "rpc/console.h"
#include "rt/log.h"
#include "rt/mem.h"

#define PADDR_LIMIT      (UINT64_C(1) << 48)
#define UNTYPED_BITS_MIN 12u
#define UNTYPED_BITS_MAX 40u
#define CNODE_BITS_MIN   5u
#define CNODE_BITS_MAX   20u
#define PAGE_BYTES       UINT64_C(4096)
#define STACK_PAGES_MAX  4096u
#define BLOB_BYTES_MAX   (UINT32_C(1) << 20)
#define IRQ_MIN          16u
#define IRQ_MAX          1019u
#define PRIORITY_MAX     255u

static bool is_multiple(uint64_t value, uint32_t bits)
{
    return (value & ((UINT64_C(1) << bits) - 1)) == 0;
}

static int check_name(const struct plan_view *view, uint32_t name, const char *what, uint32_t index)
{
    if (name >= view->header->strings.count) {
        rt_error("plan: %s %u: its name lies outside of the strings", what, index);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

/* ---- objects ---- */

static bool good_size(const struct plan_object *object)
{
    switch (object->type) {
    case PLAN_UNTYPED:
        return object->size_bits >= UNTYPED_BITS_MIN && object->size_bits <= UNTYPED_BITS_MAX;
    case PLAN_CNODE:
        return object->size_bits >= CNODE_BITS_MIN && object->size_bits <= CNODE_BITS_MAX;
    case PLAN_FRAMES:
        return object->size_bits == 12 || object->size_bits == 21 || object->size_bits == 30;
    default: return true;
    }
}

static int check_object(const struct plan_view *view, const struct plan_limits *limits, uint32_t i)
{
    const struct plan_object *object = &view->objects[i];
    uint64_t bytes;

    if (object->name != PLAN_NONE && check_name(view, object->name, "object", i) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    if (object->type < PLAN_UNTYPED || object->type > PLAN_IRQ || !good_size(object)) {
        rt_error("plan: object %u '%s': type %u with size bits %u is not possible", i,
                 plan_object_name(view, i), object->type, object->size_bits);
        return RT_ERR_FORMAT;
    }
    if (object->count == 0 || object->count > PLAN_PAGES_MAX ||
        (object->type != PLAN_FRAMES && object->count != 1)) {
        rt_error("plan: object %u '%s': count %u is not possible", i, plan_object_name(view, i),
                 object->count);
        return RT_ERR_FORMAT;
    }
    bytes = plan_fixed_bytes(object);
    if (bytes != 0 && (!is_multiple(object->paddr, object->size_bits) ||
                       object->paddr >= PADDR_LIMIT || bytes > PADDR_LIMIT - object->paddr)) {
        rt_error("plan: object %u '%s': physical address 0x%llx is not possible", i,
                 plan_object_name(view, i), (unsigned long long)object->paddr);
        return RT_ERR_FORMAT;
    }
    if (object->type == PLAN_IRQ && (object->irq < IRQ_MIN || object->irq > IRQ_MAX ||
                                     object->edge > 1 || object->core >= limits->core_count)) {
        rt_error("plan: object %u '%s': interrupt %u (edge %u, core %u) is not possible", i,
                 plan_object_name(view, i), object->irq, object->edge, object->core);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static bool same_irq(const struct plan_object *a, const struct plan_object *b)
{
    enum { FIRST_SHARED_IRQ = 32 };

    return a->type == PLAN_IRQ && b->type == PLAN_IRQ && a->irq == b->irq &&
           (a->irq >= FIRST_SHARED_IRQ || a->core == b->core);
}

static int check_object_pairs(const struct plan_view *view)
{
    for (uint32_t i = 0; i < view->object_count; i++) {
        const struct plan_object *a = &view->objects[i];
        uint64_t a_bytes = plan_fixed_bytes(a);

        if (a_bytes == 0 && a->type != PLAN_IRQ) {
            continue;
        }
        for (uint32_t j = 0; j < i; j++) {
            const struct plan_object *b = &view->objects[j];

            if (plan_ranges_overlap(a->paddr, a_bytes, b->paddr, plan_fixed_bytes(b))) {
                rt_error("plan: '%s' and '%s' both claim physical memory at 0x%llx",
                         plan_object_name(view, j), plan_object_name(view, i),
                         (unsigned long long)(a->paddr > b->paddr ? a->paddr : b->paddr));
                return RT_ERR_FORMAT;
            }
            if (same_irq(a, b)) {
                rt_error("plan: '%s' and '%s' both claim interrupt %u", plan_object_name(view, j),
                         plan_object_name(view, i), a->irq);
                return RT_ERR_FORMAT;
            }
        }
    }
    return RT_OK;
}

/* ---- modules ---- */

static bool is_component_file(const struct plan_view *view, uint32_t module)
{
    for (uint32_t i = 0; i < view->component_count; i++) {
        if (view->components[i].module == module) {
            return true;
        }
    }
    return false;
}

/*
 * Memory of the plan and of ELF files is the initial task's: what it reads there must not become
 * anybody's frame. Other modules (guest kernels) are there to be frames.
 */
static int check_unclaimed(const struct plan_view *view, uint64_t paddr, uint64_t bytes,
                           const char *name)
{
    for (uint32_t i = 0; i < view->object_count; i++) {
        const struct plan_object *object = &view->objects[i];

        if (plan_ranges_overlap(paddr, bytes, object->paddr, plan_fixed_bytes(object))) {
            rt_error("plan: '%s' claims the memory of module '%s'", plan_object_name(view, i),
                     name);
            return RT_ERR_FORMAT;
        }
    }
    return RT_OK;
}

static int check_module(const struct plan_view *view, uint32_t i)
{
    const struct plan_module *module = &view->modules[i];

    if (check_name(view, module->name, "module", i) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    if (module->size_bytes == 0 || module->paddr % PAGE_BYTES != 0 ||
        module->paddr >= PADDR_LIMIT || module->size_bytes > PADDR_LIMIT - module->paddr) {
        rt_error("plan: module '%s': address 0x%llx with %llu bytes is not possible",
                 plan_string(view, module->name), (unsigned long long)module->paddr,
                 (unsigned long long)module->size_bytes);
        return RT_ERR_FORMAT;
    }
    if (!is_component_file(view, i)) {
        return RT_OK;
    }
    return check_unclaimed(view, module->paddr, module->size_bytes,
                           plan_string(view, module->name));
}

/* ---- capabilities ---- */

static bool takes_badge(uint16_t type)
{
    return type == PLAN_ENDPOINT || type == PLAN_NOTIFICATION;
}

static int check_cap(const struct plan_view *view, uint32_t i)
{
    const struct plan_cap *cap = &view->caps[i];
    const struct plan_object *cnode;
    const struct plan_object *object;

    if (cap->cnode >= view->object_count || view->objects[cap->cnode].type != PLAN_CNODE ||
        cap->object >= view->object_count) {
        rt_error("plan: capability %u: no such CNode (%u) or object (%u)", i, cap->cnode,
                 cap->object);
        return RT_ERR_FORMAT;
    }
    cnode = &view->objects[cap->cnode];
    object = &view->objects[cap->object];
    if (cap->count == 0 || cap->first >= object->count || cap->count > object->count - cap->first) {
        rt_error("plan: capability %u: pages %u+%u of '%s', which has %u", i, cap->first,
                 cap->count, plan_object_name(view, cap->object), object->count);
        return RT_ERR_FORMAT;
    }
    if (cap->slot >= UINT32_C(1) << cnode->size_bits ||
        cap->count > (UINT32_C(1) << cnode->size_bits) - cap->slot || cap->slot == PLAN_SLOT_NULL) {
        rt_error("plan: capability %u: slots %u+%u do not lie in '%s' (2^%u slots)", i, cap->slot,
                 cap->count, plan_object_name(view, cap->cnode), cnode->size_bits);
        return RT_ERR_FORMAT;
    }
    if (cap->rights > PLAN_RIGHTS_ALL || (cap->badge != 0 && !takes_badge(object->type))) {
        rt_error("plan: capability %u to '%s': rights 0x%x with badge 0x%llx are not possible", i,
                 plan_object_name(view, cap->object), cap->rights, (unsigned long long)cap->badge);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static int check_cap_pairs(const struct plan_view *view)
{
    for (uint32_t i = 0; i < view->cap_count; i++) {
        const struct plan_cap *a = &view->caps[i];

        for (uint32_t j = 0; j < i; j++) {
            const struct plan_cap *b = &view->caps[j];

            if (a->cnode == b->cnode && plan_ranges_overlap(a->slot, a->count, b->slot, b->count)) {
                rt_error("plan: capabilities %u and %u share slot %u of '%s'", j, i,
                         a->slot > b->slot ? a->slot : b->slot, plan_object_name(view, a->cnode));
                return RT_ERR_FORMAT;
            }
        }
    }
    return RT_OK;
}

/* ---- mappings ---- */

static uint64_t map_bytes(const struct plan_view *view, const struct plan_map *map)
{
    return (uint64_t)map->count << view->objects[map->object].size_bits;
}

static int check_map(const struct plan_view *view, const struct plan_limits *limits, uint32_t i)
{
    const struct plan_map *map = &view->maps[i];
    const struct plan_object *object;

    if (map->vspace >= view->object_count || view->objects[map->vspace].type != PLAN_VSPACE ||
        map->object >= view->object_count || view->objects[map->object].type != PLAN_FRAMES) {
        rt_error("plan: mapping %u: no such VSpace (%u) or frames (%u)", i, map->vspace,
                 map->object);
        return RT_ERR_FORMAT;
    }
    object = &view->objects[map->object];
    if (map->count == 0 || map->first >= object->count || map->count > object->count - map->first) {
        rt_error("plan: mapping %u: pages %u+%u of '%s', which has %u", i, map->first, map->count,
                 plan_object_name(view, map->object), object->count);
        return RT_ERR_FORMAT;
    }
    if (!is_multiple(map->vaddr, object->size_bits) || map->vaddr < PLAN_WINDOW_VADDR ||
        map->vaddr > limits->user_top || map_bytes(view, map) - 1 > limits->user_top - map->vaddr) {
        rt_error("plan: mapping %u of '%s': address 0x%llx is not possible", i,
                 plan_object_name(view, map->object), (unsigned long long)map->vaddr);
        return RT_ERR_FORMAT;
    }
    if ((map->rights & ~(PLAN_RIGHT_READ | PLAN_RIGHT_WRITE)) != 0 ||
        (map->rights & PLAN_RIGHT_READ) == 0 ||
        (map->flags & ~(PLAN_MAP_CACHED | PLAN_MAP_EXECUTABLE)) != 0) {
        rt_error("plan: mapping %u of '%s': rights 0x%x with flags 0x%x are not possible", i,
                 plan_object_name(view, map->object), map->rights, map->flags);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static int check_map_pairs(const struct plan_view *view)
{
    for (uint32_t i = 0; i < view->map_count; i++) {
        const struct plan_map *a = &view->maps[i];

        for (uint32_t j = 0; j < i; j++) {
            const struct plan_map *b = &view->maps[j];

            if (a->vspace == b->vspace &&
                plan_ranges_overlap(a->vaddr, map_bytes(view, a), b->vaddr, map_bytes(view, b))) {
                rt_error("plan: mappings of '%s' and '%s' overlap at 0x%llx in '%s'",
                         plan_object_name(view, b->object), plan_object_name(view, a->object),
                         (unsigned long long)(a->vaddr > b->vaddr ? a->vaddr : b->vaddr),
                         plan_object_name(view, a->vspace));
                return RT_ERR_FORMAT;
            }
        }
    }
    return RT_OK;
}

/* ---- components ---- */

static bool has_type(const struct plan_view *view, uint32_t object, uint16_t type)
{
    return object < view->object_count && view->objects[object].type == type;
}

static int check_component_numbers(const struct plan_view *view, const struct plan_limits *limits,
                                   const struct plan_component *component, const char *name)
{
    uint64_t stack_room = PLAN_STACK_TOP - PLAN_CONFIG_VADDR;

    if (component->priority > PRIORITY_MAX || component->mcp > PRIORITY_MAX ||
        component->core >= limits->core_count || component->flags > PLAN_COMPONENT_NO_FPU) {
        rt_error("plan: component '%s': priority %u, mcp %u, core %u of %u, flags 0x%x are not "
                 "possible",
                 name, component->priority, component->mcp, component->core, limits->core_count,
                 component->flags);
        return RT_ERR_FORMAT;
    }
    if (component->blob_offset % 16 != 0 || component->blob_size > BLOB_BYTES_MAX ||
        component->blob_offset > view->header->blobs.count ||
        component->blob_size > view->header->blobs.count - component->blob_offset) {
        rt_error("plan: component '%s': configuration %u+%u lies outside of the blobs", name,
                 component->blob_offset, component->blob_size);
        return RT_ERR_FORMAT;
    }
    if (component->stack_pages == 0 || component->stack_pages > STACK_PAGES_MAX ||
        (component->stack_pages + UINT64_C(2)) * PAGE_BYTES + component->blob_size > stack_room) {
        rt_error("plan: component '%s': %u stack pages are not possible", name,
                 component->stack_pages);
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

static int check_component(const struct plan_view *view, const struct plan_limits *limits,
                           uint32_t i)
{
    const struct plan_component *component = &view->components[i];
    const char *name;

    if (check_name(view, component->name, "component", i) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    name = plan_string(view, component->name);
    if (!has_type(view, component->tcb, PLAN_TCB) ||
        !has_type(view, component->cnode, PLAN_CNODE) ||
        !has_type(view, component->vspace, PLAN_VSPACE)) {
        rt_error("plan: component '%s': its TCB, CNode or VSpace is not one", name);
        return RT_ERR_FORMAT;
    }
    if (component->module >= view->module_count) {
        rt_error("plan: component '%s': no module %u", name, component->module);
        return RT_ERR_FORMAT;
    }
    if (component->bound_notification != PLAN_NONE &&
        !has_type(view, component->bound_notification, PLAN_NOTIFICATION)) {
        rt_error("plan: component '%s': object %u is no notification", name,
                 component->bound_notification);
        return RT_ERR_FORMAT;
    }
    return check_component_numbers(view, limits, component, name);
}

/* A component is a trust domain: what it consists of belongs to no other. */
static int check_component_pairs(const struct plan_view *view)
{
    for (uint32_t i = 0; i < view->component_count; i++) {
        const struct plan_component *a = &view->components[i];

        for (uint32_t j = 0; j < i; j++) {
            const struct plan_component *b = &view->components[j];

            if (a->tcb == b->tcb || a->cnode == b->cnode || a->vspace == b->vspace ||
                (a->bound_notification != PLAN_NONE &&
                 a->bound_notification == b->bound_notification)) {
                rt_error("plan: components '%s' and '%s' share a TCB, CNode, VSpace or "
                         "notification",
                         plan_string(view, b->name), plan_string(view, a->name));
                return RT_ERR_FORMAT;
            }
        }
    }
    return RT_OK;
}

/* Slots that the initial task fills itself. */
static int check_own_slots(const struct plan_view *view)
{
    static const uint32_t own[] = { PLAN_SLOT_TCB, PLAN_SLOT_CNODE, PLAN_SLOT_FAULT };

    for (uint32_t i = 0; i < view->cap_count; i++) {
        const struct plan_cap *cap = &view->caps[i];

        for (uint32_t k = 0; k < sizeof(own) / sizeof(own[0]); k++) {
            if (own[k] >= cap->slot && own[k] - cap->slot < cap->count) {
                rt_error("plan: capability %u: slot %u of '%s' is the initial task's to fill", i,
                         own[k], plan_object_name(view, cap->cnode));
                return RT_ERR_FORMAT;
            }
        }
    }
    return RT_OK;
}

static int check_log_channel(const struct plan_view *view)
{
    const struct plan_header *header = view->header;
    const struct plan_object *frames;

    if (header->log_badge == 0) {
        return RT_OK;
    }
    if (!has_type(view, header->log_frames, PLAN_FRAMES) ||
        !has_type(view, header->log_notification, PLAN_NOTIFICATION)) {
        rt_error("plan: the log channel (objects %u, %u) is no channel", header->log_frames,
                 header->log_notification);
        return RT_ERR_FORMAT;
    }
    frames = &view->objects[header->log_frames];
    if (frames->size_bits != 12 || frames->count * PAGE_BYTES != CONSOLE_CHANNEL_BYTES) {
        rt_error("plan: the log channel '%s' has the wrong size",
                 plan_object_name(view, header->log_frames));
        return RT_ERR_FORMAT;
    }
    return RT_OK;
}

typedef int (*check_one_fn)(const struct plan_view *view, const struct plan_limits *limits,
                            uint32_t i);

static int check_each(const struct plan_view *view, const struct plan_limits *limits,
                      uint32_t count, check_one_fn check)
{
    for (uint32_t i = 0; i < count; i++) {
        if (check(view, limits, i) != RT_OK) {
            return RT_ERR_FORMAT;
        }
    }
    return RT_OK;
}

static int check_module_entry(const struct plan_view *view, const struct plan_limits *limits,
                              uint32_t i)
{
    (void)limits;
    return check_module(view, i);
}

static int check_cap_entry(const struct plan_view *view, const struct plan_limits *limits,
                           uint32_t i)
{
    (void)limits;
    return check_cap(view, i);
}

int plan_check_entries(const struct plan_view *view, const struct plan_limits *limits)
{
    /* Single entries first: the pair checks rely on ranges that do not wrap. */
    if (check_each(view, limits, view->object_count, check_object) != RT_OK ||
        check_each(view, limits, view->cap_count, check_cap_entry) != RT_OK ||
        check_each(view, limits, view->map_count, check_map) != RT_OK ||
        check_each(view, limits, view->component_count, check_component) != RT_OK ||
        check_each(view, limits, view->module_count, check_module_entry) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    if (check_object_pairs(view) != RT_OK || check_cap_pairs(view) != RT_OK ||
        check_map_pairs(view) != RT_OK || check_component_pairs(view) != RT_OK ||
        check_own_slots(view) != RT_OK || check_log_channel(view) != RT_OK) {
        return RT_ERR_FORMAT;
    }
    return check_unclaimed(view, limits->plan_paddr, view->header->size_bytes, "plan");
}
