/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fault messages as values. seL4_getFault() copies the message out of the IPC buffer, so it must
 * be called before the buffer is used again; the getters then work on the copy.
 */
#ifndef SEL4_FAULTS_H
#define SEL4_FAULTS_H

#include <sel4/functions.h>

/* words[0] is the fault type, words[1 + i] message register i. */
struct seL4_Fault {
    seL4_Word words[1 + SEL4_UNKNOWN_SYSCALL_LENGTH];
};
typedef struct seL4_Fault seL4_Fault_t;

LIBSEL4_INLINE_FUNC seL4_Word seL4_Fault_get_seL4_FaultType(seL4_Fault_t fault)
{
    return fault.words[0];
}

LIBSEL4_INLINE_FUNC int seL4_Fault_seL4_FaultType_equals(seL4_Fault_t fault, seL4_Word type)
{
    return fault.words[0] == type;
}

/* Number of words that a fault message of the given label carries; 0 for an unknown label. */
LIBSEL4_INLINE_FUNC unsigned int libsel4_fault_words(seL4_Word label)
{
    switch (label) {
    case seL4_Fault_CapFault: return seL4_CapFault_GuardMismatch_BitsFound + 1;
    case seL4_Fault_UnknownSyscall: return seL4_UnknownSyscall_Length;
    case seL4_Fault_UserException: return seL4_UserException_Length;
    case seL4_Fault_VMFault: return seL4_VMFault_Length;
    case seL4_Fault_VGICMaintenance: return seL4_VGICMaintenance_Length;
    case seL4_Fault_VCPUFault: return seL4_VCPUFault_Length;
    case seL4_Fault_VPPIEvent: return seL4_VPPIEvent_Length;
    default: return 0;
    }
}

/* The fault that the last received message describes; a NullFault if its label is no fault. */
LIBSEL4_INLINE_FUNC seL4_Fault_t seL4_getFault(seL4_MessageInfo_t tag)
{
    seL4_Fault_t fault = { { 0 } };
    unsigned int words = libsel4_fault_words(seL4_MessageInfo_get_label(tag));

    if (words > 0) {
        fault.words[0] = seL4_MessageInfo_get_label(tag);
    }
    for (unsigned int i = 0; i < words; i++) {
        fault.words[1 + i] = seL4_GetMR((int)i);
    }
    return fault;
}

#define LIBSEL4_FAULT_FIELD(fault_name, field, mr)                                                 \
    LIBSEL4_INLINE_FUNC seL4_Word seL4_Fault_##fault_name##_get_##field(seL4_Fault_t fault)        \
    {                                                                                              \
        return fault.words[1 + (mr)];                                                              \
    }

#define LIBSEL4_FAULT_TEST(fault_name)                                                             \
    LIBSEL4_INLINE_FUNC seL4_Bool seL4_is##fault_name##_tag(seL4_MessageInfo_t tag)                \
    {                                                                                              \
        return seL4_MessageInfo_get_label(tag) == seL4_Fault_##fault_name;                         \
    }

LIBSEL4_FAULT_TEST(NullFault)
LIBSEL4_FAULT_TEST(CapFault)
LIBSEL4_FAULT_TEST(UnknownSyscall)
LIBSEL4_FAULT_TEST(UserException)
LIBSEL4_FAULT_TEST(VMFault)
LIBSEL4_FAULT_TEST(VGICMaintenance)
LIBSEL4_FAULT_TEST(VCPUFault)
LIBSEL4_FAULT_TEST(VPPIEvent)

LIBSEL4_FAULT_FIELD(CapFault, IP, seL4_CapFault_IP)
LIBSEL4_FAULT_FIELD(CapFault, Addr, seL4_CapFault_Addr)
LIBSEL4_FAULT_FIELD(CapFault, InRecvPhase, seL4_CapFault_InRecvPhase)
LIBSEL4_FAULT_FIELD(CapFault, LookupFailureType, seL4_CapFault_LookupFailureType)
LIBSEL4_FAULT_FIELD(CapFault, MR4, 4)
LIBSEL4_FAULT_FIELD(CapFault, MR5, 5)
LIBSEL4_FAULT_FIELD(CapFault, MR6, 6)

LIBSEL4_FAULT_FIELD(UnknownSyscall, X0, seL4_UnknownSyscall_X0)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X1, seL4_UnknownSyscall_X1)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X2, seL4_UnknownSyscall_X2)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X3, seL4_UnknownSyscall_X3)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X4, seL4_UnknownSyscall_X4)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X5, seL4_UnknownSyscall_X5)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X6, seL4_UnknownSyscall_X6)
LIBSEL4_FAULT_FIELD(UnknownSyscall, X7, seL4_UnknownSyscall_X7)
LIBSEL4_FAULT_FIELD(UnknownSyscall, FaultIP, seL4_UnknownSyscall_FaultIP)
LIBSEL4_FAULT_FIELD(UnknownSyscall, SP, seL4_UnknownSyscall_SP)
LIBSEL4_FAULT_FIELD(UnknownSyscall, LR, seL4_UnknownSyscall_LR)
LIBSEL4_FAULT_FIELD(UnknownSyscall, SPSR, seL4_UnknownSyscall_SPSR)
LIBSEL4_FAULT_FIELD(UnknownSyscall, Syscall, seL4_UnknownSyscall_Syscall)

LIBSEL4_FAULT_FIELD(UserException, FaultIP, seL4_UserException_FaultIP)
LIBSEL4_FAULT_FIELD(UserException, Stack, seL4_UserException_SP)
LIBSEL4_FAULT_FIELD(UserException, SPSR, seL4_UserException_SPSR)
LIBSEL4_FAULT_FIELD(UserException, Number, seL4_UserException_Number)
LIBSEL4_FAULT_FIELD(UserException, Code, seL4_UserException_Code)

LIBSEL4_FAULT_FIELD(VMFault, IP, seL4_VMFault_IP)
LIBSEL4_FAULT_FIELD(VMFault, Addr, seL4_VMFault_Addr)
LIBSEL4_FAULT_FIELD(VMFault, PrefetchFault, seL4_VMFault_PrefetchFault)
LIBSEL4_FAULT_FIELD(VMFault, FSR, seL4_VMFault_FSR)

LIBSEL4_FAULT_FIELD(VGICMaintenance, IDX, seL4_VGICMaintenance_IDX)
LIBSEL4_FAULT_FIELD(VCPUFault, HSR, seL4_VCPUFault_HSR)
LIBSEL4_FAULT_FIELD(VPPIEvent, IRQ, seL4_VPPIEvent_IRQ)

#endif
