/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every name that a program may expect of an installed kernel's headers, used once. Compiled, never
 * run, by tests/boot/installed_kernel.py: a name that is missing, or of another shape, is an error.
 */
#include <sel4/sel4.h>
#include <sel4/arch/mapping.h>
#include <sel4/plat/api/constants.h>
#include <sel4/sel4_arch/constants.h>
#include <sel4/syscall.h>
#include <sel4/arch/syscalls.h>
#include <sel4/sel4_arch/syscalls.h>
#include <sel4/virtual_client.h>
#include <interfaces/sel4_client.h>
#include <sel4/debug_assert.h>
#include <sel4/benchmark_track_types.h>
#include <sel4/benchmark_tracepoints_types.h>
#include <sel4/benchmark_utilisation_types.h>

#include "buffer.h"

seL4_CompileTimeAssert(sizeof(seL4_Word) == 8);
void assertions(seL4_Word value);

void assertions(seL4_Word value)
{
    seL4_DebugAssert(value);
    seL4_Assert(value > 1);
    if (value == 2) {
        seL4_Fail("two");
    }
}

#define SAME(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
SAME(seL4_Word, 8);
SAME(seL4_CPtr, 8);
SAME(seL4_NodeId, 8);
SAME(seL4_PAddr, 8);
SAME(seL4_Domain, 8);
SAME(seL4_SlotPos, 8);
SAME(seL4_Time, 8);
SAME(seL4_Uint8, 1);
SAME(seL4_Uint16, 2);
SAME(seL4_Uint32, 4);
SAME(seL4_Uint64, 8);
SAME(seL4_Int8, 1);
SAME(seL4_Int16, 2);
SAME(seL4_Int32, 4);
SAME(seL4_Int64, 8);
SAME(seL4_Bool, 1);
SAME(seL4_CapRights_t, 8);
SAME(seL4_MessageInfo_t, 8);
SAME(seL4_CNode_CapData_t, 8);
SAME(seL4_IPCBuffer, 1024);
SAME(seL4_UserContext, 36 * 8);
SAME(seL4_ARM_SMCContext, 8 * 8);
SAME(seL4_Error, 8);
SAME(seL4_LookupFailureType, 8);
SAME(seL4_FaultType, 8);
SAME(seL4_ARM_VMAttributes, 8);
SAME(seL4_VCPUReg, 8);
SAME(seL4_TCBFlag, 8);
SAME(seL4_BootInfoID, 8);
SAME(seL4_UntypedDesc, 16);
SAME(seL4_SlotRegion, 16);
SAME(seL4_BootInfoHeader, 16);
#if CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS == 230
SAME(seL4_BootInfo, 3848);
#endif

#define CAPABILITY(type) SAME(type, sizeof(seL4_CPtr))
CAPABILITY(seL4_CNode);
CAPABILITY(seL4_TCB);
CAPABILITY(seL4_Untyped);
CAPABILITY(seL4_IRQHandler);
CAPABILITY(seL4_IRQControl);
CAPABILITY(seL4_DomainSet);
CAPABILITY(seL4_ARM_Page);
CAPABILITY(seL4_ARM_PageTable);
CAPABILITY(seL4_ARM_VSpace);
CAPABILITY(seL4_ARM_ASIDControl);
CAPABILITY(seL4_ARM_ASIDPool);
CAPABILITY(seL4_ARM_VCPU);
CAPABILITY(seL4_ARM_SMC);
CAPABILITY(seL4_ARM_SGI_Signal);
CAPABILITY(seL4_ARM_SIDControl);
CAPABILITY(seL4_ARM_SID);
CAPABILITY(seL4_ARM_CBControl);
CAPABILITY(seL4_ARM_CB);
CAPABILITY(seL4_ARM_IOSpace);
CAPABILITY(seL4_ARM_PageUpperDirectory);
CAPABILITY(seL4_ARM_PageGlobalDirectory);

/* Constants with the value that an installed seL4 of this configuration gives them. */
#define IS(name, value) _Static_assert((seL4_Word)(name) == (seL4_Word)(value), #name)
IS(seL4_WordBits, 64);
IS(seL4_WordSizeBits, 3);
IS(seL4_PageBits, 12);
IS(seL4_LargePageBits, 21);
IS(seL4_HugePageBits, 30);
IS(seL4_SlotBits, 5);
IS(seL4_TCBBits, 11);
IS(seL4_EndpointBits, 4);
IS(seL4_NotificationBits, 5);
IS(seL4_PageTableBits, 12);
IS(seL4_PageTableIndexBits, 9);
IS(seL4_PageTableEntryBits, 3);
IS(seL4_VSpaceBits, 12);
IS(seL4_VSpaceIndexBits, 9);
IS(seL4_VSpaceEntryBits, 3);
IS(seL4_VCPUBits, 12);
IS(seL4_ARM_VCPUBits, 12);
IS(seL4_ASIDPoolBits, 12);
IS(seL4_ASIDPoolIndexBits, 9);
IS(seL4_NumASIDPoolsBits, 7);
IS(seL4_MinUntypedBits, 4);
IS(seL4_MaxUntypedBits, 47);
IS(seL4_UserTop, 0xfffffffffff);
IS(seL4_UserVSpaceTop, 0xfffffffffff);
IS(seL4_IPCBufferSizeBits, 10);
IS(seL4_MsgLengthBits, 7);
IS(seL4_MsgMaxLength, 120);
IS(seL4_MsgExtraCapBits, 2);
IS(seL4_MsgMaxExtraCaps, 3);
IS(seL4_FastMessageRegisters, 4);
IS(seL4_CapRightsBits, 4);
IS(seL4_GuardSizeBits, 6);
IS(seL4_GuardBits, 58);
IS(seL4_BadgeBits, 64);
IS(seL4_UntypedRetypeMaxObjects, CONFIG_RETYPE_FAN_OUT_LIMIT);
IS(seL4_MinPrio, 0);
IS(seL4_MaxPrio, CONFIG_NUM_PRIORITIES - 1);
IS(seL4_InvalidPrio, -1);
IS(seL4_True, 1);
IS(seL4_False, 0);
IS(seL4_NilData, 0);
IS(seL4_DataFault, 0);
IS(seL4_InstructionFault, 1);
IS(SEL4_MAPPING_LOOKUP_LEVEL, 2);
IS(SEL4_MAPPING_LOOKUP_NO_PT, 21);
IS(SEL4_MAPPING_LOOKUP_NO_PD, 30);
IS(SEL4_MAPPING_LOOKUP_NO_PUD, 39);
IS(seL4_BootInfoFrameBits, 12);
IS(seL4_BootInfoFrameSize, 4096);
IS(SEL4_BOOTINFO_HEADER_PADDING, 0);
IS(SEL4_BOOTINFO_HEADER_FDT, 6);
IS(SEL4_BOOTINFO_HEADER_NUM, 7);

IS(seL4_ARM_PageCacheable, 1);
IS(seL4_ARM_ParityEnabled, 2);
IS(seL4_ARM_ExecuteNever, 4);
IS(seL4_ARM_Default_VMAttributes, 3);
IS(seL4_TCBFlag_NoFlag, 0);
IS(seL4_TCBFlag_fpuDisabled, 1);

IS(seL4_UntypedObject, 0);
IS(seL4_TCBObject, 1);
IS(seL4_EndpointObject, 2);
IS(seL4_NotificationObject, 3);
IS(seL4_CapTableObject, 4);
IS(seL4_NonArchObjectTypeCount, 5);
IS(seL4_ARM_HugePageObject, 5);
IS(seL4_ARM_VSpaceObject, 6);
IS(seL4_ModeObjectTypeCount, 7);
IS(seL4_ARM_SmallPageObject, 7);
IS(seL4_ARM_LargePageObject, 8);
IS(seL4_ARM_PageTableObject, 9);
IS(seL4_ARM_VCPUObject, 10);
IS(seL4_ObjectTypeCount, 11);

