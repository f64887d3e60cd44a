/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register ids of VCPU_ReadRegs and VCPU_WriteRegs, and the word of VCPU_InjectIRQ. Usable from
 * assembly.
 *
 * Source: seL4 16.0.0 API, AArch64 (in 15 and older id 13 was ISR).
 */
#ifndef CONTRACT_SEL4_VCPU_H
#define CONTRACT_SEL4_VCPU_H

#define SEL4_VCPU_REG_SCTLR       0
#define SEL4_VCPU_REG_CPACR       1
#define SEL4_VCPU_REG_TTBR0       2
#define SEL4_VCPU_REG_TTBR1       3
#define SEL4_VCPU_REG_TCR         4
#define SEL4_VCPU_REG_MAIR        5
#define SEL4_VCPU_REG_AMAIR       6
#define SEL4_VCPU_REG_CIDR        7
#define SEL4_VCPU_REG_ACTLR       8
#define SEL4_VCPU_REG_AFSR0       9
#define SEL4_VCPU_REG_AFSR1       10
#define SEL4_VCPU_REG_ESR         11
#define SEL4_VCPU_REG_FAR         12
#define SEL4_VCPU_REG_PAR         13
#define SEL4_VCPU_REG_VBAR        14
#define SEL4_VCPU_REG_TPIDR_EL1   15
#define SEL4_VCPU_REG_VMPIDR_EL2  16
#define SEL4_VCPU_REG_SP_EL1      17
#define SEL4_VCPU_REG_ELR_EL1     18
#define SEL4_VCPU_REG_SPSR_EL1    19
#define SEL4_VCPU_REG_CNTV_CTL    20
#define SEL4_VCPU_REG_CNTV_CVAL   21
#define SEL4_VCPU_REG_CNTVOFF     22
#define SEL4_VCPU_REG_CNTKCTL_EL1 23
#define SEL4_VCPU_REG_COUNT       24

/* Word of InjectIRQ: virq [15:0], priority [23:16], group [31:24], list register index [39:32]. */
#define SEL4_INJECT_VIRQ_SHIFT     0
#define SEL4_INJECT_VIRQ_MASK      0xffff
#define SEL4_INJECT_PRIORITY_SHIFT 16
#define SEL4_INJECT_PRIORITY_MASK  0xff
#define SEL4_INJECT_GROUP_SHIFT    24
#define SEL4_INJECT_GROUP_MASK     0xff
#define SEL4_INJECT_INDEX_SHIFT    32
#define SEL4_INJECT_INDEX_MASK     0xff
#define SEL4_INJECT_MAX_VIRQ       1023
#define SEL4_INJECT_MAX_PRIORITY   31
#define SEL4_INJECT_MAX_GROUP      1

#endif
