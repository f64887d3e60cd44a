/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First instructions: the loader enters here (contract/sel4/entry.h) with x0..x5, on several cores
 * with the core's number in TPIDR_EL1. All but core 0 wait until core 0 has built what they need.
 */
#include "arch/core.h"

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
#if CONFIG_MAX_NUM_NODES > 1
    mrs x9, tpidr_el1
    cbnz x9, secondary
#endif

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
#if CONFIG_MAX_NUM_NODES > 1
    mov x19, x0
    mov x20, x1
    mov x21, x2
    mov x22, x3
    mov x23, x4
    mov x24, x5
    mov x0, #0
    bl boot_name_core
    mov x0, x19
    mov x1, x20
    mov x2, x21
    mov x3, x22
    mov x4, x23
    mov x5, x24
#endif
    /* The six arguments are still in place. */
    bl boot_main
    b restore_context

halt:
    wfi
    b halt

#if CONFIG_MAX_NUM_NODES > 1
    /* x9: number. Until core 0 lets it go a core uses registers only: .bss is not yet zero. */
secondary:
    adrp x10, boot_cores_wanted
    add x10, x10, :lo12:boot_cores_wanted
3:
    ldar w11, [x10]
    cbnz w11, 4f
    wfe
    b 3b
4:
    cmp x9, x11
    b.hs halt /* one more than there is work for */
    adrp x10, boot_stack_top
    add x10, x10, :lo12:boot_stack_top
    lsl x11, x9, #BOOT_STACK_SHIFT
    add sp, x10, x11
    adrp x10, vectors
    add x10, x10, :lo12:vectors
    msr vbar_el2, x10
    isb
    mov x0, x9
    bl boot_name_core
    bl boot_other_core
    b restore_context

    /* Number of cores that run the kernel, once core 0 is ready for the others. */
    .section .data.boot, "aw"
    .balign 8
    .global boot_cores_wanted
boot_cores_wanted:
    .quad 0
#endif

    .section .bss.stack, "aw", %nobits
    .balign 4096
    .space 1 << BOOT_STACK_SHIFT
    .global boot_stack_top
boot_stack_top: /* of core 0; on several cores the others' follow */
#if CONFIG_MAX_NUM_NODES > 1
    .space (CONFIG_MAX_NUM_NODES - 1) << BOOT_STACK_SHIFT
#endif
