/* SPDX-License-Identifier: BSD-2-Clause */
#include "board.h"

#include <libfdt.h>
#include <stdbool.h>

#include "boot/image.h"
#include "rt/mem.h"

static const void *find_fdt(const seL4_BootInfo *info, uint64_t *bytes)
{
    const uint8_t *at = (const uint8_t *)info + seL4_BootInfoFrameSize;
    uint64_t left = info->extraLen;

    while (left >= sizeof(seL4_BootInfoHeader)) {
        const seL4_BootInfoHeader *chunk = (const void *)at;

        if (chunk->len < sizeof(*chunk) || chunk->len > left) {
            return NULL;
        }
        if (chunk->id == SEL4_BOOTINFO_HEADER_FDT) {
            *bytes = chunk->len - sizeof(*chunk);
            return chunk + 1;
        }
        at += chunk->len;
        left -= chunk->len;
    }
    return NULL;
}

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_to_cpu(cells[i]);
    }
    return value;
}

/* Entry `index` of a node's `reg`; the parent's cell counts are the root's. */
static bool read_reg(const void *fdt, int node, int index, struct board_range *range)
{
    int address_cells = fdt_address_cells(fdt, 0);
    int size_cells = fdt_size_cells(fdt, 0);
    int length;
    const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);
    int entry = address_cells + size_cells;

    if (reg == NULL || address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2 ||
        (index + 1) * entry * (int)sizeof(*reg) > length) {
        return false;
    }
    range->base = read_cells(reg + index * entry, address_cells);
    range->bytes = read_cells(reg + index * entry + address_cells, size_cells);
    return true;
}

static void read_ram(const void *fdt, struct board *board)
{
    int node;

    fdt_for_each_subnode(node, fdt, 0)
    {
        int length;
        const char *type = fdt_getprop(fdt, node, "device_type", &length);

        if (type == NULL || length != sizeof("memory") || memcmp(type, "memory", 7) != 0) {
            continue;
        }
        for (int i = 0; board->ram_count < BOARD_RAM_RANGES_MAX &&
                        read_reg(fdt, node, i, &board->ram[board->ram_count]);
             i++) {
            board->ram_count++;
        }
    }
}

static int stdout_node(const void *fdt)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    int length;
    const char *path = chosen < 0 ? NULL : fdt_getprop(fdt, chosen, "stdout-path", &length);
    const char *end;

    if (path == NULL || length < 1 || path[length - 1] != '\0') {
        return -FDT_ERR_NOTFOUND;
    }
    end = strchr(path, ':');
    return fdt_path_offset_namelen(fdt, path,
                                   (int)(end == NULL ? strlen(path) : (size_t)(end - path)));
}

static uint64_t find_uart(const void *fdt)
{
    int node = stdout_node(fdt);
    struct board_range range;

    if (node < 0 || fdt_node_check_compatible(fdt, node, "arm,pl011") != 0) {
        node = fdt_node_offset_by_compatible(fdt, -1, "arm,pl011");
    }
    if (node < 0 || fdt_parent_offset(fdt, node) != 0 || !read_reg(fdt, node, 0, &range)) {
        return 0;
    }
    return range.base;
}

int board_read(const seL4_BootInfo *info, struct board *board)
{
    uint64_t bytes = 0;
    const void *fdt = find_fdt(info, &bytes);

    if (fdt == NULL) {
        return RT_ERR_NOT_FOUND;
    }
    if (bytes < sizeof(struct fdt_header) || fdt_check_header(fdt) != 0 ||
        fdt_totalsize(fdt) > bytes) {
        return RT_ERR_FORMAT;
    }
    board->fdt = fdt;
    read_ram(fdt, board);
    board->uart_paddr = find_uart(fdt);
    return RT_OK;
}

int board_find_module(const struct board *board, const char *name, uint64_t *paddr, uint64_t *bytes)
{
    enum { CELLS_PER_MODULE = 4 };
    int chosen = fdt_path_offset(board->fdt, "/chosen");
    int index;
    int length;
    const fdt32_t *cells;

    if (chosen < 0) {
        return RT_ERR_NOT_FOUND;
    }
    index = fdt_stringlist_search(board->fdt, chosen, IMAGE_CHOSEN_MODULE_NAMES, name);
    cells = fdt_getprop(board->fdt, chosen, IMAGE_CHOSEN_MODULES, &length);
    if (index < 0 || cells == NULL ||
        (index + 1) * CELLS_PER_MODULE * (int)sizeof(*cells) > length) {
        return RT_ERR_NOT_FOUND;
    }
    *paddr = read_cells(cells + index * CELLS_PER_MODULE, 2);
    *bytes = read_cells(cells + index * CELLS_PER_MODULE + 2, 2);
    return RT_OK;
}

_Bool board_is_ram(const struct board *board, uint64_t paddr, uint64_t bytes)
{
    uint64_t end = paddr + bytes;

    while (paddr < end) {
        uint64_t reached = paddr;

        for (uint32_t i = 0; i < board->ram_count; i++) {
            const struct board_range *ram = &board->ram[i];

            if (paddr >= ram->base && paddr - ram->base < ram->bytes) {
                reached = ram->base + ram->bytes;
            }
        }
        if (reached == paddr) {
            return false;
        }
        paddr = reached;
    }
    return true;
}
