/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: from a flat image and the firmware's device tree to a running kernel. Entered once,
 * by start.S, on the boot core with the MMU off.
 */
#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#include "cores.h"
#include "layout.h"
#include "mmu.h"
#include "table.h"
#include "tree.h"
#include "uart.h"

#define TREE_ROOM_BYTES   0x40000u
#define FIRMWARE_TREE_MAX 0x200000u

extern const uint8_t image_start[];
extern const uint8_t loader_end[];

_Noreturn void ldr_main(uint64_t tree_address, uint64_t image_base);

static struct ldr_table table;
static struct ldr_elf kernel;
static struct ldr_elf root;
static struct ldr_layout layout;
static struct kernel_arguments arguments;
static uint8_t tree[TREE_ROOM_BYTES] __attribute__((aligned(8)));

static _Noreturn void stop(const struct ldr_error *error)
{
    uart_print("loader: ", "", NULL);
    uart_print(error->format, error->name, error->args);
    uart_print("\nloader: stopped\n", "", NULL);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static _Noreturn void stop_with(const char *format, uint64_t value)
{
    struct ldr_error error = { NULL, NULL, { 0 } };

    (void)ldr_fail(&error, format, NULL, value, 0, 0, 0);
    stop(&error);
}

static unsigned int current_el(void)
{
    uint64_t el;

    __asm__ volatile("mrs %0, CurrentEL" : "=r"(el));
    return (unsigned int)(el >> 2) & 3;
}

/* Maps what must be reachable before the device tree is read, and turns the MMU on. */
static void enable_mmu(uint64_t image_base, uint64_t tree_address)
{
    bool mapped = mmu_map(image_base, image_base, table.header.image_size, MMU_NORMAL);

    if (tree_address == 0 || tree_address % 8 != 0) {
        stop_with("no device tree (x0 = 0x%x)", tree_address);
    }
    mapped = mapped && mmu_map(tree_address, tree_address, FIRMWARE_TREE_MAX, MMU_NORMAL);
    if (table.header.fallback_uart != 0) {
        mapped = mapped &&
                 mmu_map(table.header.fallback_uart, table.header.fallback_uart, 4096, MMU_DEVICE);
    }
    if (!mapped) {
        stop_with("out of page tables", 0);
    }
    mmu_enable(table.header.pa_bits);
}

static void map_board(const struct ldr_range *ram, unsigned int ram_count)
{
    uint64_t uart = ldr_tree_uart(tree);
    bool mapped = true;

    for (unsigned int i = 0; i < ram_count; i++) {
        mapped = mapped && mmu_map(ram[i].base, ram[i].base, ram[i].size, MMU_NORMAL);
    }
    if (uart != 0) {
        mapped = mapped && mmu_map(uart, uart, 4096, MMU_DEVICE);
        uart_select(uart);
    }
    if (!mapped) {
        stop_with("out of page tables", 0);
    }
}

static const uint8_t *payload(const struct image_entry *entry, uint64_t image_base)
{
    return (const uint8_t *)(image_base + entry->offset);
}

static void verify(uint64_t image_base, struct ldr_error *error)
{
    for (uint32_t i = 0; i < table.header.entry_count; i++) {
        const struct image_entry *entry = &table.entries[i];

        if ((entry->flags & IMAGE_FLAG_VERIFY) &&
            ldr_crc32(0, payload(entry, image_base), entry->size) != entry->crc32) {
            (void)ldr_fail(error, "%s: payload is damaged", entry->name, 0, 0, 0, 0);
            stop(error);
        }
    }
}

/* The page behind the root task: u32 count, u32 entry size, the program headers. */
static void write_root_headers(void)
{
    uint8_t *page = (uint8_t *)layout.root_headers;
    uint32_t head[2] = { root.header_count, sizeof(root.headers[0]) };

    memset(page, 0, 4096);
    memcpy(page, head, sizeof(head));
    memcpy(page + sizeof(head), root.headers, root.header_count * sizeof(root.headers[0]));
}

/* Last module first: one that moves up may land on the old place of the one behind it. */
static void move_modules(uint64_t image_base)
{
    uint64_t bound = UINT64_MAX;

    for (;;) {
        const struct image_entry *next = NULL;

        for (uint32_t i = 0; i < table.header.entry_count; i++) {
            const struct image_entry *entry = &table.entries[i];

            if (entry->type == IMAGE_MODULE && entry->offset < bound &&
                (!next || entry->offset > next->offset)) {
                next = entry;
            }
        }
        if (!next) {
            return;
        }
        bound = next->offset;
        if (image_base + next->offset != next->target) {
            memmove((void *)next->target, payload(next, image_base), next->size);
        }
        mmu_clean(next->target, next->size);
    }
}

static void load_all(uint64_t image_base)
{
    const struct image_entry *kernel_entry = ldr_table_find(&table, IMAGE_KERNEL_ELF);
    const struct image_entry *root_entry = ldr_table_find(&table, IMAGE_ROOT_ELF);

    ldr_elf_load(&kernel, payload(kernel_entry, image_base), (uint8_t *)layout.kernel.base, true);
    memcpy((void *)layout.tree.base, tree, layout.tree.size);
    ldr_elf_load(&root, payload(root_entry, image_base), (uint8_t *)layout.root.base, false);
    write_root_headers();
    mmu_clean(layout.kernel.base, layout.root_headers + 4096 - layout.kernel.base);
    move_modules(image_base);
}

static void report(void)
{
    const uint64_t places[] = { layout.kernel.base, layout.kernel.base + layout.kernel.size,
                                layout.tree.base,   layout.tree.base + layout.tree.size,
                                layout.root.base,   layout.root.base + layout.root.size };

    uart_print("loader: kernel 0x%x-0x%x, device tree 0x%x-0x%x, root task 0x%x-0x%x\n", "",
               places);
}

static void fill_arguments(void)
{
    arguments.x[0] = layout.root.base;
    arguments.x[1] = layout.root.base + layout.root.size;
    arguments.x[2] = layout.root.base - root.vaddr.base;
    arguments.x[3] = root.entry;
    arguments.x[4] = layout.tree.base;
    arguments.x[5] = layout.tree.size;
    mmu_clean((uint64_t)&arguments, sizeof(arguments));
}

static _Noreturn void start_kernel(struct ldr_error *error)
{
    struct ldr_cpu cpus[IMAGE_MAX_CORES];
    unsigned int cpu_count = ldr_tree_cpus(tree, cpus, IMAGE_MAX_CORES);
    unsigned int least = table.header.least_cores;

    if (!mmu_map(kernel.vaddr.base, kernel.paddr.base, kernel.vaddr.size, MMU_NORMAL)) {
        stop_with("out of page tables", 0);
    }
    fill_arguments();
    /* Other cores walk the tables with their caches off until their own MMU is on. */
    mmu_clean((uint64_t)image_start, (uint64_t)(loader_end - image_start));
    if (cores_start(table.header.core_count, least ? least : table.header.core_count,
                    table.header.pa_bits, cpus, cpu_count, kernel.entry, &arguments, error) != 0) {
        stop(error);
    }
    cores_enter(kernel.entry, &arguments);
}

_Noreturn void ldr_main(uint64_t tree_address, uint64_t image_base)
{
    const uint8_t *image = image_start;
    struct ldr_error error = { NULL, NULL, { 0 } };
    struct ldr_range ram[LDR_MAX_MEMORY_RANGES];
    const struct image_entry *entry;
    int ram_count;

    if (ldr_table_read(image, (uint64_t)(loader_end - image_start), &table, &error) != 0) {
        stop(&error);
    }
    uart_select(table.header.fallback_uart);
    if (current_el() != 2) {
        stop_with("started at EL%x; the kernel needs EL2 (QEMU virt: -M virtualization=on)",
                  current_el());
    }
    enable_mmu(image_base, tree_address);
    if (ldr_tree_copy((void *)tree_address, tree, sizeof(tree), &error) != 0) {
        stop(&error);
    }
    ram_count = ldr_tree_memory(tree, ram, &error);
    if (ram_count < 0) {
        stop(&error);
    }
    map_board(ram, (unsigned int)ram_count);
    verify(image_base, &error);
    entry = ldr_table_find(&table, IMAGE_KERNEL_ELF);
    if (ldr_elf_read(payload(entry, image_base), entry->size, "kernel", &kernel, &error) != 0) {
        stop(&error);
    }
    entry = ldr_table_find(&table, IMAGE_ROOT_ELF);
    if (ldr_elf_read(payload(entry, image_base), entry->size, "root task", &root, &error) != 0) {
        stop(&error);
    }
    ldr_layout_modules(&table, image_base);
    if (ldr_tree_announce(tree, &table, &error) != 0 ||
        ldr_layout_place(&table, image_base, &kernel, &root, fdt_totalsize(tree), ram,
                         (unsigned int)ram_count, &layout, &error) != 0) {
        stop(&error);
    }
    load_all(image_base);
    report();
    start_kernel(&error);
}
