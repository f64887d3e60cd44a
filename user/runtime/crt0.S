/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of a component: x0 = configuration blob, x1 = its size, sp = top of the stack that the
 * initial task mapped. Of the ELF file everything is loaded and .bss is zero already.
 */
    .section .text.start, "ax"
    .globl _start
    .type _start, %function
_start:
    mov x29, xzr
    mov x30, xzr
    adrp x2, rt_tls_area
    add x2, x2, :lo12:rt_tls_area
    msr tpidr_el0, x2
    b rt_start_component
    .size _start, . - _start
