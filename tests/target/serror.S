/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry code on SErrors, which the emulator does not raise: this program at EL2 is what the entry
 * code sees of the hardware and of the kernel. It sets ESR_EL2, ELR_EL2 and SPSR_EL2 as an SError
 * would, goes to the vector, and looks at what comes out. Prints TAP on the PL011 of QEMU's board.
 */
#include "kernel/arch/aarch64/entry.S"

#define UART       0x09000000
#define SYNDROME   0xbe000011
#define USER_PC    0x400100
#define SPSR_EL2H  0x2c9 /* everything but SErrors masked, as in take_serror */
#define FROM_EL2   (vectors + 0x380)
#define FROM_EL1   (vectors + 0x580)
#define FROM_AA32  (vectors + 0x780)
#define PSTATE_A   8
#define SYSTEM_OFF 0x84000008

    /* raise VECTOR, WHERE: an SError that interrupts the instruction at WHERE. */
    .macro  raise vector, where
    ldr     x9, =\where
    msr     elr_el2, x9
    mov     x9, #SPSR_EL2H
    msr     spsr_el2, x9
    ldr     x9, =SYNDROME
    msr     esr_el2, x9
    isb
    b       \vector
    .endm

    /* same A, B: x25 stays 0 only if all pairs so far are equal. Changes x9. */
    .macro  same a, b
    eor     x9, \a, \b
    orr     x25, x25, x9
    .endm

    /* The result of the comparisons since the last one. Changes x0 to x4. */
    .macro  result text
    adr     x0, 9f
    bl      report
    b       8f
9:  .asciz  "\text"
    .balign 4
8:
    .endm

    /* An SError of a thread whose context is at x28. */
    .macro  from_thread vector
    str     xzr, [x28, #CTX_SERROR]
    mov     sp, x28
    adr     x20, 7f
    raise   \vector, USER_PC
7:  ldr     x1, [x28, #CTX_SERROR]
    same    x1, x27
    ldr     x2, =USER_PC
    ldr     x1, [x28, #CTX_FAULT_IP]
    same    x1, x2
    ldr     x1, [x28, #CTX_ELR]
    same    x1, x2
    .endm

    .section .text.test, "ax"
    .global _start
_start:
    ldr     x0, =stack_top
    mov     sp, x0
    ldr     x0, =vectors
    msr     vbar_el2, x0
    ldr     x0, =core
    msr     tpidr_el2, x0
    isb
    mov     x25, #0
    mov     x26, #0
    ldr     x27, =SYNDROME
    ldr     x28, =context

    bl      take_serror
    same    x0, xzr
    result  "take_serror: none waits"

    .irp    where, serror_window, serror_window_end
    mov     x19, sp
    mov     x0, #0
    adr     x30, 7f
    raise   FROM_EL2, \where
7:  same    x0, x27
    mov     x1, sp
    same    x1, x19
    mrs     x1, daif
    ubfx    x1, x1, #PSTATE_A, #1
    mov     x2, #1
    same    x1, x2
    result  "take_serror: one comes at \where"
    .endr

    .irp    where, take_serror, take_serror + 4, serror_window_end + 4, guest_walk
    mov     x19, sp
    mov     x0, #0x1234
    adr     x20, 7f
    raise   FROM_EL2, \where
7:  mov     sp, x19
    mov     x1, #7
    same    x21, x1
    mov     x1, #0x1234
    same    x22, x1
    result  "in the kernel, at \where: an exception of the kernel"
    .endr

    from_thread FROM_EL1
    result  "from a thread: kept in its context"
    mov     x24, #0
    from_thread FROM_AA32
#if CONFIG_MAX_NUM_NODES > 1
    same    x24, x27
    result  "from a thread: kept before the core waits for the lock, and other cores take the thread off it"
#else
    result  "from a thread in AArch32: kept in its context"
#endif

    adr     x0, plan
    bl      print
    ldr     x0, =SYSTEM_OFF
    smc     #0
1:  b       1b

    /* x0: a text without its number. Leaves x25 = 0. */
report:
    mov     x4, x30
    mov     x3, x0
    adr     x0, good
    adr     x1, bad
    cmp     x25, #0
    csel    x0, x0, x1, eq
    mov     x25, #0
    bl      print
    mov     x0, x3
    bl      print
    adr     x0, newline
    bl      print
    ret     x4

    /* x0: a text. Changes x0 to x2. */
print:
    ldr     x1, =UART
1:  ldrb    w2, [x0], #1
    cbz     w2, 2f
    str     w2, [x1]
    b       1b
2:  ret

good:   .asciz "ok - "
bad:    .asciz "not ok - "
newline: .asciz "\n"
plan:   .asciz "1..9\n"
    .balign 4

    /* What the entry code calls. */
    .global trap_choose, trap_kernel, trap_syscall, trap_fault, trap_irq, lock_wait
trap_choose:
    ldr     x0, =stack_top
    mov     sp, x0
    br      x20
trap_kernel:
    mov     x21, x0
    ldr     x22, [x1]
    br      x20
lock_wait: /* this core's turn does not come; its thread is taken off it */
    ldr     x24, [x28, #CTX_SERROR]
    mov     w0, #1
    ret
    .global fastpath_call, fastpath_reply_recv, fastpath_send
    .global invariants_at_call, invariants_at_exit, latency_at_exit, latency_entry
trap_syscall:
trap_fault:
trap_irq:
fastpath_call:
fastpath_reply_recv:
fastpath_send:
invariants_at_call:
invariants_at_exit:
latency_at_exit:
latency_entry:
    b       .

    .data
    .balign 16
    .global kernel_lock, boot_stack_top
context:
    .space  CTX_SIZE
core:
    .quad   stack_top /* ARCH_CORE_STACK */
kernel_lock:
    .quad   0
    .balign 16
    .space  4096
stack_top:
boot_stack_top:
