/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The distributor's registers. Each row of the table serves 128 bytes of the page; a row reads and
 * writes whole 32-bit registers under a byte mask, so that every access width has one code path.
 *
 * Source: Arm GICv2 architecture specification IHI 0048B, 4.3; GIC-400 TRM DDI 0471B, 3.2.
 */
#include "vmm/vgic/vgic.h"

#include <stddef.h>

#define ROW_BYTES   0x80u
#define ROW_COUNT   (VGIC_DIST_BYTES / ROW_BYTES)
#define IIDR_GIC400 0x0200143bu
#define PIDR2_GICV2 0x2bu
#define SGI_MASK    0x0000ffffu

/* The register that an access touches. */
struct dist_register {
    struct vgic *vgic;
    unsigned vcpu;   /* who asks: banked registers */
    unsigned offset; /* from the row's first register type, multiple of 4 */
};

struct dist_row {
    uint32_t (*read)(const struct dist_register *reg);
    /* Bits outside of `mask` are not written. */
    void (*write)(const struct dist_register *reg, uint32_t value, uint32_t mask);
    uint16_t base; /* where this register type begins */
};

/* Bank registers: one bit per interrupt, register n = bank n. */

static struct vgic_bank *bank_at(const struct dist_register *reg, unsigned bank)
{
    if (bank >= reg->vgic->irq_count / 32) {
        return NULL;
    }
    return vgic_bank_of(reg->vgic, reg->vcpu, bank);
}

/* Interrupts of a bank that exist: INTIDs 1020..1023 do not. */
static uint32_t existing(unsigned bank)
{
    return bank == VGIC_BANKS - 1 ? 0x0fffffffu : UINT32_MAX;
}

static uint32_t read_group(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 4);

    return bank ? bank->group : 0;
}

static void write_group(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        mask &= existing(n);
        bank->group = (bank->group & ~mask) | (value & mask);
        vgic_deliver_mask(reg->vgic, reg->vcpu, n, mask);
    }
}

static uint32_t read_enabled(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 4);

    return bank ? bank->enabled : 0;
}

static void write_set_enabled(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        uint32_t bits = value & mask & existing(n);

        bank->enabled |= bits;
        vgic_deliver_mask(reg->vgic, reg->vcpu, n, bits);
    }
}

static void write_clear_enabled(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        bank->enabled &= ~(value & mask & (n == 0 ? ~SGI_MASK : UINT32_MAX));
    }
}

static uint32_t read_pending(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 4);

    return bank ? bank->pending | (bank->line & ~bank->edge) | bank->inflight : 0;
}

/* SGIs are made pending by GICD_SGIR and GICD_SPENDSGIRn only (4.3.7). */
static void write_set_pending(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        uint32_t bits = value & mask & existing(n) & (n == 0 ? ~SGI_MASK : UINT32_MAX);

        bank->pending |= bits;
        vgic_deliver_mask(reg->vgic, reg->vcpu, n, bits);
    }
}

/*
 * Takes the latch away. A masked physical source is unmasked then, because no EOI will do it: if
 * its level is still high, or another edge came, it fires again.
 */
static void write_clear_pending(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (!bank) {
        return;
    }

    uint32_t bits = value & mask & (n == 0 ? ~SGI_MASK : UINT32_MAX);
    uint32_t unmask = bits & bank->pending & bank->hw & ~bank->inflight;

    bank->pending &= ~bits;
    bank->hw &= ~unmask;
    while (unmask != 0) {
        unsigned bit = (unsigned)__builtin_ctz(unmask);

        unmask &= unmask - 1;
        reg->vgic->ops->eoi(reg->vgic->context, reg->vcpu, 32 * n + bit);
    }
}

static uint32_t read_active(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 4);

    return bank ? bank->active : 0;
}

static void write_set_active(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        bank->active |= value & mask & existing(n);
    }
}

static void write_clear_active(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    unsigned n = reg->offset / 4;
    struct vgic_bank *bank = bank_at(reg, n);

    if (bank) {
        uint32_t bits = value & mask;

        bank->active &= ~bits;
        vgic_deliver_mask(reg->vgic, reg->vcpu, n, bits);
    }
}

/* Byte registers: one byte per interrupt, four to a register. */

static uint32_t word_of_bytes(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t read_priority(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 32);

    return bank ? word_of_bytes(&bank->priority[reg->offset % 32]) : 0;
}

