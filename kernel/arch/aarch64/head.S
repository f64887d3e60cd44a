/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First instructions: the loader enters here (contract/sel4/entry.h) with x0..x5.
 */
#include "contract/sel4/entry.h"

    .section .text.head, "ax"
    .global kernel_entry
kernel_entry:
    msr daifset, #0xf
    mrs x9, tcr_el2
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
    ldr w10, =SEL4_ENTRY_TCR_EL2_PA40
#else
    ldr w10, =SEL4_ENTRY_TCR_EL2_PA44
#endif
    cmp x9, x10
    b.ne halt

    /* Zero .bss: it has the stack and the page tables. */
    adrp x9, kernel_bss_start
    add x9, x9, :lo12:kernel_bss_start
    adrp x10, kernel_bss_end
    add x10, x10, :lo12:kernel_bss_end
1:
    cmp x9, x10
    b.hs 2f
    stp xzr, xzr, [x9], #16
    b 1b
2:
    adrp x9, boot_stack_top
    add sp, x9, :lo12:boot_stack_top
    adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el2, x9
    isb
    /* The six arguments are still in place. */
    bl boot_main
    b restore_context

halt:
    wfi
    b halt

    .section .bss.stack, "aw", %nobits
    .balign 4096
    .space 8192
    .global boot_stack_top
boot_stack_top:
