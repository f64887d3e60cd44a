/* SPDX-License-Identifier: BSD-2-Clause */
#include "vmm/fdt/gfdt.h"

#include <libfdt.h>
#include <stdbool.h>

#include "rt/log.h"
#include "rt/mem.h"

#define NODE_NAME_BYTES 40u
#define TREE_DEPTH_MAX  16
#define UART_CLOCK_HZ   24000000u
#define WATCHDOG_S      30u /* unless the guest asks for another time */
#define CELLS_MAX       (4u * GFDT_RAM_MAX)

#define INTERRUPT_SPI 0u
#define INTERRUPT_PPI 1u
#define TRIGGER_LEVEL 4u

/*
 * Work in progress: after the first error every step does nothing, so that callers look at the end.
 */
struct writer {
    void *fdt;
    int error; /* libfdt's, 0 = fine */
};

/*
 * Sound from the first to the last tag? As libfdt's fdt_check_full, which the copy that components
 * are built with does not have.
 */
static int check_tree(const void *fdt, size_t bytes)
{
    int depth = 0;
    int offset = 0;
    int next = 0;
    int error = bytes < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(fdt);

    if (error == 0 && fdt_totalsize(fdt) > bytes) {
        error = -FDT_ERR_TRUNCATED;
    }
    if (error == 0 && fdt_num_mem_rsv(fdt) < 0) {
        error = -FDT_ERR_TRUNCATED;
    }
    while (error == 0) {
        uint32_t tag = fdt_next_tag(fdt, offset, &next);
        const char *name = NULL;
        int length = 0;

        if (next < 0) {
            return next;
        }
        switch (tag) {
        case FDT_BEGIN_NODE: depth++; break;
        case FDT_END_NODE: depth--; break;
        case FDT_PROP:
            if (fdt_getprop_by_offset(fdt, offset, &name, &length) == NULL) {
                return length;
            }
            break;
        case FDT_END: return depth == 0 ? 0 : -FDT_ERR_BADSTRUCTURE;
        default: /* FDT_NOP */ break;
        }
        if (depth < 0 || depth > TREE_DEPTH_MAX) {
            return -FDT_ERR_BADSTRUCTURE;
        }
        offset = next;
    }
    return error;
}

static void note(struct writer *w, int result)
{
    if (w->error == 0 && result < 0) {
        w->error = result;
    }
}

/* A node below `parent`, made if it is missing. Returns its offset, or -1 after an error. */
static int node(struct writer *w, int parent, const char *name)
{
    int offset;

    if (w->error) {
        return -1;
    }
    offset = fdt_subnode_offset(w->fdt, parent, name);
    if (offset == -FDT_ERR_NOTFOUND) {
        offset = fdt_add_subnode(w->fdt, parent, name);
    }
    note(w, offset);
    return offset;
}

static int node_at(struct writer *w, int parent, const char *name, uint64_t address)
{
    char full[NODE_NAME_BYTES];

    (void)rt_snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)address);
    return node(w, parent, full);
}

static void bytes_property(struct writer *w, int at, const char *name, const void *value,
                           size_t count)
{
    if (w->error == 0) {
        note(w, fdt_setprop(w->fdt, at, name, value, (int)count));
    }
}

static void string(struct writer *w, int at, const char *name, const char *value)
{
    bytes_property(w, at, name, value, strlen(value) + 1);
}

static void flag(struct writer *w, int at, const char *name)
{
    bytes_property(w, at, name, NULL, 0);
}

static void cells(struct writer *w, int at, const char *name, const uint32_t *values, size_t count)
{
    fdt32_t big[CELLS_MAX];

    for (size_t i = 0; i < count; i++) {
        big[i] = cpu_to_fdt32(values[i]);
    }
    bytes_property(w, at, name, big, count * sizeof(big[0]));
}

static void cell(struct writer *w, int at, const char *name, uint32_t value)
{
    cells(w, at, name, &value, 1);
}

