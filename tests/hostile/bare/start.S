/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Smallest arm64 Image: header, stack, vectors that count an exception and go on behind the
 * instruction that took it. An IRQ is acknowledged and ended.
 */
    .section .head, "ax"
    b   start
    .long 0
    .quad 0                 /* text_offset */
    .quad 0x200000          /* image_size */
    .quad 0xa               /* little endian, 4K pages, anywhere */
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .long 0

    .globl start
start:
    adrp x1, stack_top
    add x1, x1, :lo12:stack_top
    mov sp, x1
    adr x1, vectors
    msr vbar_el1, x1
    mov x1, #(3 << 20)      /* CPACR_EL1.FPEN: EL1 may use vector registers */
    msr cpacr_el1, x1
    isb
    bl  guest_main
1:  wfi
    b   1b

    .balign 2048
vectors:
    .rept 16
    .balign 128
    b   exception
    .endr

/* Uses only the space below the interrupted stack pointer, and restores all that it touches. */
exception:
    stp x0, x1, [sp, #-32]!
    stp x2, x3, [sp, #16]
    mrs x0, esr_el1
    lsr x1, x0, #26
    cbz x1, 2f              /* class 0: undefined, or an IRQ with a stale syndrome */
    b   3f
2:  mrs x1, isr_el1
    tbz x1, #7, 3f          /* no IRQ pending: really undefined */
    b   4f
3:  mrs x1, elr_el1
    add x1, x1, #4
    msr elr_el1, x1
    adrp x2, guest_exceptions
    add x2, x2, :lo12:guest_exceptions
    ldr x3, [x2]
    add x3, x3, #1
    str x3, [x2]
    b   5f
4:  mov x2, #0x08010000     /* GICC */
    ldr w3, [x2, #0xc]
    str w3, [x2, #0x10]
5:  msr esr_el1, xzr
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #32
    eret

/* long guest_syscall(number, x0, x1, x2, x3, x4, x5): HVC with the number in x7. */
    .globl guest_syscall
guest_syscall:
    mov x7, x0
    mov x0, x1
    mov x1, x2
    mov x2, x3
    mov x3, x4
    mov x4, x5
    mov x5, x6
    hvc #0
    ret

/*
 * void guest_forge(info, mr0, mr1, mr2, mr3): Call on the fault endpoint, as if it were a fault.
 * The VMM may write any register and go on at guest_forge_return.
 */
    .globl guest_forge
guest_forge:
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    mov x5, x4
    mov x4, x3
    mov x3, x2
    mov x2, x1
    mov x1, x0
    mov x0, #1
    mov x7, #-1
    hvc #0
    nop                     /* an exception injected here counts the HVC as done, or not */
    .globl guest_forge_return
guest_forge_return:
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    ret

    .bss
    .balign 4096
    .space 65536
stack_top:
