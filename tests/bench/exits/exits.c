/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one exit of a guest costs, in nanoseconds of the virtual counter. Under -icount shift=0 a
 * nanosecond is an instruction, so the figures do not depend on the machine that emulates.
 */
#include "guest.h"

#define ROUNDS    1000u
#define SLEEPS    500u
#define TIMER_PPI 27u
#define NS_PER_S  UINT64_C(1000000000)

volatile uint64_t guest_exceptions;

static uint64_t now(void)
{
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
    return ticks;
}

static void read_vgic(void)
{
    (void)read32(GICD + 4);
}

static void write_vgic(void)
{
    write32(GICD + 0x420, 0);
}

static void hypercall(void)
{
    register uint64_t x0 __asm__("x0") = 0x77;
    register uint64_t x7 __asm__("x7") = 0x1234; /* no system call of the kernel */

    __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x7)::"x1", "x2", "x3", "memory");
}

static void power_call(void)
{
    (void)smc(0x84000000, 0, 0, 0);
}

static void interrupt_myself(void)
{
    write32(GICD + 0xf00, 0x02000001);
    write32(GICC + 0x10, read32(GICC + 0xc));
}

static void measure(const char *name, void (*exit_once)(void))
{
    uint64_t hertz;
    uint64_t start;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    exit_once(); /* the first one is cold */
    start = now();
    for (unsigned i = 0; i < ROUNDS; i++) {
        exit_once();
    }
    print("exit ");
    print(name);
    print(" ");
    print_number((now() - start) * (NS_PER_S / hertz) / ROUNDS);
    print(" ns\n");
}

/* Sleeps until its virtual timer wakes it; how late that is, at worst. */
static void measure_sleep(void)
{
    uint64_t hertz, worst = 0;

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    write32(GICD + 0x100, 1u << TIMER_PPI);
    for (unsigned i = 0; i < SLEEPS; i++) {
        uint64_t until = now() + hertz / 500;
        uint64_t woken;

        __asm__ volatile("msr cntv_cval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb" ::"r"(until),
                         "r"(UINT64_C(1)));
        while ((read32(GICC + 0x18) & 0x3ff) != TIMER_PPI) {
            __asm__ volatile("dsb sy\n\twfi" ::: "memory");
        }
        woken = now();
        __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(UINT64_C(0)));
        write32(GICC + 0x10, read32(GICC + 0xc));
        if (woken < until) {
            print("exit sleep too short\n");
        } else if (woken - until > worst) {
            worst = woken - until;
        }
    }
    print("exit sleep ");
    print_number(worst * (NS_PER_S / hertz));
    print(" ns\n");
}

void guest_main(uint64_t dtb)
{
    (void)dtb;
    write32(GICD, 1);
    write32(GICC + 4, 0xf0);
    write32(GICC, 1);
    measure("vgic-read", read_vgic);
    measure("vgic-write", write_vgic);
    measure("hypercall", hypercall);
    measure("psci", power_call);
    measure("self-interrupt", interrupt_myself);
    measure_sleep();
    print("exit end\n");
    (void)smc(SYSTEM_OFF, 0, 0, 0);
}
