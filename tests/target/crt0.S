/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the root task: x0 = BootInfo, every other register 0, no stack. */
    .section .text.start, "ax"
    .global _start
_start:
    adrp    x1, main_stack_top
    add     x1, x1, :lo12:main_stack_top
    mov     sp, x1
    mov     x29, #0
    mov     x30, #0
    bl      target_main
1:  b       1b

    .section .bss.stack, "aw", %nobits
    .balign 16
    .skip   16384
main_stack_top:
