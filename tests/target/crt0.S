/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of the root task: x0 = BootInfo, every other register 0, no stack. */
    .section .text.start, "ax"
    .global _start
_start:
    /* All that should be 0, into one register: BOOT-0001 looks at it. */
.irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    orr     x1, x1, x\n
.endr
    mov     x2, sp
    orr     x1, x1, x2
    mrs     x2, tpidr_el0
    orr     x1, x1, x2
    mrs     x2, tpidrro_el0
    orr     x1, x1, x2
    adrp    x2, main_stack_top
    add     x2, x2, :lo12:main_stack_top
    mov     sp, x2
    mov     x29, #0
    mov     x30, #0
    bl      target_main
1:  b       1b

    .section .bss.stack, "aw", %nobits
    .balign 16
    .skip   16384
main_stack_top:
