/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GICv2: distributor, CPU interface, virtual interface control. Source: ARM IHI 0048B.
 */
#ifndef ARCH_GIC_H
#define ARCH_GIC_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_MAX_SGI_TARGET 7
#define GIC_NO_IRQ         1020u

/* Distributor: everything masked, level triggered, to this core. Once, on the boot core. */
void gic_init_distributor(void);
/* CPU interface and private interrupts; on each core. */
void gic_init_core(void);

void gic_mask(unsigned irq);
void gic_unmask(unsigned irq);
void gic_set_trigger(unsigned irq, bool edge);
void gic_set_target(unsigned irq, unsigned core);
/* @target: number of a CPU interface, which on several cores is gic_interface() of one. */
void gic_send_sgi(unsigned sgi, unsigned target);
#if CONFIG_MAX_NUM_NODES > 1
unsigned gic_interface(unsigned core);
#endif

/* Takes the interrupt that waits: its acknowledge word, INTID in [9:0] (GIC_NO_IRQ.. if none). */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t acknowledged);

/* Virtual interface control registers, by offset. */
#define GICH_HCR    0x000
#define GICH_VTR    0x004
#define GICH_VMCR   0x008
#define GICH_MISR   0x010
#define GICH_EISR0  0x020
#define GICH_EISR1  0x024
#define GICH_APR    0x0f0
#define GICH_LR0    0x100
#define GICH_HCR_EN 1u
uint32_t gich_read(unsigned offset);
void gich_write(unsigned offset, uint32_t value);

#endif
