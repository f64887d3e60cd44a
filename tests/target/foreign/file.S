/* SPDX-License-Identifier: BSD-2-Clause */
/* The child's file, in the parent. */
    .section .rodata
    .balign 16
    .globl child_file
child_file:
    .incbin "child.elf"