/* 32 levels: the low three bits do not exist. A list register keeps the priority it was given. */
static void write_priority(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    struct vgic_bank *bank = bank_at(reg, reg->offset / 32);

    for (unsigned i = 0; bank && i < 4; i++) {
        if (mask & (0xffu << (8 * i))) {
            bank->priority[reg->offset % 32 + i] = (uint8_t)(value >> (8 * i)) & 0xf8;
        }
    }
}

static uint32_t read_targets(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 32);

    if (!bank) {
        return 0;
    }
    if (reg->offset < 32) { /* private: always the reader itself */
        return 0x01010101u << reg->vcpu;
    }
    return word_of_bytes(&bank->targets[reg->offset % 32]);
}

static void write_targets(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    struct vgic_bank *bank = bank_at(reg, reg->offset / 32);
    unsigned vcpus = (1u << reg->vgic->vcpu_count) - 1;

    if (!bank || reg->offset < 32) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        if (mask & (0xffu << (8 * i))) {
            bank->targets[reg->offset % 32 + i] = (uint8_t)((value >> (8 * i)) & vcpus);
        }
    }
    vgic_deliver_mask(reg->vgic, reg->vcpu, reg->offset / 32, 0xfu << (reg->offset % 32));
}

/* GICD_ICFGR: two bits per interrupt, the upper one is "edge"; SGIs are always edge. */

static uint32_t read_config(const struct dist_register *reg)
{
    const struct vgic_bank *bank = bank_at(reg, reg->offset / 8);
    uint32_t value = 0;

    for (unsigned i = 0; bank && i < 16; i++) {
        value |= ((bank->edge >> (4 * (reg->offset % 8) + i)) & 1) << (2 * i + 1);
    }
    return value;
}

static void write_config(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    struct vgic_bank *bank = bank_at(reg, reg->offset / 8);

    if (!bank || reg->offset == 0) {
        return;
    }
    for (unsigned i = 0; i < 16; i++) {
        if (mask & (2u << (2 * i))) {
            uint32_t bit = 1u << (4 * (reg->offset % 8) + i);

            bank->edge = (value & (2u << (2 * i))) ? bank->edge | bit : bank->edge & ~bit;
        }
    }
    /* A line that is high becomes an interrupt when its input turns level-sensitive. */
    vgic_deliver_mask(reg->vgic, reg->vcpu, reg->offset / 8, 0xffffu << (4 * (reg->offset % 8)));
}

/* First row: GICD_CTLR, GICD_TYPER, GICD_IIDR. */

static uint32_t read_control(const struct dist_register *reg)
{
    switch (reg->offset) {
    case 0x0: return reg->vgic->control;
    case 0x4: return (reg->vgic->irq_count / 32 - 1) | (reg->vgic->vcpu_count - 1) << 5;
    case 0x8: return IIDR_GIC400;
    default: return 0;
    }
}

static void write_control(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    if (reg->offset == 0) {
        reg->vgic->control = ((reg->vgic->control & ~mask) | (value & mask)) & 3;
        vgic_deliver_all(reg->vgic);
    }
}

/* SGI row: GICD_SGIR 0x0, GICD_CPENDSGIRn 0x10, GICD_SPENDSGIRn 0x20. */

static void set_sgi_pending(struct vgic *vgic, unsigned target, unsigned sgi, unsigned sources)
{
    if (sources == 0) {
        return;
    }
    vgic->cpus[target].sgi_sources[sgi] |= (uint8_t)sources;
    vgic->cpus[target].local.pending |= 1u << sgi;
    vgic_deliver_mask(vgic, target, 0, 1u << sgi);
}

static void send_sgi(const struct dist_register *reg, uint32_t value)
{
    unsigned all = (1u << reg->vgic->vcpu_count) - 1;
    unsigned targets = 0;

    switch ((value >> 24) & 3) {
    case 0: targets = (value >> 16) & 0xff & all; break;
    case 1: targets = all & ~(1u << reg->vcpu); break;
    case 2: targets = 1u << reg->vcpu; break;
    default: /* reserved */ break;
    }
    for (unsigned target = 0; target < reg->vgic->vcpu_count; target++) {
        if (targets & (1u << target)) {
            set_sgi_pending(reg->vgic, target, value & 0xf, 1u << reg->vcpu);
        }
    }
}

static uint32_t read_sgi(const struct dist_register *reg)
{
    if (reg->offset < 0x10 || reg->offset >= 0x30) {
        return 0;
    }
    return word_of_bytes(&reg->vgic->cpus[reg->vcpu].sgi_sources[reg->offset % 0x10]);
}

static void write_sgi_pending(const struct dist_register *reg, uint32_t bits)
{
    struct vgic_cpu *cpu = &reg->vgic->cpus[reg->vcpu];
    bool set = reg->offset >= 0x20;
    unsigned vcpus = (1u << reg->vgic->vcpu_count) - 1;

    for (unsigned i = 0; i < 4; i++) {
        unsigned sgi = reg->offset % 0x10 + i;
        unsigned sources = (bits >> (8 * i)) & vcpus;

        if (set) {
            set_sgi_pending(reg->vgic, reg->vcpu, sgi, sources);
            continue;
        }
        cpu->sgi_sources[sgi] &= (uint8_t)~sources;
        if (cpu->sgi_sources[sgi] == 0) {
            cpu->local.pending &= ~(1u << sgi);
        }
    }
}

static void write_sgi(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    if (reg->offset == 0 && mask == UINT32_MAX) {
        send_sgi(reg, value);
    } else if (reg->offset >= 0x10 && reg->offset < 0x30) {
        write_sgi_pending(reg, value & mask);
    }
}

/* Last row: identification, at 0xfd0..0xfff. */
static uint32_t read_identity(const struct dist_register *reg)
{
    static const uint8_t identity[12] = {
        0x04, 0,    0,           0,    /* PIDR4..7 */
        0x90, 0xb4, PIDR2_GICV2, 0,    /* PIDR0..3 */
        0x0d, 0xf0, 0x05,        0xb1, /* CIDR0..3 */
    };

    return reg->offset < 0x50 ? 0 : identity[(reg->offset - 0x50) / 4];
}

static uint32_t read_zero(const struct dist_register *reg)
{
    (void)reg;
    return 0;
}

static void write_ignored(const struct dist_register *reg, uint32_t value, uint32_t mask)
{
    (void)reg;
    (void)value;
    (void)mask;
}

#define ROW(rd, wr, at)                                                                            \
    {                                                                                              \
        .read = rd, .write = wr, .base = at                                                        \
    }
#define ROWS_8(rd, wr, at)                                                                         \
    ROW(rd, wr, at), ROW(rd, wr, at), ROW(rd, wr, at), ROW(rd, wr, at), ROW(rd, wr, at),           \
        ROW(rd, wr, at), ROW(rd, wr, at), ROW(rd, wr, at)

static const struct dist_row rows[ROW_COUNT] = {
    ROW(read_control, write_control, 0x000),      ROW(read_group, write_group, 0x080),
    ROW(read_enabled, write_set_enabled, 0x100),  ROW(read_enabled, write_clear_enabled, 0x180),
    ROW(read_pending, write_set_pending, 0x200),  ROW(read_pending, write_clear_pending, 0x280),
    ROW(read_active, write_set_active, 0x300),    ROW(read_active, write_clear_active, 0x380),
    ROWS_8(read_priority, write_priority, 0x400), ROWS_8(read_targets, write_targets, 0x800),
    ROW(read_config, write_config, 0xc00),        ROW(read_config, write_config, 0xc00),
    ROW(read_zero, write_ignored, 0xd00),         ROW(read_zero, write_ignored, 0xd00),
    ROW(read_zero, write_ignored, 0xe00), /* GICD_NSACRn: no security extensions */
    ROW(read_zero, write_ignored, 0xe00),         ROW(read_sgi, write_sgi, 0xf00),
    ROW(read_identity, write_ignored, 0xf80),
};

enum bus_result vgic_dist_access(void *opaque, struct bus_access *access)
{
    unsigned offset = access->ipa & (VGIC_DIST_BYTES - 1);
    unsigned size = access->size;

    if (size > 4 || (offset & (size - 1)) != 0) {
        return BUS_FAULT;
    }

    const struct dist_row *row = &rows[offset / ROW_BYTES];
    unsigned shift = 8 * (offset & 3);
    struct dist_register reg = {
        .vgic = opaque,
        .vcpu = access->vcpu,
        .offset = (offset & ~3u) - row->base,
    };

    if (access->write) {
        uint32_t mask = (size == 4 ? UINT32_MAX : (1u << (8 * size)) - 1) << shift;

        row->write(&reg, (uint32_t)access->data << shift, mask);
    } else {
        access->data = row->read(&reg) >> shift;
    }
    return BUS_HANDLED;
}