IS(seL4_CapNull, 0);
IS(seL4_CapInitThreadTCB, 1);
IS(seL4_CapInitThreadCNode, 2);
IS(seL4_CapInitThreadVSpace, 3);
IS(seL4_CapInitThreadPD, 3);
IS(seL4_CapIRQControl, 4);
IS(seL4_CapASIDControl, 5);
IS(seL4_CapInitThreadASIDPool, 6);
IS(seL4_CapIOPortControl, 7);
IS(seL4_CapIOSpace, 8);
IS(seL4_CapBootInfoFrame, 9);
IS(seL4_CapInitThreadIPCBuffer, 10);
IS(seL4_CapDomain, 11);
IS(seL4_CapSMMUSIDControl, 12);
IS(seL4_CapSMMUCBControl, 13);
IS(seL4_CapInitThreadSC, 14);
IS(seL4_CapSMC, 15);
IS(seL4_NumInitialCaps, 16);

IS(seL4_NoError, 0);
IS(seL4_InvalidArgument, 1);
IS(seL4_InvalidCapability, 2);
IS(seL4_IllegalOperation, 3);
IS(seL4_RangeError, 4);
IS(seL4_AlignmentError, 5);
IS(seL4_FailedLookup, 6);
IS(seL4_TruncatedMessage, 7);
IS(seL4_DeleteFirst, 8);
IS(seL4_RevokeFirst, 9);
IS(seL4_NotEnoughMemory, 10);
IS(seL4_NumErrors, 11);
IS(seL4_NoFailure, 0);
IS(seL4_InvalidRoot, 1);
IS(seL4_MissingCapability, 2);
IS(seL4_DepthMismatch, 3);
IS(seL4_GuardMismatch, 4);

IS(seL4_SysCall, -1);
IS(seL4_SysReplyRecv, -2);
IS(seL4_SysSend, -3);
IS(seL4_SysNBSend, -4);
IS(seL4_SysRecv, -5);
IS(seL4_SysReply, -6);
IS(seL4_SysYield, -7);
IS(seL4_SysNBRecv, -8);

IS(seL4_Fault_NullFault, 0);
IS(seL4_Fault_CapFault, 1);
IS(seL4_Fault_UnknownSyscall, 2);
IS(seL4_Fault_UserException, 3);
IS(seL4_Fault_VMFault, 5);
IS(seL4_Fault_VGICMaintenance, 6);
IS(seL4_Fault_VCPUFault, 7);
IS(seL4_Fault_VPPIEvent, 8);
IS(seL4_CapFault_IP, 0);
IS(seL4_CapFault_Addr, 1);
IS(seL4_CapFault_InRecvPhase, 2);
IS(seL4_CapFault_LookupFailureType, 3);
IS(seL4_CapFault_BitsLeft, 4);
IS(seL4_CapFault_DepthMismatch_BitsFound, 5);
IS(seL4_CapFault_GuardMismatch_GuardFound, 5);
IS(seL4_CapFault_GuardMismatch_BitsFound, 6);
IS(seL4_UnknownSyscall_X0, 0);
IS(seL4_UnknownSyscall_X7, 7);
IS(seL4_UnknownSyscall_FaultIP, 8);
IS(seL4_UnknownSyscall_SP, 9);
IS(seL4_UnknownSyscall_LR, 10);
IS(seL4_UnknownSyscall_SPSR, 11);
IS(seL4_UnknownSyscall_Syscall, 12);
IS(seL4_UnknownSyscall_Length, 13);
IS(seL4_UserException_FaultIP, 0);
IS(seL4_UserException_SP, 1);
IS(seL4_UserException_SPSR, 2);
IS(seL4_UserException_Number, 3);
IS(seL4_UserException_Code, 4);
IS(seL4_UserException_Length, 5);
IS(seL4_VMFault_IP, 0);
IS(seL4_VMFault_Addr, 1);
IS(seL4_VMFault_PrefetchFault, 2);
IS(seL4_VMFault_FSR, 3);
IS(seL4_VMFault_Length, 4);
IS(seL4_VGICMaintenance_IDX, 0);
IS(seL4_VGICMaintenance_Length, 1);
IS(seL4_VCPUFault_HSR, 0);
IS(seL4_VCPUFault_Length, 1);
IS(seL4_VPPIEvent_IRQ, 0);
IS(seL4_VPPIEvent_Length, 1);

IS(seL4_VCPUReg_SCTLR, 0);
IS(seL4_VCPUReg_CPACR, 1);
IS(seL4_VCPUReg_TTBR0, 2);
IS(seL4_VCPUReg_TTBR1, 3);
IS(seL4_VCPUReg_TCR, 4);
IS(seL4_VCPUReg_MAIR, 5);
IS(seL4_VCPUReg_AMAIR, 6);
IS(seL4_VCPUReg_CIDR, 7);
IS(seL4_VCPUReg_ACTLR, 8);
IS(seL4_VCPUReg_AFSR0, 9);
IS(seL4_VCPUReg_AFSR1, 10);
IS(seL4_VCPUReg_ESR, 11);
IS(seL4_VCPUReg_FAR, 12);
IS(seL4_VCPUReg_PAR, 13);
IS(seL4_VCPUReg_VBAR, 14);
IS(seL4_VCPUReg_TPIDR_EL1, 15);
IS(seL4_VCPUReg_VMPIDR_EL2, 16);
IS(seL4_VCPUReg_SP_EL1, 17);
IS(seL4_VCPUReg_ELR_EL1, 18);
IS(seL4_VCPUReg_SPSR_EL1, 19);
IS(seL4_VCPUReg_CNTV_CTL, 20);
IS(seL4_VCPUReg_CNTV_CVAL, 21);
IS(seL4_VCPUReg_CNTVOFF, 22);
IS(seL4_VCPUReg_CNTKCTL_EL1, 23);
IS(seL4_VCPUReg_Num, 24);

#ifndef CONFIG_ENABLE_SMP_SUPPORT
IS(UntypedRetype, 1);
IS(TCBSetTLSBase, 15);
IS(TCBSetFlags, 16);
IS(CNodeRevoke, 17);
IS(CNodeSaveCaller, 25);
IS(IRQIssueIRQHandler, 26);
IS(DomainScheduleSetStart, 32);
IS(nInvocationLabels, 33);
IS(ARMVSpaceClean_Data, 33);
IS(ARMSMCCall, 37);
IS(nSeL4ArchInvocationLabels, 38);
IS(ARMPageTableMap, 38);
IS(ARMASIDPoolAssign, 48);
IS(ARMVCPUSetTCB, 49);
IS(ARMIRQIssueIRQHandlerTrigger, 54);
IS(ARMIRQIssueSGISignal, 55);
IS(nArchInvocationLabels, 56);
#endif

/* Functions, by their address and with the parameters that callers give them. */
seL4_Word use_invocations(seL4_Word w, seL4_UserContext *regs, seL4_ARM_SMCContext *smc);

seL4_Word use_invocations(seL4_Word w, seL4_UserContext *regs, seL4_ARM_SMCContext *smc)
{
    seL4_Uint8 d = (seL4_Uint8)w;
    seL4_CapRights_t rights = seL4_CapRights_new(1, 1, 1, 1);
    seL4_Error e = seL4_NoError;

    e |= seL4_Untyped_Retype(w, w, w, w, w, w, w, w);
    e |= seL4_TCB_ReadRegisters(w, seL4_True, d, w, regs);
    e |= seL4_TCB_WriteRegisters(w, seL4_True, d, w, regs);
    e |= seL4_TCB_CopyRegisters(w, w, 1, 1, 1, 1, d);
    e |= seL4_TCB_Configure(w, w, w, w, w, w, w, w);
    e |= seL4_TCB_SetPriority(w, w, w);
    e |= seL4_TCB_SetMCPriority(w, w, w);
    e |= seL4_TCB_SetSchedParams(w, w, w, w);
    e |= seL4_TCB_SetIPCBuffer(w, w, w);
    e |= seL4_TCB_SetSpace(w, w, w, w, w, w);
    e |= seL4_TCB_Suspend(w);
    e |= seL4_TCB_Resume(w);
    e |= seL4_TCB_BindNotification(w, w);
    e |= seL4_TCB_UnbindNotification(w);
    e |= seL4_TCB_SetTLSBase(w, w);
    seL4_TCB_SetFlags_t flags = seL4_TCB_SetFlags(w, w, w);
    e |= flags.error || flags.flags;
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    e |= seL4_TCB_SetAffinity(w, w);
    e |= seL4_IRQControl_GetTriggerCore(w, w, w, w, w, d, w);
#else
    e |= seL4_IRQControl_IssueSGISignal(w, w, w, w, w, d);
#endif
    e |= seL4_CNode_Revoke(w, w, d);
    e |= seL4_CNode_Delete(w, w, d);
    e |= seL4_CNode_CancelBadgedSends(w, w, d);
    e |= seL4_CNode_Copy(w, w, d, w, w, d, rights);
    e |= seL4_CNode_Mint(w, w, d, w, w, d, rights, w);
    e |= seL4_CNode_Move(w, w, d, w, w, d);
    e |= seL4_CNode_Mutate(w, w, d, w, w, d, w);
    e |= seL4_CNode_Rotate(w, w, d, w, w, w, d, w, w, w, d);
    e |= seL4_CNode_SaveCaller(w, w, d);
    e |= seL4_IRQControl_Get(w, w, w, w, d);
    e |= seL4_IRQControl_GetTrigger(w, w, w, w, w, d);
    e |= seL4_IRQHandler_Ack(w);
    e |= seL4_IRQHandler_SetNotification(w, w);
    e |= seL4_IRQHandler_Clear(w);
    e |= seL4_DomainSet_Set(w, d, w);
    e |= seL4_DomainSet_ScheduleConfigure(w, w, d, w);
    e |= seL4_DomainSet_ScheduleSetStart(w, w);
    e |= seL4_ARM_VSpace_Clean_Data(w, w, w);
    e |= seL4_ARM_VSpace_Invalidate_Data(w, w, w);
    e |= seL4_ARM_VSpace_CleanInvalidate_Data(w, w, w);
    e |= seL4_ARM_VSpace_Unify_Instruction(w, w, w);
    e |= seL4_ARM_SMC_Call(w, smc, smc);
    e |= seL4_ARM_PageTable_Map(w, w, w, seL4_ARM_Default_VMAttributes);
    e |= seL4_ARM_PageTable_Unmap(w);
    e |= seL4_ARM_Page_Map(w, w, w, rights, seL4_ARM_ExecuteNever);
    e |= seL4_ARM_Page_Unmap(w);
    e |= seL4_ARM_Page_Clean_Data(w, w, w);
    e |= seL4_ARM_Page_Invalidate_Data(w, w, w);
    e |= seL4_ARM_Page_CleanInvalidate_Data(w, w, w);
    e |= seL4_ARM_Page_Unify_Instruction(w, w, w);
    seL4_ARM_Page_GetAddress_t address = seL4_ARM_Page_GetAddress(w);
    e |= address.error || address.paddr;
    e |= seL4_ARM_ASIDControl_MakePool(w, w, w, w, d);
    e |= seL4_ARM_ASIDPool_Assign(w, w);
    e |= seL4_ARM_VCPU_SetTCB(w, w);
    e |= seL4_ARM_VCPU_InjectIRQ(w, (seL4_Uint16)w, d, d, d);
    seL4_ARM_VCPU_ReadRegs_t read = seL4_ARM_VCPU_ReadRegs(w, seL4_VCPUReg_SCTLR);
    e |= read.error || read.value;
    e |= seL4_ARM_VCPU_WriteRegs(w, seL4_VCPUReg_SCTLR, w);
    e |= seL4_ARM_VCPU_AckVPPI(w, w);
    return e | seL4_MappingFailedLookupLevel();
}

