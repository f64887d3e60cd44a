/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initial task: reads the plan, builds exactly that, hands everything out, keeps nothing that
 * could change it. Reading order: main.c, plan_check.c, build.c, component.c, supervisor.c.
 */
#include "build.h"
#include "component.h"
#include "memory.h"
#include "rt/console.h"
#include "rt/log.h"
#include "rt/start.h"
#include "state.h"
#include "supervisor.h"
#include "uart.h"

#define PLAN_MODULE_NAME "plan"

void init_main(const seL4_BootInfo *info);

static void start_log(struct init_state *state)
{
    volatile void *registers;

    if (state->board.uart_paddr != 0 &&
        memory_map_uart(state, state->board.uart_paddr, &registers) == RT_OK) {
        uart_log_start(registers);
    }
}

/* How idle guests wait depends on the kernel; a user should read it once. */
static void announce_idle_mode(void)
{
#if !defined(CONFIG_EXPORT_PTMR_USER) || !defined(CONFIG_EXPORT_PCNT_USER)
#if defined(CONFIG_EXPORT_PCNT_USER)
    rt_warn("this kernel exports no timer to user level: a service polls the counter at the lowest "
            "priority (idle mode 3) and uses CPU time");
#elif defined(CONFIG_DISABLE_WFI_WFE_TRAPS)
    rt_warn("this kernel exports no timer to user level: idle guests sleep in the guest and need "
            "a core of their own");
#else
    rt_warn("this kernel exports no timer to user level: idle guests run at the lowest priority "
            "(idle mode 3) and use CPU time");
#endif
#endif
}

static int read_plan(struct init_state *state)
{
    struct plan_limits limits = {
        .core_count = (uint32_t)state->info->numNodes,
        .user_top = seL4_UserTop,
    };
    const uint8_t *bytes = NULL;
    uint64_t paddr;
    uint64_t size;
    int error = board_find_module(&state->board, PLAN_MODULE_NAME, &paddr, &size);

    if (error != RT_OK) {
        rt_error("the boot image has no module '%s'", PLAN_MODULE_NAME);
        return error;
    }
    error = memory_map_module(state, paddr, size, &bytes);
    if (error != RT_OK) {
        rt_error("plan: cannot map it at 0x%llx: %s", (unsigned long long)paddr,
                 rt_error_text(error));
        return error;
    }
    limits.plan_paddr = paddr;
    return plan_check(bytes, size, &limits, &state->plan);
}

static int build(struct init_state *state)
{
    int error = read_plan(state);

    if (error == RT_OK) {
        error = build_check_board(state);
    }
    if (error == RT_OK) {
        error = component_read_images(state);
    }
    if (error == RT_OK) {
        error = memory_grow_root(state, build_slots_needed(state));
    }
    if (error == RT_OK) {
        error = memory_make(state, &memory_endpoint, 1, &state->supervisor);
    }
    if (error == RT_OK) {
        error = build_objects(state);
    }
    if (error == RT_OK) {
        error = build_caps(state);
    }
    if (error == RT_OK) {
        error = build_maps(state);
    }
    for (uint32_t i = 0; error == RT_OK && i < state->plan.component_count; i++) {
        error = component_prepare(state, i);
    }
    return error;
}

void init_main(const seL4_BootInfo *info)
{
    static struct init_state state;
    int error;

    seL4_SetIPCBuffer(info->ipcBuffer);
    (void)rt_console_log_kernel("init");
    state.info = info;
    error = memory_init(&state);
    if (error == RT_OK) {
        error = board_read(info, &state.board);
    }
    if (error != RT_OK) {
        rt_error("no usable boot information: %s", rt_error_text(error));
        rt_stop();
    }
    start_log(&state);
    announce_idle_mode();
    error = build(&state);
    if (error == RT_OK) {
        error = supervisor_retire(&state);
    }
    if (error != RT_OK) {
        rt_error("the system was not started");
        rt_stop();
    }
    supervisor_run(&state);
}
