/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The board: its memory, interrupt controller and console, and the device tree that describes its
 * devices. Which part of memory is whose is decided here, for both kernels alike.
 */
#ifndef COMPOSER_PLAN_BOARD_H
#define COMPOSER_PLAN_BOARD_H

#include "composer/plan/model.h"

struct board {
    const char *name;
    const char *dtb_path;
    const void *fdt; /* whole board tree, checked */
    struct range ram;
    struct range modules; /* RAM that no kernel takes: boot image, modules, then VM memory */
    struct range kernel;  /* RAM that the kernel manages */
    struct range rest;    /* RAM that is left for VMs, at fixed addresses; kept from our kernel */
    bool is_kernel_fixed; /* an installed kernel decided `kernel` when it was built */
    struct range gicd, gicc, gich, gicv;
    struct range uart;
    uint32_t uart_intid;
    uint32_t timer_intid; /* physical timer of EL1: CNTP */
};

/*
 * Reads the board's device tree. @name: board name from the command line. @ram_bytes: how much RAM
 * the board really has, or 0 to believe the tree. Reports rule board-* and returns false if the
 * board is unknown or its tree lacks something.
 */
bool board_load(struct arena *arena, struct diag *diag, struct board *board, const char *name,
                const char *dtb_path, uint64_t ram_bytes);

/*
 * Divides RAM: @vm_bytes is what the VMs need at fixed addresses. An installed kernel's range is
 * given in board->kernel beforehand with is_kernel_fixed.
 */
void board_divide(struct board *board, uint64_t vm_bytes);

/* Number of (address, size) pairs of a node's `reg`, translated to CPU addresses. At most `max`. */
size_t board_node_ranges(const struct board *board, int node, struct range *ranges, size_t max);

/* INTIDs of a node's `interrupts`, if its interrupt parent is the GIC. At most `max`. */
size_t board_node_irqs(const struct board *board, int node, struct model_irq *irqs, size_t max);

/* True if the node's device can master the bus; only known-harmless kinds are excepted. */
bool board_node_is_dma_master(const struct board *board, int node);

#endif
