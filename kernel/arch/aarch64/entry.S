/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception entry and return.
 *
 * While a thread runs, SP_EL2 points to its struct user_context. In the kernel it is the core's
 * stack.
 */
#include "arch/context.h"
#include "arch/core.h"
#include "arch/sysreg.h"

#include "contract/sel4/syscall.h"

    .section .text.entry, "ax"

/* Puts the interrupted thread's registers into its context. Leaves x9 = ELR, x0..x8 untouched. */
.macro save_context
    stp x0, x1, [sp, #CTX_X(0)]
    stp x2, x3, [sp, #CTX_X(2)]
    stp x4, x5, [sp, #CTX_X(4)]
    stp x6, x7, [sp, #CTX_X(6)]
    stp x8, x9, [sp, #CTX_X(8)]
    stp x10, x11, [sp, #CTX_X(10)]
    stp x12, x13, [sp, #CTX_X(12)]
    stp x14, x15, [sp, #CTX_X(14)]
    stp x16, x17, [sp, #CTX_X(16)]
    stp x18, x19, [sp, #CTX_X(18)]
    stp x20, x21, [sp, #CTX_X(20)]
    stp x22, x23, [sp, #CTX_X(22)]
    stp x24, x25, [sp, #CTX_X(24)]
    stp x26, x27, [sp, #CTX_X(26)]
    stp x28, x29, [sp, #CTX_X(28)]
    mrs x11, sp_el0
    mrs x9, elr_el2
    mrs x10, spsr_el2
    stp x30, x11, [sp, #CTX_X(30)]
    stp x9, x10, [sp, #CTX_ELR]
#ifdef CONFIG_MEASURE_LATENCY
    mrs x10, cntpct_el0
    adrp x11, latency_entry
    add x11, x11, :lo12:latency_entry
    stp x10, x1, [x11]
    stp x7, x9, [x11, #16]
#endif
.endm

/*
 * Draws a ticket (core/lock.c) and waits for its turn. Changes x11, x14 to x17 and x30. Bound of the
 * loop: the exclusive store fails only when another core drew or gave back at the same time.
 */
.macro take_lock
    adrp x14, kernel_lock
    add x14, x14, :lo12:kernel_lock
    mov x17, #1 << 32
1001:
    ldaxr x15, [x14]
    add x16, x15, x17
    stxr w11, x16, [x14]
    cbnz w11, 1001b
    lsr x16, x15, #32
    cmp w16, w15
    b.eq 1002f
    bl wait_for_lock
    cbnz w15, stalled
1002:
.endm

.macro load_stack
#if CONFIG_MAX_NUM_NODES == 1
    adrp x11, boot_stack_top
    add sp, x11, :lo12:boot_stack_top
#else
    mrs x11, tpidr_el2
    ldr x11, [x11, #ARCH_CORE_STACK]
    mov sp, x11
    take_lock
#endif
.endm

.macro vector target
    .balign 0x80
    \target
.endm

.macro kernel_fault_of kind
    sub sp, sp, #256
    stp x0, x1, [sp]
    mov x0, #\kind
    b kernel_fault
.endm

.macro kernel_vector kind
    .balign 0x80
    kernel_fault_of \kind
.endm

    .balign 0x800
    .global vectors
vectors:
    kernel_vector 0
    kernel_vector 1
    kernel_vector 2
    kernel_vector 3

    /* In the kernel itself: only guest_walk may meet an exception. */
    .balign 0x80
    stp x0, x1, [sp, #-16]!
    mrs x0, elr_el2
    adr x1, guest_walk
    cmp x0, x1
    b.eq guest_walk_aborted
    ldp x0, x1, [sp], #16
    kernel_fault_of 4

    kernel_vector 5
    kernel_vector 6

    /* An SError is let in by take_serror only. */
    .balign 0x80
    stp x0, x1, [sp, #-16]!
    mrs x0, elr_el2
    adr x1, serror_window
    sub x0, x0, x1
    cmp x0, #serror_window_end - serror_window
    b.ls serror_taken
    ldp x0, x1, [sp], #16
    kernel_fault_of 7

    /* Lower level, AArch64, then AArch32 (a guest's user mode). */
.rept 2
    .balign 0x80
    save_context
    mrs x12, esr_el2
    lsr x13, x12, #ESR_EC_SHIFT
    b lower_sync
    .balign 0x80
    save_context
    b lower_irq
    .balign 0x80
    save_context
    b lower_irq
    .balign 0x80
    save_context
    b lower_serror
.endr

#if CONFIG_MAX_NUM_NODES > 1
/* w16: ticket. Leaves in w15 what lock_wait() returns. Keeps x0, x1, x7 and x12. */
wait_for_lock:
    stp x0, x1, [sp, #-48]!
    stp x7, x12, [sp, #16]
    str x30, [sp, #32]
    mov w0, w16
    bl lock_wait
    mov w15, w0
    ldr x30, [sp, #32]
    ldp x7, x12, [sp, #16]
    ldp x0, x1, [sp], #48
    ret
#endif

lower_sync:
    cmp x13, #ESR_EC_SVC
    ccmp x13, #ESR_EC_HVC, #4, ne
    b.ne 1f
    sub x10, x9, #4 /* the call itself */
    str x10, [sp, #CTX_FAULT_IP]
#ifdef CONFIG_DEBUG_BUILD
    mov x19, sp
    load_stack
    bl invariants_at_call
    ldp x0, x1, [x19, #CTX_X(0)]
    ldr x7, [x19, #CTX_X(7)]
#else
    load_stack
#endif
#ifdef CONFIG_FASTPATH
    /* x0 and x1 still hold the pointer and the message info. */
    cmn x7, #-SEL4_SYS_CALL
    b.eq 2f
    cmn x7, #-SEL4_SYS_REPLY_RECV
    b.eq 3f
    cmn x7, #-SEL4_SYS_SEND
    b.eq 4f
#endif
    mov x0, x7
    bl trap_syscall
    b restore_context
#ifdef CONFIG_FASTPATH
2:
    bl fastpath_call
    cbnz x0, restore_context
    mov x0, #SEL4_SYS_CALL
    bl trap_syscall
    b restore_context
3:
    bl fastpath_reply_recv
    cbnz x0, restore_context
    mov x0, #SEL4_SYS_REPLY_RECV
    bl trap_syscall
    b restore_context
4:
    bl fastpath_send
    cbnz x0, restore_context
    mov x0, #SEL4_SYS_SEND
    bl trap_syscall
    b restore_context
#endif
1:
    str x9, [sp, #CTX_FAULT_IP]
    load_stack
    mov x0, x12
    bl trap_fault
    b restore_context

lower_irq:
    str x9, [sp, #CTX_FAULT_IP]
    load_stack
    bl trap_irq
    b restore_context

    /* Noted before others may take the thread off the core, for the hardware does not tell it again. */
lower_serror:
    mrs x12, esr_el2
    str x9, [sp, #CTX_FAULT_IP]
    str x12, [sp, #CTX_SERROR]
    load_stack
stalled:
    bl trap_choose

    /* x0: the context to resume. */
    .global restore_context
restore_context:
#ifdef CONFIG_DEBUG_BUILD
    bl invariants_at_exit
#endif
#ifdef CONFIG_MEASURE_LATENCY
    bl latency_at_exit
#endif
#if CONFIG_MAX_NUM_NODES > 1
    /* Nobody writes to the current thread's context without stalling this core first. */
    adrp x9, kernel_lock
    add x9, x9, :lo12:kernel_lock
    ldr w10, [x9]
    add w10, w10, #1
    stlr w10, [x9]
#endif
    mov sp, x0
    ldp x9, x10, [sp, #CTX_ELR]
    ldp x30, x11, [sp, #CTX_X(30)]
    msr elr_el2, x9
    msr spsr_el2, x10
    msr sp_el0, x11
    ldp x0, x1, [sp, #CTX_X(0)]
    ldp x2, x3, [sp, #CTX_X(2)]
    ldp x4, x5, [sp, #CTX_X(4)]
    ldp x6, x7, [sp, #CTX_X(6)]
    ldp x8, x9, [sp, #CTX_X(8)]
    ldp x10, x11, [sp, #CTX_X(10)]
    ldp x12, x13, [sp, #CTX_X(12)]
    ldp x14, x15, [sp, #CTX_X(14)]
    ldp x16, x17, [sp, #CTX_X(16)]
    ldp x18, x19, [sp, #CTX_X(18)]
    ldp x20, x21, [sp, #CTX_X(20)]
    ldp x22, x23, [sp, #CTX_X(22)]
    ldp x24, x25, [sp, #CTX_X(24)]
    ldp x26, x27, [sp, #CTX_X(26)]
    ldp x28, x29, [sp, #CTX_X(28)]
    eret

kernel_fault:
    stp x2, x3, [sp, #CTX_X(2)]
    stp x4, x5, [sp, #CTX_X(4)]
    stp x6, x7, [sp, #CTX_X(6)]
    stp x8, x9, [sp, #CTX_X(8)]
    stp x10, x11, [sp, #CTX_X(10)]
    stp x12, x13, [sp, #CTX_X(12)]
    stp x14, x15, [sp, #CTX_X(14)]
    stp x16, x17, [sp, #CTX_X(16)]
    stp x18, x19, [sp, #CTX_X(18)]
    stp x20, x21, [sp, #CTX_X(20)]
    stp x22, x23, [sp, #CTX_X(22)]
    stp x24, x25, [sp, #CTX_X(24)]
    stp x26, x27, [sp, #CTX_X(26)]
    stp x28, x29, [sp, #CTX_X(28)]
    str x30, [sp, #CTX_X(30)]
    mov x1, sp
    bl trap_kernel

    /*
     * uint64_t guest_walk(uint64_t address): stage 1 of the guest that was running, into PAR_EL1's format.
     * Its tables may have changed since its abort, and lie now where reading them is answered by an
     * external abort, which is taken here, at the first instruction: the walk failed then. ELR_EL2 and SPSR_EL2
     * are the kernel's afterwards.
     */
    .global guest_walk
guest_walk:
    at s1e1r, x0
    isb
    mrs x0, par_el1
    ret

guest_walk_aborted:
    add x0, x0, #4
    msr elr_el2, x0
    mov x0, #PAR_FAILED
    msr par_el1, x0
    ldp x0, x1, [sp], #16
    eret

    /*
     * uint64_t take_serror(void): lets the pending SError come; its ESR_EL2, or 0 if it went away. It is taken behind
     * either of two instructions. ELR_EL2 and SPSR_EL2 are the kernel's afterwards.
     */
    .global take_serror
take_serror:
    mov x0, #0
    msr daifclr, #4
serror_window:
    isb
serror_window_end:
    msr daifset, #4
    ret

serror_taken:
    add sp, sp, #16
    mrs x0, esr_el2
    eret

    /* void fpu_save(struct fpu_context *), void fpu_load(const struct fpu_context *) */
    .arch_extension fp
    .arch_extension simd
    .global fpu_save
fpu_save:
    stp q0, q1, [x0, #0]
    stp q2, q3, [x0, #32]
    stp q4, q5, [x0, #64]
    stp q6, q7, [x0, #96]
    stp q8, q9, [x0, #128]
    stp q10, q11, [x0, #160]
    stp q12, q13, [x0, #192]
    stp q14, q15, [x0, #224]
    stp q16, q17, [x0, #256]
    stp q18, q19, [x0, #288]
    stp q20, q21, [x0, #320]
    stp q22, q23, [x0, #352]
    stp q24, q25, [x0, #384]
    stp q26, q27, [x0, #416]
    stp q28, q29, [x0, #448]
    stp q30, q31, [x0, #480]
    mrs x1, fpsr
    mrs x2, fpcr
    add x0, x0, #512
    stp x1, x2, [x0]
    ret

    .global fpu_load
fpu_load:
    ldp q0, q1, [x0, #0]
    ldp q2, q3, [x0, #32]
    ldp q4, q5, [x0, #64]
    ldp q6, q7, [x0, #96]
    ldp q8, q9, [x0, #128]
    ldp q10, q11, [x0, #160]
    ldp q12, q13, [x0, #192]
    ldp q14, q15, [x0, #224]
    ldp q16, q17, [x0, #256]
    ldp q18, q19, [x0, #288]
    ldp q20, q21, [x0, #320]
    ldp q22, q23, [x0, #352]
    ldp q24, q25, [x0, #384]
    ldp q26, q27, [x0, #416]
    ldp q28, q29, [x0, #448]
    ldp q30, q31, [x0, #480]
    add x0, x0, #512
    ldp x1, x2, [x0]
    msr fpsr, x1
    msr fpcr, x2
    ret
