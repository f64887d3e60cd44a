/* SPDX-License-Identifier: BSD-2-Clause */
#include "composer/plan/board.h"

#include <libfdt.h>
#include <string.h>

#include "composer/lang/source.h"

/* What cannot be read from a tree: who keeps which RAM for guests. */
struct board_kind {
    const char *name;
    const char *compatible;
    struct range modules;    /* real seL4 leaves this alone; so does ours */
    uint64_t kernel_default; /* bytes that our kernel gets when there is plenty */
    uint64_t kernel_least;
    uint32_t timer_intid;
};

static const struct board_kind kinds[] = {
    { "qemu-virt", "linux,dummy-virt", { 0x40000000, 512 * MIB }, 512 * MIB, 64 * MIB, 30 },
};

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_to_cpu(cells[i]);
    }
    return value;
}

/* Address of a child bus as its parent sees it. False if no `ranges` entry covers it. */
static bool translate_once(const void *fdt, int bus, uint64_t *address)
{
    int parent = fdt_parent_offset(fdt, bus);
    int length;
    const fdt32_t *ranges = fdt_getprop(fdt, bus, "ranges", &length);

    if (!ranges) {
        return false;
    }
    if (length == 0) {
        return true;
    }
    int child_cells = fdt_address_cells(fdt, bus), size_cells = fdt_size_cells(fdt, bus);
    int parent_cells = fdt_address_cells(fdt, parent);
    int entry = child_cells + parent_cells + size_cells;

    if (child_cells < 1 || child_cells > 2 || parent_cells < 1 || size_cells < 1) {
        return false;
    }
    for (int i = 0; i + entry <= length / 4; i += entry) {
        uint64_t from = read_cells(ranges + i, child_cells);
        uint64_t to = read_cells(ranges + i + child_cells, parent_cells);
        uint64_t size = read_cells(ranges + i + child_cells + parent_cells, size_cells);

        if (*address >= from && *address - from < size) {
            *address = to + (*address - from);
            return true;
        }
    }
    return false;
}

static bool translate(const void *fdt, int node, uint64_t *address)
{
    int bus = fdt_parent_offset(fdt, node);

    while (bus > 0) {
        if (!translate_once(fdt, bus, address)) {
            return false;
        }
        bus = fdt_parent_offset(fdt, bus);
    }
    return bus == 0;
}

size_t board_node_ranges(const struct board *board, int node, struct range *ranges, size_t max)
{
    int length, parent = fdt_parent_offset(board->fdt, node);
    const fdt32_t *reg = fdt_getprop(board->fdt, node, "reg", &length);
    size_t count = 0;

    if (!reg || parent < 0) {
        return 0;
    }
    int address_cells = fdt_address_cells(board->fdt, parent);
    int size_cells = fdt_size_cells(board->fdt, parent);
    int entry = address_cells + size_cells;

    if (address_cells < 1 || size_cells < 1) {
        return 0;
    }
    for (int i = 0; i + entry <= length / 4 && count < max; i += entry) {
        struct range range = { read_cells(reg + i, address_cells),
                               read_cells(reg + i + address_cells, size_cells) };

        if (translate(board->fdt, node, &range.base)) {
            ranges[count++] = range;
        }
    }
    return count;
}

static int gic_node(const struct board *board)
{
    static const char *const compatibles[] = { "arm,cortex-a15-gic", "arm,gic-400" };

    for (size_t i = 0; i < 2; i++) {
        int node = fdt_node_offset_by_compatible(board->fdt, -1, compatibles[i]);

        if (node >= 0) {
            return node;
        }
    }
    return -1;
}

static uint32_t interrupt_parent(const struct board *board, int node)
{
    for (; node >= 0; node = fdt_parent_offset(board->fdt, node)) {
        const fdt32_t *cell = fdt_getprop(board->fdt, node, "interrupt-parent", NULL);

        if (cell) {
            return fdt32_to_cpu(*cell);
        }
    }
    return 0;
}

size_t board_node_irqs(const struct board *board, int node, struct model_irq *irqs, size_t max)
{
    int length, gic = gic_node(board);
    const fdt32_t *cells = fdt_getprop(board->fdt, node, "interrupts", &length);
    size_t count = 0;

    if (!cells || gic < 0 || interrupt_parent(board, node) != fdt_get_phandle(board->fdt, gic)) {
        return 0;
    }
    for (int i = 0; i + 3 <= length / 4 && count < max; i += 3) {
        uint32_t type = fdt32_to_cpu(cells[i]), number = fdt32_to_cpu(cells[i + 1]);

        irqs[count++] = (struct model_irq){
            .intid = number + (type == 0 ? 32u : 16u),
            .is_edge = (fdt32_to_cpu(cells[i + 2]) & 3) != 0,
        };
    }
    return count;
}

bool board_node_is_dma_master(const struct board *board, int node)
{
    static const char *const harmless[] = {
        "arm,pl031", "arm,pl061", "arm,pl011", "fixed-clock", "gpio-keys", "arm,sp805",
    };

    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        if (fdt_node_check_compatible(board->fdt, node, harmless[i]) == 0) {
            return false;
        }
    }
    return true;
}

static bool load_memory(struct diag *diag, struct board *board, uint64_t ram_bytes)
{
    struct pos pos = { .file = board->dtb_path };
    int node = fdt_node_offset_by_prop_value(board->fdt, -1, "device_type", "memory", 7);

    if (node < 0 || board_node_ranges(board, node, &board->ram, 1) != 1) {
        diag_error(diag, pos, "board-tree", "no memory node");
        return false;
    }
    if (ram_bytes) {
        board->ram.size = ram_bytes;
    }
    return true;
}

static bool load_gic(struct diag *diag, struct board *board)
{
    struct range ranges[4];
    struct pos pos = { .file = board->dtb_path };
    int node = gic_node(board);

    if (node < 0 || board_node_ranges(board, node, ranges, 4) != 4) {
        diag_error(diag, pos, "board-tree",
                   "no GICv2 with virtualization extensions (four register ranges)");
        return false;
    }
    board->gicd = ranges[0];
    board->gicc = ranges[1];
    board->gich = ranges[2];
    board->gicv = ranges[3];
    return true;
}

static bool load_uart(struct diag *diag, struct board *board)
{
    struct pos pos = { .file = board->dtb_path };
    int chosen = fdt_path_offset(board->fdt, "/chosen");
    const char *path = chosen < 0 ? NULL : fdt_getprop(board->fdt, chosen, "stdout-path", NULL);
    char alias[128] = "";
    struct model_irq irq;

    if (path) {
        size_t length = strcspn(path, ":"); /* "/pl011@9000000:115200" */

        memcpy(alias, path, length < sizeof(alias) ? length : 0);
    }
    int node = alias[0] ? fdt_path_offset(board->fdt, alias) : -1;

    if (node < 0 || fdt_node_check_compatible(board->fdt, node, "arm,pl011") != 0 ||
        board_node_ranges(board, node, &board->uart, 1) != 1 ||
        board_node_irqs(board, node, &irq, 1) != 1) {
        diag_error(diag, pos, "board-tree", "/chosen stdout-path names no PL011");
        return false;
    }
    board->uart_intid = irq.intid;
    return true;
}

static const struct board_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(kinds[i].name, name)) {
            return &kinds[i];
        }
    }
    return NULL;
}

static bool load_tree(struct arena *arena, struct diag *diag, struct board *board)
{
    struct pos pos = { .file = board->dtb_path };
    size_t length;
    char *blob = source_load(arena, board->dtb_path, &length);

    if (!blob) {
        diag_error(diag, pos, "file-missing", "the board's device tree cannot be read");
        return false;
    }
    if (length < sizeof(struct fdt_header) || fdt_check_header(blob) != 0 ||
        fdt_totalsize(blob) > length || fdt_check_full(blob, length) != 0) {
        diag_error(diag, pos, "board-tree", "not a device tree blob");
        return false;
    }
    board->fdt = blob;
    return true;
}

bool board_load(struct arena *arena, struct diag *diag, struct board *board, const char *name,
                const char *dtb_path, uint64_t ram_bytes)
{
    const struct board_kind *kind = find_kind(name);

    board->name = name;
    board->dtb_path = dtb_path;
    if (!kind) {
        diag_error(diag, (struct pos){ 0 }, "board-unknown", "--board %s: known is qemu-virt",
                   name);
        return false;
    }
    if (!load_tree(arena, diag, board)) {
        return false;
    }
    if (fdt_node_check_compatible(board->fdt, 0, kind->compatible) != 0) {
        diag_error(diag, (struct pos){ .file = dtb_path }, "board-tree",
                   "this tree does not describe a %s board", name);
        return false;
    }
    board->modules = kind->modules;
    board->timer_intid = kind->timer_intid;
    return load_memory(diag, board, ram_bytes) && load_gic(diag, board) && load_uart(diag, board);
}

void board_divide(struct board *board, uint64_t vm_bytes)
{
    const struct board_kind *kind = find_kind(board->name);
    uint64_t ram_end = board->ram.base + board->ram.size;
    uint64_t start = kind->modules.base + kind->modules.size;

    if (board->modules.base + board->modules.size > ram_end) {
        board->modules.size = ram_end > board->modules.base ? ram_end - board->modules.base : 0;
    }
    if (!board->is_kernel_fixed) {
        uint64_t left = ram_end > start ? ram_end - start : 0;
        uint64_t need = align_up(vm_bytes, LARGE_PAGE_BYTES);
        uint64_t size = left > need ? align_down(left - need, LARGE_PAGE_BYTES) : 0;

        size = size > kind->kernel_default ? kind->kernel_default : size;
        size = size < kind->kernel_least ? kind->kernel_least : size;
        board->kernel = (struct range){ start, size < left ? size : left };
    }
    uint64_t kernel_end = board->kernel.base + board->kernel.size;

    board->rest = (struct range){ kernel_end, ram_end > kernel_end ? ram_end - kernel_end : 0 };
}
