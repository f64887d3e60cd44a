/* SPDX-License-Identifier: BSD-2-Clause */
/* Registered addresses, and the device side in the device VM's VMM. */
#include "test_parts.h"

#include <string.h>

#include "vmm/link/device_side.h"
#include "vmm/link/events.h"

#define WINDOW       UINT64_C(0x10000000)
#define WINDOW_BYTES UINT64_C(0x100000)
#define POOL         UINT64_C(0xa0000000)

static struct link_events events;

static int add(uint32_t index, uint64_t addr, uint16_t len, bool match, uint64_t value)
{
    const struct link_msg msg = { .op = LINK_MSG_EVENT_ADD,
                                  .tag = index,
                                  .addr = addr,
                                  .len = len,
                                  .data = value,
                                  .flags = match ? LINK_FLAG_MATCH : 0 };

    return link_events_add(&events, &msg);
}

static bool matches(uint64_t addr, unsigned len, uint64_t data, uint32_t index)
{
    uint32_t found = UINT32_MAX;

    return link_events_match(&events, addr, len, data, &found) && found == index;
}

static bool no_match(uint64_t addr, unsigned len, uint64_t data)
{
    uint32_t found;

    return !link_events_match(&events, addr, len, data, &found);
}

static void test_matching(void)
{
    link_events_init(&events, WINDOW, WINDOW_BYTES);
    tap_report(add(0, WINDOW + 0x3000, 2, false, 0) == 0 && matches(WINDOW + 0x3000, 2, 7, 0) &&
                   no_match(WINDOW + 0x3000, 4, 7) && no_match(WINDOW + 0x3004, 2, 7),
               "events/address and length must fit");
    tap_report(add(1, WINDOW + 0x3004, 0, false, 0) == 0 && matches(WINDOW + 0x3004, 1, 0, 1) &&
                   matches(WINDOW + 0x3004, 8, 0, 1),
               "events/length 0 takes any width");
    tap_report(add(2, WINDOW + 0x3008, 2, true, 0xffff0005) == 0 &&
                   add(3, WINDOW + 0x3008, 2, true, 6) == 0 && matches(WINDOW + 0x3008, 2, 5, 2) &&
                   matches(WINDOW + 0x3008, 2, 6, 3) && no_match(WINDOW + 0x3008, 2, 7),
               "events/values are compared in the access's width");
    tap_report(link_events_del(&events, 2) == 0 && no_match(WINDOW + 0x3008, 2, 5) &&
                   matches(WINDOW + 0x3008, 2, 6, 3),
               "events/a removed registration stops, its neighbour goes on");
    tap_report(link_events_del(&events, 2) == 0, "events/removing twice is no error");
}

static void test_refusals(void)
{
    link_events_init(&events, WINDOW, WINDOW_BYTES);
    tap_report(add(LINK_KICK_COUNT, WINDOW, 2, false, 0) == RT_ERR_PEER &&
                   add(UINT32_MAX, WINDOW, 2, false, 0) == RT_ERR_PEER &&
                   link_events_del(&events, LINK_KICK_COUNT) == RT_ERR_PEER,
               "events/an index out of range is refused");
    tap_report(add(0, WINDOW, 3, false, 0) == RT_ERR_PEER &&
                   add(0, WINDOW, 16, false, 0) == RT_ERR_PEER,
               "events/a length that no access has is refused");
    tap_report(add(0, WINDOW, 2, false, 0) == 0 && add(0, WINDOW + 8, 2, false, 0) == RT_ERR_PEER,
               "events/an index in use is refused");
    tap_report(add(1, WINDOW - 4, 4, false, 0) == 0 && no_match(WINDOW - 4, 4, 0) &&
                   add(2, WINDOW + WINDOW_BYTES - 2, 4, false, 0) == 0 &&
                   no_match(WINDOW + WINDOW_BYTES - 2, 4, 0) &&
                   add(3, UINT64_MAX, 8, false, 0) == 0 && no_match(UINT64_MAX, 8, 0) &&
                   link_events_del(&events, 3) == 0,
               "events/an address outside the link's window never matches");
}

static void test_full(void)
{
    bool all = true;

    link_events_init(&events, WINDOW, WINDOW_BYTES);
    for (uint32_t i = 0; i < LINK_KICK_COUNT; i++) { /* one bucket */
        all &= add(i, WINDOW + (uint64_t)i * 4, 2, false, 0) == 0;
    }
    for (uint32_t i = 0; i < LINK_KICK_COUNT; i++) {
        all &= matches(WINDOW + (uint64_t)i * 4, 2, 0, i);
    }
    for (uint32_t i = 0; i < LINK_KICK_COUNT; i += 2) {
        all &= link_events_del(&events, i) == 0;
    }
    for (uint32_t i = 0; i < LINK_KICK_COUNT; i++) {
        all &= i % 2 == 0 ? no_match(WINDOW + (uint64_t)i * 4, 2, 0)
                          : matches(WINDOW + (uint64_t)i * 4, 2, 0, i);
    }
    tap_report(all && events.count == LINK_KICK_COUNT / 2,
               "events/256 registrations, half removed");
    link_events_clear(&events);
    tap_report(no_match(WINDOW + 4, 2, 0) && events.count == 0, "events/clear removes all");
}

void test_events(void)
{
    test_matching();
    test_refusals();
    test_full();
}

static char trace[32];

static void note(char c)
{
    trace[strlen(trace)] = c;
}

static void on_raise(void *vm, uint32_t intid)
{
    (void)vm;
    note(intid == 77 ? 'k' : '?');
}

static void on_signal(void *vm, uint32_t slot)
{
    (void)vm;
    note(slot == 11 ? 'd' : slot == 12 ? 'a' : '?');
}

static void on_unmap(void *vm, uint32_t index)
{
    (void)vm;
    note(index == 3 ? 'u' : '?');
}

static void on_map(void *vm, uint32_t index)
{
    (void)vm;
    note(index == 3 ? 'm' : '?');
}

static bool traced(const char *expected)
{
    bool same = strcmp(trace, expected) == 0;

    memset(trace, 0, sizeof(trace));
    return same;
}

void test_device_side(void)
{
    static const struct link_device_ops ops = { on_raise, on_signal, on_unmap, on_map };
    static const struct vmm_device_link config = {
        .name = "vm1",
        .doorbell_ipa = 0xb004000,
        .kick_badge = 1,
        .unmap_badge = 2,
        .map_badge = 4,
        .virq = 77,
        .doorbell_slot = 11,
        .unmapped_slot = 12,
    };
    struct link_device link;
    struct bus bus;
    struct bus_access access = { .ipa = 0xb004008, .size = 4, .write = true, .data = 1 };

    bus_init(&bus);
    link_device_init(&link, &config, 3, &ops, NULL);
    tap_report(link_device_add_to_bus(&link, &bus) == 0, "device/the doorbell page is on the bus");
    tap_report(link_device_add_pool(&link, &bus, POOL, 0x800000) == 0, "device/and so is the pool");
    tap_report(bus_dispatch(&bus, &access) == BUS_HANDLED && traced("d"),
               "device/a write to it rings the driver VM");
    access.write = false;
    tap_report(bus_dispatch(&bus, &access) == BUS_HANDLED && access.data == 0 && traced(""),
               "device/a read gives zero and rings nobody");
    link_device_signals(&link, 8 | 1);
    tap_report(traced("k"), "device/a kick raises the link's interrupt");
    link_device_signals(&link, 8);
    tap_report(traced(""), "device/foreign badges are ignored");
    link_device_signals(&link, 2);
    tap_report(traced("ua") && !link_device_pool_mapped(&link),
               "device/unmap is done before it is confirmed");
    access = (struct bus_access){ .ipa = POOL + 0x1008, .size = 2, .data = 7 };
    tap_report(bus_dispatch(&bus, &access) == BUS_HANDLED && access.data == 0,
               "device/the pool that was taken away reads zero");
    access.write = true;
    tap_report(bus_dispatch(&bus, &access) == BUS_HANDLED && traced(""),
               "device/and takes writes without effect");
    link_device_signals(&link, 4 | 1);
    access.write = false;
    tap_report(bus_dispatch(&bus, &access) == BUS_UNMAPPED, "device/but only while it is away");
    tap_report(traced("mk") && link_device_pool_mapped(&link),
               "device/the pool is back before the interrupt");
    link_device_signals(&link, 4 | 2);
    tap_report(traced("mua") && !link_device_pool_mapped(&link),
               "device/map and unmap in one word end unmapped");
}
