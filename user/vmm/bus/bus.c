/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/bus/bus.h"

#include <stddef.h>

void bus_init(struct bus *bus)
{
    bus->count = 0;
    bus->last = 0;
}

/* Index of the first window whose base is above `ipa`. */
/*@ requires \valid_read(bus) && bus_sound(bus);
    assigns \nothing;
    ensures \result <= bus->count;
    ensures \forall integer i; 0 <= i < \result ==> bus->windows[i].base <= ipa;
    ensures \forall integer i; \result <= i < bus->count ==> bus->windows[i].base > ipa; */
static unsigned upper_bound(const struct bus *bus, uint64_t ipa)
{
    unsigned low = 0;
    unsigned high = bus->count;

    /*@ loop invariant low <= high <= bus->count;
        loop invariant \forall integer i; 0 <= i < low ==> bus->windows[i].base <= ipa;
        loop invariant \forall integer i; high <= i < bus->count ==> bus->windows[i].base > ipa;
        loop assigns low, high;
        loop variant high - low; */
    while (low < high) {
        unsigned middle = low + (high - low) / 2;

        if (bus->windows[middle].base <= ipa) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int bus_add(struct bus *bus, const char *name, uint64_t base, uint64_t size_bytes,
            bus_handler handler, void *opaque)
{
    if (size_bytes == 0 || base > UINT64_MAX - (size_bytes - 1)) {
        return RT_ERR_RANGE;
    }

    unsigned at = upper_bound(bus, base);

    if (at > 0) {
        const struct bus_window *below = &bus->windows[at - 1];

        if (base - below->base < below->size_bytes) {
            return RT_ERR_OVERLAP;
        }
    }
    if (at < bus->count && bus->windows[at].base - base < size_bytes) {
        return RT_ERR_OVERLAP;
    }
    if (bus->count == BUS_WINDOWS_MAX) {
        return RT_ERR_NO_SLOT;
    }

    for (unsigned i = bus->count; i > at; i--) {
        bus->windows[i] = bus->windows[i - 1];
    }
    bus->windows[at] = (struct bus_window){
        .base = base,
        .size_bytes = size_bytes,
        .handler = handler,
        .opaque = opaque,
        .name = name,
    };
    bus->count++;
    return 0;
}

/*@ requires \valid_read(window) && window_sound(window);
    assigns \nothing;
    ensures \result <==> window_holds(window, ipa, size_bytes); */
static bool holds(const struct bus_window *window, uint64_t ipa, uint64_t size_bytes)
{
    return ipa >= window->base && ipa - window->base < window->size_bytes &&
           window->size_bytes - (ipa - window->base) >= size_bytes;
}

const struct bus_window *bus_find(struct bus *bus, uint64_t ipa, uint64_t size_bytes)
{
    unsigned above;

    if (bus->last < bus->count && holds(&bus->windows[bus->last], ipa, size_bytes) &&
        size_bytes != 0) {
        return &bus->windows[bus->last];
    }
    above = upper_bound(bus, ipa);
    if (above == 0 || size_bytes == 0 || !holds(&bus->windows[above - 1], ipa, size_bytes)) {
        return NULL;
    }
    bus->last = above - 1;
    return &bus->windows[above - 1];
}

enum bus_result bus_dispatch(struct bus *bus, struct bus_access *access)
{
    const struct bus_window *window = bus_find(bus, access->ipa, access->size);

    if (window == NULL) {
        return BUS_UNMAPPED;
    }

    enum bus_result result = window->handler(window->opaque, access);

    if (result == BUS_HANDLED && !access->write && access->size < 8) {
        access->data &= (UINT64_C(1) << (8 * access->size)) - 1;
    }
    return result;
}
