/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the initial task reads from the device tree that the loader passed on: boot modules, RAM and
 * the UART of stdout-path.
 *
 * Source: Devicetree Specification v0.4, 3.4 and 3.6; contract/boot/image.h for the modules.
 */
#ifndef INIT_BOARD_H
#define INIT_BOARD_H

#include <stdint.h>

#include "rt/error.h"
#include "sel4/sel4.h"

#define BOARD_RAM_RANGES_MAX 8u

struct board_range {
    uint64_t base;
    uint64_t bytes;
};

struct board {
    const void *fdt; /* checked */
    uint32_t ram_count;
    struct board_range ram[BOARD_RAM_RANGES_MAX];
    uint64_t uart_paddr; /* PL011 of stdout-path, or the first one; 0 = none */
};

/*
 * Finds the device tree in the extra BootInfo and reads RAM and UART.
 *
 * Returns 0, RT_ERR_NOT_FOUND without a device tree, RT_ERR_FORMAT if it is damaged. Logs nothing:
 * there is no output yet.
 */
int board_read(const seL4_BootInfo *info, struct board *board) RT_MUST_CHECK;

/*
 * Place of the boot module with this name.
 *
 * Returns 0, or RT_ERR_NOT_FOUND.
 */
int board_find_module(const struct board *board, const char *name, uint64_t *paddr,
                      uint64_t *bytes) RT_MUST_CHECK;

/* True if [paddr, paddr + bytes) is RAM of the board from end to end. */
_Bool board_is_ram(const struct board *board, uint64_t paddr, uint64_t bytes);

#endif
