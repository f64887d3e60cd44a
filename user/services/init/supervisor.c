/* SPDX-License-Identifier: BSD-2-Clause */
#include "supervisor.h"

#include <stdbool.h>

#include "component.h"
#include "memory.h"
#include "rt/console.h"
#include "rt/log.h"
#include "rt/object.h"

/* Slots of the last CNode. */
enum last_slot {
    LAST_SUPERVISOR = 1,
    LAST_CONSOLE = 2,
    LAST_TCB = 3,   /* until the priority is lowered */
    LAST_CNODE = 4, /* until both are deleted */
};

#define LAST_BITS  4u
#define PAGE_BYTES UINT64_C(4096)

/* ---- log channel ---- */

/* Maps the channel into our own window. */
static int map_channel(struct init_state *state, struct console_channel **channel)
{
    const struct plan_header *header = state->plan.header;
    uint64_t original = state->object_slot[header->log_frames];
    uint64_t count = CONSOLE_CHANNEL_BYTES / PAGE_BYTES;
    uint64_t first = 0;
    int error = rt_slots_take(&state->slots, count, &first);

    *channel = (struct console_channel *)(uintptr_t)state->window;
    for (uint64_t i = 0; error == RT_OK && i < count; i++) {
        error = rt_error_from_sel4(seL4_CNode_Copy(INIT_ROOT, first + i, INIT_DEPTH, INIT_ROOT,
                                                   original + i, INIT_DEPTH, seL4_AllRights));
        if (error == RT_OK) {
            error = memory_map(state, first + i, seL4_CapInitThreadVSpace, state->window, true,
                               seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever);
        }
        state->window += PAGE_BYTES;
    }
    return error;
}

/* ---- giving up ---- */

/* Deletes a range of slots; empty ones are fine. */
static void drop(uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        (void)seL4_CNode_Delete(INIT_ROOT, first + i, INIT_DEPTH);
    }
}

/*
 * Originals of handed-out objects, all untyped memory and the authority over interrupts and ASIDs.
 * TCBs stay for the start; mapped frames, tables and private pages stay because deleting a frame
 * capability takes its mapping away.
 */
static void drop_authority(struct init_state *state)
{
    const struct plan_view *plan = &state->plan;

    for (uint32_t i = 0; i < plan->object_count; i++) {
        if (plan->objects[i].type != PLAN_TCB && !state->object_mapped[i]) {
            drop(state->object_slot[i], plan->objects[i].count);
        }
    }
    for (uint32_t i = 0; i < state->pool.block_count; i++) {
        drop(state->pool.blocks[i].slot, 1);
    }
    drop(seL4_CapIRQControl, 1);
    /* Not the ASID pool: with its last capability all address spaces would go. It is sealed away. */
    drop(seL4_CapASIDControl, 1);
    if (state->uart.paddr != 0) {
        drop(state->uart.slot, 1);
    }
}

static seL4_Error fill_last(const struct init_state *state, seL4_CPtr last, bool has_channel)
{
    const struct plan_header *header = state->plan.header;
    seL4_Error refused = seL4_CNode_Mint(last, LAST_SUPERVISOR, LAST_BITS, INIT_ROOT,
                                         state->supervisor, INIT_DEPTH, seL4_CanRead, 0);

    if (refused == seL4_NoError && has_channel) {
        refused = seL4_CNode_Mint(last, LAST_CONSOLE, LAST_BITS, INIT_ROOT,
                                  state->object_slot[header->log_notification], INIT_DEPTH,
                                  seL4_CanWrite, header->log_badge);
    }
    if (refused == seL4_NoError) {
        refused = seL4_CNode_Copy(last, LAST_TCB, LAST_BITS, INIT_ROOT, seL4_CapInitThreadTCB,
                                  INIT_DEPTH, seL4_AllRights);
    }
    if (refused == seL4_NoError) {
        refused = seL4_CNode_Mint(last, LAST_CNODE, LAST_BITS, INIT_ROOT, last, INIT_DEPTH,
                                  seL4_AllRights,
                                  seL4_CNode_CapData_new(0, seL4_WordBits - LAST_BITS).words[0]);
    }
    return refused;
}

static seL4_Error enter_last(seL4_CPtr last)
{
    return seL4_TCB_SetSpace(seL4_CapInitThreadTCB, 0, last,
                             seL4_CNode_CapData_new(0, seL4_WordBits - LAST_BITS).words[0],
                             seL4_CapInitThreadVSpace, 0);
}

/* The lowest component's, which is above every guest's: a fault is reported, but nobody waits for us. */
static uint32_t lowest_priority(const struct plan_view *plan)
{
    uint32_t lowest = seL4_MaxPrio;

    for (uint32_t i = 0; i < plan->component_count; i++) {
        if (plan->components[i].priority < lowest) {
            lowest = plan->components[i].priority;
        }
    }
    return lowest;
}

static int retire_failed(const char *step, const char *why)
{
    rt_error("cannot retire: %s: %s", step, why);
    return RT_ERR_KERNEL;
}

int supervisor_retire(struct init_state *state)
{
    const struct plan_view *plan = &state->plan;
    bool has_channel = plan->header->log_badge != 0;
    struct console_channel *channel = NULL;
    struct ut_kind kind = memory_cnode(LAST_BITS);
    uint32_t priority = lowest_priority(plan);
    uint64_t last;
    seL4_Error refused;
    int error = memory_make(state, &kind, 1, &last);

    if (error == RT_OK && has_channel) {
        error = map_channel(state, &channel);
    }
    if (error != RT_OK) {
        return retire_failed("last objects", rt_error_text(error));
    }
    refused = fill_last(state, last, has_channel);
    if (refused != seL4_NoError) {
        return retire_failed("last CNode", rt_sel4_error_text(refused));
    }
    rt_info("%u components, %u objects; kept: supervisor endpoint%s; sealed: %u mapped pages, "
            "%u page tables",
            plan->component_count, plan->object_count, has_channel ? ", log channel" : "",
            state->mapped_pages, state->tables);
    drop_authority(state);
    if (has_channel) {
        rt_console_log_start(channel, LAST_CONSOLE);
    } else {
        (void)rt_console_log_kernel("init");
    }
    error = component_start_all(state);
    if (error != RT_OK) {
        return error;
    }
    for (uint32_t i = 0; i < plan->object_count; i++) {
        if (plan->objects[i].type == PLAN_TCB) {
            drop(state->object_slot[i], 1);
        }
    }
    refused = enter_last(last);
    if (refused == seL4_NoError) {
        refused = seL4_TCB_SetSchedParams(LAST_TCB, LAST_TCB, 0, priority);
    }
    if (refused == seL4_NoError) {
        refused = seL4_CNode_Delete(LAST_CNODE, LAST_TCB, INIT_DEPTH);
    }
    if (refused == seL4_NoError) {
        refused = seL4_CNode_Delete(LAST_CNODE, LAST_CNODE, INIT_DEPTH);
    }
    return refused == seL4_NoError ? RT_OK
                                   : retire_failed("last steps", rt_sel4_error_text(refused));
}

/* ---- reports ---- */

static void report(const char *name, seL4_MessageInfo_t message)
{
    switch (seL4_MessageInfo_get_label(message)) {
    case seL4_Fault_VMFault:
        rt_error("component %s stopped: VM fault at 0x%lx, ip 0x%lx (%s, fsr 0x%lx)", name,
                 seL4_GetMR(seL4_VMFault_Addr), seL4_GetMR(seL4_VMFault_IP),
                 seL4_GetMR(seL4_VMFault_PrefetchFault) != 0 ? "instruction" : "data",
                 seL4_GetMR(seL4_VMFault_FSR));
        break;
    case seL4_Fault_CapFault:
        rt_error("component %s stopped: capability fault, slot 0x%lx, ip 0x%lx", name,
                 seL4_GetMR(seL4_CapFault_Addr), seL4_GetMR(seL4_CapFault_IP));
        break;
    case seL4_Fault_UserException:
        /* rt_stop() ends this way, after the component has logged its reason. */
        rt_error("component %s stopped: undefined instruction, ip 0x%lx", name,
                 seL4_GetMR(seL4_UserException_FaultIP));
        break;
    case seL4_Fault_UnknownSyscall:
        rt_error("component %s stopped: unknown system call %ld, ip 0x%lx", name,
                 (long)seL4_GetMR(seL4_UnknownSyscall_Syscall),
                 seL4_GetMR(seL4_UnknownSyscall_FaultIP));
        break;
    case seL4_Fault_VCPUFault:
        rt_error("component %s stopped: trapped instruction (esr 0x%lx)", name,
                 seL4_GetMR(seL4_VCPUFault_HSR));
        break;
    default:
        rt_error("component %s stopped: fault %lu", name, seL4_MessageInfo_get_label(message));
        break;
    }
}

void supervisor_run(const struct init_state *state)
{
    static bool reported[PLAN_COMPONENTS_MAX];
    static struct rt_log_limit forged[PLAN_COMPONENTS_MAX];

    for (;;) {
        seL4_Word badge = 0;
        seL4_MessageInfo_t message = seL4_Recv(LAST_SUPERVISOR, &badge);
        uint64_t index = badge - 1;
        const char *name;

        if (index >= state->plan.component_count) {
            continue;
        }
        name = plan_string(&state->plan, state->plan.components[index].name);
        /* A component holds this endpoint for its faults, so it can also send such a message. */
        if (reported[index]) {
            rt_warn_limited(&forged[index], "component %s sends fault messages", name);
            continue;
        }
        reported[index] = true;
        report(name, message);
    }
}
