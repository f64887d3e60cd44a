/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arm's generic watchdog: a guest that has stopped to refresh it is reset. The first time-out raises
 * the interrupt WS0, the second one resets the VM. It counts the system counter, which guests see
 * as CNTVCT.
 *
 * Pure logic; the time comes from the caller. Time-outs are seen by watchdog_tick only, which the
 * VM calls when watchdog_deadline has passed.
 *
 * Called by: bus (accesses), vm/setup.c, vm/idle.c (time), vm/power.c (reset).
 * Source: Arm Base System Architecture DEN0094, generic watchdog, revision 1 (48-bit offset).
 */
#ifndef VMM_WATCHDOG_H
#define VMM_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/bus/bus.h"

/* The frames, one behind the other: control first, as in the device tree's reg. */
#define WATCHDOG_FRAME_BYTES 0x1000u
#define WATCHDOG_BYTES       (2u * WATCHDOG_FRAME_BYTES)
#define WATCHDOG_NO_DEADLINE UINT64_MAX

struct watchdog_ops {
    /* CNTVCT of the guest, in ticks. */
    uint64_t (*now)(void *context);
    /* WS0, a level-triggered interrupt. */
    void (*set_irq)(void *context, bool high);
    /* watchdog_deadline may have changed. */
    void (*rearm)(void *context);
};

struct watchdog {
    const struct watchdog_ops *ops;
    void *context;
    uint32_t granule;   /* ticks, a power of two: deadlines are multiples of it */
    bool enabled;       /* WCS.EN */
    bool ws0;           /* WCS.WS0 */
    uint64_t offset;    /* WOR, 48 bits */
    uint64_t compare;   /* WCV */
    uint64_t refreshed; /* counter at the last explicit refresh */
};

/*
 * Reset state: off, the interrupt low.
 *
 * @hertz: ticks per second. A guest chooses its time-outs, so deadlines are rounded up to about
 * a millisecond: no guest can make the VM ask for more of them.
 */
void watchdog_init(struct watchdog *dog, const struct watchdog_ops *ops, void *context,
                   uint64_t hertz);
void watchdog_reset(struct watchdog *dog);

/* Counter value at which watchdog_tick has something to do; WATCHDOG_NO_DEADLINE: none. */
uint64_t watchdog_deadline(const struct watchdog *dog);

/* The counter is `now`. True: the second time-out has passed, the VM is to be reset. */
bool watchdog_tick(struct watchdog *dog, uint64_t now) RT_MUST_CHECK;

/*
 * Both frames, a bus_handler (opaque = struct watchdog). Registers are words: reads may be narrower,
 * narrower writes are ignored, all must be aligned to themselves; wider ones are refused.
 */
enum bus_result watchdog_access(void *opaque, struct bus_access *access);

#endif
