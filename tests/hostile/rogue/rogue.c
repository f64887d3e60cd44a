/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest kernel that does what none should. Each stage ends with one line; "rogue: done" means
 * that it survived all of them, and a witness VM beside it tells whether anybody else noticed.
 *
 * Then it waits for a key: r = SYSTEM_RESET, o = SYSTEM_OFF.
 */
#include "guest.h"

#define PAGE 0x1000u
#define MARK UINT64_C(0x5ec4e75ec4e75ec4)

volatile uint64_t guest_exceptions;
static volatile uint64_t mark; /* zero in each new life */
static uint64_t seed = 88172645463325252;

long guest_syscall(long number, long x0, long x1, long x2, long x3, long x4, long x5);
void guest_forge(uint64_t info, uint64_t mr0, uint64_t mr1, uint64_t mr2, uint64_t mr3);
extern char guest_forge_return[] GUEST_HIDDEN;

static uint64_t random64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void access_any(uint64_t address, unsigned size, int write, uint64_t value)
{
    switch (size * 2 + !!write) {
    case 2: __asm__ volatile("ldrsb x9, [%0]" ::"r"(address) : "x9", "memory"); break;
    case 3: __asm__ volatile("strb %w1, [%0]" ::"r"(address), "r"(value) : "memory"); break;
    case 4: __asm__ volatile("ldrsh w10, [%0]" ::"r"(address) : "x10", "memory"); break;
    case 5: __asm__ volatile("strh %w1, [%0]" ::"r"(address), "r"(value) : "memory"); break;
    case 8: __asm__ volatile("ldr w28, [%0]" ::"r"(address) : "x28", "memory"); break;
    case 9: __asm__ volatile("str %w1, [%0]" ::"r"(address), "r"(value) : "memory"); break;
    case 16: __asm__ volatile("ldr x19, [%0]" ::"r"(address) : "x19", "memory"); break;
    default: __asm__ volatile("str %1, [%0]" ::"r"(address), "r"(value) : "memory"); break;
    }
}

/* The UART's data register is left alone: it is our voice. */
static void every_offset(uint64_t page)
{
    for (unsigned size = 1; size <= 8; size *= 2) {
        for (unsigned offset = page == UART ? 4 : 0; offset < PAGE; offset += size) {
            access_any(page + offset, size, 0, 0);
            access_any(page + offset, size, 1, random64());
        }
    }
}

static void odd_instructions(uint64_t address)
{
    __asm__ volatile("ldp x9, x10, [%0]" ::"r"(address) : "x9", "x10", "memory");
    __asm__ volatile("stp xzr, xzr, [%0]" ::"r"(address) : "memory");
    __asm__ volatile("mov x9, %0\n\tldr w10, [x9], #4" ::"r"(address) : "x9", "x10", "memory");
    __asm__ volatile("ldr q0, [%0]" ::"r"(address) : "memory");
    __asm__ volatile("dc civac, %0" ::"r"(address) : "memory");
    __asm__ volatile("dc zva, %0" ::"r"(address) : "memory");
    __asm__ volatile("ldxr w9, [%0]\n\tstxr w10, wzr, [%0]" ::"r"(address) : "x9", "x10", "memory");
    __asm__ volatile("ic ivau, %0" ::"r"(address) : "memory");
    __asm__ volatile("at s1e1r, %0" ::"r"(address) : "memory");
}

static void nowhere(void)
{
    for (unsigned i = 0; i < 400; i++) {
        uint64_t address = random64() >> (20 + random64() % 40);

        if (address - UINT64_C(0x40000000) < UINT64_C(0x10000000) || address - UART < PAGE) {
            continue; /* our own RAM, our own voice */
        }
        access_any(address, 1u << random64() % 4, random64() & 1, random64());
        if (i % 16 == 0) {
            odd_instructions(address & ~63ull);
        }
    }
}

/* All of PSCI but the calls that end the world, and much that does not exist. */
static void power_calls(void)
{
    for (uint64_t function = 0x84000000; function < 0x84000020; function++) {
        if (function == 0x84000002 || function == 0x84000008 || function == 0x84000009) {
            continue;
        }
        (void)smc(function, random64(), random64(), random64());
        (void)smc(function | 0x40000000, random64(), random64(), random64());
    }
    for (unsigned i = 0; i < 300; i++) {
        (void)smc(random64() | UINT64_C(0x100), random64(), random64(), random64());
    }
    (void)smc(0xc4000003, 0, 0, 0);
    (void)smc(0xc4000003, 1, UINT64_MAX, 0);
}

static void system_registers(void)
{
    uint64_t value;

    __asm__ volatile("mrs %0, mdscr_el1" : "=r"(value));
    __asm__ volatile("msr mdscr_el1, %0" ::"r"(UINT64_MAX));
    __asm__ volatile("msr oslar_el1, xzr");
    __asm__ volatile("msr dbgbvr0_el1, %0" ::"r"(UINT64_MAX));
    __asm__ volatile("msr dbgbcr0_el1, %0" ::"r"(UINT64_MAX));
    __asm__ volatile("msr pmcr_el0, %0" ::"r"(UINT64_MAX));
    __asm__ volatile("mrs %0, pmccntr_el0" : "=r"(value));
    __asm__ volatile("msr pmcntenset_el0, %0" ::"r"(UINT64_MAX));
    __asm__ volatile("mrs %0, cntpct_el0" : "=r"(value));
    __asm__ volatile("msr cntp_ctl_el0, %0" ::"r"(UINT64_C(1)));
    __asm__ volatile("msr cntp_tval_el0, %0" ::"r"(UINT64_C(1)));
    __asm__ volatile("msr s3_0_c12_c12_5, %0" ::"r"(UINT64_C(7))); /* ICC_SRE_EL1 */
    __asm__ volatile("msr s3_0_c12_c11_5, %0" ::"r"(random64()));  /* ICC_SGI1R_EL1 */
    __asm__ volatile("mrs %0, s3_4_c1_c1_0" : "=r"(value));        /* HCR_EL2 */
    __asm__ volatile("msr s3_4_c2_c1_0, %0" ::"r"(UINT64_C(0)));   /* VTTBR_EL2 */
    __asm__ volatile("brk #1");
}