/* reg of pairs (address, size), two cells each. */
static void ranges(struct writer *w, int at, const struct gfdt_range *list, unsigned count)
{
    uint32_t values[CELLS_MAX];

    for (unsigned i = 0; i < count; i++) {
        values[4 * i] = (uint32_t)(list[i].base >> 32);
        values[4 * i + 1] = (uint32_t)list[i].base;
        values[4 * i + 2] = (uint32_t)(list[i].bytes >> 32);
        values[4 * i + 3] = (uint32_t)list[i].bytes;
    }
    cells(w, at, "reg", values, 4 * (size_t)count);
}

static void make_root(struct writer *w)
{
    static const char compatible[] = "peervisor,vm\0linux,dummy-virt";

    cell(w, 0, "#address-cells", 2);
    cell(w, 0, "#size-cells", 2);
    cell(w, 0, "interrupt-parent", GFDT_PHANDLE_GIC);
    bytes_property(w, 0, "compatible", compatible, sizeof(compatible));
    string(w, 0, "model", "Peervisor virtual machine");
}

static void make_cpus(struct writer *w, const struct gfdt_params *params)
{
    int cpus = node(w, 0, "cpus");

    cell(w, cpus, "#address-cells", 1);
    cell(w, cpus, "#size-cells", 0);
    for (unsigned i = params->vcpu_count; i-- > 0;) {
        int cpu = node_at(w, cpus, "cpu", i);

        string(w, cpu, "device_type", "cpu");
        string(w, cpu, "compatible", "arm,armv8");
        cell(w, cpu, "reg", i);
        string(w, cpu, "enable-method", "psci");
    }
}

static void make_psci(struct writer *w)
{
    static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
    int psci = node(w, 0, "psci");

    bytes_property(w, psci, "compatible", compatible, sizeof(compatible));
    string(w, psci, "method", "smc"); /* an HVC could be a system call of the vCPU's thread */
}

static void make_gic(struct writer *w, const struct gfdt_params *params)
{
    const struct gfdt_range pages[2] = {
        { params->gicd_ipa, 0x1000 },
        { params->gicc_ipa, 0x2000 },
    };
    int gic = node_at(w, 0, "intc", params->gicd_ipa);

    string(w, gic, "compatible", "arm,gic-400");
    flag(w, gic, "interrupt-controller");
    cell(w, gic, "#interrupt-cells", 3);
    cell(w, gic, "#address-cells", 2);
    cell(w, gic, "#size-cells", 2);
    flag(w, gic, "ranges");
    ranges(w, gic, pages, 2);
    cell(w, gic, "phandle", GFDT_PHANDLE_GIC);
    if (params->v2m_ipa != 0) {
        const struct gfdt_range page = { params->v2m_ipa, 0x1000 };
        int frame = node_at(w, gic, "v2m", params->v2m_ipa);

        string(w, frame, "compatible", "arm,gic-v2m-frame");
        flag(w, frame, "msi-controller");
        ranges(w, frame, &page, 1);
        cell(w, frame, "phandle", GFDT_PHANDLE_V2M);
    }
}

/* Secure, non-secure, virtual, hypervisor; a guest has the virtual one. */
static void make_timer(struct writer *w, const struct gfdt_params *params)
{
    static const uint32_t ppis[4] = { 13, 14, 11, 10 };
    uint32_t flags = ((1u << params->vcpu_count) - 1) << 8 | TRIGGER_LEVEL;
    uint32_t values[12];
    int timer = node(w, 0, "timer");

    for (unsigned i = 0; i < 4; i++) {
        values[3 * i] = INTERRUPT_PPI;
        values[3 * i + 1] = ppis[i];
        values[3 * i + 2] = flags;
    }
    string(w, timer, "compatible", "arm,armv8-timer");
    cells(w, timer, "interrupts", values, 12);
    flag(w, timer, "always-on");
}

