/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the loader enters the kernel, on every core. Usable from assembly.
 *
 * EL2, stage-1 MMU and caches on; TTBR0_EL2 maps the kernel's linked range to its physical place
 * with 2 MiB blocks and the loader itself 1:1. MAIR_EL2 and TCR_EL2 hold exactly the values below.
 *
 *   x0, x1  physical start and end (exclusive, page multiple) of the root task's image
 *   x2      physical minus virtual address of that image
 *   x3      root task's virtual entry
 *   x4, x5  physical address and size of the packed DTB; 0 if there is none
 *   TPIDR_EL1  logical core number, 0 on the boot core
 *
 * Physical order without overlap: kernel < DTB < root-task image. The page after the image holds
 * the root task's program headers: u32 count, u32 entry size, then the headers.
 *
 * Source: seL4 16.0.0 kernel, AArch64 hypervisor configuration.
 */
#ifndef CONTRACT_SEL4_ENTRY_H
#define CONTRACT_SEL4_ENTRY_H

#define SEL4_ENTRY_TCR_EL2_PA44 0x80843510
#define SEL4_ENTRY_TCR_EL2_PA40 0x80823510

/* 0 nGnRnE, 1 nGnRE, 2 GRE, 3 Normal NC, 4 Normal write-back, 5 Normal write-through. */
#define SEL4_ENTRY_MAIR_EL2 0x0000aaff440c0400

#define SEL4_MAIR_DEVICE_nGnRnE 0
#define SEL4_MAIR_DEVICE_nGnRE  1
#define SEL4_MAIR_DEVICE_GRE    2
#define SEL4_MAIR_NORMAL_NC     3
#define SEL4_MAIR_NORMAL_WB     4
#define SEL4_MAIR_NORMAL_WT     5

/* Virtual addresses of the kernel's own windows. */
#define SEL4_KERNEL_PHYS_WINDOW 0x8000000000 /* physical address 0 */
#define SEL4_KERNEL_ELF_BASE    0xffc0000000

#endif
