/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs that run as EL1 guests. Position-independent, MMU off; copied to the guest's page by
 * test_vcpu.c. `hvc` with x7 = 0x100 reports x0..x6 to the VMM.
 */
    .section .rodata.guest, "a"

    .macro  guest name
    .balign 64
    .global guest_\name
guest_\name:
    .endm

    .macro  report
    mov     x7, #0x100
    hvc     #0
    .endm

/* Reports seven registers, then that it went on. */
guest hello
    mov     x0, #1
    mov     x1, #2
    mov     x2, #3
    mov     x3, #4
    mov     x4, #5
    mov     x5, #6
    mov     x6, #7
    report
    add     x0, x0, #0x100
    report
1:  b       1b

/* Reports SCTLR_EL1 for ever. */
guest sctlr
    mrs     x0, sctlr_el1
    report
    b       guest_sctlr

guest smc
    movz    x0, #0x8400, lsl #16
    smc     #0
    report
1:  b       1b

guest wfi
    mov     x0, #1
    wfi
    report
1:  b       1b

/* x1 = address: loads a word, then stores a byte next to it. */
guest access
    ldr     w0, [x1]
    report
    strb    w0, [x1, #5]
    report
1:  b       1b

/* x1 = address: jumps there. */
guest jump
    br      x1

/* Reads and writes system registers; x0..x6 report them. */
guest sysregs
    mrs     x0, tpidr_el1
    mrs     x1, mpidr_el1
    mrs     x2, sctlr_el1
    mrs     x3, vbar_el1
    mrs     x4, CurrentEL
    mrs     x5, cntvct_el0
    mrs     x6, ttbr1_el1
    report
    mov     x0, #0x7777
    msr     tpidr_el1, x0
    mov     x0, #0x8000
    msr     vbar_el1, x0
    movz    x0, #0x1234, lsl #16
    msr     ttbr1_el1, x0
    movz    x0, #0x5678
    msr     elr_el1, x0
    msr     sp_el0, x0
    mov     x0, #0x4440
    mov     sp, x0
    report
1:  b       1b

/* Physical counter, virtual counter, physical timer. */
guest counter
    mrs     x0, cntpct_el0
    report
    mrs     x0, cntvct_el0
    report
    mrs     x0, cntp_ctl_el0
    report
1:  b       1b

/* x0 = cap, x7 = number, x1 = info: a system call by hvc. */
guest syscall
    hvc     #0
    mov     x6, x7
    report
1:  b       1b

/* x1 = own page; enables the CPU interface at IPA 0x08010000 and takes interrupts. */
guest irq
    adr     x0, guest_irq_vectors
    msr     vbar_el1, x0
    movz    x2, #0x0801, lsl #16
    mov     w3, #0xff
    str     w3, [x2, #4]            /* GICC_PMR */
    mov     w3, #1
    str     w3, [x2, #0]            /* GICC_CTLR */
    isb
    mov     x0, #0
    report                          /* ready */
    msr     daifclr, #2
1:  b       1b
    .balign 2048
    .global guest_irq_vectors
guest_irq_vectors:
    .skip   0x280
    movz    x2, #0x0801, lsl #16
    ldr     w0, [x2, #0xc]          /* GICC_IAR */
    cmp     w0, #27
    b.ne    2f
    msr     cntv_ctl_el0, xzr       /* quench the timer before the end of interrupt */
    isb
2:  report                          /* inside the handler */
    str     w0, [x2, #0x10]         /* GICC_EOIR */
    eret
    .skip   0x180 - 40

/* Virtual timer: x1 = ticks; then as `irq`. */
guest timer
    adr     x0, guest_irq_vectors2
    msr     vbar_el1, x0
    movz    x2, #0x0801, lsl #16
    mov     w3, #0xff
    str     w3, [x2, #4]
    mov     w3, #1
    str     w3, [x2, #0]
    isb
3:  mov     x4, #0
    msr     cntv_tval_el0, x1
    mov     x3, #1
    msr     cntv_ctl_el0, x3
    isb
    msr     daifclr, #2
1:  cbz     x4, 1b                  /* the handler sets x4 */
    mov     x0, #0x55
    report
    b       3b
    .balign 2048
guest_irq_vectors2:
    .skip   0x280
    movz    x2, #0x0801, lsl #16
    ldr     w0, [x2, #0xc]
    msr     cntv_ctl_el0, xzr
    isb
    str     w0, [x2, #0x10]
    mov     x4, #1
    eret
    .skip   0x180 - 24

/* Floating point of the guest across exits. */
guest fpu
    mov     x0, #(3 << 20)
    msr     cpacr_el1, x0
    isb
    mov     x1, #0x4321
    .arch_extension fp
    fmov    d9, x1
    mov     x0, #0
    report
    fmov    x0, d9
    report
1:  b       1b

/* Exits for ever, for the benchmark: x7 = 0x100 each time. */
guest exits
    mov     x7, #0x100
1:  hvc     #0
    b       1b

/* Reads a device register for ever, for the benchmark; the VMM sets the pc back. */
guest reads
    movz    x1, #0x3000, lsl #16
    ldr     w0, [x1]
1:  b       1b

/* x1: root table. Changes x0. */
    .macro stage1_on
    movz    x0, #0xff
    msr     mair_el1, x0
    movz    x0, #0x3519
    movk    x0, #0x0080, lsl #16    /* EPD1, 4 KB, inner/outer write-back, T0SZ 25 */
    msr     tcr_el1, x0
    msr     ttbr0_el1, x1
    isb
    mrs     x0, sctlr_el1
    orr     x0, x0, #1
    msr     sctlr_el1, x0
    isb
    .endm

/* Stage 1 on: x1 = root table; reads a virtual address whose IPA is nowhere. */
guest stage1
    stage1_on
    movz    x2, #0x8000, lsl #16
    ldrb    w0, [x2, #0x123]
    report
1:  b       1b

/* Stage 1 on: x1 = root table; stores to VA 0x80010000 for ever, whatever comes of it. */
guest stores
    adr     x0, guest_stores_vectors
    msr     vbar_el1, x0
    stage1_on
    movz    x2, #0x8001, lsl #16
guest_stores_again:
    strb    w0, [x2]
    b       guest_stores_again
    .balign 2048
guest_stores_vectors:
    .skip   0x200
    b       guest_stores_again      /* a synchronous exception of EL1 */

    .balign 64
    .global guest_end
guest_end:
