/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader reads from and writes into the device tree. Pure: libfdt only. The tree comes
 * from the firmware; its contents are checked by libfdt before use.
 */
#ifndef LOADER_TREE_H
#define LOADER_TREE_H

#include "loader/table.h"

#define LDR_MAX_MEMORY_RANGES 16u

/**
 * ldr_tree_memory() - RAM of the board
 * @ranges: receives up to LDR_MAX_MEMORY_RANGES ranges
 *
 * Source: Devicetree Specification v0.4, 3.4 (/memory node).
 * Return: number of ranges, or -1 when the tree names no memory.
 */
int ldr_tree_memory(const void *tree, struct ldr_range *ranges, struct ldr_error *error);

/**
 * ldr_tree_uart() - physical address of the console's PL011
 *
 * Follows /chosen stdout-path (alias or path, options after ':' ignored) and translates the
 * address through the `ranges` of the parents.
 * Return: the address, or 0 when the console is no PL011 or not found.
 */
uint64_t ldr_tree_uart(const void *tree);

enum ldr_cpu_start { LDR_CPU_PSCI_SMC, LDR_CPU_PSCI_HVC, LDR_CPU_SPIN_TABLE, LDR_CPU_UNKNOWN };

struct ldr_cpu {
    uint64_t mpidr;
    uint64_t release_address; /* spin table only */
    enum ldr_cpu_start start;
};

/**
 * ldr_tree_cpus() - the cores that the tree lists, in its order
 * @cpus: receives up to @max
 * Return: number of cores written.
 */
unsigned int ldr_tree_cpus(const void *tree, struct ldr_cpu *cpus, unsigned int max);

/**
 * ldr_tree_copy() - packs the firmware's tree and copies it to a buffer with room for edits
 * @firmware: the tree where the firmware left it; packed in place
 * @buffer: destination, 8-byte aligned
 * @size_bytes: room at @buffer
 */
int ldr_tree_copy(void *firmware, void *buffer, uint32_t size_bytes, struct ldr_error *error);

/**
 * ldr_tree_announce() - adds reservations and modules
 *
 * One no-map node in /reserved-memory per module and reservation, and in /chosen the properties
 * IMAGE_CHOSEN_MODULES and IMAGE_CHOSEN_MODULE_NAMES. Every module of @table has its final
 * target. Packs the tree at the end.
 * Return: 0, or -1 with @error filled in (no room).
 */
int ldr_tree_announce(void *tree, const struct ldr_table *table, struct ldr_error *error);

#endif
