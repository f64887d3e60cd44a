/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot loader that is not ours: entry of its cores, what it carries, and the way into the kernel as
 * sel4-abi 12.1 says a loader takes it. MAPPING is the memory attribute (an index into MAIR_EL2) under which the
 * kernel sees itself at first: 4 is cached memory; 7 is device memory, as seL4's stock loader has it.
 */
    .section .text.start, "ax"
    .globl _start
_start:
    msr     daifset, #0xf
    adrp    x1, stack_top
    add     x1, x1, :lo12:stack_top
    mov     sp, x1
    bl      load_all
    mov     x0, #0

    /* All cores: x0 = logical number. Nothing of the loader's is written any more. */
    .globl enter_kernel
enter_kernel:
    msr     daifset, #0xf
    msr     tpidr_el1, x0
    adrp    x20, arguments
    add     x20, x20, :lo12:arguments
1:  ldr     x6, [x20, #48]          /* entry; 0 until the first core is done */
    cbz     x6, 1b
    ldr     x1, =0x0000aaff440c0400
    msr     mair_el2, x1
    ldr     x1, =0x80843510
    msr     tcr_el2, x1
    adrp    x1, table_level0
    msr     ttbr0_el2, x1
    dsb     sy
    isb
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    mrs     x1, sctlr_el2
    ldr     x2, =0x1005             /* MMU, caches */
    orr     x1, x1, x2
    msr     sctlr_el2, x1
    isb
    ldp     x0, x1, [x20]
    ldp     x2, x3, [x20, #16]
    ldp     x4, x5, [x20, #32]
    br      x6

    .section .rodata
    .balign 16
    .globl kernel_file, tree_file, root_file
kernel_file:
    .incbin "kernel.elf"
    .balign 16
tree_file:
    .incbin "kernel.dtb"
    .balign 16
root_file:
    .incbin "root.elf"

    .section .bss
    .balign 16
    .space  0x4000
stack_top:
