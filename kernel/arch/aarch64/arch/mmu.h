/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own address space (EL2 stage 1), built once at boot:
 *
 *   2^39 + pa          RAM, write-back, not executable, for each range added
 *   2^40 - 1 GiB       kernel image: text read-only, data not executable
 *   2^40 - 2 MiB       the platform's devices
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <stdbool.h>
#include <stdint.h>

/* Virtual minus physical address of the kernel image. */
uint64_t mmu_kernel_offset(void);

/* Builds the tables for image and devices. */
void mmu_build(void);

/*
 * mmu_add_window() - map physical memory into the window
 * @base, @size: bytes; widened to 2 MiB
 *
 * Return: false if the range lies outside the window or no table is left.
 */
bool mmu_add_window(uint64_t base, uint64_t size);

/*
 * mmu_spare() - memory set aside for tables of the window that was not needed
 * @base, @end: out: physical, page aligned; base == end if there is none
 *
 * Once, when nothing is added to the window any more. The memory is the caller's.
 */
void mmu_spare(uint64_t *base, uint64_t *end);

/* Switches this core to the tables. */
void mmu_activate(void);

#endif
