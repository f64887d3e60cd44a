/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the root task: x0 = BootInfo. The C side gets it with a stack and thread-local storage. */
    .section .text
    .globl _start
    .type _start, %function
_start:
    adrp x1, root_stack_top
    add x1, x1, :lo12:root_stack_top
    mov sp, x1
    adrp x2, root_tls
    add x2, x2, :lo12:root_tls
    msr tpidr_el0, x2
    mov x29, xzr
    mov x30, xzr
    bl root_main
1:  b 1b
    .size _start, . - _start

    .section .bss
    .balign 16
    .space 0x4000
root_stack_top:
