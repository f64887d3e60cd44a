/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's bus: registration refuses what overlaps, dispatch finds exactly the owner. */
#include "vmm/bus/bus.h"

#include <stddef.h>

#include "tap.h"

static struct bus_access last;
static unsigned calls;

static enum bus_result echo(void *opaque, struct bus_access *access)
{
    last = *access;
    calls++;
    access->data = *(const uint64_t *)opaque;
    return BUS_HANDLED;
}

static enum bus_result refuse(void *opaque, struct bus_access *access)
{
    (void)opaque;
    (void)access;
    return BUS_FAULT;
}

static void test_registration(void)
{
    static struct bus bus;
    uint64_t value = 0;

    bus_init(&bus);
    TAP_OK(bus_find(&bus, 0, 1) == NULL, "bus/an empty bus has no window");
    TAP_OK(bus_add(&bus, "b", 0x2000, 0x1000, echo, &value) == 0, "bus/first window");
    TAP_OK(bus_add(&bus, "a", 0x1000, 0x1000, echo, &value) == 0, "bus/neighbour below");
    TAP_OK(bus_add(&bus, "c", 0x3000, 0x1000, echo, &value) == 0, "bus/neighbour above");
    TAP_OK(bus_add(&bus, "x", 0x2fff, 1, echo, &value) == RT_ERR_OVERLAP, "bus/last byte taken");
    TAP_OK(bus_add(&bus, "x", 0x0, 0x1001, echo, &value) == RT_ERR_OVERLAP,
           "bus/end reaches into the next window");
    TAP_OK(bus_add(&bus, "x", 0x0, 0x10000, echo, &value) == RT_ERR_OVERLAP,
           "bus/a window around others");
    TAP_OK(bus_add(&bus, "x", 0x2000, 0x1000, echo, &value) == RT_ERR_OVERLAP, "bus/twice");
    TAP_OK(bus_add(&bus, "x", 0x9000, 0, echo, &value) == RT_ERR_RANGE, "bus/empty window");
    TAP_OK(bus_add(&bus, "x", UINT64_MAX, 2, echo, &value) == RT_ERR_RANGE,
           "bus/window beyond 2^64");
    TAP_OK(bus_add(&bus, "top", UINT64_MAX, 1, echo, &value) == 0, "bus/the very last byte");
    TAP_OK(bus.count == 4, "bus/refused windows leave nothing behind");
    for (uint64_t at = 0x10000; bus.count < BUS_WINDOWS_MAX; at += 0x100) {
        if (bus_add(&bus, "fill", at, 0x100, echo, &value) != 0) {
            break;
        }
    }
    TAP_OK(bus_add(&bus, "x", 0x8000, 1, echo, &value) == RT_ERR_NO_SLOT, "bus/full");
    TAP_OK(bus_find(&bus, 0x3fff, 1) != NULL && bus_find(&bus, 0x4000, 1) == NULL,
           "bus/a full table is still searched right");
}

static void test_dispatch(void)
{
    static struct bus bus;
    uint64_t low = 0x1122334455667788;
    uint64_t high = 7;
    struct bus_access access = { .ipa = 0x1fff, .size = 1, .vcpu = 3 };

    bus_init(&bus);
    TAP_OK(bus_add(&bus, "low", 0x1000, 0x1000, echo, &low) == 0 &&
               bus_add(&bus, "high", 0x2000, 0x1000, echo, &high) == 0 &&
               bus_add(&bus, "no", 0x8000, 0x1000, refuse, NULL) == 0,
           "bus/three windows");
    TAP_OK(bus_dispatch(&bus, &access) == BUS_HANDLED && access.data == 0x88 && last.vcpu == 3,
           "bus/a byte read is truncated to a byte");
    access = (struct bus_access){ .ipa = 0x1ff8, .size = 8 };
    TAP_OK(bus_dispatch(&bus, &access) == BUS_HANDLED && access.data == low,
           "bus/an 8-byte read keeps all its bits");
    access = (struct bus_access){ .ipa = 0x1ffe, .size = 4 };
    calls = 0;
    TAP_OK(bus_dispatch(&bus, &access) == BUS_UNMAPPED && calls == 0,
           "bus/an access across two windows reaches none");
    access = (struct bus_access){ .ipa = 0x2000, .size = 4, .write = true, .data = UINT64_MAX };
    TAP_OK(bus_dispatch(&bus, &access) == BUS_HANDLED && last.data == UINT64_MAX,
           "bus/a write's data arrives as given");
    access = (struct bus_access){ .ipa = 0x0fff, .size = 1 };
    TAP_OK(bus_dispatch(&bus, &access) == BUS_UNMAPPED, "bus/below the first window");
    access = (struct bus_access){ .ipa = UINT64_MAX, .size = 8 };
    TAP_OK(bus_dispatch(&bus, &access) == BUS_UNMAPPED, "bus/an access that wraps around");
    access = (struct bus_access){ .ipa = 0x8000, .size = 4 };
    TAP_OK(bus_dispatch(&bus, &access) == BUS_FAULT, "bus/a device's refusal is passed on");
}

int main(void)
{
    test_registration();
    test_dispatch();
    return TAP_DONE();
}
