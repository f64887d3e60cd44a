/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocation labels: what a message label means when the invoked capability is a kernel object.
 *
 * SEL4_INVOCATIONS(X) is the one table. Each row is
 *     X(name, object, cap_count, word_count)
 *   name        enumerator, spelled as libsel4 spells it
 *   object      capability type that understands the label (last part of SEL4_OBJ_...)
 *   cap_count   extra capabilities that must come with the message; fewer is TruncatedMessage
 *   word_count  message words that must come; fewer is TruncatedMessage. WriteRegisters needs
 *               `count` further words, checked against its own second argument.
 * The numbers follow from the order of the rows, so they match the seL4 release named below only
 * as long as no row moves. Read by the kernel's decode tables, by the user stubs and by the test
 * that compares both.
 *
 * The includer has the kernel's configuration (CONFIG_*) included before this header.
 *
 * Source: seL4 16.0.0 API, AArch64, classic, hypervisor configuration.
 */
#ifndef CONTRACT_SEL4_INVOCATION_H
#define CONTRACT_SEL4_INVOCATION_H

/* Capability types as far as invocations go; the values mean nothing outside this table. */
enum sel4_invocation_object {
    SEL4_OBJ_UNTYPED = 1,
    SEL4_OBJ_TCB,
    SEL4_OBJ_CNODE,
    SEL4_OBJ_IRQ_CONTROL,
    SEL4_OBJ_IRQ_HANDLER,
    SEL4_OBJ_DOMAIN,
    SEL4_OBJ_VSPACE,
    SEL4_OBJ_SMC,
    SEL4_OBJ_PAGE_TABLE,
    SEL4_OBJ_PAGE,
    SEL4_OBJ_ASID_CONTROL,
    SEL4_OBJ_ASID_POOL,
    SEL4_OBJ_VCPU,
};

#ifdef CONFIG_ENABLE_SMP_SUPPORT
#define SEL4_INVOCATIONS_TCB_SMP(X)   X(TCBSetAffinity, TCB, 0, 1)
#define SEL4_INVOCATIONS_IRQ_CORES(X) X(ARMIRQIssueIRQHandlerTriggerCore, IRQ_CONTROL, 1, 5)
#else
#define SEL4_INVOCATIONS_TCB_SMP(X)
#define SEL4_INVOCATIONS_IRQ_CORES(X) X(ARMIRQIssueSGISignal, IRQ_CONTROL, 1, 4)
#endif

/* Labels that exist on every architecture. */
#define SEL4_INVOCATIONS_GENERIC(X)                                                                \
    X(UntypedRetype, UNTYPED, 1, 6)                                                                \
    X(TCBReadRegisters, TCB, 0, 2)                                                                 \
    X(TCBWriteRegisters, TCB, 0, 2)                                                                \
    X(TCBCopyRegisters, TCB, 1, 1)                                                                 \
    X(TCBConfigure, TCB, 3, 4)                                                                     \
    X(TCBSetPriority, TCB, 1, 1)                                                                   \
    X(TCBSetMCPriority, TCB, 1, 1)                                                                 \
    X(TCBSetSchedParams, TCB, 1, 2)                                                                \
    X(TCBSetIPCBuffer, TCB, 1, 1)                                                                  \
    X(TCBSetSpace, TCB, 2, 3)                                                                      \
    X(TCBSuspend, TCB, 0, 0)                                                                       \
    X(TCBResume, TCB, 0, 0)                                                                        \
    X(TCBBindNotification, TCB, 1, 0)                                                              \
    X(TCBUnbindNotification, TCB, 0, 0)                                                            \
    SEL4_INVOCATIONS_TCB_SMP(X)                                                                    \
    X(TCBSetTLSBase, TCB, 0, 1)                                                                    \
    X(TCBSetFlags, TCB, 0, 2)                                                                      \
    X(CNodeRevoke, CNODE, 0, 2)                                                                    \
    X(CNodeDelete, CNODE, 0, 2)                                                                    \
    X(CNodeCancelBadgedSends, CNODE, 0, 2)                                                         \
    X(CNodeCopy, CNODE, 1, 5)                                                                      \
    X(CNodeMint, CNODE, 1, 6)                                                                      \
    X(CNodeMove, CNODE, 1, 4)                                                                      \
    X(CNodeMutate, CNODE, 1, 5)                                                                    \
    X(CNodeRotate, CNODE, 2, 8)                                                                    \
    X(CNodeSaveCaller, CNODE, 0, 2)                                                                \
    X(IRQIssueIRQHandler, IRQ_CONTROL, 1, 3)                                                       \
    X(IRQAckIRQ, IRQ_HANDLER, 0, 0)                                                                \
    X(IRQSetIRQHandler, IRQ_HANDLER, 1, 0)                                                         \
    X(IRQClearIRQHandler, IRQ_HANDLER, 0, 0)                                                       \
    X(DomainSetSet, DOMAIN, 1, 1)                                                                  \
    X(DomainScheduleConfigure, DOMAIN, 0, 3)                                                       \
    X(DomainScheduleSetStart, DOMAIN, 0, 1)

