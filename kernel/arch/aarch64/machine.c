/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory, caches, TLBs. Bound of the loops over memory: the lines of the range that is given; after
 * boot no caller gives more than 4 KiB at once.
 */
#include "arch/machine.h"

#include "arch/gic.h"
#include "arch/switch.h"
#include "arch/sysreg.h"
#include "core/core.h"
#include "core/lock.h"
#include "object/frame.h"

static uint64_t cache_line_bytes(void)
{
    return 4ull << ((read_sysreg(ctr_el0) >> 16) & 0xf);
}

static uint64_t instruction_line_bytes(void)
{
    return 4ull << (read_sysreg(ctr_el0) & 0xf);
}

/* DC ZVA's block, 0 if it is forbidden. */
static uint64_t zero_block_bytes(void)
{
    uint64_t dczid = read_sysreg(dczid_el0);

    return dczid & 0x10 ? 0 : 4ull << (dczid & 0xf);
}

static void zero(uint64_t address, uint64_t size)
{
    uint64_t block = zero_block_bytes();
    uint64_t end = address + size;

    if (block && !((address | size) & (block - 1))) {
        for (; address < end; address += block) {
            __asm__ volatile("dc zva, %0" : : "r"(address) : "memory");
        }
        return;
    }
    for (; address < end; address += 16) {
        __asm__ volatile("stp xzr, xzr, [%0]" : : "r"(address) : "memory");
    }
}

static void clean_to_coherency(uint64_t address, uint64_t end)
{
    uint64_t line = cache_line_bytes();

    for (address &= ~(line - 1); address < end; address += line) {
        __asm__ volatile("dc cvac, %0" : : "r"(address) : "memory");
    }
}

void arch_clear_memory(uint64_t address, uint64_t size)
{
    zero(address, size);
    clean_to_coherency(address, address + size);
    __asm__ volatile("dsb ish" ::: "memory");
}

static void unify(uint64_t address, uint64_t end)
{
    uint64_t line = cache_line_bytes();

    for (uint64_t at = address & ~(line - 1); at < end; at += line) {
        __asm__ volatile("dc cvau, %0" : : "r"(at) : "memory");
    }
    __asm__ volatile("dsb ish" ::: "memory");
    line = instruction_line_bytes();
    for (uint64_t at = address & ~(line - 1); at < end; at += line) {
        __asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
    }
    __asm__ volatile("dsb ish\n isb" ::: "memory");
}

static void clean_invalidate(uint64_t address, uint64_t end)
{
    uint64_t line = cache_line_bytes();

    for (address &= ~(line - 1); address < end; address += line) {
        __asm__ volatile("dc civac, %0" : : "r"(address) : "memory");
    }
}

/*
 * Invalidate is done as clean-and-invalidate at the ends only: a line that is shared with bytes
 * outside of the range must not lose them.
 */
static void invalidate(uint64_t address, uint64_t end)
{
    uint64_t line = cache_line_bytes();
    uint64_t first = (address + line - 1) & ~(line - 1);
    uint64_t last = end & ~(line - 1);

    if (first != address) {
        clean_invalidate(address, address + 1);
    }
    if (last != end) {
        clean_invalidate(last, end);
    }
    for (; first < last; first += line) {
        __asm__ volatile("dc ivac, %0" : : "r"(first) : "memory");
    }
}

void arch_cache_operation(unsigned operation, uint64_t pa, uint64_t size)
{
    uint64_t address = pa + ARCH_WINDOW;
    uint64_t end = address + size;

    switch (operation) {
    case CACHE_CLEAN: clean_to_coherency(address, end); break;
    case CACHE_INVALIDATE: invalidate(address, end); break;
    case CACHE_CLEAN_INVALIDATE: clean_invalidate(address, end); break;
    default: unify(address, end); break;
    }
    __asm__ volatile("dsb sy" ::: "memory");
}

