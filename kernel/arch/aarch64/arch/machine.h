/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine as the objects see it: memory, caches, TLBs, the interrupt line. arch/fake has the
 * same interface for unit tests.
 */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "contract/sel4/entry.h"

/* Physical memory appears at this address; capabilities name objects by their address there. */
#define ARCH_WINDOW ((uint64_t)SEL4_KERNEL_PHYS_WINDOW)
/* The window's size: physical addresses from here on cannot be reached by the kernel. */
#define ARCH_WINDOW_BYTES (255ull << 30)

/* Physical address of an object address, and back for tables, which are always RAM. */
static inline uint64_t arch_object_pa(uint64_t address)
{
    return address - ARCH_WINDOW;
}
static inline uint64_t arch_table_pa(const void *table)
{
    return (uint64_t)(uintptr_t)table - ARCH_WINDOW;
}
static inline uint64_t *arch_table_at(uint64_t pa)
{
    return (uint64_t *)(uintptr_t)(pa + ARCH_WINDOW);
}

/* Zeroes memory and cleans it to the point of coherency; both arguments multiples of 16. */
void arch_clear_memory(uint64_t address, uint64_t size);

#ifdef CONFIG_ENABLE_BENCHMARKS
/* Empties this core's first-level caches, for benchmarks. */
void arch_flush_first_level(void);
#endif

/* Cache maintenance of a physical range that arch_pa_is_mapped() accepted. */
void arch_cache_operation(unsigned operation, uint64_t pa, uint64_t size);

/* True if the kernel's window maps all of the range as memory. */
bool arch_pa_is_mapped(uint64_t pa, uint64_t size);

/* A table entry was written: make it visible to the table walk before going on. */
static inline void arch_table_written(const uint64_t *entry)
{
    (void)entry;
    __asm__ volatile("dsb ishst\n isb" ::: "memory");
}

/* Drop translations of a VMID, all or those of one address; VMID 0 (none) does nothing. */
void arch_tlb_flush_vmid(unsigned vmid);
void arch_tlb_flush_page(unsigned vmid, uint64_t address);

/* True if a core translates with that VMID now. */
bool arch_vmid_is_loaded(unsigned vmid);

/* True if an interrupt waits at this core. */
static inline bool arch_irq_pending(void)
{
    uint64_t isr;

    __asm__ volatile("mrs %0, isr_el1" : "=r"(isr));
    return isr & (1 << 7);
}

/* Software-generated interrupts that the kernel keeps for itself, on several cores. */
#define ARCH_IPI_CALL       0 /* remote_call() */
#define ARCH_IPI_RESCHEDULE 1 /* the target's `action` is SCHED_CHOOSE_NEW */
#define ARCH_IPI_COUNT      2

/* Interrupts another core, which sees everything written before. */
void arch_interrupt_core(unsigned core, unsigned ipi);

/* Between two looks at memory that another core is about to write. */
static inline void arch_relax(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* SMC with x0..x7 in and out. */
void arch_secure_monitor_call(uint64_t words[8]);

/* Stops the machine for good: this core at once, others when they come to the kernel. */
_Noreturn void arch_halt(void);

#endif
