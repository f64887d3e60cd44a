/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of the board's nodes. A guest must not see references to what it does not have, so
 * properties that point to other nodes (clocks, resets, IOMMUs, ...) are left out: the platform has
 * set those up and no guest may change them.
 */
#include <libfdt.h>
#include <string.h>

#include "composer/plan/fragment.h"

static const char *const references[] = {
    "clocks",
    "clock-names",
    "assigned-clocks",
    "assigned-clock-rates",
    "assigned-clock-parents",
    "resets",
    "reset-names",
    "power-domains",
    "iommus",
    "iommu-map",
    "iommu-map-mask",
    "msi-parent",
    "msi-map",
    "msi-map-mask",
    "dmas",
    "dma-names",
    "phys",
    "phy-names",
    "mboxes",
    "mbox-names",
    "interconnects",
    "interrupts-extended",
    "interrupt-parent",
    "interrupt-map",
    "interrupt-map-mask",
    "memory-region",
    "gpios",
    "operating-points-v2",
    "thermal-sensors",
    "phandle",
    "linux,phandle",
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && !strcmp(text + length - end_length, end);
}

static bool is_reference(const char *name)
{
    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        if (!strcmp(references[i], name)) {
            return true;
        }
    }
    return !strncmp(name, "pinctrl-", 8) || ends_with(name, "-supply") || ends_with(name, "-gpios");
}

static void copy_properties(void *fdt, const struct board *board, int node)
{
    int property;

    fdt_for_each_property_offset(property, board->fdt, node)
    {
        const char *name;
        int length;
        const void *value = fdt_getprop_by_offset(board->fdt, property, &name, &length);

        if (value && !is_reference(name)) {
            fragment_bytes(fdt, name, value, (size_t)length);
        }
    }
}

static void copy_whole(void *fdt, const struct board *board, int node, bool is_top)
{
    int child;

    fragment_begin(fdt, fdt_get_name(board->fdt, node, NULL));
    copy_properties(fdt, board, node);
    /* QEMU says it once, at the root, which is not copied. */
    if (is_top && fdt_getprop(board->fdt, 0, "dma-coherent", NULL) &&
        !fdt_getprop(board->fdt, node, "dma-coherent", NULL)) {
        fragment_bytes(fdt, "dma-coherent", NULL, 0);
    }
    fdt_for_each_subnode(child, board->fdt, node)
    {
        copy_whole(fdt, board, child, false);
    }
    fragment_end(fdt);
}

static bool is_owned(const struct model_vm *vm, int node)
{
    for (size_t i = 0; i < vm->node_count; i++) {
        if (vm->nodes[i].offset == node) {
            return true;
        }
    }
    return false;
}

static bool holds_owned(const struct board *board, const struct model_vm *vm, int node)
{
    int child;

    fdt_for_each_subnode(child, board->fdt, node)
    {
        if (is_owned(vm, child) || holds_owned(board, vm, child)) {
            return true;
        }
    }
    return false;
}

/* Buses above an owned node are copied without their other devices. */
static void copy_below(void *fdt, const struct board *board, const struct model_vm *vm, int node)
{
    int child;

    fdt_for_each_subnode(child, board->fdt, node)
    {
        if (is_owned(vm, child)) {
            copy_whole(fdt, board, child, true);
        } else if (holds_owned(board, vm, child)) {
            fragment_begin(fdt, fdt_get_name(board->fdt, child, NULL));
            copy_properties(fdt, board, child);
            copy_below(fdt, board, vm, child);
            fragment_end(fdt);
        }
    }
}

void fragment_copy_nodes(void *fdt, const struct board *board, const struct model_vm *vm)
{
    if (vm->node_count) {
        copy_below(fdt, board, vm, 0);
    }
}
