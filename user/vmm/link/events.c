/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/link/events.h"

#include "rt/mem.h"

/* Notify registers lie 4 bytes apart in one device and pages apart between devices. */
/*@ assigns \nothing;
    ensures \result < LINK_EVENT_BUCKETS; */
static unsigned bucket_of(uint64_t addr)
{
    return (unsigned)((addr >> 2) ^ (addr >> 12)) % LINK_EVENT_BUCKETS;
}

void link_events_clear(struct link_events *events)
{
    memset(events->entries, 0, sizeof(events->entries));
    for (unsigned i = 0; i < LINK_EVENT_BUCKETS; i++) {
        events->buckets[i] = LINK_EVENT_NONE;
    }
    events->count = 0;
}

void link_events_init(struct link_events *events, uint64_t window_base, uint64_t window_bytes)
{
    events->window_base = window_base;
    events->window_bytes = window_bytes;
    link_events_clear(events);
}

/* A length of 0 (any) needs one byte inside; more would only matter to accesses that fail anyway. */
/*@ requires \valid_read(events);
    requires events->window_base + events->window_bytes <= UINT64_MAX;
    assigns \nothing;
    ensures \result <==> events->window_base <= addr &&
        addr < events->window_base + events->window_bytes &&
        addr + len <= events->window_base + events->window_bytes; */
static bool inside_window(const struct link_events *events, uint64_t addr, unsigned len)
{
    uint64_t offset = addr - events->window_base;

    return addr >= events->window_base && offset < events->window_bytes &&
           events->window_bytes - offset >= len;
}

/*@ assigns \nothing;
    ensures \result <==> len \in {0, 1, 2, 4, 8}; */
static bool length_valid(unsigned len)
{
    return len == 0 || len == 1 || len == 2 || len == 4 || len == 8;
}

int link_events_add(struct link_events *events, const struct link_msg *msg)
{
    struct link_event *event;

    if (msg->tag >= LINK_KICK_COUNT || !length_valid(msg->len) || events->entries[msg->tag].used) {
        return RT_ERR_PEER;
    }
    event = &events->entries[msg->tag];
    event->used = true;
    event->addr = msg->addr;
    event->len = msg->len;
    event->match = (msg->flags & LINK_FLAG_MATCH) != 0;
    event->value = msg->data;
    event->linked = inside_window(events, msg->addr, msg->len);
    events->count++;
    if (event->linked) {
        uint16_t *bucket = &events->buckets[bucket_of(msg->addr)];

        event->next = *bucket;
        *bucket = (uint16_t)msg->tag;
    }
    return 0;
}

static void unlink_event(struct link_events *events, uint32_t index)
{
    uint16_t *place = &events->buckets[bucket_of(events->entries[index].addr)];

    while (*place != index) {
        place = &events->entries[*place].next;
    }
    *place = events->entries[index].next;
}

int link_events_del(struct link_events *events, uint32_t index)
{
    struct link_event *event;

    if (index >= LINK_KICK_COUNT) {
        return RT_ERR_PEER;
    }
    event = &events->entries[index];
    if (!event->used) {
        return 0;
    }
    if (event->linked) {
        unlink_event(events, index);
    }
    event->used = false;
    event->linked = false;
    events->count--;
    return 0;
}

static uint64_t truncated(uint64_t data, unsigned len)
{
    return len >= 8 ? data : data & ((UINT64_C(1) << (8 * len)) - 1);
}

bool link_events_match(const struct link_events *events, uint64_t addr, unsigned len, uint64_t data,
                       uint32_t *index)
{
    uint16_t i = events->buckets[bucket_of(addr)];

    for (; i != LINK_EVENT_NONE; i = events->entries[i].next) {
        const struct link_event *event = &events->entries[i];

        if (event->addr != addr || (event->len != 0 && event->len != len)) {
            continue;
        }
        if (event->match && truncated(event->value, len) != truncated(data, len)) {
            continue;
        }
        *index = i;
        return true;
    }
    return false;
}
