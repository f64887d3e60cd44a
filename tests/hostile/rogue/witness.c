/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A well-behaved neighbour: sleeps in WFI, wakes by its virtual timer ten times a second, counts.
 */
#include "guest.h"

#define PERIODS_PER_SECOND 10u
#define VTIMER_IRQ         27u

volatile uint64_t guest_exceptions;

void guest_main(uint64_t dtb)
{
    uint64_t hertz;
    uint64_t next;

    (void)dtb;
    write32(GICD, 1);
    write32(GICD + 0x100, 1u << VTIMER_IRQ);
    write32(GICC + 4, 0xff);
    write32(GICC, 1);
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(next));
    for (uint64_t count = 0;; count++) {
        uint32_t irq;

        next += hertz / PERIODS_PER_SECOND;
        __asm__ volatile("msr cntv_cval_el0, %0" ::"r"(next));
        __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(UINT64_C(1)));
        do {
            __asm__ volatile("wfi" ::: "memory");
            irq = read32(GICC + 0xc);
        } while ((irq & 0x3ff) != VTIMER_IRQ);
        __asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"(UINT64_C(0)));
        write32(GICC + 0x10, irq);
        print("witness: ");
        print_number(count);
        print(" wake-ups\n");
    }
}
