/* SPDX-License-Identifier: BSD-2-Clause */
/* The IPC buffer, and rights that are asked for often. */
#ifndef SEL4_SHARED_TYPES_H
#define SEL4_SHARED_TYPES_H

#include <sel4/constants.h>
#include <sel4/shared_types_gen.h>

#define seL4_AllRights     ((seL4_CapRights_t){ { 0xf } })
#define seL4_ReadWrite     ((seL4_CapRights_t){ { 0x3 } })
#define seL4_CanRead       ((seL4_CapRights_t){ { 0x2 } })
#define seL4_CanWrite      ((seL4_CapRights_t){ { 0x1 } })
#define seL4_CanGrant      ((seL4_CapRights_t){ { 0x4 } })
#define seL4_CanGrantReply ((seL4_CapRights_t){ { 0x8 } })
#define seL4_NoWrite       ((seL4_CapRights_t){ { 0xe } })
#define seL4_NoRead        ((seL4_CapRights_t){ { 0xd } })
#define seL4_NoRights      ((seL4_CapRights_t){ { 0x0 } })

/* The part of a thread's message that lies in memory; layout as contract/sel4/message.h. */
typedef struct seL4_IPCBuffer_ {
    seL4_MessageInfo_t tag;
    seL4_Word msg[SEL4_MSG_MAX_LENGTH];
    seL4_Word userData;
    seL4_Word caps_or_badges[SEL4_MSG_MAX_EXTRA_CAPS];
    seL4_CPtr receiveCNode;
    seL4_CPtr receiveIndex;
    seL4_Word receiveDepth;
} seL4_IPCBuffer __attribute__((aligned(sizeof(struct sel4_ipc_buffer))));

SEL4_COMPILE_ASSERT(ipc_buffer_size, sizeof(seL4_IPCBuffer) == sizeof(struct sel4_ipc_buffer))
SEL4_COMPILE_ASSERT(ipc_buffer_caps, SEL4_OFFSETOF(seL4_IPCBuffer, caps_or_badges) ==
                                         SEL4_OFFSETOF(struct sel4_ipc_buffer, caps_or_badges))

typedef enum {
    seL4_Fault_NullFault = SEL4_FAULT_NULL,
    seL4_Fault_CapFault = SEL4_FAULT_CAP,
    seL4_Fault_UnknownSyscall = SEL4_FAULT_UNKNOWN_SYSCALL,
    seL4_Fault_UserException = SEL4_FAULT_USER_EXCEPTION,
    seL4_Fault_VMFault = SEL4_FAULT_VM,
    seL4_Fault_VGICMaintenance = SEL4_FAULT_VGIC_MAINTENANCE,
    seL4_Fault_VCPUFault = SEL4_FAULT_VCPU,
    seL4_Fault_VPPIEvent = SEL4_FAULT_VPPI_EVENT,
    SEL4_FORCE_LONG_ENUM(seL4_FaultType)
} seL4_FaultType;

#endif