#ifdef CONFIG_ENABLE_BENCHMARKS
/* Bound: the lines of the data cache, ways times sets. */
void arch_flush_first_level(void)
{
    uint64_t selected = read_sysreg(csselr_el1); /* a guest's */

    write_sysreg(csselr_el1, 0);
    isb();
    uint64_t geometry = read_sysreg(ccsidr_el1);
    unsigned set_shift = (unsigned)(geometry & 7) + 4;
    uint64_t last_way = (geometry >> 3) & 0x3ff;
    uint64_t last_set = (geometry >> 13) & 0x7fff;
    unsigned way_shift = last_way ? (unsigned)__builtin_clz((unsigned)last_way) : 0;

    write_sysreg(csselr_el1, selected);
    for (uint64_t way = 0; way <= last_way; way++) {
        for (uint64_t set = 0; set <= last_set; set++) {
            __asm__ volatile("dc cisw, %0" : : "r"(way << way_shift | set << set_shift) : "memory");
        }
    }
    __asm__ volatile("dsb sy\n ic iallu\n dsb sy\n isb" ::: "memory");
}
#endif

/*
 * TLB maintenance by VMID works on the one in VTTBR_EL2: put it there for the moment. With the empty
 * table: a walk that the core makes ahead of time, as by Cortex-A72's erratum 1319367, must not find
 * pages of somebody else's under this VMID.
 */
static void with_vmid(unsigned vmid)
{
    write_sysreg(vttbr_el2, empty_translation | (uint64_t)vmid << 48);
    isb();
}

static void restore_vmid(void)
{
    write_sysreg(vttbr_el2, this_core()->arch.translation);
    isb();
}

void arch_tlb_flush_vmid(unsigned vmid)
{
    bool current = this_core()->arch.translation >> 48 == vmid;

    if (!vmid) {
        return;
    }
    if (!current) {
        with_vmid(vmid);
    }
    __asm__ volatile("dsb ishst\n tlbi vmalls12e1is\n dsb ish\n isb" ::: "memory");
    if (!current) {
        restore_vmid();
    }
}

void arch_tlb_flush_page(unsigned vmid, uint64_t address)
{
    bool current = this_core()->arch.translation >> 48 == vmid;

    if (!vmid) {
        return;
    }
    if (!current) {
        with_vmid(vmid);
    }
    __asm__ volatile("dsb ishst\n tlbi ipas2e1is, %0\n dsb ish\n tlbi vmalle1is\n dsb ish\n isb"
                     :
                     : "r"(address >> 12)
                     : "memory");
    if (!current) {
        restore_vmid();
    }
}

/* Bound: the cores. */
bool arch_vmid_is_loaded(unsigned vmid)
{
    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        if (cores[i].arch.translation >> 48 == vmid) {
            return true;
        }
    }
    return false;
}

void arch_secure_monitor_call(uint64_t words[8])
{
    register uint64_t x0 __asm__("x0") = words[0];
    register uint64_t x1 __asm__("x1") = words[1];
    register uint64_t x2 __asm__("x2") = words[2];
    register uint64_t x3 __asm__("x3") = words[3];
    register uint64_t x4 __asm__("x4") = words[4];
    register uint64_t x5 __asm__("x5") = words[5];
    register uint64_t x6 __asm__("x6") = words[6];
    register uint64_t x7 __asm__("x7") = words[7];

    __asm__ volatile(
        "smc #0"
        : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7)
        :
        : "memory", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17");
    words[0] = x0;
    words[1] = x1;
    words[2] = x2;
    words[3] = x3;
    words[4] = x4;
    words[5] = x5;
    words[6] = x6;
    words[7] = x7;
}

#if CONFIG_MAX_NUM_NODES > 1
extern char boot_stack_top[];
extern uint32_t boot_cores_wanted; /* head.S */

void arch_name_core(struct core *core)
{
    core->arch.stack_top =
        (uint64_t)(uintptr_t)boot_stack_top + ((uint64_t)core->id << BOOT_STACK_SHIFT);
    write_sysreg(tpidr_el2, (uint64_t)(uintptr_t)core);
    isb();
}

void arch_release_cores(unsigned count)
{
    __atomic_store_n(&boot_cores_wanted, count, __ATOMIC_RELEASE);
    __asm__ volatile("dsb ish\n sev" ::: "memory");
}

void arch_interrupt_core(unsigned core, unsigned ipi)
{
    __asm__ volatile("dsb ishst" ::: "memory");
    gic_send_sgi(ipi, gic_interface(core));
}
#endif

_Noreturn void arch_halt(void)
{
    lock_stop();
    for (;;) {
        __asm__ volatile("msr daifset, #0xf\n wfi" ::: "memory");
    }
}
