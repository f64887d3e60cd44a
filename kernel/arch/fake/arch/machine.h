/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine for unit tests: object addresses are host addresses, and what would be done to caches,
 * TLBs and the interrupt controller is recorded in `fake_machine`.
 *
 * On several cores one host thread plays them all in turn: what the kernel asks of another core, that
 * core does at once, as if it had come to wait for the kernel lock.
 */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#define ARCH_WINDOW       0ull
#define ARCH_WINDOW_BYTES (fake_machine.window_bytes ? fake_machine.window_bytes : 1ull << 48)

#define ARCH_IPI_CALL       0
#define ARCH_IPI_RESCHEDULE 1
#define ARCH_IPI_COUNT      2

struct fake_machine {
    bool irq_pending; /* set by a test: every preemption point stops */
    uint64_t serror;  /* syndrome of the SError that waits at the core that is played; 0: none */
    uint64_t window_bytes; /* 0: everything is in the window */
    unsigned vmid_flushes;
    unsigned page_flushes;
    uint64_t last_flushed_page;
    unsigned cache_operations;
    uint64_t cache_bytes;
    unsigned last_cache_operation;
    uint64_t cleared_bytes;
    unsigned masked[256];  /* per kernel IRQ number: 1 masked, 2 unmasked */
    unsigned trigger[256]; /* the same: 0 never set, 1 level, 2 edge */
    unsigned target[256];  /* the same: core + 1; 0 never set */
    unsigned sgi_sent;
    unsigned sgi_target;
    bool cores_are_threads; /* set by a test: each core is a host thread, and serves by itself */
    unsigned interrupts[CONFIG_MAX_NUM_NODES][ARCH_IPI_COUNT]; /* sent to each core */
    char console[8192]; /* the kernel's output, a string; the oldest half goes when it is full */
    unsigned console_length;
};
extern struct fake_machine fake_machine;

/* All cores are new: nothing recorded, nobody in the kernel, core 0 to play. */
void fake_reset(void);

/* From here on this host thread is that core. */
void fake_play_core(unsigned core);

/* Where arch_halt() goes, for a test that expects it; null: it ends the program. */
extern jmp_buf *fake_halt;

static inline uint64_t arch_object_pa(uint64_t address)
{
    return address;
}
static inline uint64_t arch_table_pa(const void *table)
{
    return (uint64_t)(uintptr_t)table;
}
static inline uint64_t *arch_table_at(uint64_t pa)
{
    return (uint64_t *)(uintptr_t)pa;
}

void arch_clear_memory(uint64_t address, uint64_t size);
void arch_cache_operation(unsigned operation, uint64_t pa, uint64_t size);
bool arch_pa_is_mapped(uint64_t pa, uint64_t size);

static inline void arch_table_written(const uint64_t *entry)
{
    (void)entry;
}

void arch_tlb_flush_vmid(unsigned vmid);
void arch_tlb_flush_page(unsigned vmid, uint64_t address);
bool arch_vmid_is_loaded(unsigned vmid);

static inline bool arch_irq_pending(void)
{
    return fake_machine.irq_pending;
}

/* Counts it; an ARCH_IPI_CALL is served by the core that it goes to. */
void arch_interrupt_core(unsigned core, unsigned ipi);

/* Lets other host threads run. */
void arch_relax(void);

void arch_secure_monitor_call(uint64_t words[8]);
_Noreturn void arch_halt(void);

#endif
