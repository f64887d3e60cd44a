/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the child: its stack and x0 are set by the parent. */
    .section .text
    .globl _start
    .type _start, %function
_start:
    mov x29, xzr
    mov x30, xzr
    bl child_main
1:  b 1b
    .size _start, . - _start
