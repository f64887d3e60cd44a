/* SPDX-License-Identifier: BSD-2-Clause */
#include "build.h"

#include <stdbool.h>

#include "memory.h"
#include "rt/log.h"
#include "rt/object.h"

#define PAGE_BYTES UINT64_C(4096)

seL4_CapRights_t build_rights(uint32_t rights)
{
    return seL4_CapRights_new((rights & PLAN_RIGHT_GRANTREPLY) != 0,
                              (rights & PLAN_RIGHT_GRANT) != 0, (rights & PLAN_RIGHT_READ) != 0,
                              (rights & PLAN_RIGHT_WRITE) != 0);
}

seL4_Word build_guard(uint32_t bits)
{
    return seL4_CNode_CapData_new(0, seL4_WordBits - bits).words[0];
}

/* ---- the plan and this board ---- */

static bool is_mapped_as_ram(const struct plan_view *plan, uint32_t object)
{
    for (uint32_t i = 0; i < plan->map_count; i++) {
        if (plan->maps[i].object == object && (plan->maps[i].flags & PLAN_MAP_CACHED) != 0) {
            return true;
        }
    }
    return false;
}

static void describe_ram(const struct board *board, char *text, size_t size)
{
    size_t length = 0;

    rt_snprintf(text, size, "none");
    for (uint32_t i = 0; i < board->ram_count && length < size; i++) {
        length +=
            (size_t)rt_snprintf(text + length, size - length, "%s0x%llx-0x%llx", i == 0 ? "" : ", ",
                                (unsigned long long)board->ram[i].base,
                                (unsigned long long)(board->ram[i].base + board->ram[i].bytes));
    }
}

static int check_range(const struct init_state *state, uint32_t i)
{
    const struct plan_object *object = &state->plan.objects[i];
    uint64_t bytes = plan_fixed_bytes(object);
    unsigned long long low = object->paddr;
    unsigned long long high = object->paddr + bytes;
    const char *name = plan_object_name(&state->plan, i);
    uint64_t missing = 0;
    char ram[96];

    describe_ram(&state->board, ram, sizeof(ram));
    if (is_mapped_as_ram(&state->plan, i) && !board_is_ram(&state->board, object->paddr, bytes)) {
        rt_error("too little RAM: plan needs 0x%llx-0x%llx (%s), board has %s", low, high, name,
                 ram);
        return RT_ERR_NOT_FOUND;
    }
    if (ut_missing(&state->pool, object->paddr, bytes, &missing)) {
        rt_error("plan needs 0x%llx-0x%llx (%s), but the kernel keeps 0x%llx to itself (RAM: %s)",
                 low, high, name, (unsigned long long)missing, ram);
        return RT_ERR_NOT_FOUND;
    }
    return RT_OK;
}

static int check_module_place(const struct init_state *state, uint32_t i)
{
    const struct plan_module *module = &state->plan.modules[i];
    const char *name = plan_string(&state->plan, module->name);
    uint64_t paddr;
    uint64_t bytes;

    if (board_find_module(&state->board, name, &paddr, &bytes) != RT_OK) {
        rt_error("plan needs the module '%s', which the boot image does not have", name);
        return RT_ERR_NOT_FOUND;
    }
    if (paddr != module->paddr || bytes != module->size_bytes) {
        rt_error("module '%s' lies at 0x%llx (%llu bytes), the plan says 0x%llx (%llu bytes)", name,
                 (unsigned long long)paddr, (unsigned long long)bytes,
                 (unsigned long long)module->paddr, (unsigned long long)module->size_bytes);
        return RT_ERR_NOT_FOUND;
    }
    return RT_OK;
}

int build_check_board(const struct init_state *state)
{
    for (uint32_t i = 0; i < state->plan.object_count; i++) {
        if (plan_fixed_bytes(&state->plan.objects[i]) != 0) {
            int error = check_range(state, i);

            if (error != RT_OK) {
                return error;
            }
        }
    }
    for (uint32_t i = 0; i < state->plan.module_count; i++) {
        int error = check_module_place(state, i);

        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}

uint64_t build_slots_needed(const struct init_state *state)
{
    enum { SPLITS_PER_RANGE = 80, TABLES_PER_MAP = 4, PER_COMPONENT = 32, SPARE = 256 };
    const struct plan_view *plan = &state->plan;
    uint64_t slots = SPARE;

    for (uint32_t i = 0; i < plan->object_count; i++) {
        slots += plan->objects[i].count;
        if (plan_fixed_bytes(&plan->objects[i]) != 0) {
            slots += SPLITS_PER_RANGE;
        }
    }
    for (uint32_t i = 0; i < plan->map_count; i++) {
        uint32_t bits = plan->objects[plan->maps[i].object].size_bits;

        slots += plan->maps[i].count + TABLES_PER_MAP;
        slots += ((uint64_t)plan->maps[i].count << bits) >> seL4_LargePageBits;
    }
    for (uint32_t i = 0; i < plan->component_count; i++) {
        const struct elf_image *image = &state->images[i];

        slots += PER_COMPONENT + plan->components[i].stack_pages +
                 plan->components[i].blob_size / PAGE_BYTES;
        for (uint32_t k = 0; k < image->segment_count; k++) {
            slots += image->segments[k].mem_bytes / PAGE_BYTES + 1;
        }
    }
    return slots;
}

/* ---- objects ---- */

static struct ut_kind kind_of(const struct plan_object *object)
{
    switch (object->type) {
    case PLAN_UNTYPED: return memory_untyped(object->size_bits);
    case PLAN_ENDPOINT: return memory_endpoint;
    case PLAN_NOTIFICATION: return memory_notification;
    case PLAN_CNODE: return memory_cnode(object->size_bits);
    case PLAN_TCB: return memory_tcb;
    case PLAN_VSPACE: return memory_vspace;
    default: return memory_page(object->size_bits);
    }
}

static int make_irq(const struct plan_object *object, uint64_t slot)
{
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    seL4_Error refused = seL4_IRQControl_GetTriggerCore(
        seL4_CapIRQControl, object->irq, object->edge, INIT_ROOT, slot, INIT_DEPTH, object->core);
#else
    seL4_Error refused = seL4_IRQControl_GetTrigger(seL4_CapIRQControl, object->irq, object->edge,
                                                    INIT_ROOT, slot, INIT_DEPTH);
#endif
    if (refused != seL4_NoError) {
        rt_error("interrupt %u: %s", object->irq, rt_sel4_error_text(refused));
        return RT_ERR_KERNEL;
    }
    return RT_OK;
}

/* The UART's page is a frame already, because we print through it ourselves. */
static bool is_our_uart(const struct init_state *state, const struct plan_object *object)
{
    return state->uart.paddr != 0 && object->type == PLAN_FRAMES && object->count == 1 &&
           object->size_bits == seL4_PageBits && object->paddr == state->uart.paddr;
}

static int make_object(struct init_state *state, const struct plan_object *object, uint64_t slot)
{
    struct ut_kind kind = kind_of(object);
    int error;

    if (object->type == PLAN_IRQ) {
        return make_irq(object, slot);
    }
    if (is_our_uart(state, object)) {
        return rt_error_from_sel4(seL4_CNode_Copy(INIT_ROOT, slot, INIT_DEPTH, INIT_ROOT,
                                                  state->uart.slot, INIT_DEPTH, seL4_AllRights));
    }
    if (plan_fixed_bytes(object) != 0) {
        return ut_make_at(&state->pool, &kind, object->paddr, slot, object->count);
    }
    error = ut_make(&state->pool, &kind, slot, object->count);
    if (error == RT_OK && object->type == PLAN_VSPACE) {
        error = rt_error_from_sel4(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, slot));
    }
    return error;
}

static bool is_fixed(const struct plan_object *object)
{
    return object->type == PLAN_IRQ || plan_fixed_bytes(object) != 0;
}

static int build_one(struct init_state *state, uint32_t i)
{
    const struct plan_object *object = &state->plan.objects[i];
    int error = rt_slots_take(&state->slots, object->count, &state->object_slot[i]);

    if (error == RT_OK) {
        error = make_object(state, object, state->object_slot[i]);
    }
    if (error != RT_OK) {
        rt_error("cannot make '%s' (2^%u bytes x %u; %llu KiB of kernel RAM left): %s",
                 plan_object_name(&state->plan, i), kind_of(object).bits, object->count,
                 (unsigned long long)(ut_ram_left(&state->pool) / 1024), rt_error_text(error));
    }
    return error;
}

