/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ARCH_GIC_H
#define ARCH_GIC_H

#include <stdbool.h>
#include <stdint.h>

#define GIC_MAX_SGI_TARGET 7

void gic_mask(unsigned irq);
void gic_unmask(unsigned irq);
void gic_set_trigger(unsigned irq, bool edge);
void gic_set_target(unsigned irq, unsigned core);
void gic_send_sgi(unsigned sgi, unsigned target);

#endif