static void make_uart(struct writer *w, const struct gfdt_params *params)
{
    static const char compatible[] = "arm,pl011\0arm,primecell";
    static const char clock_names[] = "uartclk\0apb_pclk";
    const struct gfdt_range page = { params->uart_ipa, 0x1000 };
    const uint32_t interrupt[3] = { INTERRUPT_SPI, params->uart_intid - 32, TRIGGER_LEVEL };
    const uint32_t clocks[2] = { GFDT_PHANDLE_CLOCK, GFDT_PHANDLE_CLOCK };
    int clock;
    int uart;

    if (params->uart_ipa == 0) {
        return;
    }
    clock = node(w, 0, "clock");
    string(w, clock, "compatible", "fixed-clock");
    cell(w, clock, "#clock-cells", 0);
    cell(w, clock, "clock-frequency", UART_CLOCK_HZ);
    cell(w, clock, "phandle", GFDT_PHANDLE_CLOCK);

    uart = node_at(w, 0, "pl011", params->uart_ipa);
    bytes_property(w, uart, "compatible", compatible, sizeof(compatible));
    ranges(w, uart, &page, 1);
    cells(w, uart, "interrupts", interrupt, 3);
    cells(w, uart, "clocks", clocks, 2);
    bytes_property(w, uart, "clock-names", clock_names, sizeof(clock_names));
}

static void make_watchdog(struct writer *w, const struct gfdt_params *params)
{
    const struct gfdt_range pages[2] = {
        { params->watchdog_ipa, 0x1000 },
        { params->watchdog_ipa + 0x1000, 0x1000 },
    };
    const uint32_t interrupt[3] = { INTERRUPT_SPI, params->watchdog_intid - 32, TRIGGER_LEVEL };
    int watchdog;

    if (params->watchdog_ipa == 0) {
        return;
    }
    watchdog = node_at(w, 0, "watchdog", params->watchdog_ipa);
    string(w, watchdog, "compatible", "arm,sbsa-gwdt");
    ranges(w, watchdog, pages, 2);
    cells(w, watchdog, "interrupts", interrupt, 3);
    cell(w, watchdog, "timeout-sec", WATCHDOG_S);
}

static void make_memory(struct writer *w, const struct gfdt_params *params)
{
    int memory;

    if (params->ram_count == 0) {
        return;
    }
    memory = node_at(w, 0, "memory", params->ram[0].base);
    string(w, memory, "device_type", "memory");
    ranges(w, memory, params->ram, params->ram_count);
}

static void make_chosen(struct writer *w, const struct gfdt_params *params)
{
    int chosen = node(w, 0, "chosen");

    if (params->cmdline != NULL && params->cmdline[0] != '\0') {
        string(w, chosen, "bootargs", params->cmdline);
    }
    if (params->initrd_bytes != 0) {
        uint64_t end = params->initrd_ipa + params->initrd_bytes;
        const uint32_t first_cells[2] = {
            (uint32_t)(params->initrd_ipa >> 32),
            (uint32_t)params->initrd_ipa,
        };
        const uint32_t end_cells[2] = { (uint32_t)(end >> 32), (uint32_t)end };

        cells(w, chosen, "linux,initrd-start", first_cells, 2);
        cells(w, chosen, "linux,initrd-end", end_cells, 2);
    }
}

static void make_stdout(struct writer *w, const struct gfdt_params *params)
{
    char path[NODE_NAME_BYTES];

    if (params->uart_ipa != 0) {
        (void)rt_snprintf(path, sizeof(path), "/pl011@%llx", (unsigned long long)params->uart_ipa);
        string(w, node(w, 0, "chosen"), "stdout-path", path);
    }
}

static int child_count(const void *tree, int parent)
{
    int count = 0;
    int child;

    fdt_for_each_subnode(child, tree, parent)
    {
        count++;
    }
    return count;
}

/* Offset of a child by its place among its siblings; a negative error if there is none. */
static int child_at(const void *tree, int parent, int place)
{
    int child = fdt_first_subnode(tree, parent);

    while (place-- > 0) {
        child = fdt_next_subnode(tree, child);
    }
    return child;
}

