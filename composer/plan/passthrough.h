/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware that VMs get: nodes of the board's tree become register pages and interrupts, and no
 * page, interrupt or device goes to two VMs.
 */
#ifndef COMPOSER_PLAN_PASSTHROUGH_H
#define COMPOSER_PLAN_PASSTHROUGH_H

#include "composer/plan/board.h"
#include "composer/plan/model.h"

/*
 * Resolves `dtb`, `mmios` and `irqs` of every VM against the board, adds MMIO regions (whole
 * pages) to the VMs and reports rules node-missing, node-shape, device-twice, page-shared,
 * irq-twice, mmio-memory, pci-missing.
 */
void passthrough_resolve(struct model *model, const struct board *board);

#endif
