/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the initial task: x0 = BootInfo page, every other register is 0, also sp. */
    .section .text.start, "ax"
    .globl _start
    .type _start, %function
_start:
    adrp x1, init_stack_end
    add x1, x1, :lo12:init_stack_end
    mov sp, x1
    adrp x2, rt_tls_area
    add x2, x2, :lo12:rt_tls_area
    msr tpidr_el0, x2
    mov x29, xzr
    mov x30, xzr
    b init_main
    .size _start, . - _start

    .section .bss
    .balign 16
init_stack:
    .space 0x8000
init_stack_end:
