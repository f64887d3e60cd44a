/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes, limits and message layouts, all from the contract with the kernel. */
#ifndef SEL4_CONSTANTS_H
#define SEL4_CONSTANTS_H

#include <sel4/macros.h>
#include <contract/sel4/error.h>
#include <contract/sel4/fault.h>
#include <contract/sel4/limits.h>
#include <contract/sel4/message.h>
#include <contract/sel4/object.h>
#include <contract/sel4/vcpu.h>

#define seL4_PageBits                SEL4_PAGE_BITS
#define seL4_LargePageBits           SEL4_LARGE_PAGE_BITS
#define seL4_HugePageBits            SEL4_HUGE_PAGE_BITS
#define seL4_SlotBits                SEL4_SLOT_BITS
#define seL4_TCBBits                 SEL4_TCB_BITS
#define seL4_EndpointBits            SEL4_ENDPOINT_BITS
#define seL4_NotificationBits        SEL4_NOTIFICATION_BITS
#define seL4_PageTableBits           SEL4_PAGE_TABLE_BITS
#define seL4_PageTableEntryBits      SEL4_PAGE_TABLE_ENTRY_BITS
#define seL4_PageTableIndexBits      SEL4_PAGE_TABLE_INDEX_BITS
#define seL4_VSpaceBits              SEL4_VSPACE_BITS
#define seL4_VSpaceIndexBits         SEL4_VSPACE_INDEX_BITS
#define seL4_VSpaceEntryBits         SEL4_VSPACE_ENTRY_BITS
#define seL4_VCPUBits                SEL4_VCPU_BITS
#define seL4_ARM_VCPUBits            SEL4_VCPU_BITS
#define seL4_NumASIDPoolsBits        SEL4_NUM_ASID_POOLS_BITS
#define seL4_ASIDPoolBits            SEL4_ASID_POOL_BITS
#define seL4_ASIDPoolIndexBits       SEL4_ASID_POOL_INDEX_BITS
#define seL4_WordBits                SEL4_WORD_BITS
#define seL4_WordSizeBits            SEL4_WORD_SIZE_BITS
#define seL4_MinUntypedBits          SEL4_MIN_UNTYPED_BITS
#define seL4_MaxUntypedBits          SEL4_MAX_UNTYPED_BITS
#define seL4_UserTop                 SEL4_USER_TOP
#define seL4_UserVSpaceTop           SEL4_USER_TOP
#define seL4_IPCBufferSizeBits       SEL4_IPC_BUFFER_SIZE_BITS
#define seL4_FastMessageRegisters    SEL4_MSG_FAST_REGISTERS
#define seL4_CapRightsBits           SEL4_CAP_RIGHTS_BITS
#define seL4_GuardSizeBits           SEL4_GUARD_SIZE_BITS
#define seL4_GuardBits               SEL4_GUARD_BITS
#define seL4_BadgeBits               SEL4_BADGE_BITS
#define seL4_MsgMaxExtraCaps         SEL4_MSG_MAX_EXTRA_CAPS
#define seL4_UntypedRetypeMaxObjects CONFIG_RETYPE_FAN_OUT_LIMIT

#define seL4_DataFault        0
#define seL4_InstructionFault 1

#ifndef __ASSEMBLER__

enum priorityConstants {
    seL4_InvalidPrio = SEL4_INVALID_PRIO,
    seL4_MinPrio = SEL4_MIN_PRIO,
    seL4_MaxPrio = SEL4_MAX_PRIO
};

enum seL4_MsgLimits {
    seL4_MsgLengthBits = SEL4_MSG_LENGTH_BITS,
    seL4_MsgExtraCapBits = SEL4_MSG_EXTRA_CAP_BITS,
    seL4_MsgMaxLength = SEL4_MSG_MAX_LENGTH
};

