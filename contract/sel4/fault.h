/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault labels and the message registers of each fault message (index into MR0..). Usable from
 * assembly.
 *
 * The includer has the kernel's configuration (CONFIG_*) included before this header.
 *
 * Source: seL4 16.0.0 API, AArch64, classic, hypervisor configuration.
 */
#ifndef CONTRACT_SEL4_FAULT_H
#define CONTRACT_SEL4_FAULT_H

#define SEL4_FAULT_NULL             0
#define SEL4_FAULT_CAP              1
#define SEL4_FAULT_UNKNOWN_SYSCALL  2
#define SEL4_FAULT_USER_EXCEPTION   3
#define SEL4_FAULT_DEBUG_EXCEPTION  4
#define SEL4_FAULT_VM               5
#define SEL4_FAULT_VGIC_MAINTENANCE 6
#define SEL4_FAULT_VCPU             7
#define SEL4_FAULT_VPPI_EVENT       8

/* CapFault: three words, then a lookup description (error.h). */
#define SEL4_CAP_FAULT_IP               0
#define SEL4_CAP_FAULT_ADDR             1
#define SEL4_CAP_FAULT_IN_RECV_PHASE    2
#define SEL4_CAP_FAULT_LOOKUP_TYPE      3
#define SEL4_CAP_FAULT_BITS_LEFT        4
#define SEL4_CAP_FAULT_DEPTH_BITS_FOUND 5
#define SEL4_CAP_FAULT_GUARD_FOUND      5
#define SEL4_CAP_FAULT_GUARD_BITS_FOUND 6

/* UnknownSyscall: x0..x7 at MR0..MR7. A reply of up to 12 words writes MR0..MR11 back. */
#define SEL4_UNKNOWN_SYSCALL_X0           0
#define SEL4_UNKNOWN_SYSCALL_FAULT_IP     8
#define SEL4_UNKNOWN_SYSCALL_SP           9
#define SEL4_UNKNOWN_SYSCALL_LR           10
#define SEL4_UNKNOWN_SYSCALL_SPSR         11
#define SEL4_UNKNOWN_SYSCALL_NUMBER       12
#define SEL4_UNKNOWN_SYSCALL_LENGTH       13
#define SEL4_UNKNOWN_SYSCALL_REPLY_LENGTH 12

/* UserException: a reply of up to 3 words writes MR0..MR2 back. */
#define SEL4_USER_EXCEPTION_FAULT_IP     0
#define SEL4_USER_EXCEPTION_SP           1
#define SEL4_USER_EXCEPTION_SPSR         2
#define SEL4_USER_EXCEPTION_NUMBER       3
#define SEL4_USER_EXCEPTION_CODE         4
#define SEL4_USER_EXCEPTION_LENGTH       5
#define SEL4_USER_EXCEPTION_REPLY_LENGTH 3

#define SEL4_VM_FAULT_IP       0
#define SEL4_VM_FAULT_ADDR     1
#define SEL4_VM_FAULT_PREFETCH 2
#define SEL4_VM_FAULT_FSR      3
#define SEL4_VM_FAULT_LENGTH   4

#define SEL4_VGIC_MAINTENANCE_IDX    0
#define SEL4_VGIC_MAINTENANCE_LENGTH 1

#define SEL4_VCPU_FAULT_HSR    0
#define SEL4_VCPU_FAULT_LENGTH 1

#define SEL4_VPPI_EVENT_IRQ    0
#define SEL4_VPPI_EVENT_LENGTH 1

#endif
