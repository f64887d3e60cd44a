/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System registers and the values the kernel gives them. Source: ARM DDI 0487; sel4-abi 8, 9.
 */
#ifndef ARCH_SYSREG_H
#define ARCH_SYSREG_H

/*
 * HCR_EL2 while a native thread runs: no stage 1 (DC, TGE), stage 2 on, everything to EL2. seL4's
 * value and TDZ: DC ZVA traps, whatever a guest left in SCTLR_EL1.DZE.
 */
#define HCR_NATIVE 0x9e28103b
/* HCR_EL2 while a guest runs: virtual interrupts, SMC and, as an option, WFI/WFE trapped. */
#ifdef CONFIG_DISABLE_WFI_WFE_TRAPS
#define HCR_GUEST_BASE 0x80080039
#else
#define HCR_GUEST_BASE 0x80086039
#endif
/* A guest that invalidates on its own core only must also reach the core that it came from. */
#define HCR_BROADCAST ((1 << 9) | (1 << 10)) /* FB, BSU: inner shareable */
#if CONFIG_MAX_NUM_NODES > 1
#define HCR_GUEST (HCR_GUEST_BASE | HCR_BROADCAST)
#else
#define HCR_GUEST HCR_GUEST_BASE
#endif

#ifdef CONFIG_ARM_PA_SIZE_BITS_40
#define VTCR_VALUE 0x80023558
#else
#define VTCR_VALUE 0x80043594
#endif

/* SCTLR_EL1 for native threads. */
#define SCTLR_NATIVE 0x34d59824
/*
 * Bits of a guest's value that native threads must never run with, for no exception would tell: UMA,
 * I, E0E, EnTP2. docs/kernel/guest-registers.md has the reason for each bit, here or not.
 */
#define SCTLR_EAGER (1ull << 9 | 1ull << 12 | 1ull << 24 | 1ull << 60)

#define CPACR_FP_OPEN (3 << 20)
/* CPTR_EL2: RES1 bits, with and without the FPU trap. */
#define CPTR_FPU_OPEN 0x33ff
#define CPTR_FPU_TRAP (0x33ff | (1 << 10))

/* MDCR_EL2: debug registers and PMU belong to nobody: TDRA, TDOSA, TDA; TPM, TPMCR. */
#define MDCR_PMU_TRAPS ((1 << 6) | (1 << 5))
#define MDCR_TRAPS     ((1 << 11) | (1 << 10) | (1 << 9) | MDCR_PMU_TRAPS)
#define PMUSERENR_EN   1
#define MDCR_HPMN_MASK 0x1f

/* CNTKCTL_EL1, CNTHCTL_EL2: what EL0 may use. */
#define CNTKCTL_PCT (1 << 0)
#define CNTKCTL_VCT (1 << 1)
#define CNTKCTL_VT  (1 << 8)
#define CNTKCTL_PT  (1 << 9)
#define CNTHCTL_PCT (1 << 0)
#define CNTHCTL_PT  (1 << 1)

/* ESR_EL2. */
#define ESR_EC_SHIFT       26
#define ESR_EC_UNKNOWN     0x00
#define ESR_EC_FP          0x07
#define ESR_EC_SVC         0x15
#define ESR_EC_HVC         0x16
#define ESR_EC_IABT_LOWER  0x20
#define ESR_EC_DABT_LOWER  0x24
#define ESR_FSC_MASK       0x3f
#define ESR_FSC_PERMISSION 0x0c
#define ESR_FSC_TYPE_MASK  0x3c
#define ESR_S1PTW          (1 << 7)

/* ISR_EL1. */
#define ISR_SERROR (1 << 8)

/* PAR_EL1. */
#define PAR_FAILED  1
#define PAR_ADDRESS 0xfffffffff000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define read_sysreg(name)                                                                          \
    ({                                                                                             \
        uint64_t sysreg_value_;                                                                    \
        __asm__ volatile("mrs %0, " #name : "=r"(sysreg_value_));                                  \
        sysreg_value_;                                                                             \
    })

#define write_sysreg(name, value)                                                                  \
    do {                                                                                           \
        uint64_t sysreg_input_ = (value);                                                          \
        __asm__ volatile("msr " #name ", %0" : : "r"(sysreg_input_));                              \
    } while (0)

/* True if native threads may run with the value that a guest left in SCTLR_EL1. */
static inline bool sctlr_may_stay(uint64_t guest)
{
    return !((guest ^ SCTLR_NATIVE) & SCTLR_EAGER);
}

static inline void isb(void)
{
    __asm__ volatile("isb" ::: "memory");
}
#endif

#endif