seL4_Word use_messages(seL4_IPCBuffer *buffer, seL4_CPtr cptr);

seL4_Word use_messages(seL4_IPCBuffer *buffer, seL4_CPtr cptr)
{
    seL4_Word a = 0, b = 0, c = 0, d = 0, badge = 0;
    seL4_MessageInfo_t info = seL4_MessageInfo_new(1, 2, 3, 4);
    seL4_CNode_CapData_t data = seL4_CNode_CapData_new(1, 2);

    seL4_SetIPCBuffer(buffer);
    buffer = seL4_GetIPCBuffer();
    seL4_SetMR(0, seL4_GetMR(1) + buffer->msg[0] + buffer->tag.words[0]);
    seL4_SetUserData(seL4_GetUserData() + buffer->userData);
    seL4_SetCap(0, seL4_GetCap(1) + seL4_GetBadge(2) + buffer->caps_or_badges[0]);
    seL4_SetCapReceivePath(a, b, c);
    seL4_GetCapReceivePath(&a, &b, &c);
    a += buffer->receiveCNode + buffer->receiveIndex + buffer->receiveDepth;
    info = seL4_MessageInfo_set_label(info, seL4_MessageInfo_get_label(info));
    info = seL4_MessageInfo_set_capsUnwrapped(info, seL4_MessageInfo_get_capsUnwrapped(info));
    info = seL4_MessageInfo_set_extraCaps(info, seL4_MessageInfo_get_extraCaps(info));
    info = seL4_MessageInfo_set_length(info, seL4_MessageInfo_get_length(info));
    seL4_MessageInfo_ptr_set_length(&info, seL4_MessageInfo_ptr_get_length(&info));
    data = seL4_CNode_CapData_set_guard(data, seL4_CNode_CapData_get_guard(data));
    data = seL4_CNode_CapData_set_guardSize(data, seL4_CNode_CapData_get_guardSize(data));
    seL4_Send(cptr, info);
    seL4_SendWithMRs(cptr, info, &a, &b, &c, &d);
    seL4_NBSend(cptr, info);
    seL4_NBSendWithMRs(cptr, info, &a, &b, &c, &d);
    info = seL4_Call(cptr, info);
    info = seL4_CallWithMRs(cptr, info, &a, &b, &c, &d);
    info = seL4_Recv(cptr, &badge);
    info = seL4_RecvWithMRs(cptr, &badge, &a, &b, &c, seL4_Null);
    info = seL4_NBRecv(cptr, &badge);
    info = seL4_ReplyRecv(cptr, info, &badge);
    info = seL4_ReplyRecvWithMRs(cptr, info, &badge, &a, &b, &c, &d);
    seL4_Reply(info);
    seL4_ReplyWithMRs(info, &a, &b, &c, &d);
    seL4_Signal(cptr);
    seL4_Wait(cptr, &badge);
    info = seL4_Poll(cptr, &badge);
    seL4_Yield();
#ifdef CONFIG_PRINTING
    seL4_DebugPutChar('a');
    seL4_DebugPutString((char *)"a");
    seL4_DebugDumpScheduler();
#endif
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugSnapshot();
    seL4_DebugNameThread(cptr, "a");
    a += seL4_DebugCapIdentify(cptr);
    if (a == 0) {
        seL4_DebugHalt();
    }
#endif
#ifdef CONFIG_SET_TLS_BASE_SELF
    seL4_SetTLSBase(a);
#endif
    return a + b + c + d + badge + info.words[0] + data.words[0];
}

seL4_Word use_rights(void);

seL4_Word use_rights(void)
{
    seL4_CapRights_t rights[] = { seL4_AllRights, seL4_ReadWrite, seL4_CanRead,
                                  seL4_CanWrite,  seL4_CanGrant,  seL4_CanGrantReply,
                                  seL4_NoWrite,   seL4_NoRead,    seL4_NoRights };
    seL4_Word sum = 0;

    for (unsigned int i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        rights[i] = seL4_CapRights_set_capAllowGrant(rights[i], 1);
        sum += seL4_CapRights_get_capAllowGrantReply(rights[i]) +
               seL4_CapRights_get_capAllowGrant(rights[i]) +
               seL4_CapRights_get_capAllowRead(rights[i]) +
               seL4_CapRights_get_capAllowWrite(rights[i]);
    }
    return sum;
}

seL4_Word use_faults(seL4_MessageInfo_t tag);

seL4_Word use_faults(seL4_MessageInfo_t tag)
{
    seL4_Fault_t fault = seL4_getFault(tag);

    if (seL4_isNullFault_tag(tag) || seL4_isCapFault_tag(tag) || seL4_isUnknownSyscall_tag(tag) ||
        seL4_isUserException_tag(tag) || seL4_isVMFault_tag(tag) ||
        seL4_isVGICMaintenance_tag(tag) || seL4_isVCPUFault_tag(tag) || seL4_isVPPIEvent_tag(tag)) {
        return 1;
    }
    switch (seL4_Fault_get_seL4_FaultType(fault)) {
    case seL4_Fault_CapFault:
        return seL4_Fault_CapFault_get_IP(fault) + seL4_Fault_CapFault_get_Addr(fault) +
               seL4_Fault_CapFault_get_InRecvPhase(fault) +
               seL4_Fault_CapFault_get_LookupFailureType(fault) +
               seL4_Fault_CapFault_get_MR4(fault) + seL4_Fault_CapFault_get_MR5(fault) +
               seL4_Fault_CapFault_get_MR6(fault);
    case seL4_Fault_UnknownSyscall:
        return seL4_Fault_UnknownSyscall_get_X0(fault) + seL4_Fault_UnknownSyscall_get_X7(fault) +
               seL4_Fault_UnknownSyscall_get_FaultIP(fault) +
               seL4_Fault_UnknownSyscall_get_SP(fault) + seL4_Fault_UnknownSyscall_get_LR(fault) +
               seL4_Fault_UnknownSyscall_get_SPSR(fault) +
               seL4_Fault_UnknownSyscall_get_Syscall(fault);
    case seL4_Fault_UserException:
        return seL4_Fault_UserException_get_FaultIP(fault) +
               seL4_Fault_UserException_get_Stack(fault) +
               seL4_Fault_UserException_get_SPSR(fault) +
               seL4_Fault_UserException_get_Number(fault) +
               seL4_Fault_UserException_get_Code(fault);
    case seL4_Fault_VMFault:
        return seL4_Fault_VMFault_get_IP(fault) + seL4_Fault_VMFault_get_Addr(fault) +
               seL4_Fault_VMFault_get_PrefetchFault(fault) + seL4_Fault_VMFault_get_FSR(fault);
    case seL4_Fault_VGICMaintenance: return seL4_Fault_VGICMaintenance_get_IDX(fault);
    case seL4_Fault_VCPUFault: return seL4_Fault_VCPUFault_get_HSR(fault);
    case seL4_Fault_VPPIEvent: return seL4_Fault_VPPIEvent_get_IRQ(fault);
    default: return 0;
    }
}

/* Members of BootInfo at their places. */
#define AT(member, place)                                                                          \
    _Static_assert(__builtin_offsetof(seL4_BootInfo, member) == (place), #member)
AT(extraLen, 0x00);
AT(nodeID, 0x08);
AT(numNodes, 0x10);
AT(numIOPTLevels, 0x18);
AT(ipcBuffer, 0x20);
AT(empty, 0x28);
AT(sharedFrames, 0x38);
AT(userImageFrames, 0x48);
AT(userImagePaging, 0x58);
AT(ioSpaceCaps, 0x68);
AT(extraBIPages, 0x78);
AT(initThreadCNodeSizeBits, 0x88);
AT(initThreadDomain, 0x90);
AT(untyped, 0x98);
AT(untypedList, 0xa8);
