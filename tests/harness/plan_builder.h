/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts plans together by hand, for tests of the initial task; the product's plans come from the composer. */
#ifndef TESTS_HARNESS_PLAN_BUILDER_H
#define TESTS_HARNESS_PLAN_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"

#define PB_ENTRIES 256
#define PB_BYTES   65536

struct plan_builder {
    struct plan_header header; /* counts while building */
    struct plan_object objects[PB_ENTRIES];
    struct plan_cap caps[PB_ENTRIES];
    struct plan_map maps[PB_ENTRIES];
    struct plan_component components[PB_ENTRIES];
    struct plan_module modules[PB_ENTRIES];
    char strings[PB_BYTES];
    uint8_t blobs[PB_BYTES];
};

void pb_init(struct plan_builder *pb);

/* Each adds one entry and returns its index (offset for strings and blobs). */
uint32_t pb_string(struct plan_builder *pb, const char *text);
uint32_t pb_object(struct plan_builder *pb, const char *name, enum plan_object_type type,
                   uint8_t size_bits);
uint32_t pb_frames(struct plan_builder *pb, const char *name, uint8_t bits, uint32_t count,
                   uint64_t paddr);
uint32_t pb_irq(struct plan_builder *pb, const char *name, uint32_t irq, uint8_t edge);
uint32_t pb_cap(struct plan_builder *pb, uint32_t cnode, uint32_t slot, uint32_t object,
                uint32_t rights, uint64_t badge);
uint32_t pb_map(struct plan_builder *pb, uint32_t vspace, uint32_t object, uint64_t vaddr,
                uint32_t rights, uint32_t flags);
uint32_t pb_module(struct plan_builder *pb, const char *name, uint64_t paddr, uint64_t bytes);
uint32_t pb_blob(struct plan_builder *pb, const void *bytes, uint32_t size);

/* A component with TCB, CNode (2^8 slots), VSpace and, if wanted, a bound notification in its slot. */
uint32_t pb_component(struct plan_builder *pb, const char *name, uint32_t module, uint32_t priority,
                      int with_notification);

/* The finished plan, to be freed by the caller. */
void *pb_finish(const struct plan_builder *pb, size_t *size);

/* Recomputes the checksum of a plan that was changed. */
void pb_reseal(void *plan);

#endif
