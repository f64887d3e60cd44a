/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory.h"

#include "rt/log.h"
#include "rt/object.h"

#define ROOT_BITS_MIN 12u
#define ROOT_BITS_MAX 18u
#define LEVELS_MAX    4u

const struct ut_kind memory_tcb = { .type = seL4_TCBObject, .bits = seL4_TCBBits };
const struct ut_kind memory_endpoint = { .type = seL4_EndpointObject, .bits = seL4_EndpointBits };
const struct ut_kind memory_notification = { .type = seL4_NotificationObject,
                                             .bits = seL4_NotificationBits };
const struct ut_kind memory_vspace = { .type = seL4_ARM_VSpaceObject, .bits = seL4_VSpaceBits };
const struct ut_kind memory_small_page = { .type = seL4_ARM_SmallPageObject,
                                           .bits = seL4_PageBits };
static const struct ut_kind page_table = { .type = seL4_ARM_PageTableObject,
                                           .bits = seL4_PageTableBits };

struct ut_kind memory_untyped(uint32_t bits)
{
    return (struct ut_kind){ .type = seL4_UntypedObject, .size_arg = bits, .bits = bits };
}

struct ut_kind memory_cnode(uint32_t bits)
{
    return (struct ut_kind){ .type = seL4_CapTableObject,
                             .size_arg = bits,
                             .bits = bits + seL4_SlotBits };
}

struct ut_kind memory_page(uint32_t bits)
{
    struct ut_kind kind = memory_small_page;

    if (bits == seL4_LargePageBits) {
        kind.type = seL4_ARM_LargePageObject;
    } else if (bits == seL4_HugePageBits) {
        kind.type = seL4_ARM_HugePageObject;
    }
    kind.bits = bits;
    return kind;
}

static int kernel_retype(void *context, uint64_t untyped, const struct ut_kind *kind, uint64_t slot,
                         uint64_t count)
{
    (void)context;
    return rt_retype(untyped, kind->type, kind->size_arg, INIT_ROOT, slot, count);
}

int memory_init(struct init_state *state)
{
    const seL4_BootInfo *info = state->info;
    const struct ut_kernel kernel = { .retype = kernel_retype, .half = memory_untyped(0) };

    rt_slots_init(&state->slots, info->empty.start, info->empty.end - info->empty.start);
    ut_init(&state->pool, &kernel, &state->slots);
    state->window = PLAN_WINDOW_VADDR;
    for (seL4_Word slot = info->untyped.start; slot < info->untyped.end; slot++) {
        const seL4_UntypedDesc *desc = &info->untypedList[slot - info->untyped.start];
        int error = ut_add(&state->pool, desc->paddr, desc->sizeBits, desc->isDevice != 0, slot);

        if (error != RT_OK) {
            return error;
        }
    }
    return RT_OK;
}

int memory_make(struct init_state *state, const struct ut_kind *kind, uint64_t count,
                uint64_t *slot)
{
    int error = rt_slots_take(&state->slots, count, slot);

    return error != RT_OK ? error : ut_make(&state->pool, kind, *slot, count);
}

static int add_table(struct init_state *state, seL4_CPtr vspace, uint64_t vaddr)
{
    uint64_t table;
    seL4_Error refused;
    int error = memory_make(state, &page_table, 1, &table);

    if (error != RT_OK) {
        return error;
    }
    refused = seL4_ARM_PageTable_Map(table, vspace, vaddr, seL4_ARM_Default_VMAttributes);
    if (refused != seL4_NoError) {
        rt_error("page table at 0x%lx: %s", vaddr, rt_sel4_error_text(refused));
        return RT_ERR_KERNEL;
    }
    state->tables++;
    return RT_OK;
}

int memory_map(struct init_state *state, seL4_CPtr page, seL4_CPtr vspace, uint64_t vaddr,
               _Bool writable, seL4_ARM_VMAttributes attributes)
{
    for (unsigned level = 0; level < LEVELS_MAX; level++) {
        seL4_Error refused = seL4_ARM_Page_Map(
            page, vspace, vaddr, writable ? seL4_ReadWrite : seL4_CanRead, attributes);
        int error;

        if (refused == seL4_NoError) {
            state->mapped_pages++;
            return RT_OK;
        }
        if (refused != seL4_FailedLookup) {
            rt_error("page at 0x%lx: %s", vaddr, rt_sel4_error_text(refused));
            return RT_ERR_KERNEL;
        }
        error = add_table(state, vspace, vaddr);
        if (error != RT_OK) {
            return error;
        }
    }
    rt_error("page at 0x%lx: a table is still missing after %u were added", vaddr, LEVELS_MAX);
    return RT_ERR_KERNEL;
}

static int make_and_map(struct init_state *state, uint64_t paddr, uint64_t count, uint32_t bits,
                        _Bool writable, seL4_ARM_VMAttributes attributes, uint64_t *vaddr,
                        uint64_t *first)
{
    struct ut_kind kind = memory_page(bits);
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    int error = rt_slots_take(&state->slots, count, first);

    if (error == RT_OK) {
        error = ut_make_at(&state->pool, &kind, paddr, *first, count);
    }
    *vaddr = (state->window + mask) & ~mask;
    state->window = *vaddr + (count << bits);
    for (uint64_t i = 0; error == RT_OK && i < count; i++) {
        error = memory_map(state, *first + i, seL4_CapInitThreadVSpace, *vaddr + (i << bits),
                           writable, attributes);
    }
    return error;
}

int memory_map_module(struct init_state *state, uint64_t paddr, uint64_t bytes,
                      const uint8_t **bytes_out)
{
    /* The loader gives each module 2 MiB blocks of its own; a plan for another loader may not. */
    bool large = (paddr & ((UINT64_C(1) << seL4_LargePageBits) - 1)) == 0;
    uint32_t bits = large ? seL4_LargePageBits : seL4_PageBits;
    uint64_t count = (bytes + (UINT64_C(1) << bits) - 1) >> bits;
    uint64_t vaddr;
    uint64_t first;
    int error = make_and_map(state, paddr, count, bits, false,
                             seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever, &vaddr, &first);

    *bytes_out = (const uint8_t *)(uintptr_t)vaddr;
    return error;
}

int memory_map_uart(struct init_state *state, uint64_t paddr, volatile void **registers)
{
    uint64_t vaddr;
    int error = make_and_map(state, paddr, 1, seL4_PageBits, true, seL4_ARM_ExecuteNever, &vaddr,
                             &state->uart.slot);

    if (error == RT_OK) {
        state->uart.paddr = paddr;
        *registers = (volatile void *)(uintptr_t)vaddr;
    }
    return error;
}

static int grow_failed(const char *step, seL4_Error refused)
{
    rt_error("root CNode: %s: %s", step, rt_sel4_error_text(refused));
    return RT_ERR_KERNEL;
}

/* Initial slots that are still used, and everything made since; null ones are skipped by the kernel. */
static int move_caps(struct init_state *state, seL4_CPtr root, uint32_t bits)
{
    static const seL4_Word initial[] = { seL4_CapIRQControl, seL4_CapASIDControl,
                                         seL4_CapInitThreadASIDPool };
    static const seL4_Word copied[] = { seL4_CapInitThreadTCB, seL4_CapInitThreadVSpace };
    seL4_Error refused;

    for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]); i++) {
        refused =
            seL4_CNode_Move(root, initial[i], (seL4_Uint8)bits, INIT_ROOT, initial[i], INIT_DEPTH);
        if (refused != seL4_NoError) {
            return grow_failed("moving an initial capability", refused);
        }
    }
    /* Still named by the calls that switch over, so they exist in both until then. */
    for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
        refused = seL4_CNode_Copy(root, copied[i], (seL4_Uint8)bits, INIT_ROOT, copied[i],
                                  INIT_DEPTH, seL4_AllRights);
        if (refused != seL4_NoError) {
            return grow_failed("copying an initial capability", refused);
        }
    }
    for (seL4_Word slot = state->info->untyped.start; slot < state->slots.next; slot++) {
        bool ours = slot < state->info->untyped.end || slot >= state->info->empty.start;

        if (!ours || slot == root) {
            continue;
        }
        refused = seL4_CNode_Move(root, slot, (seL4_Uint8)bits, INIT_ROOT, slot, INIT_DEPTH);
        if (refused != seL4_NoError) {
            return grow_failed("moving a capability", refused);
        }
    }
    return RT_OK;
}

int memory_grow_root(struct init_state *state, uint64_t slots)
{
    uint32_t bits = ROOT_BITS_MIN;
    struct ut_kind kind;
    uint64_t root;
    seL4_Word guard;
    seL4_Error refused;
    int error;

    while (bits < ROOT_BITS_MAX && (UINT64_C(1) << bits) < state->slots.next + 1 + slots) {
        bits++;
    }
    if (bits < state->info->initThreadCNodeSizeBits) {
        bits = (uint32_t)state->info->initThreadCNodeSizeBits;
    }
    kind = memory_cnode(bits);
    error = memory_make(state, &kind, 1, &root);
    if (error != RT_OK) {
        rt_error("root CNode with 2^%u slots: %s", bits, rt_error_text(error));
        return error;
    }
    guard = seL4_CNode_CapData_new(0, seL4_WordBits - bits).words[0];
    refused = seL4_CNode_Mint(root, INIT_ROOT, (seL4_Uint8)bits, INIT_ROOT, root, INIT_DEPTH,
                              seL4_AllRights, guard);
    if (refused != seL4_NoError) {
        return grow_failed("its own capability", refused);
    }
    error = move_caps(state, root, bits);
    if (error != RT_OK) {
        return error;
    }
    refused = seL4_TCB_SetSpace(seL4_CapInitThreadTCB, 0, root, guard, seL4_CapInitThreadVSpace, 0);
    if (refused != seL4_NoError) {
        return grow_failed("switching over", refused);
    }
    state->slots.end = UINT64_C(1) << bits;
    return RT_OK;
}
