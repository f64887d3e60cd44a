/* SPDX-License-Identifier: BSD-2-Clause */
#include "mmu.h"

#include <stddef.h>

#include "contract/sel4/entry.h"

#define ENTRIES      512u
#define BLOCK_2M     UINT64_C(0x200000)
#define BLOCK_1G     UINT64_C(0x40000000)
#define ADDRESS_MASK UINT64_C(0x0000fffffffff000)

#define PTE_VALID           (UINT64_C(1) << 0)
#define PTE_TABLE           (UINT64_C(1) << 1)
#define PTE_ATTR(index)     ((uint64_t)(index) << 2)
#define PTE_INNER_SHAREABLE (UINT64_C(3) << 8)
#define PTE_ACCESSED        (UINT64_C(1) << 10)
#define PTE_XN              (UINT64_C(1) << 54)

#define SCTLR_EL2_RES1 UINT64_C(0x30c50830)
#define SCTLR_EL2_M    (UINT64_C(1) << 0)
#define SCTLR_EL2_C    (UINT64_C(1) << 2)
#define SCTLR_EL2_I    (UINT64_C(1) << 12)

#define POOL_TABLES 40u

static uint64_t root_table[ENTRIES] __attribute__((aligned(4096)));
static uint64_t pool[POOL_TABLES][ENTRIES] __attribute__((aligned(4096)));
static unsigned int pool_used;

static uint64_t leaf(uint64_t phys, enum mmu_memory memory)
{
    if (memory == MMU_DEVICE) {
        return phys | PTE_VALID | PTE_ACCESSED | PTE_XN | PTE_ATTR(SEL4_MAIR_DEVICE_nGnRE);
    }
    return phys | PTE_VALID | PTE_ACCESSED | PTE_INNER_SHAREABLE | PTE_ATTR(SEL4_MAIR_NORMAL_WB);
}

static uint64_t *next_table(uint64_t *entry)
{
    if (*entry & PTE_VALID) {
        return (*entry & PTE_TABLE) ? (uint64_t *)(*entry & ADDRESS_MASK) : NULL;
    }
    if (pool_used == POOL_TABLES) {
        return NULL;
    }
    *entry = (uint64_t)pool[pool_used] | PTE_VALID | PTE_TABLE;
    return pool[pool_used++];
}

/* Maps one 1 GB-aligned piece; returns false only when tables are missing. */
static bool map_in_giga(uint64_t *level1, uint64_t virt, uint64_t phys, uint64_t size,
                        enum mmu_memory memory)
{
    uint64_t *entry = &level1[(virt / BLOCK_1G) % ENTRIES];
    uint64_t *level2;

    if ((*entry & PTE_VALID) && !(*entry & PTE_TABLE)) {
        return true;
    }
    if (!(*entry & PTE_VALID) && size == BLOCK_1G && phys % BLOCK_1G == 0) {
        *entry = leaf(phys, memory);
        return true;
    }
    level2 = next_table(entry);
    if (!level2) {
        return false;
    }
    for (uint64_t done = 0; done < size; done += BLOCK_2M) {
        uint64_t *block = &level2[((virt + done) / BLOCK_2M) % ENTRIES];

        if (!(*block & PTE_VALID)) {
            *block = leaf(phys + done, memory);
        }
    }
    return true;
}

bool mmu_map(uint64_t virt, uint64_t phys, uint64_t size_bytes, enum mmu_memory memory)
{
    uint64_t end = (virt + size_bytes + BLOCK_2M - 1) & ~(BLOCK_2M - 1);

    phys &= ~(BLOCK_2M - 1);
    virt &= ~(BLOCK_2M - 1);
    while (virt < end) {
        uint64_t *level1 = next_table(&root_table[(virt >> 39) % ENTRIES]);
        uint64_t step = BLOCK_1G - virt % BLOCK_1G;

        step = step < end - virt ? step : end - virt;
        if (!level1 || !map_in_giga(level1, virt, phys, step, memory)) {
            return false;
        }
        virt += step;
        phys += step;
    }
    /* New entries become visible to the walker; none was valid before, so no TLB holds them. */
    __asm__ volatile("dsb ish\n\tisb" ::: "memory");
    return true;
}

uint64_t mmu_root(void)
{
    return (uint64_t)root_table;
}

uint64_t mmu_tcr(unsigned int pa_bits)
{
    return pa_bits == 40 ? SEL4_ENTRY_TCR_EL2_PA40 : SEL4_ENTRY_TCR_EL2_PA44;
}

void mmu_enable(unsigned int pa_bits)
{
    __asm__ volatile("msr mair_el2, %0\n\t"
                     "msr tcr_el2, %1\n\t"
                     "msr ttbr0_el2, %2\n\t"
                     "dsb sy\n\t"
                     "isb\n\t"
                     "tlbi alle2\n\t"
                     "ic iallu\n\t"
                     "dsb sy\n\t"
                     "isb\n\t"
                     "msr sctlr_el2, %3\n\t"
                     "isb"
                     :
                     : "r"(SEL4_ENTRY_MAIR_EL2), "r"(mmu_tcr(pa_bits)), "r"(mmu_root()),
                       "r"(SCTLR_EL2_RES1 | SCTLR_EL2_M | SCTLR_EL2_C | SCTLR_EL2_I)
                     : "memory");
}

void mmu_clean(uint64_t base, uint64_t size_bytes)
{
    uint64_t ctr;
    uint64_t line;

    __asm__ volatile("mrs %0, ctr_el0" : "=r"(ctr));
    line = UINT64_C(4) << ((ctr >> 16) & 15);
    for (uint64_t at = base & ~(line - 1); at < base + size_bytes; at += line) {
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    }
    __asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb" ::: "memory");
}
