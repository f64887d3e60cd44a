/* SPDX-License-Identifier: BSD-2-Clause */
#include "component.h"

#include <stdbool.h>

#include "build.h"
#include "memory.h"
#include "rt/log.h"
#include "rt/mem.h"
#include "rt/object.h"

#define PAGE_BYTES UINT64_C(4096)
/* Below everything that memory.c maps: one page through which component pages are filled. */
#define SCRATCH_VADDR (PLAN_WINDOW_VADDR - PAGE_BYTES)

/* Where a page's content comes from; the rest of the page is zero. */
struct content {
    const uint8_t *data;
    uint64_t bytes;
};

int component_read_images(struct init_state *state)
{
    for (uint32_t i = 0; i < state->plan.component_count; i++) {
        const struct plan_component *component = &state->plan.components[i];
        const struct plan_module *module = &state->plan.modules[component->module];
        const char *name = plan_string(&state->plan, module->name);
        const uint8_t **bytes = &state->module_bytes[component->module];
        int error = RT_OK;

        if (*bytes == NULL) {
            error = memory_map_module(state, module->paddr, module->size_bytes, bytes);
        }
        if (error != RT_OK) {
            rt_error("module '%s': cannot map it: %s", name, rt_error_text(error));
            return error;
        }
        error = elf_image_read(*bytes, module->size_bytes, PLAN_IMAGE_VADDR, PLAN_CONFIG_VADDR,
                               name, &state->images[i]);
        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}

/* Fills a fresh page (the kernel zeroed it) through our own address space. */
static int fill_page(struct init_state *state, seL4_CPtr page, const struct content *content,
                     bool executable)
{
    int error = memory_map(state, page, seL4_CapInitThreadVSpace, SCRATCH_VADDR, true,
                           seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever);

    if (error != RT_OK) {
        return error;
    }
    state->mapped_pages--;
    memcpy((void *)SCRATCH_VADDR, content->data, content->bytes);
    if (executable) {
        error = rt_error_from_sel4(seL4_ARM_Page_Unify_Instruction(page, 0, PAGE_BYTES));
    }
    if (error == RT_OK) {
        error = rt_error_from_sel4(seL4_ARM_Page_Unmap(page));
    }
    return error;
}

struct page_rights {
    bool writable;
    bool executable;
};

/* One private page of a component. */
static int add_page(struct init_state *state, seL4_CPtr vspace, uint64_t vaddr,
                    const struct content *content, struct page_rights rights, uint64_t *slot)
{
    seL4_Word attributes = seL4_ARM_PageCacheable;
    int error = memory_make(state, &memory_small_page, 1, slot);

    if (error == RT_OK && content->bytes != 0) {
        error = fill_page(state, *slot, content, rights.executable);
    }
    if (error != RT_OK) {
        return error;
    }
    if (!rights.executable) {
        attributes |= seL4_ARM_ExecuteNever;
    }
    return memory_map(state, *slot, vspace, vaddr, rights.writable,
                      (seL4_ARM_VMAttributes)attributes);
}

static int add_range(struct init_state *state, seL4_CPtr vspace, uint64_t vaddr, uint64_t bytes,
                     const struct content *content, struct page_rights rights)
{
    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES) {
        struct content part = { .data = NULL };
        uint64_t slot;
        int error;

        if (at < content->bytes) {
            part.data = content->data + at;
            part.bytes = content->bytes - at < PAGE_BYTES ? content->bytes - at : PAGE_BYTES;
        }
        error = add_page(state, vspace, vaddr + at, &part, rights, &slot);
        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}

static int load(struct init_state *state, const struct plan_component *component,
                const struct elf_image *image, seL4_CPtr vspace)
{
    const struct content nothing = { .data = NULL };
    const struct content blob = { .data = state->plan.blobs + component->blob_offset,
                                  .bytes = component->blob_size };
    uint64_t stack_bytes = component->stack_pages * PAGE_BYTES;
    const struct page_rights data = { .writable = true };
    int error = RT_OK;

    for (uint32_t i = 0; error == RT_OK && i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        const struct content content = { .data = segment->data, .bytes = segment->file_bytes };

        error = add_range(state, vspace, segment->vaddr, segment->mem_bytes, &content,
                          (struct page_rights){ segment->writable, segment->executable });
    }
    if (error == RT_OK) {
        error = add_range(state, vspace, PLAN_CONFIG_VADDR, blob.bytes, &blob,
                          (struct page_rights){ false, false });
    }
    if (error == RT_OK) {
        /* Nothing is mapped below the stack: an overflow is a fault with a name. */
        error = add_range(state, vspace, PLAN_STACK_TOP - stack_bytes, stack_bytes, &nothing, data);
    }
    return error;
}

/* Puts the capabilities of enum plan_slot that are not in the plan's own list. */
static int place_own_caps(struct init_state *state, uint32_t index)
{
    const struct plan_component *component = &state->plan.components[index];
    seL4_CPtr cnode = state->object_slot[component->cnode];
    uint8_t depth = state->plan.objects[component->cnode].size_bits;
    const struct {
        uint32_t slot;
        seL4_CPtr source;
        seL4_CapRights_t rights;
        seL4_Word data;
    } own[] = {
        { PLAN_SLOT_TCB, state->object_slot[component->tcb], seL4_AllRights, 0 },
        { PLAN_SLOT_CNODE, cnode, seL4_AllRights, build_guard(depth) },
        /* Faults are calls: write, and grant-reply so that the kernel may send them. */
        { PLAN_SLOT_FAULT, state->supervisor, seL4_CapRights_new(1, 0, 0, 1), index + 1 },
    };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        seL4_Error refused = seL4_CNode_Mint(cnode, own[i].slot, depth, INIT_ROOT, own[i].source,
                                             INIT_DEPTH, own[i].rights, own[i].data);

        if (refused != seL4_NoError) {
            rt_error("slot %u: %s", own[i].slot, rt_sel4_error_text(refused));
            return RT_ERR_KERNEL;
        }
    }
    return RT_OK;
}

