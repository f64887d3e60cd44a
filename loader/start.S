/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of the image: arm64 Linux Image header, then the first instructions of every core.
 *
 * Boot core: x0 = physical address of the device tree, MMU off, any exception level, any base
 * address (4 KB aligned). Secondary cores: x0 = address of their struct core_start.
 */
    .section .text.start, "ax"
    .global image_start
image_start:
    b       boot
    .long   0
    .quad   0                       /* text_offset */
    .quad   0                       /* image_size: written by the image builder */
    .quad   0xa                     /* little endian, 4 KB pages, any 2 MB base */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

boot:
    msr     daifset, #0xf
    mov     x20, x0
    adrp    x21, image_start
    add     x21, x21, :lo12:image_start

    /* Everything below is written with caches off: no line of the loader may stay behind. */
    adrp    x1, loader_end
    add     x1, x1, :lo12:loader_end
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4
    mov     x3, #4
    lsl     x3, x3, x2
    mov     x2, x21
1:  dc      civac, x2
    add     x2, x2, x3
    cmp     x2, x1
    b.lo    1b
    dsb     sy

    /* Self-relocation: R_AARCH64_RELATIVE only, as the linker script asserts. */
    adrp    x1, rela_start
    add     x1, x1, :lo12:rela_start
    adrp    x2, rela_end
    add     x2, x2, :lo12:rela_end
2:  cmp     x1, x2
    b.hs    3f
    ldp     x3, x4, [x1], #16       /* offset, info */
    ldr     x5, [x1], #8            /* addend */
    add     x5, x5, x21
    str     x5, [x21, x3]
    b       2b
3:
    msr     spsel, #1
    adrp    x1, boot_stack_top
    add     x1, x1, :lo12:boot_stack_top
    mov     sp, x1
    mrs     x2, CurrentEL
    lsr     x2, x2, #2
    cmp     x2, #2
    b.ne    4f
    mov     x3, #0x33ff             /* no traps of FP: a library may use it for copies */
    msr     cptr_el2, x3
    isb
4:  mov     x0, x20
    mov     x1, x21
    bl      ldr_main
5:  wfe
    b       5b

/*
 * enter_kernel(const struct core_start *core): jumps to the kernel with its six arguments.
 */
    .global enter_kernel
enter_kernel:
    ldr     x6, [x0, #32]
    msr     tpidr_el1, x6
    ldr     x7, [x0, #40]
    ldr     x8, [x0, #48]
    ldp     x1, x2, [x8, #8]
    ldp     x3, x4, [x8, #24]
    ldr     x5, [x8, #40]
    ldr     x0, [x8, #0]
    isb
    br      x7

/* A secondary core: MMU off, EL2, x0 = struct core_start, cleaned to memory by the boot core. */
    .global secondary_entry
secondary_entry:
    msr     daifset, #0xf
    mrs     x2, CurrentEL
    lsr     x2, x2, #2
    cmp     x2, #2
    b.ne    5b
    ldp     x1, x2, [x0, #0]
    ldp     x3, x4, [x0, #16]
    msr     mair_el2, x1
    msr     tcr_el2, x2
    msr     ttbr0_el2, x3
    dsb     sy
    isb
    tlbi    alle2
    ic      iallu
    dsb     sy
    isb
    msr     sctlr_el2, x4
    isb
    b       enter_kernel

/* A core behind a spin table carries no argument: it finds its own struct by MPIDR. */
    .global spin_entry
spin_entry:
    adrp    x0, core_starts
    add     x0, x0, :lo12:core_starts
    mrs     x1, mpidr_el1
    mov     x2, #0xffffff
    and     x1, x1, x2
    mov     x3, #8                  /* IMAGE_MAX_CORES */
6:  ldr     x2, [x0, #56]
    cmp     x1, x2
    b.eq    secondary_entry
    add     x0, x0, #64
    subs    x3, x3, #1
    b.ne    6b
    b       5b

    .section .bss.stack, "aw", %nobits
    .balign 16
    .skip   16384
    .global boot_stack_top
boot_stack_top:
