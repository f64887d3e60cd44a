/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rest of the other loader: kernel to its physical address, the tree on the page behind it, the root task
 * on the page behind that; page tables of 2 MiB blocks; the other cores by PSCI before the first one enters.
 * CORES, TREE and MAPPING come from the command line of the compiler. Runs with the MMU off.
 */
#include <elf.h>
#include <stdint.h>

#define PAGE        4096ull
#define BLOCK       0x200000ull
#define TABLE       3ull
#define BLOCK_ENTRY (1ull | MAPPING << 2 | 1ull << 10 | (CORES > 1 ? 3ull << 8 : 0))
#define PSCI_CPU_ON 0xc4000003

struct place {
    uint64_t physical, virtual, end, entry;
};

extern const uint8_t kernel_file[], tree_file[], root_file[];
extern char loader_start[], loader_end[];
extern const char enter_kernel[];

/* x0 to x5, then the entry: written last, the other cores wait for it. */
volatile uint64_t arguments[7];
uint64_t table_level0[512] __attribute__((aligned(4096)));
static uint64_t table_low[512] __attribute__((aligned(4096)));
static uint64_t table_high[512] __attribute__((aligned(4096)));
static uint64_t table_loader[512] __attribute__((aligned(4096)));
static uint64_t table_kernel[512] __attribute__((aligned(4096)));

void load_all(void);

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE - 1) & ~(PAGE - 1);
}

static void copy(uint64_t to, const uint8_t *from, uint64_t bytes)
{
    volatile uint8_t *at = (volatile uint8_t *)to;

    while (bytes--) {
        *at++ = *from++;
    }
}

/* Places a file at `physical`, or where it wants to be. */
static struct place load(const uint8_t *file, uint64_t physical)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(file + header->e_phoff);
    struct place place = { .physical = physical, .virtual = ~0ull, .entry = header->e_entry };

    for (int i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD && segment[i].p_vaddr < place.virtual) {
            place.virtual = segment[i].p_vaddr;
            place.physical = physical ? physical : segment[i].p_paddr;
        }
    }
    for (int i = 0; i < header->e_phnum; i++) {
        if (segment[i].p_type == PT_LOAD) {
            uint64_t to = place.physical + segment[i].p_vaddr - place.virtual;

            copy(to, file + segment[i].p_offset, segment[i].p_filesz);
            /* A loader clears what it places; the kernel must not need it: its own is left dirty. */
            for (uint64_t at = segment[i].p_filesz; at < segment[i].p_memsz; at++) {
                *(volatile uint8_t *)(to + at) = physical ? 0 : 0xa5;
            }
            if (to + segment[i].p_memsz > place.end) {
                place.end = page_up(to + segment[i].p_memsz);
            }
        }
    }
    return place;
}

static uint64_t tree_bytes(void)
{
    return (uint64_t)tree_file[4] << 24 | (uint64_t)tree_file[5] << 16 |
           (uint64_t)tree_file[6] << 8 | tree_file[7];
}

static void map(const struct place *kernel)
{
    uint64_t loader = (uint64_t)loader_start & ~(BLOCK - 1);

    table_level0[0] = (uint64_t)table_low | TABLE;
    table_level0[kernel->virtual >> 39] = (uint64_t)table_high | TABLE;
    table_low[loader >> 30] = (uint64_t)table_loader | TABLE;
    table_high[kernel->virtual >> 30 & 511] = (uint64_t)table_kernel | TABLE;
    for (; loader < (uint64_t)loader_end; loader += BLOCK) {
        table_loader[loader >> 21 & 511] = loader | BLOCK_ENTRY;
    }
    for (uint64_t i = kernel->virtual >> 21 & 511; i < 512; i++) {
        table_kernel[i] =
            (kernel->physical + (i - (kernel->virtual >> 21 & 511)) * BLOCK) | BLOCK_ENTRY;
    }
}

static void start_core(uint64_t number)
{
    register uint64_t x0 __asm__("x0") = PSCI_CPU_ON;
    register uint64_t x1 __asm__("x1") = number;
    register uint64_t x2 __asm__("x2") = (uint64_t)enter_kernel;
    register uint64_t x3 __asm__("x3") = number;

    __asm__ volatile("smc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
}

void load_all(void)
{
    struct place kernel = load(kernel_file, 0);
    uint64_t tree = kernel.end;
    struct place root = load(root_file, TREE ? page_up(tree + tree_bytes()) : tree);

    if (TREE) {
        copy(tree, tree_file, tree_bytes());
    }
    map(&kernel);
    for (uint64_t i = 1; i < CORES; i++) {
        start_core(i);
    }
    arguments[0] = root.physical;
    arguments[1] = root.end;
    arguments[2] = root.physical - root.virtual;
    arguments[3] = root.entry;
    arguments[4] = TREE ? tree : 0;
    arguments[5] = TREE ? tree_bytes() : 0;
    __asm__ volatile("dsb sy" ::: "memory");
    arguments[6] = kernel.entry;
}
