/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

#define MAX_DEPTH 8

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;

    for (int i = 0; i < count; i++) {
        value = (value << 32) | fdt32_to_cpu(cells[i]);
    }
    return value;
}

static bool is_memory(const void *tree, int node)
{
    int length;
    const char *type = fdt_getprop(tree, node, "device_type", &length);

    return type && length == (int)sizeof("memory") && memcmp(type, "memory", sizeof("memory")) == 0;
}

int ldr_tree_memory(const void *tree, struct ldr_range *ranges, struct ldr_error *error)
{
    int address_cells = fdt_address_cells(tree, 0);
    int size_cells = fdt_size_cells(tree, 0);
    unsigned int count = 0;
    int node;

    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
        return ldr_fail(error, "device tree: unusable #address-cells at the root", NULL, 0, 0, 0,
                        0);
    }
    fdt_for_each_subnode(node, tree, 0)
    {
        int length;
        int step = address_cells + size_cells;
        const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);

        if (!reg || !is_memory(tree, node)) {
            continue;
        }
        for (int cells = length / 4; cells >= step && count < LDR_MAX_MEMORY_RANGES;
             cells -= step, reg += step) {
            struct ldr_range range = { read_cells(reg, address_cells),
                                       read_cells(reg + address_cells, size_cells) };

            if (range.size != 0 && ldr_range_sane(range)) {
                ranges[count++] = range;
            }
        }
    }
    if (count == 0) {
        return ldr_fail(error, "device tree: no memory node", NULL, 0, 0, 0, 0);
    }
    return (int)count;
}

/* One step of address translation: from a child of `bus` to the parent of `bus`. */
static bool translate_step(const void *tree, int bus, int parent, uint64_t *address)
{
    int length;
    const fdt32_t *map = fdt_getprop(tree, bus, "ranges", &length);
    int child_cells = fdt_address_cells(tree, bus);
    int size_cells = fdt_size_cells(tree, bus);
    int parent_cells = fdt_address_cells(tree, parent);
    int step = child_cells + parent_cells + size_cells;

    if (!map || child_cells < 1 || child_cells > 2 || parent_cells < 1 || parent_cells > 2 ||
        size_cells < 1 || size_cells > 2) {
        return false;
    }
    if (length == 0) {
        return true;
    }
    for (int cells = length / 4; cells >= step; cells -= step, map += step) {
        uint64_t child = read_cells(map, child_cells);
        uint64_t size = read_cells(map + child_cells + parent_cells, size_cells);

        if (*address >= child && *address - child < size) {
            *address = *address - child + read_cells(map + child_cells, parent_cells);
            return true;
        }
    }
    return false;
}

static uint64_t physical_address(const void *tree, int node)
{
    int length;
    const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);
    int bus = fdt_parent_offset(tree, node);
    uint64_t address;
    int cells;

    if (!reg || bus < 0) {
        return 0;
    }
    cells = fdt_address_cells(tree, bus);
    if (cells < 1 || cells > 2 || length < 4 * cells) {
        return 0;
    }
    address = read_cells(reg, cells);
    for (int depth = 0; bus > 0 && depth < MAX_DEPTH; depth++) {
        int parent = fdt_parent_offset(tree, bus);

        if (parent < 0 || !translate_step(tree, bus, parent, &address)) {
            return 0;
        }
        bus = parent;
    }
    return address;
}

uint64_t ldr_tree_uart(const void *tree)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    int length;
    const char *path;
    const char *options;
    int node;

    if (chosen < 0) {
        return 0;
    }
    path = fdt_getprop(tree, chosen, "stdout-path", &length);
    if (!path || length < 2 || path[length - 1] != '\0') {
        return 0;
    }
    options = strchr(path, ':');
    node = fdt_path_offset_namelen(tree, path, options ? (int)(options - path) : length - 1);
    if (node < 0 || fdt_node_check_compatible(tree, node, "arm,pl011") != 0) {
        return 0;
    }
    return physical_address(tree, node);
}

static bool string_is(const void *tree, int node, const char *name, const char *value)
{
    int length;
    const char *text = fdt_getprop(tree, node, name, &length);

    return text && length == (int)strlen(value) + 1 && memcmp(text, value, (size_t)length) == 0;
}

static enum ldr_cpu_start start_method(const void *tree, int cpu)
{
    int psci = fdt_path_offset(tree, "/psci");

    if (string_is(tree, cpu, "enable-method", "spin-table")) {
        return LDR_CPU_SPIN_TABLE;
    }
    if (psci >= 0 && string_is(tree, psci, "method", "smc")) {
        return LDR_CPU_PSCI_SMC;
    }
    if (psci >= 0 && string_is(tree, psci, "method", "hvc")) {
        return LDR_CPU_PSCI_HVC;
    }
    return LDR_CPU_UNKNOWN;
}

unsigned int ldr_tree_cpus(const void *tree, struct ldr_cpu *cpus, unsigned int max)
{
    int parent = fdt_path_offset(tree, "/cpus");
    unsigned int count = 0;
    int cells;
    int node;

    if (parent < 0) {
        return 0;
    }
    cells = fdt_address_cells(tree, parent);
    fdt_for_each_subnode(node, tree, parent)
    {
        int length;
        const fdt32_t *reg = fdt_getprop(tree, node, "reg", &length);
        const fdt32_t *release;

        if (!string_is(tree, node, "device_type", "cpu") || !reg || cells < 1 || cells > 2 ||
            length < 4 * cells || count == max) {
            continue;
        }
        cpus[count].mpidr = read_cells(reg, cells);
        cpus[count].start = start_method(tree, node);
        release = fdt_getprop(tree, node, "cpu-release-addr", &length);
        cpus[count].release_address = release && length == 8 ? read_cells(release, 2) : 0;
        count++;
    }
    return count;
}

int ldr_tree_copy(void *firmware, void *buffer, uint32_t size_bytes, struct ldr_error *error)
{
    int result = fdt_check_header(firmware);

    if (result == 0) {
        result = fdt_pack(firmware);
    }
    if (result == 0) {
        result = fdt_open_into(firmware, buffer, (int)size_bytes);
    }
    if (result != 0) {
        return ldr_fail(error, "device tree at 0x%x is not usable (libfdt error -0x%x, room 0x%x)",
                        NULL, (uint64_t)(uintptr_t)firmware, (uint64_t)-result, size_bytes, 0);
    }
    return 0;
}

static int find_or_add(void *tree, const char *name)
{
    int node = fdt_subnode_offset(tree, 0, name);

    return node >= 0 || node != -FDT_ERR_NOTFOUND ? node : fdt_add_subnode(tree, 0, name);
}

/* /reserved-memory with two cells each, as the specification wants it on a 64-bit board. */
static int reserved_memory_node(void *tree)
{
    int node = find_or_add(tree, "reserved-memory");
    int result;

    if (node < 0) {
        return node;
    }
    if (!fdt_getprop(tree, node, "ranges", NULL)) {
        result = fdt_setprop_u32(tree, node, "#address-cells", 2);
        result = result ? result : fdt_setprop_u32(tree, node, "#size-cells", 2);
        result = result ? result : fdt_setprop_empty(tree, node, "ranges");
        if (result != 0) {
            return result;
        }
    }
    return fdt_subnode_offset(tree, 0, "reserved-memory");
}

/* "name@address": the name's part before the first character a node name cannot have. */
static void node_name(char *text, const struct image_entry *entry)
{
    static const char digits[] = "0123456789abcdef";
    unsigned int at = 0;
    int shift = 60;

    for (; at < IMAGE_NAME_BYTES - 1 && entry->name[at]; at++) {
        char c = entry->name[at];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.' || c == ',';

        text[at] = plain ? c : '-';
    }
    if (at == 0) {
        memcpy(text, "vm", 2);
        at = 2;
    }
    text[at++] = '@';
    while (shift > 0 && (entry->target >> shift) == 0) {
        shift -= 4;
    }
    for (; shift >= 0; shift -= 4) {
        text[at++] = digits[(entry->target >> shift) & 15];
    }
    text[at] = '\0';
}

static unsigned int write_cells(fdt32_t *cells, unsigned int at, uint64_t value, int count)
{
    if (count == 2) {
        cells[at++] = cpu_to_fdt32((uint32_t)(value >> 32));
    }
    cells[at++] = cpu_to_fdt32((uint32_t)value);
    return at;
}

static int reserve(void *tree, const struct image_entry *entry)
{
    int parent = reserved_memory_node(tree);
    struct ldr_range range = ldr_entry_range(entry);
    char name[IMAGE_NAME_BYTES + 20];
    fdt32_t reg[4];
    unsigned int cells;
    int node;
    int result;

    if (parent < 0) {
        return parent;
    }
    cells = write_cells(reg, 0, range.base, fdt_address_cells(tree, parent));
    cells = write_cells(reg, cells, range.size, fdt_size_cells(tree, parent));
    node_name(name, entry);
    node = fdt_add_subnode(tree, parent, name);
    if (node < 0) {
        return node;
    }
    result = fdt_setprop(tree, node, "reg", reg, (int)(cells * sizeof(fdt32_t)));
    return result ? result : fdt_setprop_empty(tree, node, "no-map");
}

static int announce_module(void *tree, const struct image_entry *entry)
{
    int chosen = find_or_add(tree, "chosen");
    fdt64_t place[2] = { cpu_to_fdt64(entry->target), cpu_to_fdt64(entry->size) };
    int result;

    if (chosen < 0) {
        return chosen;
    }
    result = fdt_appendprop(tree, chosen, IMAGE_CHOSEN_MODULES, place, sizeof(place));
    return result ? result
                  : fdt_appendprop(tree, chosen, IMAGE_CHOSEN_MODULE_NAMES, entry->name,
                                   (int)strlen(entry->name) + 1);
}

int ldr_tree_announce(void *tree, const struct ldr_table *table, struct ldr_error *error)
{
    int result = 0;

    for (uint32_t i = 0; i < table->header.entry_count && result == 0; i++) {
        const struct image_entry *entry = &table->entries[i];

        if (entry->type == IMAGE_MODULE || entry->type == IMAGE_RESERVE) {
            result = reserve(tree, entry);
        }
        if (entry->type == IMAGE_MODULE && result == 0) {
            result = announce_module(tree, entry);
        }
    }
    if (result == 0) {
        result = fdt_pack(tree);
    }
    if (result != 0) {
        return ldr_fail(error, "cannot add reservations to the device tree (libfdt error -0x%x)",
                        NULL, (uint64_t)-result, 0, 0, 0);
    }
    return 0;
}
