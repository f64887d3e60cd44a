/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and numbers: physical memory for RAM and pools, every VM's guest-physical map, interrupt
 * numbers and priorities.
 *
 * Guest map of every VM (docs/reference/plan.md): devices of the VMM below 0x10000000, windows of
 * driver links from 0x10000000, RAM wherever the description says (default 0x40000000), pools above
 * it. A VM that owns a DMA master without an IOMMU has RAM and pools at guest-physical = physical.
 */
#ifndef COMPOSER_PLAN_PLACE_H
#define COMPOSER_PLAN_PLACE_H

#include "composer/plan/board.h"
#include "composer/plan/model.h"

/* Bytes that all VMs need at fixed physical addresses: RAM and pools. */
uint64_t place_bytes(const struct model *model);

/*
 * Places everything. @image_end: first physical address behind the boot image and its modules.
 * Reports rules overlap, ram-board, ram-place, dma-not-1to1, msi-count, priority-*, misaligned.
 */
void place_all(struct model *model, const struct board *board, uint64_t image_end);

/*
 * Bits of a VMM's notification word. The rest of 64 is the VMM's own, to tell a guest's fault from a
 * notification. Services: console and timer; links: doorbell and unmapped, or kick, unmap and map.
 */
#define PLACE_BADGES_MAX     60u
#define PLACE_SERVICE_BADGES 2u
#define PLACE_DRIVER_BADGES  2u
#define PLACE_DEVICE_BADGES  3u

/* Numbers that do not depend on addresses: priorities, cores, badges (place_schedule.c). */
void place_schedule(struct model *model, unsigned core_count);

#endif
