/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads what a bare guest needs of its device tree. Source: Devicetree Specification 0.4, 5. */
#ifndef TESTS_HOSTILE_REBORN_TREE_H
#define TESTS_HOSTILE_REBORN_TREE_H

#include <stdint.h>

/* Size of the tree in bytes. dtb: its address. */
uint32_t tree_bytes(uint64_t dtb);

/*
 * The property `name` of the nth node (from 0) whose name begins with `node`, at any depth.
 * Returns the address of its value, or 0 if there is no such node.
 */
uint64_t tree_property(uint64_t dtb, const char *node, const char *name, unsigned nth);

/* Cell `index` of a property's value, and the two cells from `index` on as one number. */
uint32_t tree_cell(uint64_t value, unsigned index);
uint64_t tree_cell2(uint64_t value, unsigned index);

#endif
