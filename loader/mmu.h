/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's EL2 stage 1, which is also the one under which the kernel is entered: the loader
 * and RAM 1:1, and the kernel's linked range in 2 MB blocks. Nothing is mapped before it is known
 * to be RAM or the UART, so no speculative access can reach a device; entries are only ever added.
 *
 * Source: Arm ARM DDI 0487, D8 (VMSAv8-64); values that the kernel asks for: contract/sel4/entry.h
 */
#ifndef LOADER_MMU_H
#define LOADER_MMU_H

#include <stdbool.h>
#include <stdint.h>

enum mmu_memory { MMU_DEVICE, MMU_NORMAL };

/**
 * mmu_map() - adds a mapping in blocks of 2 MB or 1 GB, rounded out to 2 MB
 * @virt, @phys: addresses, equal modulo 2 MB
 * @size_bytes: size
 * Parts that are mapped already keep their mapping.
 * Return: false when the tables are used up.
 */
bool mmu_map(uint64_t virt, uint64_t phys, uint64_t size_bytes, enum mmu_memory memory);

/* Turns the MMU and the caches on; @pa_bits (40 or 44) decides TCR_EL2 as the kernel wants it. */
void mmu_enable(unsigned int pa_bits);

/* Register values for secondary cores: TTBR0_EL2 and TCR_EL2. */
uint64_t mmu_root(void);
uint64_t mmu_tcr(unsigned int pa_bits);

/* Cleans [base, base + size) to memory and drops stale instructions of that range. */
void mmu_clean(uint64_t base, uint64_t size_bytes);

#endif
