/* SPDX-License-Identifier: BSD-2-Clause */
#include "contract/sel4/entry.h"
#include "plat/plat.h"

OUTPUT_ARCH(aarch64)
ENTRY(kernel_entry)

PHDRS
{
    kernel PT_LOAD FLAGS(7);
}

OFFSET = SEL4_KERNEL_ELF_BASE - PLAT_KERNEL_PADDR;

SECTIONS
{
    . = SEL4_KERNEL_ELF_BASE;
    kernel_image_start = .;
    .text : AT(ADDR(.text) - OFFSET) {
        *(.text.head)
        *(.text.entry)
        *(.text.fast)
        *(.text .text.*)
        . = ALIGN(4096);
    } :kernel
    kernel_text_end = .;
    .rodata : AT(ADDR(.rodata) - OFFSET) {
        *(.rodata .rodata.*)
        . = ALIGN(4096);
    } :kernel
    kernel_rodata_end = .;
    .data : AT(ADDR(.data) - OFFSET) {
        *(.data .data.*)
        . = ALIGN(4096);
    } :kernel
    kernel_bss_start = .;
    .bss : AT(ADDR(.bss) - OFFSET) {
        *(.bss .bss.*)
        *(COMMON)
        . = ALIGN(4096);
    } :kernel
    kernel_bss_end = .;
    kernel_image_end = .;
    ASSERT(kernel_image_end - kernel_image_start <= 0x200000, "kernel larger than its table maps")
    /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