typedef enum {
    seL4_NoFailure = SEL4_LOOKUP_NO_FAILURE,
    seL4_InvalidRoot = SEL4_LOOKUP_INVALID_ROOT,
    seL4_MissingCapability = SEL4_LOOKUP_MISSING_CAPABILITY,
    seL4_DepthMismatch = SEL4_LOOKUP_DEPTH_MISMATCH,
    seL4_GuardMismatch = SEL4_LOOKUP_GUARD_MISMATCH,
    SEL4_FORCE_LONG_ENUM(seL4_LookupFailureType)
} seL4_LookupFailureType;

typedef enum {
    seL4_TCBFlag_NoFlag = 0,
    seL4_TCBFlag_fpuDisabled = SEL4_TCB_FLAG_FPU_DISABLED,
    SEL4_FORCE_LONG_ENUM(seL4_TCBFlag)
} seL4_TCBFlag;
#define seL4_TCBFlag_MASK SEL4_TCB_FLAG_FPU_DISABLED

/* Words of fault messages; the meaning of each is in contract/sel4/fault.h. */
typedef enum {
    seL4_CapFault_IP = SEL4_CAP_FAULT_IP,
    seL4_CapFault_Addr = SEL4_CAP_FAULT_ADDR,
    seL4_CapFault_InRecvPhase = SEL4_CAP_FAULT_IN_RECV_PHASE,
    seL4_CapFault_LookupFailureType = SEL4_CAP_FAULT_LOOKUP_TYPE,
    seL4_CapFault_BitsLeft = SEL4_CAP_FAULT_BITS_LEFT,
    seL4_CapFault_DepthMismatch_BitsFound = SEL4_CAP_FAULT_DEPTH_BITS_FOUND,
    seL4_CapFault_GuardMismatch_GuardFound = SEL4_CAP_FAULT_GUARD_FOUND,
    seL4_CapFault_GuardMismatch_BitsFound = SEL4_CAP_FAULT_GUARD_BITS_FOUND,
    SEL4_FORCE_LONG_ENUM(seL4_CapFault_Msg)
} seL4_CapFault_Msg;

typedef enum {
    seL4_UnknownSyscall_X0 = SEL4_UNKNOWN_SYSCALL_X0,
    seL4_UnknownSyscall_X1,
    seL4_UnknownSyscall_X2,
    seL4_UnknownSyscall_X3,
    seL4_UnknownSyscall_X4,
    seL4_UnknownSyscall_X5,
    seL4_UnknownSyscall_X6,
    seL4_UnknownSyscall_X7,
    seL4_UnknownSyscall_FaultIP = SEL4_UNKNOWN_SYSCALL_FAULT_IP,
    seL4_UnknownSyscall_SP = SEL4_UNKNOWN_SYSCALL_SP,
    seL4_UnknownSyscall_LR = SEL4_UNKNOWN_SYSCALL_LR,
    seL4_UnknownSyscall_SPSR = SEL4_UNKNOWN_SYSCALL_SPSR,
    seL4_UnknownSyscall_Syscall = SEL4_UNKNOWN_SYSCALL_NUMBER,
    seL4_UnknownSyscall_Length = SEL4_UNKNOWN_SYSCALL_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_UnknownSyscall_Msg)
} seL4_UnknownSyscall_Msg;

typedef enum {
    seL4_UserException_FaultIP = SEL4_USER_EXCEPTION_FAULT_IP,
    seL4_UserException_SP = SEL4_USER_EXCEPTION_SP,
    seL4_UserException_SPSR = SEL4_USER_EXCEPTION_SPSR,
    seL4_UserException_Number = SEL4_USER_EXCEPTION_NUMBER,
    seL4_UserException_Code = SEL4_USER_EXCEPTION_CODE,
    seL4_UserException_Length = SEL4_USER_EXCEPTION_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_UserException_Msg)
} seL4_UserException_Msg;

