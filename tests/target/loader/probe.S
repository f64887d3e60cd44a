/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes the kernel's place: prints what the loader handed over, one value per line, on the PL011
 * at UART. Other cores print their number as a letter. Built for -DUART and a physical address.
 */
    .section .text
    .global _start
_start:
    mrs     x25, tpidr_el1
    cbnz    x25, other
    adr     x9, values
    stp     x0, x1, [x9]
    stp     x2, x3, [x9, #16]
    stp     x4, x5, [x9, #32]
    mrs     x6, tcr_el2
    mrs     x7, mair_el2
    stp     x6, x7, [x9, #48]
    mrs     x6, CurrentEL
    ldr     w7, [x4]                /* first word of the device tree */
    stp     x6, x7, [x9, #64]
    ldr     x6, [x1]                /* page behind the root task: count, size of headers */
    adr     x7, _start
    stp     x6, x7, [x9, #80]
    ldr     x10, =UART
    mov     x11, #12
1:  ldr     x12, [x9], #8
    mov     x13, #64
    mov     w15, #'='
    str     w15, [x10]
2:  sub     x13, x13, #4
    lsr     x14, x12, x13
    and     x14, x14, #15
    cmp     x14, #10
    add     x15, x14, #'0'
    add     x16, x14, #('a' - 10)
    csel    x15, x15, x16, lo
    str     w15, [x10]
    cbnz    x13, 2b
    mov     w15, #'\n'
    str     w15, [x10]
    subs    x11, x11, #1
    b.ne    1b
    adr     x9, go
    mov     w15, #1
    str     w15, [x9]
3:  wfe
    b       3b
other:
    adr     x9, go
4:  ldr     w15, [x9]
    cbz     w15, 4b
    ldr     x10, =UART
    mov     w15, #'#'
    str     w15, [x10]
    add     w15, w25, #'A'
    str     w15, [x10]
    mov     w15, #'\n'
    str     w15, [x10]
5:  wfe
    b       5b
    .balign 8
values: .skip 96
go: .long 0

/* A root task that is never started: the loader only has to place it. */
    .section .root, "ax"
    .global root_start
root_start:
    b       root_start
