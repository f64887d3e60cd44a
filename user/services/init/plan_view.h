/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plan that has been checked: pointers to its tables and their sizes. Everything behind these
 * pointers satisfies what plan_check (below) promises, so later code indexes without asking again.
 *
 * Pure: knows no kernel; tested by tests/unit/init_plan and fuzzed by tests/fuzz/plan.
 */
#ifndef INIT_PLAN_VIEW_H
#define INIT_PLAN_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "rt/error.h"

/* Bounds that keep the checks quick; a plan beyond them is refused with the figure. */
#define PLAN_OBJECTS_MAX    4096u
#define PLAN_CAPS_MAX       4096u
#define PLAN_MAPS_MAX       4096u
#define PLAN_COMPONENTS_MAX 64u
#define PLAN_MODULES_MAX    64u
#define PLAN_PAGES_MAX      (UINT32_C(1) << 20) /* pages of one object */

struct plan_view {
    const struct plan_header *header;
    const struct plan_object *objects;
    const struct plan_cap *caps;
    const struct plan_map *maps;
    const struct plan_component *components;
    const struct plan_module *modules;
    const char *strings;
    const uint8_t *blobs;
    uint32_t object_count;
    uint32_t cap_count;
    uint32_t map_count;
    uint32_t component_count;
    uint32_t module_count;
};

/* What the running kernel allows; filled in by the caller. */
struct plan_limits {
    uint32_t core_count; /* cores that the kernel runs on, >= 1 */
    uint64_t user_top;   /* last valid address of a VSpace, inclusive */
    uint64_t plan_paddr; /* where the plan itself lies, so that nothing else claims it */
};

/*
 * Checks a whole plan: format, CRC, every index, every range, alignments, overlapping physical
 * ranges, overlapping mappings, slots used twice, objects owned by two components.
 *
 * @bytes: the boot module, 8-byte aligned, not changing while it is used. @size: its bytes.
 * Returns 0 and fills *view, or RT_ERR_FORMAT after logging one line that says what and where.
 */
int plan_check(const void *bytes, size_t size, const struct plan_limits *limits,
               struct plan_view *view) RT_MUST_CHECK;

/* Name of an object, or "unnamed"; for log lines. */
const char *plan_object_name(const struct plan_view *view, uint32_t object);

/* The string at a checked offset. */
const char *plan_string(const struct plan_view *view, uint32_t offset);

/* Bytes that an object with a fixed physical address covers; 0 for every other object. */
uint64_t plan_fixed_bytes(const struct plan_object *object);

/* IEEE 802.3 CRC-32, as in contract/plan/plan.h. */
uint32_t plan_crc32(const void *bytes, size_t size);

#endif