int build_objects(struct init_state *state)
{
    enum { BITS_MAX = 48 };
    const struct plan_view *plan = &state->plan;

    for (uint32_t i = 0; i < plan->object_count; i++) {
        if (is_fixed(&plan->objects[i]) && build_one(state, i) != RT_OK) {
            return RT_ERR_NO_MEMORY;
        }
    }
    /* Large ones first: they find untypeds that small ones have not cut up yet. */
    for (uint32_t bits = BITS_MAX; bits > 0; bits--) {
        for (uint32_t i = 0; i < plan->object_count; i++) {
            const struct plan_object *object = &plan->objects[i];

            if (!is_fixed(object) && kind_of(object).bits == bits && build_one(state, i) != RT_OK) {
                return RT_ERR_NO_MEMORY;
            }
        }
    }
    return RT_OK;
}

/* ---- capabilities ---- */

static seL4_Word cap_data(const struct plan_object *object, uint64_t badge)
{
    return object->type == PLAN_CNODE ? build_guard(object->size_bits) : badge;
}

static int place_cap(struct init_state *state, const struct plan_cap *cap)
{
    const struct plan_object *object = &state->plan.objects[cap->object];
    uint8_t depth = state->plan.objects[cap->cnode].size_bits;
    seL4_CPtr cnode = state->object_slot[cap->cnode];

    for (uint32_t i = 0; i < cap->count; i++) {
        uint64_t source = state->object_slot[cap->object] + cap->first + i;
        seL4_Error refused =
            seL4_CNode_Mint(cnode, cap->slot + i, depth, INIT_ROOT, source, INIT_DEPTH,
                            build_rights(cap->rights), cap_data(object, cap->badge));

        if (refused != seL4_NoError) {
            rt_error("capability to '%s' in slot %u of '%s': %s",
                     plan_object_name(&state->plan, cap->object), cap->slot + i,
                     plan_object_name(&state->plan, cap->cnode), rt_sel4_error_text(refused));
            return RT_ERR_KERNEL;
        }
    }
    return RT_OK;
}

int build_caps(struct init_state *state)
{
    for (uint32_t i = 0; i < state->plan.cap_count; i++) {
        int error = place_cap(state, &state->plan.caps[i]);

        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}

/* ---- mappings ---- */

static seL4_ARM_VMAttributes map_attributes(uint32_t flags)
{
    seL4_Word attributes = 0;

    if ((flags & PLAN_MAP_CACHED) != 0) {
        attributes |= seL4_ARM_PageCacheable;
    }
    if ((flags & PLAN_MAP_EXECUTABLE) == 0) {
        attributes |= seL4_ARM_ExecuteNever;
    }
    return (seL4_ARM_VMAttributes)attributes;
}

/* A frame capability maps once: the first mapping of a whole object uses the originals. */
static int mapping_caps(struct init_state *state, const struct plan_map *map, uint64_t *first)
{
    const struct plan_object *object = &state->plan.objects[map->object];
    uint64_t original = state->object_slot[map->object] + map->first;
    int error;

    if (!state->object_mapped[map->object] && map->count == object->count) {
        state->object_mapped[map->object] = 1;
        *first = original;
        return RT_OK;
    }
    error = rt_slots_take(&state->slots, map->count, first);
    for (uint32_t i = 0; error == RT_OK && i < map->count; i++) {
        error = rt_error_from_sel4(seL4_CNode_Copy(INIT_ROOT, *first + i, INIT_DEPTH, INIT_ROOT,
                                                   original + i, INIT_DEPTH, seL4_AllRights));
    }
    return error;
}

static int build_map(struct init_state *state, const struct plan_map *map)
{
    uint32_t bits = state->plan.objects[map->object].size_bits;
    uint64_t first = 0;
    int error = mapping_caps(state, map, &first);

    for (uint32_t i = 0; error == RT_OK && i < map->count; i++) {
        error = memory_map(state, first + i, state->object_slot[map->vspace],
                           map->vaddr + ((uint64_t)i << bits),
                           (map->rights & PLAN_RIGHT_WRITE) != 0, map_attributes(map->flags));
    }
    if (error != RT_OK) {
        rt_error("cannot map '%s' into '%s' at 0x%llx: %s",
                 plan_object_name(&state->plan, map->object),
                 plan_object_name(&state->plan, map->vspace), (unsigned long long)map->vaddr,
                 rt_error_text(error));
    }
    return error;
}

int build_maps(struct init_state *state)
{
    for (uint32_t i = 0; i < state->plan.map_count; i++) {
        int error = build_map(state, &state->plan.maps[i]);

        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}