typedef enum {
    seL4_VMFault_IP = SEL4_VM_FAULT_IP,
    seL4_VMFault_Addr = SEL4_VM_FAULT_ADDR,
    seL4_VMFault_PrefetchFault = SEL4_VM_FAULT_PREFETCH,
    seL4_VMFault_FSR = SEL4_VM_FAULT_FSR,
    seL4_VMFault_Length = SEL4_VM_FAULT_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_VMFault_Msg)
} seL4_VMFault_Msg;

typedef enum {
    seL4_VGICMaintenance_IDX = SEL4_VGIC_MAINTENANCE_IDX,
    seL4_VGICMaintenance_Length = SEL4_VGIC_MAINTENANCE_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_VGICMaintenance_Msg)
} seL4_VGICMaintenance_Msg;

typedef enum {
    seL4_VPPIEvent_IRQ = SEL4_VPPI_EVENT_IRQ,
    seL4_VPPIEvent_Length = SEL4_VPPI_EVENT_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_VPPIEvent_Msg)
} seL4_VPPIEvent_Msg;

typedef enum {
    seL4_VCPUFault_HSR = SEL4_VCPU_FAULT_HSR,
    seL4_VCPUFault_Length = SEL4_VCPU_FAULT_LENGTH,
    SEL4_FORCE_LONG_ENUM(seL4_VCPUFault_Msg)
} seL4_VCPUFault_Msg;

typedef enum {
    seL4_VCPUReg_SCTLR = SEL4_VCPU_REG_SCTLR,
    seL4_VCPUReg_CPACR = SEL4_VCPU_REG_CPACR,
    seL4_VCPUReg_TTBR0 = SEL4_VCPU_REG_TTBR0,
    seL4_VCPUReg_TTBR1 = SEL4_VCPU_REG_TTBR1,
    seL4_VCPUReg_TCR = SEL4_VCPU_REG_TCR,
    seL4_VCPUReg_MAIR = SEL4_VCPU_REG_MAIR,
    seL4_VCPUReg_AMAIR = SEL4_VCPU_REG_AMAIR,
    seL4_VCPUReg_CIDR = SEL4_VCPU_REG_CIDR,
    seL4_VCPUReg_ACTLR = SEL4_VCPU_REG_ACTLR,
    seL4_VCPUReg_AFSR0 = SEL4_VCPU_REG_AFSR0,
    seL4_VCPUReg_AFSR1 = SEL4_VCPU_REG_AFSR1,
    seL4_VCPUReg_ESR = SEL4_VCPU_REG_ESR,
    seL4_VCPUReg_FAR = SEL4_VCPU_REG_FAR,
    seL4_VCPUReg_PAR = SEL4_VCPU_REG_PAR,
    seL4_VCPUReg_VBAR = SEL4_VCPU_REG_VBAR,
    seL4_VCPUReg_TPIDR_EL1 = SEL4_VCPU_REG_TPIDR_EL1,
    seL4_VCPUReg_VMPIDR_EL2 = SEL4_VCPU_REG_VMPIDR_EL2,
    seL4_VCPUReg_SP_EL1 = SEL4_VCPU_REG_SP_EL1,
    seL4_VCPUReg_ELR_EL1 = SEL4_VCPU_REG_ELR_EL1,
    seL4_VCPUReg_SPSR_EL1 = SEL4_VCPU_REG_SPSR_EL1,
    seL4_VCPUReg_CNTV_CTL = SEL4_VCPU_REG_CNTV_CTL,
    seL4_VCPUReg_CNTV_CVAL = SEL4_VCPU_REG_CNTV_CVAL,
    seL4_VCPUReg_CNTVOFF = SEL4_VCPU_REG_CNTVOFF,
    seL4_VCPUReg_CNTKCTL_EL1 = SEL4_VCPU_REG_CNTKCTL_EL1,
    seL4_VCPUReg_Num = SEL4_VCPU_REG_COUNT,
    SEL4_FORCE_LONG_ENUM(seL4_VCPUReg)
} seL4_VCPUReg;

#endif

#endif
