/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting the other cores and entering the kernel. */
#ifndef LOADER_CORES_H
#define LOADER_CORES_H

#include "contract/boot/image.h"
#include "loader/tree.h"

/* Arguments of the kernel, x0..x5; the meaning is in contract/sel4/entry.h. */
struct kernel_arguments {
    uint64_t x[6];
};

/* What one core needs to enter the kernel; start.S reads it by offset. */
struct core_start {
    uint64_t mair;                            /* 0 */
    uint64_t tcr;                             /* 8 */
    uint64_t ttbr;                            /* 16 */
    uint64_t sctlr;                           /* 24 */
    uint64_t number;                          /* 32, logical core number */
    uint64_t entry;                           /* 40, kernel's virtual entry point */
    const struct kernel_arguments *arguments; /* 48 */
    uint64_t mpidr;                           /* 56, affinity bits of MPIDR_EL1; all ones: unused */
};

_Static_assert(sizeof(struct core_start) == 64, "start.S walks in steps of 64");

/**
 * cores_start() - starts up to @core_count - 1 further cores at the kernel's entry, those there are
 * @least_count: including the running one; with fewer none is started
 * @cpus, @cpu_count: cores that the device tree lists; the running one is found by its MPIDR
 * @entry: kernel's virtual entry point
 * @arguments: same for every core
 * Return: 0, or -1 with @error filled in; cores started before a failure are in the kernel then.
 * Source: Arm DEN 0022 (PSCI) 5.1.4 CPU_ON; Devicetree Specification v0.4 3.8.1 (spin-table).
 */
int cores_start(unsigned int core_count, unsigned int least_count, unsigned int pa_bits,
                const struct ldr_cpu *cpus, unsigned int cpu_count, uint64_t entry,
                const struct kernel_arguments *arguments, struct ldr_error *error);

/* Enters the kernel on the boot core, logical number 0. */
_Noreturn void cores_enter(uint64_t entry, const struct kernel_arguments *arguments);

#endif
