/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/lock.h"

#if CONFIG_MAX_NUM_NODES > 1

#include "arch/machine.h"
#include "core/core.h"
#include "core/remote.h"

struct kernel_lock kernel_lock __attribute__((aligned(64)));
static bool stopped;

/* Bound: one turn of each other core, see core/lock.h. */
bool lock_wait(uint32_t ticket)
{
    struct core *core = this_core();

    while (__atomic_load_n(&kernel_lock.serving, __ATOMIC_ACQUIRE) != ticket) {
        remote_serve();
        lock_check_stopped();
        arch_relax();
    }
    bool stalled = core->stalled;

    core->stalled = false;
    return stalled;
}

void lock_acquire(void)
{
    (void)lock_wait(__atomic_fetch_add(&kernel_lock.next, 1, __ATOMIC_ACQUIRE));
}

void lock_release(void)
{
    __atomic_store_n(&kernel_lock.serving, kernel_lock.serving + 1, __ATOMIC_RELEASE);
}

bool lock_is_wanted(void)
{
    return __atomic_load_n(&kernel_lock.next, __ATOMIC_RELAXED) - kernel_lock.serving > 1;
}

void lock_stop(void)
{
    __atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
}

void lock_check_stopped(void)
{
    if (__atomic_load_n(&stopped, __ATOMIC_RELAXED)) {
        arch_halt();
    }
}

#endif
