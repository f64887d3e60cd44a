/* SPDX-License-Identifier: BSD-2-Clause */
/* Config space of a PRESENT function: the registers that the VMM serves itself. */
#include "vmm/vpci/function.h"

#include <stddef.h>

#define REG_CACHE_LINE 0x0cu
#define REG_BIST       0x0fu
#define REG_BARS_END   (VPCI_REG_BAR0 + 4 * VPCI_BARS)
#define REG_CIS        0x28u
#define REG_ROM        0x30u
#define REG_ROM_END    0x34u

#define MSIX_CTRL_AT 2u

static uint8_t byte_of(uint32_t value, uint32_t reg)
{
    return (uint8_t)(value >> (8 * (reg % 4)));
}

static uint8_t header_byte(const struct vpci_function *function, uint32_t reg)
{
    const struct vpci_journal *journal = &function->journal;

    if (reg < VPCI_REG_STATUS && reg >= VPCI_REG_COMMAND) {
        return byte_of(journal->command, reg);
    }
    if (reg >= VPCI_REG_BAR0 && reg < REG_BARS_END) {
        return byte_of(journal->bars[(reg - VPCI_REG_BAR0) / 4], reg);
    }
    switch (reg) {
    case REG_CACHE_LINE:
    case REG_CACHE_LINE + 1:
    case REG_BIST:
    case VPCI_REG_INT_PIN: /* INTx does not exist */ return 0;
    case VPCI_REG_HEADER_TYPE: /* one function per slot */
        return byte_of(function->header[reg / 4], reg) & 0x7f;
    case VPCI_REG_CAP_PTR: return function->first_cap;
    case VPCI_REG_INT_LINE: return journal->interrupt_line;
    default: break;
    }
    if ((reg >= REG_CIS && reg < REG_CIS + 4) || (reg >= REG_ROM && reg < REG_ROM_END)) {
        return 0;
    }
    return byte_of(function->header[reg / 4], reg);
}

static uint8_t msix_byte(const struct vpci_function *function, uint32_t at)
{
    if (at / 4 == 0) {
        return byte_of((uint32_t)vpci_msix_control(&function->msix) << 16, at);
    }
    return byte_of(function->scan.msix[at / 4], at);
}

static const struct vpci_cap *cap_at(const struct vpci_function *function, uint32_t reg)
{
    for (unsigned i = 0; i < function->cap_count; i++) {
        const struct vpci_cap *cap = &function->caps[i];

        if (reg >= cap->offset && reg - cap->offset < cap->bytes) {
            return cap;
        }
    }
    return NULL;
}

bool vpci_config_byte(const struct vpci_function *function, uint32_t reg, uint8_t *value)
{
    const struct vpci_cap *cap;

    if (reg < VPCI_HEADER_BYTES) {
        *value = header_byte(function, reg);
        return true;
    }
    cap = cap_at(function, reg);
    if (cap == NULL) {
        return false;
    }
    if (cap->hidden) {
        *value = 0;
    } else if (reg == cap->offset) {
        *value = cap->id;
    } else if (reg == cap->offset + 1u) {
        *value = cap->next;
    } else {
        *value = msix_byte(function, reg - cap->offset);
    }
    return true;
}

bool vpci_config_owns(const struct vpci_function *function, uint32_t reg, unsigned len)
{
    uint8_t value;

    for (unsigned i = 0; i < len; i++) {
        if (vpci_config_byte(function, reg + i, &value)) {
            return true;
        }
    }
    return false;
}

/* Bits of the dword at `reg` that a write of `len` bytes at `reg` covers, and the data there. */
static uint32_t write_mask(uint32_t reg, unsigned len)
{
    uint32_t bits = len >= 4 ? UINT32_MAX : (1u << (8 * len)) - 1;

    return bits << (8 * (reg % 4));
}

static uint32_t merged(uint32_t old, uint32_t mask, uint32_t data)
{
    return (old & ~mask) | (data & mask);
}

static void write_bar(struct vpci_function *function, unsigned i, uint32_t mask, uint32_t data)
{
    const struct vpci_bar *bar = &function->bars[i];

    if (bar->kind != VPCI_BAR_NONE) {
        function->journal.bars[i] =
            (merged(function->journal.bars[i], mask, data) & bar->mask) | bar->type_bits;
    }
}

static void write_msix(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                       uint32_t mask, uint32_t data)
{
    uint32_t control = (uint32_t)vpci_msix_control(&function->msix) << 16;

    vpci_msix_set_control(vectors, &function->msix, (uint16_t)(merged(control, mask, data) >> 16));
}

void vpci_config_write(struct vpci_function *function, struct vpci_msix_vectors *vectors,
                       uint32_t reg, unsigned len, uint32_t data)
{
    struct vpci_journal *journal = &function->journal;
    uint32_t dword = reg & ~3u;
    uint32_t mask = write_mask(reg, len);

    data <<= 8 * (reg % 4);
    if (dword == VPCI_REG_COMMAND) {
        journal->command = (uint16_t)(merged(journal->command, mask, data) & VPCI_COMMAND_WRITABLE);
    } else if (dword >= VPCI_REG_BAR0 && dword < REG_BARS_END) {
        write_bar(function, (dword - VPCI_REG_BAR0) / 4, mask, data);
    } else if (dword == VPCI_REG_INT_LINE) {
        journal->interrupt_line = (uint8_t)merged(journal->interrupt_line, mask, data);
    } else if (function->msix.size != 0 && dword == function->msix.cap) {
        write_msix(function, vectors, mask, data);
    }
}

uint64_t vpci_bar_base(const struct vpci_function *function, unsigned bar)
{
    uint64_t base = function->journal.bars[bar] & function->bars[bar].mask;

    if (function->bars[bar].kind == VPCI_BAR_MEM64) {
        base |= (uint64_t)function->journal.bars[bar + 1] << 32;
    }
    return base;
}

bool vpci_bar_find(const struct vpci_function *function, uint64_t ipa, unsigned len, unsigned *bar,
                   uint64_t *offset)
{
    if ((function->journal.command & VPCI_COMMAND_MEMORY) == 0) {
        return false;
    }
    for (unsigned i = 0; i < VPCI_BARS; i++) {
        uint64_t bytes = function->bars[i].bytes;
        uint64_t at = ipa - vpci_bar_base(function, i);

        if (bytes >= len && at <= bytes - len) {
            *bar = i;
            *offset = at;
            return true;
        }
    }
    return false;
}
