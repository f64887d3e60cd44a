/* SPDX-License-Identifier: BSD-2-Clause */
#include "arch/mmu.h"

#include "arch/machine.h"
#include "arch/sysreg.h"
#include "core/check.h"
#include "plat/plat.h"

#define ENTRIES     512
#define VALID_BLOCK 0x1ull
#define VALID_TABLE 0x3ull
#define VALID_PAGE  0x3ull
/* AF, inner shareable, RES1 access bit. */
#define COMMON     ((1ull << 10) | (3ull << 8) | (1ull << 6))
#define READ_ONLY  (1ull << 7)
#define NO_EXECUTE (1ull << 54)
#define MEMORY     (COMMON | (uint64_t)SEL4_MAIR_NORMAL_WB << 2)
#define DEVICE     (COMMON | NO_EXECUTE | (uint64_t)SEL4_MAIR_DEVICE_nGnRnE << 2)

#define SIZE_2M (1ull << 21)
#define SIZE_1G (1ull << 30)
/* Gigabytes of RAM that do not start and end at a gigabyte: each needs a table. */
#define WINDOW_TABLES 16

/* M, C, SA, I, WXN and the RES1 bits; alignment checks on. */
#define SCTLR_EL2_VALUE 0x30cd183full

extern char kernel_image_start[], kernel_text_end[], kernel_rodata_end[], kernel_image_end[];

static uint64_t level0[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t top_level2[ENTRIES] __attribute__((aligned(4096)));
static uint64_t image_level3[ENTRIES] __attribute__((aligned(4096)));
static uint64_t device_level3[ENTRIES] __attribute__((aligned(4096)));
static uint64_t window_level2[WINDOW_TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned window_tables_used;

uint64_t mmu_kernel_offset(void)
{
    return (uint64_t)(uintptr_t)kernel_image_start - PLAT_KERNEL_PADDR;
}

static uint64_t image_pa(const void *address)
{
    return (uint64_t)(uintptr_t)address - mmu_kernel_offset();
}

static unsigned index(uint64_t address, unsigned shift)
{
    return (unsigned)(address >> shift) & (ENTRIES - 1);
}

/* Bound: 512 pages; at boot. */
static void map_image(uint64_t from, const char *end, uint64_t attributes)
{
    for (uint64_t va = from; va < (uint64_t)(uintptr_t)end; va += 4096) {
        image_level3[index(va, 12)] = (va - mmu_kernel_offset()) | attributes | VALID_PAGE;
    }
}

void mmu_build(void)
{
    level0[index(ARCH_WINDOW, 39)] = image_pa(level1) | VALID_TABLE;
    level1[ENTRIES - 1] = image_pa(top_level2) | VALID_TABLE;
    top_level2[0] = image_pa(image_level3) | VALID_TABLE;
    top_level2[ENTRIES - 1] = image_pa(device_level3) | VALID_TABLE;

    map_image((uint64_t)(uintptr_t)kernel_image_start, kernel_text_end, MEMORY | READ_ONLY);
    map_image((uint64_t)(uintptr_t)kernel_text_end, kernel_rodata_end,
              MEMORY | READ_ONLY | NO_EXECUTE);
    map_image((uint64_t)(uintptr_t)kernel_rodata_end, kernel_image_end, MEMORY | NO_EXECUTE);

#define MAP_DEVICE(physical, virtual, exclusive)                                                   \
    device_level3[index(virtual, 12)] = (physical) | DEVICE | VALID_PAGE;
    PLAT_DEVICES(MAP_DEVICE)
#undef MAP_DEVICE
}

static uint64_t *window_table(uint64_t pa)
{
    uint64_t *entry = &level1[index(pa + ARCH_WINDOW, 30)];

    if (!*entry) {
        if (window_tables_used == WINDOW_TABLES) {
            return 0;
        }
        *entry = image_pa(window_level2[window_tables_used++]) | VALID_TABLE;
    }
    /* Tables are in the image: reachable at its own addresses, before the window exists. */
    return (uint64_t *)(uintptr_t)((*entry & 0xfffffffff000ull) + mmu_kernel_offset());
}

/* Bound: pieces of 2 MiB or 1 GiB; at boot. */
bool mmu_add_window(uint64_t base, uint64_t size)
{
    uint64_t pa = base & ~(SIZE_2M - 1);
    uint64_t end = (base + size + SIZE_2M - 1) & ~(SIZE_2M - 1);

    if (end < base || end > ARCH_WINDOW_BYTES) {
        return false;
    }
    while (pa < end) {
        uint64_t *entry = &level1[index(pa + ARCH_WINDOW, 30)];

        if (!(pa & (SIZE_1G - 1)) && end - pa >= SIZE_1G &&
            (!*entry || (*entry & VALID_TABLE) == VALID_BLOCK)) {
            *entry = pa | MEMORY | NO_EXECUTE | VALID_BLOCK;
            pa += SIZE_1G;
            continue;
        }
        if ((*entry & VALID_TABLE) != VALID_BLOCK) {
            uint64_t *table = window_table(pa);

            if (!table) {
                return false;
            }
            table[index(pa, 21)] = pa | MEMORY | NO_EXECUTE | VALID_BLOCK;
        }
        pa += SIZE_2M;
    }
    __asm__ volatile("dsb ish\n isb" ::: "memory");
    return true;
}

void mmu_spare(uint64_t *base, uint64_t *end)
{
    *base = image_pa(window_level2[window_tables_used]);
    *end = image_pa(window_level2[WINDOW_TABLES]);
    window_tables_used = WINDOW_TABLES;
}

void mmu_activate(void)
{
    __asm__ volatile("dsb ish" ::: "memory");
    write_sysreg(ttbr0_el2, image_pa(level0));
    isb();
    __asm__ volatile("tlbi alle2\n dsb nsh\n isb" ::: "memory");
    write_sysreg(sctlr_el2, SCTLR_EL2_VALUE);
    isb();
}

/* Bound: 2 MiB pieces of the range; the only caller asks for a page. */
bool arch_pa_is_mapped(uint64_t pa, uint64_t size)
{
    uint64_t end = pa + size;

    for (uint64_t at = pa & ~(SIZE_2M - 1); at < end; at += SIZE_2M) {
        if (at >= ARCH_WINDOW_BYTES) {
            return false;
        }
        uint64_t entry = level1[index(at + ARCH_WINDOW, 30)];

        if ((entry & VALID_TABLE) == VALID_TABLE) {
            const uint64_t *table =
                (const uint64_t *)(uintptr_t)((entry & 0xfffffffff000ull) + mmu_kernel_offset());

            entry = table[index(at, 21)];
        }
        if (!(entry & 1)) {
            return false;
        }
    }
    return true;
}