static seL4_Error configure_schedule(const struct plan_component *component, seL4_CPtr tcb)
{
    seL4_Error refused =
        seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, component->mcp, component->priority);

#ifdef CONFIG_ENABLE_SMP_SUPPORT
    if (refused == seL4_NoError) {
        refused = seL4_TCB_SetAffinity(tcb, component->core);
    }
#endif
#ifdef INIT_HAVE_TCB_SET_FLAGS
    if (refused == seL4_NoError && (component->flags & PLAN_COMPONENT_NO_FPU) != 0) {
        seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled);

        refused = (seL4_Error)result.error;
    }
#endif
    return refused;
}

static seL4_Error configure_thread(struct init_state *state, uint32_t index, seL4_CPtr ipc_page)
{
    const struct plan_component *component = &state->plan.components[index];
    seL4_CPtr tcb = state->object_slot[component->tcb];
    seL4_UserContext context = {
        .pc = state->images[index].entry,
        .sp = PLAN_STACK_TOP,
        .x0 = PLAN_CONFIG_VADDR,
        .x1 = component->blob_size,
    };
    seL4_Error refused =
        seL4_TCB_Configure(tcb, PLAN_SLOT_FAULT, state->object_slot[component->cnode],
                           build_guard(state->plan.objects[component->cnode].size_bits),
                           state->object_slot[component->vspace], 0, PLAN_IPC_VADDR, ipc_page);

    if (refused == seL4_NoError) {
        refused = configure_schedule(component, tcb);
    }
    if (refused == seL4_NoError && component->bound_notification != PLAN_NONE) {
        refused = seL4_TCB_BindNotification(tcb, state->object_slot[component->bound_notification]);
    }
    if (refused == seL4_NoError) {
        refused = seL4_TCB_WriteRegisters(tcb, 0, 0, sizeof(context) / sizeof(seL4_Word), &context);
    }
    return refused;
}

int component_prepare(struct init_state *state, uint32_t index)
{
    const struct plan_component *component = &state->plan.components[index];
    const char *name = plan_string(&state->plan, component->name);
    seL4_CPtr vspace = state->object_slot[component->vspace];
    const struct content nothing = { .data = NULL };
    uint64_t ipc_page = 0;
    seL4_Error refused;
    int error = load(state, component, &state->images[index], vspace);

    if (error == RT_OK) {
        error = add_page(state, vspace, PLAN_IPC_VADDR, &nothing,
                         (struct page_rights){ .writable = true }, &ipc_page);
    }
    if (error == RT_OK) {
        error = place_own_caps(state, index);
    }
    if (error != RT_OK) {
        rt_error("component %s: cannot load it: %s", name, rt_error_text(error));
        return error;
    }
    refused = configure_thread(state, index, ipc_page);
    if (refused != seL4_NoError) {
        rt_error("component %s: cannot set up its thread: %s", name, rt_sel4_error_text(refused));
        return RT_ERR_KERNEL;
    }
    return RT_OK;
}

int component_start_all(struct init_state *state)
{
    for (uint32_t i = 0; i < state->plan.component_count; i++) {
        const struct plan_component *component = &state->plan.components[i];
        seL4_Error refused = seL4_TCB_Resume(state->object_slot[component->tcb]);

        if (refused != seL4_NoError) {
            rt_error("component %s: cannot start it: %s",
                     plan_string(&state->plan, component->name), rt_sel4_error_text(refused));
            return RT_ERR_KERNEL;
        }
    }
    return RT_OK;
}
