/* SPDX-License-Identifier: BSD-2-Clause */
/* Start and end of a component, and the symbols that compiled code expects of a C library. */
#include "rt/start.h"

#include <stdint.h>

#include "plan/plan.h"
#include "rt/check.h"
#include "rt/log.h"
#include "sel4/sel4.h"

/* Releases before 15 give no choice. */
#ifndef LIBSEL4_THREAD_LOCAL
#define LIBSEL4_THREAD_LOCAL __thread
#endif
LIBSEL4_THREAD_LOCAL seL4_IPCBuffer *__sel4_ipc_buffer;

/*
 * Where TPIDR_EL0 points: 16 bytes for the ABI, then thread-local variables (the pointer above with
 * a libsel4 that wants it so; the linker script refuses more than fits).
 */
extern uint64_t rt_tls_area[];
__attribute__((aligned(64))) uint64_t rt_tls_area[8];

/* Debian's libfdt.a is compiled with stack protection. */
extern uintptr_t __stack_chk_guard;
uintptr_t __stack_chk_guard = 0x5bd1e9955a3cc3a5;
_Noreturn void __stack_chk_fail(void);

_Noreturn void rt_start_component(const void *config, size_t bytes);

_Noreturn void rt_start_component(const void *config, size_t bytes)
{
    seL4_SetIPCBuffer((seL4_IPCBuffer *)(uintptr_t)PLAN_IPC_VADDR);
    component_main(config, bytes);
    rt_error("component_main returned");
    rt_stop();
}

_Noreturn void rt_stop(void)
{
    /* An undefined instruction: the supervisor sees a user exception and never answers it. */
    for (;;) {
        __asm__ volatile("udf #0");
    }
}

_Noreturn void rt_check_failed(const char *file, int line, const char *condition)
{
    static unsigned depth;

    /* A sink that fails its own checks must not come back here for ever. */
    if (depth++ == 0) {
        rt_error("CHECK failed: %s:%d: %s", file, line, condition);
    }
    rt_stop();
}

_Noreturn void __stack_chk_fail(void)
{
    rt_check_failed("stack", 0, "stack guard is intact");
}