/*
 * Every system call of the kernel, on every slot that could be there. Numbers that a debug kernel
 * gives to anybody are left out: one of them halts the machine.
 */
static void system_calls(void)
{
    for (long number = -40; number <= 8; number++) {
        if (number <= -9 && number >= -31) {
            continue;
        }
        if (number == -1) {
            continue; /* Call on the endpoint: stage forged_faults */
        }
        for (long slot = -2; slot < 6; slot++) {
            if (number == -3 && slot == 1) {
                continue;
            }
            (void)guest_syscall(number, slot, (long)(random64() & 0xfff), (long)random64(),
                                (long)random64(), (long)random64(), (long)random64());
        }
    }
}

/* An exception class that would do what it says: stop the VM, make a power call, sleep for good. */
static int is_honest(uint64_t esr)
{
    unsigned class = (unsigned)(esr >> 26) & 0x3f;

    return class == 0x2f || class == 0x17 || class == 0x01;
}

/* Messages that look like faults, to go on at guest_forge_return. */
static void forged_faults(void)
{
    uint64_t ip = (uint64_t)guest_forge_return - 4;

    for (unsigned i = 0; i < 500; i++) {
        uint64_t label = random64() % 12;
        uint64_t words = 4 + random64() % 10; /* with less, mr0 would not arrive and we be lost */
        uint64_t esr = i & 1 ? random64() : UINT64_C(0x93000000) | (random64() & 0x1ffffff);

        if (label == 7) { /* VCPUFault: one word, the syndrome */
            if (!is_honest(esr)) {
                guest_forge(label << 12 | words, esr, random64(), random64(), random64());
            }
        } else {
            guest_forge(label << 12 | words, ip, GICD + (random64() & 0xfff), random64(), esr);
        }
    }
    for (unsigned i = 0; i < 200; i++) { /* maintenance of list registers that hold nothing */
        guest_forge(UINT64_C(6) << 12 | 1, i, 0, 0, 0);
        guest_forge(UINT64_C(8) << 12 | 1, 27, 0, 0, 0);
        (void)guest_syscall(-3, 1, 6 << 12 | 1, (long)random64(), 0, 0, 0); /* Send: nobody waits */
    }
}

static void interrupt_storm(void)
{
    write32(GICD, 3);
    write32(GICC + 4, 0xff);
    write32(GICC, 1);
    for (unsigned bank = 0; bank < 32; bank++) {
        write32(GICD + 0x100 + 4 * bank, UINT32_MAX);
    }
    for (unsigned i = 0; i < 255; i++) {
        write32(GICD + 0x800 + 4 * i, UINT32_MAX);
    }
    for (unsigned i = 0; i < 3000; i++) {
        write32(GICD + 0xf00, 0x02000000 | (i & 15));
        write32(GICD + 0x200 + 4 * (i % 32), (uint32_t)random64());
        write32(V2M + 0x40, (uint32_t)random64() & 0x3ff);
        if (i % 64 == 0) {
            __asm__ volatile("msr daifclr, #2\n\tisb\n\tmsr daifset, #2" ::: "memory");
        }
    }
    write32(GICC, 0);
    write32(GICD, 0);
}

static void sleep_badly(void)
{
    for (unsigned i = 0; i < 500; i++) {
        __asm__ volatile("msr cntv_cval_el0, %0" ::"r"(i & 1 ? 0 : random64() >> 44));
        __asm__ volatile("msr cntv_ctl_el0, %0" ::"r"(UINT64_C(1)));
        __asm__ volatile("isb\n\twfe\n\twfi");
    }
    __asm__ volatile("msr cntv_ctl_el0, %0" ::"r"(UINT64_C(0)));
}

static void stage(const char *name)
{
    print("rogue: survived ");
    print(name);
    print(", exceptions so far ");
    print_number(guest_exceptions);
    print("\n");
}

static void all_stages(void)
{
    every_offset(V2M);
    every_offset(GICD);
    every_offset(UART);
    write32(UART + 0x38, 0);
    stage("every offset at every width");
    odd_instructions(GICD);
    odd_instructions(GICC);
    nowhere();
    stage("addresses where nothing is");
    power_calls();
    stage("power calls");
    system_registers();
    stage("system registers");
    system_calls();
    stage("system calls");
    forged_faults();
    stage("forged faults");
    interrupt_storm();
    stage("an interrupt storm");
    sleep_badly();
    stage("bad sleep");
}

void guest_main(uint64_t dtb)
{
    (void)dtb;
    print(mark == 0 ? "rogue: memory is clean\n" : "rogue: memory of the last life is there\n");
    mark = MARK;
    all_stages();
    print("rogue: done, r or o?\n");
    for (;;) {
        uint32_t key = read_key();

        if (key == 'r') {
            (void)smc(SYSTEM_RESET, 0, 0, 0);
        } else if (key == 'o') {
            (void)smc(SYSTEM_OFF, 0, 0, 0);
        }
    }
}
