/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Object types that Untyped_Retype takes, and sizes in bits (log2 of bytes). Usable from assembly.
 *
 * The includer has the kernel's configuration (CONFIG_*) included before this header.
 *
 * Source: seL4 16.0.0 API, AArch64, classic, hypervisor configuration.
 */
#ifndef CONTRACT_SEL4_OBJECT_H
#define CONTRACT_SEL4_OBJECT_H

#define SEL4_TYPE_UNTYPED      0
#define SEL4_TYPE_TCB          1
#define SEL4_TYPE_ENDPOINT     2
#define SEL4_TYPE_NOTIFICATION 3
#define SEL4_TYPE_CNODE        4
#define SEL4_TYPE_HUGE_PAGE    5
#define SEL4_TYPE_VSPACE       6
#define SEL4_TYPE_SMALL_PAGE   7
#define SEL4_TYPE_LARGE_PAGE   8
#define SEL4_TYPE_PAGE_TABLE   9
#define SEL4_TYPE_VCPU         10
#define SEL4_TYPE_COUNT        11

#define SEL4_WORD_BITS       64
#define SEL4_WORD_SIZE_BITS  3
#define SEL4_PAGE_BITS       12
#define SEL4_LARGE_PAGE_BITS 21
#define SEL4_HUGE_PAGE_BITS  30
#define SEL4_SLOT_BITS       5
#ifdef CONFIG_HARDWARE_DEBUG_API
#define SEL4_TCB_BITS 12
#else
#define SEL4_TCB_BITS 11
#endif
#define SEL4_ENDPOINT_BITS         4
#define SEL4_NOTIFICATION_BITS     5
#define SEL4_PAGE_TABLE_BITS       12
#define SEL4_PAGE_TABLE_INDEX_BITS 9
#define SEL4_PAGE_TABLE_ENTRY_BITS 3
#define SEL4_VSPACE_ENTRY_BITS     3
#ifdef CONFIG_ARM_PA_SIZE_BITS_40
#define SEL4_VSPACE_BITS       13
#define SEL4_VSPACE_INDEX_BITS 10
#define SEL4_USER_TOP          0xffffffffff
#else
#define SEL4_VSPACE_BITS       12
#define SEL4_VSPACE_INDEX_BITS 9
#define SEL4_USER_TOP          0xfffffffffff
#endif
#define SEL4_VCPU_BITS            12
#define SEL4_ASID_POOL_BITS       12
#define SEL4_ASID_POOL_INDEX_BITS 9
#define SEL4_NUM_ASID_POOLS_BITS  7
#define SEL4_MIN_UNTYPED_BITS     4
#define SEL4_MAX_UNTYPED_BITS     47

/* TCB flags, set and read by TCB_SetFlags; unknown bits are ignored. */
#define SEL4_TCB_FLAG_FPU_DISABLED 1

/*
 * Order of the registers in TCB_ReadRegisters and TCB_WriteRegisters (struct seL4_UserContext):
 * pc sp spsr x0..x8 x16 x17 x18 x29 x30 | x9..x15 x19..x28 | tpidr_el0 tpidrro_el0.
 */
#define SEL4_USER_CONTEXT_WORDS         36
#define SEL4_USER_CONTEXT_FRAME_WORDS   17
#define SEL4_USER_CONTEXT_INTEGER_WORDS 17

/* Flags word of the register invocations. */
#define SEL4_READ_REGISTERS_SUSPEND          (1 << 0)
#define SEL4_WRITE_REGISTERS_RESUME          (1 << 0)
#define SEL4_COPY_REGISTERS_SUSPEND_SOURCE   (1 << 0)
#define SEL4_COPY_REGISTERS_RESUME_TARGET    (1 << 1)
#define SEL4_COPY_REGISTERS_TRANSFER_FRAME   (1 << 2)
#define SEL4_COPY_REGISTERS_TRANSFER_INTEGER (1 << 3)

#endif
