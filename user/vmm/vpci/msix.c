/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/vpci/msix.h"

#include "rt/mem.h"

#define BAR_OFFSET_MASK 0xfffffff8u
#define BAR_INDEX_MASK  0x7u

/* Dwords of one table entry. */
enum { ENTRY_ADDRESS_LOW, ENTRY_ADDRESS_HIGH, ENTRY_DATA, ENTRY_CONTROL };

#define ENTRY_MASKED 0x1u

void vpci_msix_vectors_reset(struct vpci_msix_vectors *vectors)
{
    memset(vectors->entries, 0, sizeof(vectors->entries));
    memset(vectors->pending, 0, sizeof(vectors->pending));
    memset(vectors->owner, VPCI_MSIX_NO_OWNER, sizeof(vectors->owner));
    for (unsigned i = 0; i < LINK_IRQ_COUNT; i++) {
        vectors->entries[i].masked = true;
    }
    vectors->used = 0;
}

void vpci_msix_vectors_init(struct vpci_msix_vectors *vectors, const struct vpci_msix_frame *frame)
{
    vectors->frame = *frame;
    vectors->dropped = 0;
    vpci_msix_vectors_reset(vectors);
}

static uint32_t table_bytes(const struct vpci_msix *msix)
{
    return msix->real_size * VPCI_MSIX_ENTRY_BYTES;
}

static uint32_t pba_bytes(const struct vpci_msix *msix)
{
    return (msix->real_size + 63u) / 64u * 8u;
}

/*@ assigns \nothing;
    ensures \result <==> offset + bytes <= bar_bytes; */
static bool fits(uint64_t offset, uint64_t bytes, uint64_t bar_bytes)
{
    return bar_bytes >= bytes && offset <= bar_bytes - bytes;
}

int vpci_msix_parse(struct vpci_msix *msix, uint8_t cap, const uint32_t dwords[3],
                    const uint64_t bar_bytes[6])
{
    memset(msix, 0, sizeof(*msix));
    msix->cap = cap;
    msix->real_size = (uint16_t)((dwords[0] >> 16 & VPCI_MSIX_CTRL_SIZE) + 1);
    msix->table_bar = dwords[1] & BAR_INDEX_MASK;
    msix->table_offset = dwords[1] & BAR_OFFSET_MASK;
    msix->pba_bar = dwords[2] & BAR_INDEX_MASK;
    msix->pba_offset = dwords[2] & BAR_OFFSET_MASK;
    if (msix->table_bar >= 6 || msix->pba_bar >= 6 ||
        !fits(msix->table_offset, table_bytes(msix), bar_bytes[msix->table_bar]) ||
        !fits(msix->pba_offset, pba_bytes(msix), bar_bytes[msix->pba_bar])) {
        return RT_ERR_PEER;
    }
    if (msix->table_bar == msix->pba_bar &&
        msix->table_offset < msix->pba_offset + (uint64_t)pba_bytes(msix) &&
        msix->pba_offset < msix->table_offset + (uint64_t)table_bytes(msix)) {
        return RT_ERR_PEER;
    }
    return 0;
}

int vpci_msix_grant(struct vpci_msix_vectors *vectors, struct vpci_msix *msix, uint8_t slot,
                    uint32_t limit)
{
    uint32_t left = LINK_IRQ_COUNT - vectors->used;
    uint32_t count = msix->real_size;

    if (count > limit) {
        count = limit;
    }
    if (count > left) {
        count = left;
    }
    if (count == 0) {
        return RT_ERR_NO_MEMORY;
    }
    msix->first = vectors->used;
    msix->size = (uint16_t)count;
    memset(&vectors->owner[msix->first], slot, count);
    vectors->used += count;
    return 0;
}

/*@ requires \valid_read(vectors) && vector < LINK_IRQ_COUNT;
    assigns \nothing; */
static bool is_pending(const struct vpci_msix_vectors *vectors, uint32_t vector)
{
    return (vectors->pending[vector / 64] >> (vector % 64) & 1) != 0;
}

/*@ requires \valid(vectors) && vector < LINK_IRQ_COUNT;
    assigns vectors->pending[vector / 64]; */
static void set_pending(struct vpci_msix_vectors *vectors, uint32_t vector, bool pending)
{
    uint64_t bit = UINT64_C(1) << (vector % 64);

    if (pending) {
        vectors->pending[vector / 64] |= bit;
    } else {
        vectors->pending[vector / 64] &= ~bit;
    }
}

/* The message is written: it counts only if it hits the guest's own frame and SPIs. */
static void fire(struct vpci_msix_vectors *vectors, uint32_t vector)
{
    const struct vpci_msix_frame *frame = &vectors->frame;
    const struct vpci_msix_entry *entry = &vectors->entries[vector];

    if (entry->address != frame->setspi_ipa || entry->data < frame->spi_first ||
        entry->data - frame->spi_first >= frame->spi_count) {
        vectors->dropped++;
        return;
    }
    frame->raise_spi(frame->owner, entry->data);
}

static bool masked(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                   uint32_t vector)
{
    return msix->all_masked || vectors->entries[vector].masked;
}

static void fire_unmasked(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix)
{
    for (uint32_t vector = msix->first; vector < msix->first + msix->size; vector++) {
        if (msix->enabled && is_pending(vectors, vector) && !masked(vectors, msix, vector)) {
            set_pending(vectors, vector, false);
            fire(vectors, vector);
        }
    }
}

void vpci_msix_message(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                       uint32_t vector)
{
    if (!msix->enabled) {
        vectors->dropped++;
    } else if (masked(vectors, msix, vector)) {
        set_pending(vectors, vector, true);
    } else {
        fire(vectors, vector);
    }
}

uint16_t vpci_msix_control(const struct vpci_msix *msix)
{
    return (uint16_t)((msix->size - 1u) | (msix->all_masked ? VPCI_MSIX_CTRL_MASK : 0) |
                      (msix->enabled ? VPCI_MSIX_CTRL_ENABLE : 0));
}

void vpci_msix_set_control(struct vpci_msix_vectors *vectors, struct vpci_msix *msix,
                           uint16_t value)
{
    msix->all_masked = (value & VPCI_MSIX_CTRL_MASK) != 0;
    msix->enabled = (value & VPCI_MSIX_CTRL_ENABLE) != 0;
    fire_unmasked(vectors, msix);
}

/*@ requires start + bytes <= UINT64_MAX && offset + len <= UINT64_MAX;
    assigns \nothing;
    ensures \result <==> offset < start + bytes && start < offset + len; */
static bool touches(uint64_t offset, unsigned len, uint64_t start, uint64_t bytes)
{
    return offset < start + bytes && start < offset + len;
}

enum vpci_msix_region vpci_msix_hit(const struct vpci_msix *msix, unsigned bar, uint64_t offset,
                                    unsigned len)
{
    if (msix->size == 0) {
        return VPCI_MSIX_NEITHER;
    }
    if (bar == msix->table_bar && touches(offset, len, msix->table_offset, table_bytes(msix))) {
        return VPCI_MSIX_TABLE;
    }
    if (bar == msix->pba_bar && touches(offset, len, msix->pba_offset, pba_bytes(msix))) {
        return VPCI_MSIX_PBA;
    }
    return VPCI_MSIX_NEITHER;
}

/*@ requires \valid_read(vectors) && \valid_read(msix) && share_sound(msix); */
static uint32_t read_table(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                           uint64_t at)
{
    const struct vpci_msix_entry *entry;

    if (at / VPCI_MSIX_ENTRY_BYTES >= msix->size) {
        return 0;
    }
    /*@ assert inside: msix->first + at / VPCI_MSIX_ENTRY_BYTES < LINK_IRQ_COUNT; */
    entry = &vectors->entries[msix->first + at / VPCI_MSIX_ENTRY_BYTES];
    switch (at % VPCI_MSIX_ENTRY_BYTES / 4) {
    case ENTRY_ADDRESS_LOW: return (uint32_t)entry->address;
    case ENTRY_ADDRESS_HIGH: return (uint32_t)(entry->address >> 32);
    case ENTRY_DATA: return entry->data;
    default: return entry->masked ? ENTRY_MASKED : 0;
    }
}

static uint32_t read_pba(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                         uint64_t at)
{
    uint32_t bits = 0;

    for (uint32_t bit = 0; bit < 32; bit++) {
        uint64_t entry = at * 8 + bit;

        if (entry < msix->size && is_pending(vectors, msix->first + (uint32_t)entry)) {
            bits |= 1u << bit;
        }
    }
    return bits;
}

static uint32_t read_dword(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                           enum vpci_msix_region region, uint64_t offset)
{
    if (region == VPCI_MSIX_TABLE) {
        return read_table(vectors, msix, offset - msix->table_offset);
    }
    return read_pba(vectors, msix, offset - msix->pba_offset);
}

/* Both regions start 8-byte aligned and are multiples of 8, so an aligned access is inside or out. */
static bool width_valid(uint64_t offset, unsigned len)
{
    return (len == 4 || len == 8) && offset % len == 0;
}

uint64_t vpci_msix_read(const struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                        enum vpci_msix_region region, uint64_t offset, unsigned len)
{
    uint64_t value;

    if (!width_valid(offset, len)) {
        return 0;
    }
    value = read_dword(vectors, msix, region, offset);
    if (len == 8) {
        value |= (uint64_t)read_dword(vectors, msix, region, offset + 4) << 32;
    }
    return value;
}

/*@ requires \valid(vectors) && \valid_read(msix) && share_sound(msix);
    requires \separated(vectors, msix);
    assigns vectors->entries[0 .. LINK_IRQ_COUNT - 1]; */
static void write_table(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                        uint64_t at, uint32_t data)
{
    struct vpci_msix_entry *entry;

    if (at / VPCI_MSIX_ENTRY_BYTES >= msix->size) {
        return;
    }
    /*@ assert inside: msix->first + at / VPCI_MSIX_ENTRY_BYTES < LINK_IRQ_COUNT; */
    entry = &vectors->entries[msix->first + at / VPCI_MSIX_ENTRY_BYTES];
    switch (at % VPCI_MSIX_ENTRY_BYTES / 4) {
    case ENTRY_ADDRESS_LOW:
        entry->address = (entry->address & ~UINT64_C(0xffffffff)) | (data & ~3u);
        break;
    case ENTRY_ADDRESS_HIGH:
        entry->address = (entry->address & 0xffffffffu) | (uint64_t)data << 32;
        break;
    case ENTRY_DATA: entry->data = data; break;
    default: entry->masked = (data & ENTRY_MASKED) != 0; break;
    }
}

void vpci_msix_write(struct vpci_msix_vectors *vectors, const struct vpci_msix *msix,
                     enum vpci_msix_region region, uint64_t offset, unsigned len, uint64_t data)
{
    if (region != VPCI_MSIX_TABLE || !width_valid(offset, len)) {
        return; /* pending bits are read-only */
    }
    write_table(vectors, msix, offset - msix->table_offset, (uint32_t)data);
    if (len == 8) {
        write_table(vectors, msix, offset - msix->table_offset + 4, (uint32_t)(data >> 32));
    }
    fire_unmasked(vectors, msix);
}
