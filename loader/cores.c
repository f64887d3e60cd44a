/* SPDX-License-Identifier: BSD-2-Clause */
#include "cores.h"

#include <stddef.h>

#include "contract/sel4/entry.h"
#include "mmu.h"

#define MPIDR_AFFINITY UINT64_C(0xffffff)
#define PSCI_CPU_ON    UINT64_C(0xc4000003)

extern struct core_start core_starts[IMAGE_MAX_CORES];
struct core_start core_starts[IMAGE_MAX_CORES];

_Noreturn void enter_kernel(const struct core_start *core);
void secondary_entry(void);
void spin_entry(void);

static void fill(struct core_start *core, unsigned int number, uint64_t mpidr, uint64_t entry,
                 unsigned int pa_bits, const struct kernel_arguments *arguments)
{
    uint64_t sctlr;

    __asm__ volatile("mrs %0, sctlr_el2" : "=r"(sctlr));
    core->mair = SEL4_ENTRY_MAIR_EL2;
    core->tcr = mmu_tcr(pa_bits);
    core->ttbr = mmu_root();
    core->sctlr = sctlr;
    core->number = number;
    core->entry = entry;
    core->arguments = arguments;
    core->mpidr = mpidr & MPIDR_AFFINITY;
}

static int64_t psci_cpu_on(enum ldr_cpu_start conduit, uint64_t mpidr, uint64_t entry,
                           uint64_t context)
{
    register uint64_t x0 __asm__("x0") = PSCI_CPU_ON;
    register uint64_t x1 __asm__("x1") = mpidr;
    register uint64_t x2 __asm__("x2") = entry;
    register uint64_t x3 __asm__("x3") = context;

    if (conduit == LDR_CPU_PSCI_SMC) {
        __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    } else {
        __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
    }
    return (int64_t)x0;
}

static int start_one(const struct ldr_cpu *cpu, const struct core_start *core,
                     struct ldr_error *error)
{
    int64_t result;

    switch (cpu->start) {
    case LDR_CPU_PSCI_SMC:
    case LDR_CPU_PSCI_HVC:
        result = psci_cpu_on(cpu->start, cpu->mpidr, (uint64_t)secondary_entry, (uint64_t)core);
        if (result != 0) {
            return ldr_fail(error, "PSCI cannot start core 0x%x (result 0x%x)", NULL, cpu->mpidr,
                            (uint64_t)result, 0, 0);
        }
        return 0;
    case LDR_CPU_SPIN_TABLE:
        *(volatile uint64_t *)cpu->release_address = (uint64_t)spin_entry;
        mmu_clean(cpu->release_address, sizeof(uint64_t));
        __asm__ volatile("dsb sy\n\tsev" ::: "memory");
        return 0;
    case LDR_CPU_UNKNOWN:
    default:
        return ldr_fail(error, "device tree does not say how to start core 0x%x", NULL, cpu->mpidr,
                        0, 0, 0);
    }
}

int cores_start(unsigned int core_count, unsigned int least_count, unsigned int pa_bits,
                const struct ldr_cpu *cpus, unsigned int cpu_count, uint64_t entry,
                const struct kernel_arguments *arguments, struct ldr_error *error)
{
    const struct ldr_cpu *chosen[IMAGE_MAX_CORES];
    unsigned int number = 1;
    uint64_t self;

    __asm__ volatile("mrs %0, mpidr_el1" : "=r"(self));
    self &= MPIDR_AFFINITY;
    for (unsigned int i = 0; i < IMAGE_MAX_CORES; i++) {
        core_starts[i].mpidr = UINT64_MAX;
    }
    fill(&core_starts[0], 0, self, entry, pa_bits, arguments);
    for (unsigned int i = 0; i < cpu_count && number < core_count; i++) {
        if ((cpus[i].mpidr & MPIDR_AFFINITY) != self) {
            chosen[number] = &cpus[i];
            fill(&core_starts[number], number, cpus[i].mpidr, entry, pa_bits, arguments);
            number++;
        }
    }
    if (number < least_count) {
        return ldr_fail(error, "image is for 0x%x cores, board has 0x%x", NULL, least_count, number,
                        0, 0);
    }
    /* The others read this with their caches off. */
    mmu_clean((uint64_t)core_starts, sizeof(core_starts));
    for (unsigned int i = 1; i < number; i++) {
        if (start_one(chosen[i], &core_starts[i], error) != 0) {
            return -1;
        }
    }
    return 0;
}

_Noreturn void cores_enter(uint64_t entry, const struct kernel_arguments *arguments)
{
    struct core_start *core = &core_starts[0];

    core->number = 0;
    core->entry = entry;
    core->arguments = arguments;
    enter_kernel(core);
}