/* Copies properties and children of a fragment node into the node at `to`, which stays in place. */
static void merge(struct writer *w, int to, const void *fragment, int from, int depth)
{
    int property;

    if (depth > TREE_DEPTH_MAX) {
        note(w, -FDT_ERR_BADSTRUCTURE);
    }
    fdt_for_each_property_offset(property, fragment, from)
    {
        const char *name = NULL;
        int length = 0;
        const void *value = fdt_getprop_by_offset(fragment, property, &name, &length);

        if (w->error) {
            return;
        }
        if (value == NULL) {
            note(w, length);
            return;
        }
        bytes_property(w, to, name, value, (size_t)length);
    }
    /* New nodes go in front of their siblings: the last one first keeps the order, and with it Linux's names. */
    for (int at = child_count(fragment, from) - 1; at >= 0; at--) {
        int child = child_at(fragment, from, at);
        int length = 0;
        const char *name = fdt_get_name(fragment, child, &length);

        if (w->error) {
            return;
        }
        if (name == NULL) {
            note(w, length);
            return;
        }
        merge(w, node(w, to, name), fragment, child, depth + 1);
    }
}

static int finish(struct writer *w, const char **detail)
{
    if (w->error == 0) {
        note(w, fdt_pack(w->fdt));
    }
    if (w->error == 0) {
        return 0;
    }
    *detail = fdt_strerror(w->error);
    return w->error == -FDT_ERR_NOSPACE ? RT_ERR_NO_MEMORY : RT_ERR_FORMAT;
}

/* An empty tree with all of the buffer as room to grow. */
static void start_empty(struct writer *w, size_t bytes)
{
    note(w, fdt_create(w->fdt, (int)bytes));
    if (w->error == 0) {
        note(w, fdt_finish_reservemap(w->fdt));
    }
    if (w->error == 0) {
        note(w, fdt_begin_node(w->fdt, ""));
    }
    if (w->error == 0) {
        note(w, fdt_end_node(w->fdt));
    }
    if (w->error == 0) {
        note(w, fdt_finish(w->fdt));
    }
    if (w->error == 0) {
        fdt_set_totalsize(w->fdt, (uint32_t)bytes);
    }
}

int gfdt_generate(void *buffer, size_t bytes, const struct gfdt_params *params, const char **detail)
{
    struct writer w = { .fdt = buffer };

    start_empty(&w, bytes);
    make_root(&w);
    /*
     * New nodes go in front of their siblings, so the last one made here is the first to be read.
     */
    make_watchdog(&w, params);
    make_uart(&w, params);
    make_timer(&w, params);
    make_gic(&w, params);
    make_psci(&w);
    make_memory(&w, params);
    make_cpus(&w, params);
    make_chosen(&w, params);
    make_stdout(&w, params);
    if (params->fragment != NULL && w.error == 0) {
        note(&w, check_tree(params->fragment, params->fragment_bytes));
        if (w.error == 0) {
            merge(&w, 0, params->fragment, 0, 0);
        }
    }
    return finish(&w, detail);
}

/* The user's tree may name its memory node as it likes: each one is replaced by ours. */
static void drop_memory(struct writer *w)
{
    int at;

    while (w->error == 0 &&
           (at = fdt_node_offset_by_prop_value(w->fdt, -1, "device_type", "memory", 7)) >= 0) {
        note(w, fdt_del_node(w->fdt, at));
    }
}

int gfdt_patch(void *buffer, size_t bytes, const void *dtb, size_t dtb_bytes,
               const struct gfdt_params *params, const char **detail)
{
    struct writer w = { .fdt = buffer };

    note(&w, check_tree(dtb, dtb_bytes));
    if (w.error == 0 && fdt_totalsize(dtb) > bytes) {
        note(&w, -FDT_ERR_NOSPACE);
    }
    if (w.error == 0) {
        memcpy(buffer, dtb, fdt_totalsize(dtb));
        fdt_set_totalsize(buffer, (uint32_t)bytes);
        drop_memory(&w);
        make_memory(&w, params);
        make_chosen(&w, params);
    }
    return finish(&w, detail);
}
