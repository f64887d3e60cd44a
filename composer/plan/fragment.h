/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree fragment of one VM: bridges and pools of the links that it uses, platform devices
 * of the links that it serves, copies of the board's nodes that it owns.
 * Layout: docs/reference/device-tree.md.
 */
#ifndef COMPOSER_PLAN_FRAGMENT_H
#define COMPOSER_PLAN_FRAGMENT_H

#include "composer/plan/board.h"
#include "composer/plan/model.h"

/* Returns the encoded blob; never NULL. */
void *fragment_build(const struct model *model, const struct board *board,
                     const struct model_vm *vm, size_t *size_bytes);

/* Copies the nodes that the VM owns into a tree that is being written (fragment_board.c). */
void fragment_copy_nodes(void *fdt, const struct board *board, const struct model_vm *vm);

/* Writes one property in the sequential writer; all of these end the run if the blob is full. */
void fragment_cells(void *fdt, const char *name, const uint32_t *cells, size_t count);
void fragment_string(void *fdt, const char *name, const char *value);
void fragment_bytes(void *fdt, const char *name, const void *value, size_t size_bytes);
void fragment_begin(void *fdt, const char *name);
void fragment_end(void *fdt);

#endif