/* Labels of the 64-bit ARM address space and of secure monitor calls. */
#define SEL4_INVOCATIONS_AARCH64(X)                                                                \
    X(ARMVSpaceClean_Data, VSPACE, 0, 2)                                                           \
    X(ARMVSpaceInvalidate_Data, VSPACE, 0, 2)                                                      \
    X(ARMVSpaceCleanInvalidate_Data, VSPACE, 0, 2)                                                 \
    X(ARMVSpaceUnify_Instruction, VSPACE, 0, 2)                                                    \
    X(ARMSMCCall, SMC, 0, 8)

/* Labels common to ARM. */
#define SEL4_INVOCATIONS_ARM(X)                                                                    \
    X(ARMPageTableMap, PAGE_TABLE, 1, 2)                                                           \
    X(ARMPageTableUnmap, PAGE_TABLE, 0, 0)                                                         \
    X(ARMPageMap, PAGE, 1, 3)                                                                      \
    X(ARMPageUnmap, PAGE, 0, 0)                                                                    \
    X(ARMPageClean_Data, PAGE, 0, 2)                                                               \
    X(ARMPageInvalidate_Data, PAGE, 0, 2)                                                          \
    X(ARMPageCleanInvalidate_Data, PAGE, 0, 2)                                                     \
    X(ARMPageUnify_Instruction, PAGE, 0, 2)                                                        \
    X(ARMPageGetAddress, PAGE, 0, 0)                                                               \
    X(ARMASIDControlMakePool, ASID_CONTROL, 2, 2)                                                  \
    X(ARMASIDPoolAssign, ASID_POOL, 1, 0)                                                          \
    X(ARMVCPUSetTCB, VCPU, 1, 0)                                                                   \
    X(ARMVCPUInjectIRQ, VCPU, 0, 1)                                                                \
    X(ARMVCPUReadReg, VCPU, 0, 1)                                                                  \
    X(ARMVCPUWriteReg, VCPU, 0, 2)                                                                 \
    X(ARMVCPUAckVPPI, VCPU, 0, 1)                                                                  \
    X(ARMIRQIssueIRQHandlerTrigger, IRQ_CONTROL, 1, 4)                                             \
    SEL4_INVOCATIONS_IRQ_CORES(X)

#define SEL4_INVOCATIONS(X)                                                                        \
    SEL4_INVOCATIONS_GENERIC(X)                                                                    \
    SEL4_INVOCATIONS_AARCH64(X)                                                                    \
    SEL4_INVOCATIONS_ARM(X)

#define SEL4_INVOCATION_ENUMERATOR(name, object, cap_count, word_count) name,
#define SEL4_INVOCATION_ONE(name, object, cap_count, word_count)        +1

enum invocation_label {
    InvalidInvocation = 0,
    SEL4_INVOCATIONS_GENERIC(SEL4_INVOCATION_ENUMERATOR) nInvocationLabels
};

enum sel4_arch_invocation_label {
    sel4_arch_invocation_first = nInvocationLabels - 1,
    SEL4_INVOCATIONS_AARCH64(SEL4_INVOCATION_ENUMERATOR) nSeL4ArchInvocationLabels
};

enum arch_invocation_label {
    arch_invocation_first = nSeL4ArchInvocationLabels - 1,
    SEL4_INVOCATIONS_ARM(SEL4_INVOCATION_ENUMERATOR) nArchInvocationLabels
};

/* Number of rows, so that tables indexed by label can be sized: labels are 1..count. */
#define SEL4_INVOCATION_COUNT (0 SEL4_INVOCATIONS(SEL4_INVOCATION_ONE))

/* The release's numbers, at the places where a slip of the order would show. */
#ifdef CONFIG_ENABLE_SMP_SUPPORT
_Static_assert(TCBSetTLSBase == 16 && CNodeRevoke == 18, "labels, SMP, generic");
_Static_assert(ARMVSpaceClean_Data == 34 && ARMPageTableMap == 39, "labels, SMP, memory");
_Static_assert(ARMIRQIssueIRQHandlerTriggerCore == 56, "labels, SMP, last");
#else
_Static_assert(TCBSetTLSBase == 15 && CNodeRevoke == 17, "labels, generic");
_Static_assert(ARMVSpaceClean_Data == 33 && ARMPageTableMap == 38, "labels, memory");
_Static_assert(ARMVCPUSetTCB == 49 && ARMIRQIssueSGISignal == 55, "labels, last");
#endif
_Static_assert(nArchInvocationLabels == SEL4_INVOCATION_COUNT + 1, "one label per row");

#endif
