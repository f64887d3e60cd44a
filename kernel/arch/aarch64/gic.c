/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/gic.h"

#include "arch/machine.h"
#include "core/core.h"
#include "plat/plat.h"

#define GICD_CTLR       0x000
#define GICD_TYPER      0x004
#define GICD_ISENABLER  0x100
#define GICD_ICENABLER  0x180
#define GICD_ICPENDR    0x280
#define GICD_ICACTIVER  0x380
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR  0x800
#define GICD_ICFGR      0xc00
#define GICD_SGIR       0xf00
#define GICC_CTLR       0x000
#define GICC_PMR        0x004
#define GICC_BPR        0x008
#define GICC_IAR        0x00c
#define GICC_EOIR       0x010

#define PRIORITY_ALL 0xa0a0a0a0u

static uint32_t read32(uint64_t base, unsigned offset)
{
    return *(volatile uint32_t *)(uintptr_t)(base + offset);
}

static void write32(uint64_t base, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)(base + offset) = value;
}

/* Bound: 1020 interrupts; at boot. */
static void write_all(unsigned first, unsigned end, unsigned per_word, unsigned offset,
                      uint32_t value)
{
    for (unsigned irq = first; irq < end; irq += per_word) {
        write32(PLAT_GICD_VADDR, offset + irq / per_word * 4, value);
    }
}

#if CONFIG_MAX_NUM_NODES > 1
static uint8_t interface_masks[CONFIG_MAX_NUM_NODES];

unsigned gic_interface(unsigned core)
{
    return (unsigned)__builtin_ctz(interface_masks[core]);
}
#endif

/* Which CPU interface this core is, as a mask: read back from the targets of a private interrupt.
 * A board with one core may show none. */
static uint32_t own_interface(void)
{
    uint32_t mask = read32(PLAT_GICD_VADDR, GICD_ITARGETSR) & 0xff;

    return mask ? mask : 1;
}

void gic_init_distributor(void)
{
    unsigned count = ((read32(PLAT_GICD_VADDR, GICD_TYPER) & 0x1f) + 1) * 32;

    write32(PLAT_GICD_VADDR, GICD_CTLR, 0);
    write_all(32, count, 32, GICD_ICENABLER, ~0u);
    write_all(32, count, 32, GICD_ICPENDR, ~0u);
    write_all(32, count, 32, GICD_ICACTIVER, ~0u);
    write_all(32, count, 4, GICD_IPRIORITYR, PRIORITY_ALL);
    write_all(32, count, 4, GICD_ITARGETSR, own_interface() * 0x01010101u);
    write_all(32, count, 16, GICD_ICFGR, 0);
    write32(PLAT_GICD_VADDR, GICD_CTLR, 1);
}

void gic_init_core(void)
{
    write32(PLAT_GICD_VADDR, GICD_ICENABLER, ~0u);
    write32(PLAT_GICD_VADDR, GICD_ICPENDR, ~0u);
    write32(PLAT_GICD_VADDR, GICD_ICACTIVER, ~0u);
    write_all(0, 32, 4, GICD_IPRIORITYR, PRIORITY_ALL);
    write32(PLAT_GICC_VADDR, GICC_PMR, 0xf0);
    write32(PLAT_GICC_VADDR, GICC_BPR, 0);
    write32(PLAT_GICC_VADDR, GICC_CTLR, 1);
#if CONFIG_MAX_NUM_NODES > 1
    interface_masks[this_core()->id] = (uint8_t)own_interface();
    gic_unmask(ARCH_IPI_CALL);
    gic_unmask(ARCH_IPI_RESCHEDULE);
#endif
}

void gic_mask(unsigned irq)
{
    write32(PLAT_GICD_VADDR, GICD_ICENABLER + irq / 32 * 4, 1u << (irq % 32));
}

void gic_unmask(unsigned irq)
{
    write32(PLAT_GICD_VADDR, GICD_ISENABLER + irq / 32 * 4, 1u << (irq % 32));
}

void gic_set_trigger(unsigned irq, bool edge)
{
    unsigned offset = GICD_ICFGR + irq / 16 * 4;
    uint32_t bit = 2u << (irq % 16 * 2);
    uint32_t value = read32(PLAT_GICD_VADDR, offset);

    write32(PLAT_GICD_VADDR, offset, edge ? value | bit : value & ~bit);
}

void gic_set_target(unsigned irq, unsigned core)
{
    volatile uint8_t *targets = (volatile uint8_t *)(uintptr_t)(PLAT_GICD_VADDR + GICD_ITARGETSR);

#if CONFIG_MAX_NUM_NODES > 1
    targets[irq] = interface_masks[core];
#else
    targets[irq] = (uint8_t)(1u << core);
#endif
}

void gic_send_sgi(unsigned sgi, unsigned target)
{
    write32(PLAT_GICD_VADDR, GICD_SGIR, 1u << (16 + target) | sgi);
}

uint32_t gic_acknowledge(void)
{
    return read32(PLAT_GICC_VADDR, GICC_IAR);
}

void gic_end(uint32_t acknowledged)
{
    write32(PLAT_GICC_VADDR, GICC_EOIR, acknowledged);
}

uint32_t gich_read(unsigned offset)
{
    return read32(PLAT_GICH_VADDR, offset);
}

void gich_write(unsigned offset, uint32_t value)
{
    write32(PLAT_GICH_VADDR, offset, value);
}
