/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan reader and the ELF reader under arbitrary bytes. Input: patches (offset, value) to a good
 * plan, resealed so that the checksum does not end every run; or, with a first byte of 255, the plan
 * or ELF file as it is. What is accepted is then walked the way the initial task walks it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "elf_image.h"
#include "plan_builder.h"
#include "plan_view.h"
#include "rt/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct plan_limits limits = { .core_count = 1,
                                           .user_top = UINT64_C(0xfffffffffff),
                                           .plan_paddr = 0x48000000 };

static void *seed_plan(size_t *size)
{
    static struct plan_builder pb;
    uint32_t component;
    uint32_t frames;

    pb_init(&pb);
    pb_module(&pb, "a.elf", 0x48200000, 0x1000);
    component = pb_component(&pb, "a", 0, 100, 1);
    pb_component(&pb, "b", 0, 100, 0);
    frames = pb_frames(&pb, "ram", 21, 4, 0x50000000);
    pb_irq(&pb, "irq", 40, 1);
    pb_object(&pb, "ut", PLAN_UNTYPED, 20);
    pb_cap(&pb, pb.components[component].cnode, 20, frames, 3, 0);
    pb_map(&pb, pb.components[component].vspace, frames, 0x100000000, 3, PLAN_MAP_CACHED);
    pb.components[component].blob_offset = pb_blob(&pb, "blob", 4);
    pb.components[component].blob_size = 4;
    return pb_finish(&pb, size);
}

/* Touches all that the initial task will use; ASan objects if a check has a hole. */
static uint64_t walk(const struct plan_view *view)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < view->object_count; i++) {
        sum += strlen(plan_object_name(view, i)) + plan_fixed_bytes(&view->objects[i]);
    }
    for (uint32_t i = 0; i < view->cap_count; i++) {
        sum += view->objects[view->caps[i].cnode].size_bits +
               view->objects[view->caps[i].object].count;
    }
    for (uint32_t i = 0; i < view->map_count; i++) {
        sum += view->objects[view->maps[i].object].size_bits;
    }
    for (uint32_t i = 0; i < view->component_count; i++) {
        const struct plan_component *component = &view->components[i];

        sum += strlen(plan_string(view, component->name)) +
               view->modules[component->module].size_bytes;
        for (uint32_t k = 0; k < component->blob_size; k++) {
            sum += view->blobs[component->blob_offset + k];
        }
    }
    return sum;
}

static void try_plan(const void *plan, size_t size)
{
    static volatile uint64_t sink __attribute__((unused));
    struct plan_view view;

    if (plan_check(plan, size, &limits, &view) == RT_OK) {
        sink += walk(&view);
    }
}

static void try_elf(const uint8_t *data, size_t size)
{
    static volatile uint64_t sink __attribute__((unused));
    struct elf_image image;

    if (elf_image_read(data, size, 0x400000, 0x10000000, "fuzz", &image) == RT_OK) {
        for (uint32_t i = 0; i < image.segment_count; i++) {
            for (uint64_t k = 0; k < image.segments[i].file_bytes; k++) {
                sink += image.segments[i].data[k];
            }
        }
    }
}

static void try_patched(const uint8_t *data, size_t size)
{
    size_t plan_size;
    uint8_t *plan = seed_plan(&plan_size);

    for (; size >= 3; data += 3, size -= 3) {
        size_t at = (size_t)(data[0] | data[1] << 8) % plan_size;

        plan[at] = data[2];
    }
    if (((struct plan_header *)plan)->size_bytes >= sizeof(struct plan_header) &&
        ((struct plan_header *)plan)->size_bytes <= plan_size) {
        pb_reseal(plan);
    }
    try_plan(plan, plan_size);
    free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *copy;

    rt_log_set_sink(NULL, NULL);
    if (size == 0) {
        return 0;
    }
    if (data[0] != 255) {
        try_patched(data, size);
        return 0;
    }
    copy = malloc(size); /* aligned as a boot module is, and no byte larger */
    memcpy(copy, data + 1, size - 1);
    try_plan(copy, size - 1);
    try_elf(copy, size - 1);
    free(copy);
    return 0;
}
