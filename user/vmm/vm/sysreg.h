/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest gets for a system register that the kernel traps: debug registers and performance
 * monitors are answered as absent, the physical counter is the clock, the rest is undefined.
 *
 * Called by: fault.c.
 * Source: Arm ARM DDI 0487, D17 (names), C5.3 (encodings).
 */
#ifndef VMM_VM_SYSREG_H
#define VMM_VM_SYSREG_H

#include <stdint.h>

enum sysreg_answer {
    SYSREG_ZERO,      /* reads as zero, writes are ignored */
    SYSREG_COUNTER,   /* CNTPCT_EL0 */
    SYSREG_UNDEFINED, /* the instruction is undefined */
};

/* @name: as packed by ISS_SYSREG; guest-chosen. */
enum sysreg_answer sysreg_lookup(uint32_t name);

#endif
