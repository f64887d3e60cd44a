/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of kernel objects. Every stub marshals its arguments as contract/sel4/invocation.h
 * counts them (capabilities first, then words), calls the object and returns the reply's label.
 * After an error, message registers 0..3 hold its details (contract/sel4/error.h) in the IPC
 * buffer. The manual of each operation is docs/reference/kernel-api.md.
 */
#ifndef INTERFACES_SEL4_CLIENT_H
#define INTERFACES_SEL4_CLIENT_H

#include <sel4/invocation.h>
#include <sel4/syscalls.h>

/* Calls `service`; mr[0..3] go in x2..x5, further words are in the IPC buffer already. */
LIBSEL4_INLINE_FUNC seL4_Error libsel4_invoke(seL4_CPtr service, seL4_Word label, seL4_Word caps,
                                              seL4_Word words, struct libsel4_regs *regs)
{
    seL4_Error error;

    regs->x0 = service;
    regs->info = seL4_MessageInfo_new(label, 0, caps, words).words[0];
    libsel4_svc((seL4_Word)seL4_SysCall, regs);
    error = (seL4_Error)(regs->info >> SEL4_MSG_INFO_LABEL_SHIFT);
    if (error != seL4_NoError) {
        libsel4_store_buffer(regs);
    }
    return error;
}

LIBSEL4_INLINE_FUNC seL4_Error libsel4_invoke4(seL4_CPtr service, seL4_Word label, seL4_Word caps,
                                               seL4_Word words, seL4_Word mr0, seL4_Word mr1,
                                               seL4_Word mr2, seL4_Word mr3)
{
    struct libsel4_regs regs = { .mr = { mr0, mr1, mr2, mr3 } };

    return libsel4_invoke(service, label, caps, words, &regs);
}

/* ---- Untyped ---- */

LIBSEL4_INLINE seL4_Error seL4_Untyped_Retype(seL4_Untyped _service, seL4_Word type,
                                              seL4_Word size_bits, seL4_CNode root,
                                              seL4_Word node_index, seL4_Word node_depth,
                                              seL4_Word node_offset, seL4_Word num_objects)
{
    seL4_SetCap(0, root);
    seL4_SetMR(4, node_offset);
    seL4_SetMR(5, num_objects);
    return libsel4_invoke4(_service, UntypedRetype, 1, 6, type, size_bits, node_index, node_depth);
}

/* ---- TCB ---- */

LIBSEL4_INLINE seL4_Error seL4_TCB_ReadRegisters(seL4_TCB _service, seL4_Bool suspend_source,
                                                 seL4_Uint8 arch_flags, seL4_Word count,
                                                 seL4_UserContext *regs)
{
    struct libsel4_regs io = { .mr = { (suspend_source & 1u) | ((seL4_Word)arch_flags << 8), count,
                                       0, 0 } };
    seL4_Error error = libsel4_invoke(_service, TCBReadRegisters, 0, 2, &io);
    seL4_Word *out = (seL4_Word *)regs;

    if (error == seL4_NoError) {
        for (seL4_Word i = 0; i < count && i < SEL4_USER_CONTEXT_WORDS; i++) {
            out[i] = i < SEL4_MSG_FAST_REGISTERS ? io.mr[i] : seL4_GetMR((int)i);
        }
    }
    return error;
}

LIBSEL4_INLINE seL4_Error seL4_TCB_WriteRegisters(seL4_TCB _service, seL4_Bool resume_target,
                                                  seL4_Uint8 arch_flags, seL4_Word count,
                                                  seL4_UserContext *regs)
{
    const seL4_Word *in = (const seL4_Word *)regs;
    seL4_Word words = count < SEL4_USER_CONTEXT_WORDS ? count : SEL4_USER_CONTEXT_WORDS;

    for (seL4_Word i = 2; i < words; i++) {
        seL4_SetMR((int)i + 2, in[i]);
    }
    return libsel4_invoke4(_service, TCBWriteRegisters, 0, 2 + words,
                           (resume_target & 1u) | ((seL4_Word)arch_flags << 8), count,
                           words > 0 ? in[0] : 0, words > 1 ? in[1] : 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_CopyRegisters(seL4_TCB _service, seL4_TCB source,
                                                 seL4_Bool suspend_source, seL4_Bool resume_target,
                                                 seL4_Bool transfer_frame,
                                                 seL4_Bool transfer_integer, seL4_Uint8 arch_flags)
{
    seL4_Word flags = (suspend_source & 1u) | ((resume_target & 1u) << 1) |
                      ((transfer_frame & 1u) << 2) | ((transfer_integer & 1u) << 3) |
                      ((seL4_Word)arch_flags << 8);

    seL4_SetCap(0, source);
    return libsel4_invoke4(_service, TCBCopyRegisters, 1, 1, flags, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Configure(seL4_TCB _service, seL4_Word fault_ep,
                                             seL4_CNode cspace_root, seL4_Word cspace_root_data,
                                             seL4_CPtr vspace_root, seL4_Word vspace_root_data,
                                             seL4_Word buffer, seL4_CPtr bufferFrame)
{
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    seL4_SetCap(2, bufferFrame);
    return libsel4_invoke4(_service, TCBConfigure, 3, 4, fault_ep, cspace_root_data,
                           vspace_root_data, buffer);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetPriority(seL4_TCB _service, seL4_TCB authority,
                                               seL4_Word priority)
{
    seL4_SetCap(0, authority);
    return libsel4_invoke4(_service, TCBSetPriority, 1, 1, priority, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetMCPriority(seL4_TCB _service, seL4_TCB authority,
                                                 seL4_Word mcp)
{
    seL4_SetCap(0, authority);
    return libsel4_invoke4(_service, TCBSetMCPriority, 1, 1, mcp, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSchedParams(seL4_TCB _service, seL4_TCB authority,
                                                  seL4_Word mcp, seL4_Word priority)
{
    seL4_SetCap(0, authority);
    return libsel4_invoke4(_service, TCBSetSchedParams, 1, 2, mcp, priority, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetIPCBuffer(seL4_TCB _service, seL4_Word buffer,
                                                seL4_CPtr bufferFrame)
{
    seL4_SetCap(0, bufferFrame);
    return libsel4_invoke4(_service, TCBSetIPCBuffer, 1, 1, buffer, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_SetSpace(seL4_TCB _service, seL4_Word fault_ep,
                                            seL4_CNode cspace_root, seL4_Word cspace_root_data,
                                            seL4_CPtr vspace_root, seL4_Word vspace_root_data)
{
    seL4_SetCap(0, cspace_root);
    seL4_SetCap(1, vspace_root);
    return libsel4_invoke4(_service, TCBSetSpace, 2, 3, fault_ep, cspace_root_data,
                           vspace_root_data, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Suspend(seL4_TCB _service)
{
    return libsel4_invoke4(_service, TCBSuspend, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_Resume(seL4_TCB _service)
{
    return libsel4_invoke4(_service, TCBResume, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_BindNotification(seL4_TCB _service, seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return libsel4_invoke4(_service, TCBBindNotification, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_TCB_UnbindNotification(seL4_TCB _service)
{
    return libsel4_invoke4(_service, TCBUnbindNotification, 0, 0, 0, 0, 0, 0);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
LIBSEL4_INLINE seL4_Error seL4_TCB_SetAffinity(seL4_TCB _service, seL4_Word affinity)
{
    return libsel4_invoke4(_service, TCBSetAffinity, 0, 1, affinity, 0, 0, 0);
}
#endif

LIBSEL4_INLINE seL4_Error seL4_TCB_SetTLSBase(seL4_TCB _service, seL4_Word tls_base)
{
    return libsel4_invoke4(_service, TCBSetTLSBase, 0, 1, tls_base, 0, 0, 0);
}

struct seL4_TCB_SetFlags {
    int error;
    seL4_Word flags;
};
typedef struct seL4_TCB_SetFlags seL4_TCB_SetFlags_t;

LIBSEL4_INLINE seL4_TCB_SetFlags_t seL4_TCB_SetFlags(seL4_TCB _service, seL4_Word clear,
                                                     seL4_Word set)
{
    struct libsel4_regs io = { .mr = { clear, set, 0, 0 } };
    seL4_TCB_SetFlags_t result;

    result.error = (int)libsel4_invoke(_service, TCBSetFlags, 0, 2, &io);
    result.flags = io.mr[0];
    return result;
}

/* ---- CNode ---- */

LIBSEL4_INLINE seL4_Error seL4_CNode_Revoke(seL4_CNode _service, seL4_Word index, seL4_Uint8 depth)
{
    return libsel4_invoke4(_service, CNodeRevoke, 0, 2, index, depth, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Delete(seL4_CNode _service, seL4_Word index, seL4_Uint8 depth)
{
    return libsel4_invoke4(_service, CNodeDelete, 0, 2, index, depth, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_CancelBadgedSends(seL4_CNode _service, seL4_Word index,
                                                       seL4_Uint8 depth)
{
    return libsel4_invoke4(_service, CNodeCancelBadgedSends, 0, 2, index, depth, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Copy(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth,
                                          seL4_CapRights_t rights)
{
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, rights.words[0]);
    return libsel4_invoke4(_service, CNodeCopy, 1, 5, dest_index, dest_depth, src_index, src_depth);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Mint(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth,
                                          seL4_CapRights_t rights, seL4_Word badge)
{
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, rights.words[0]);
    seL4_SetMR(5, badge);
    return libsel4_invoke4(_service, CNodeMint, 1, 6, dest_index, dest_depth, src_index, src_depth);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Move(seL4_CNode _service, seL4_Word dest_index,
                                          seL4_Uint8 dest_depth, seL4_CNode src_root,
                                          seL4_Word src_index, seL4_Uint8 src_depth)
{
    seL4_SetCap(0, src_root);
    return libsel4_invoke4(_service, CNodeMove, 1, 4, dest_index, dest_depth, src_index, src_depth);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Mutate(seL4_CNode _service, seL4_Word dest_index,
                                            seL4_Uint8 dest_depth, seL4_CNode src_root,
                                            seL4_Word src_index, seL4_Uint8 src_depth,
                                            seL4_Word badge)
{
    seL4_SetCap(0, src_root);
    seL4_SetMR(4, badge);
    return libsel4_invoke4(_service, CNodeMutate, 1, 5, dest_index, dest_depth, src_index,
                           src_depth);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_Rotate(seL4_CNode _service, seL4_Word dest_index,
                                            seL4_Uint8 dest_depth, seL4_Word dest_badge,
                                            seL4_CNode pivot_root, seL4_Word pivot_index,
                                            seL4_Uint8 pivot_depth, seL4_Word pivot_badge,
                                            seL4_CNode src_root, seL4_Word src_index,
                                            seL4_Uint8 src_depth)
{
    seL4_SetCap(0, pivot_root);
    seL4_SetCap(1, src_root);
    seL4_SetMR(4, pivot_depth);
    seL4_SetMR(5, pivot_badge);
    seL4_SetMR(6, src_index);
    seL4_SetMR(7, src_depth);
    return libsel4_invoke4(_service, CNodeRotate, 2, 8, dest_index, dest_depth, dest_badge,
                           pivot_index);
}

LIBSEL4_INLINE seL4_Error seL4_CNode_SaveCaller(seL4_CNode _service, seL4_Word index,
                                                seL4_Uint8 depth)
{
    return libsel4_invoke4(_service, CNodeSaveCaller, 0, 2, index, depth, 0, 0);
}

/* ---- IRQ control and handlers ---- */

LIBSEL4_INLINE seL4_Error seL4_IRQControl_Get(seL4_IRQControl _service, seL4_Word irq,
                                              seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return libsel4_invoke4(_service, IRQIssueIRQHandler, 1, 3, irq, index, depth, 0);
}

LIBSEL4_INLINE seL4_Error seL4_IRQControl_GetTrigger(seL4_IRQControl _service, seL4_Word irq,
                                                     seL4_Word trigger, seL4_CNode root,
                                                     seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return libsel4_invoke4(_service, ARMIRQIssueIRQHandlerTrigger, 1, 4, irq, trigger, index,
                           depth);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
LIBSEL4_INLINE seL4_Error seL4_IRQControl_GetTriggerCore(seL4_IRQControl _service, seL4_Word irq,
                                                         seL4_Word trigger, seL4_CNode root,
                                                         seL4_Word index, seL4_Uint8 depth,
                                                         seL4_Word target)
{
    seL4_SetCap(0, root);
    seL4_SetMR(4, target);
    return libsel4_invoke4(_service, ARMIRQIssueIRQHandlerTriggerCore, 1, 5, irq, trigger, index,
                           depth);
}
#else
LIBSEL4_INLINE seL4_Error seL4_IRQControl_IssueSGISignal(seL4_IRQControl _service, seL4_Word irq,
                                                         seL4_Word target, seL4_CNode root,
                                                         seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return libsel4_invoke4(_service, ARMIRQIssueSGISignal, 1, 4, irq, target, index, depth);
}
#endif

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Ack(seL4_IRQHandler _service)
{
    return libsel4_invoke4(_service, IRQAckIRQ, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_SetNotification(seL4_IRQHandler _service,
                                                          seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return libsel4_invoke4(_service, IRQSetIRQHandler, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Clear(seL4_IRQHandler _service)
{
    return libsel4_invoke4(_service, IRQClearIRQHandler, 0, 0, 0, 0, 0, 0);
}

/* ---- Domains ---- */

LIBSEL4_INLINE seL4_Error seL4_DomainSet_Set(seL4_DomainSet _service, seL4_Uint8 domain,
                                             seL4_TCB thread)
{
    seL4_SetCap(0, thread);
    return libsel4_invoke4(_service, DomainSetSet, 1, 1, domain, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_DomainSet_ScheduleConfigure(seL4_DomainSet _service, seL4_Word index,
                                                           seL4_Uint8 domain, seL4_Time duration)
{
    return libsel4_invoke4(_service, DomainScheduleConfigure, 0, 3, index, domain, duration, 0);
}

LIBSEL4_INLINE seL4_Error seL4_DomainSet_ScheduleSetStart(seL4_DomainSet _service, seL4_Word index)
{
    return libsel4_invoke4(_service, DomainScheduleSetStart, 0, 1, index, 0, 0, 0);
}

/* ---- VSpace, page tables, pages ---- */

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Clean_Data(seL4_ARM_VSpace _service, seL4_Word start,
                                                     seL4_Word end)
{
    return libsel4_invoke4(_service, ARMVSpaceClean_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Invalidate_Data(seL4_ARM_VSpace _service, seL4_Word start,
                                                          seL4_Word end)
{
    return libsel4_invoke4(_service, ARMVSpaceInvalidate_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_CleanInvalidate_Data(seL4_ARM_VSpace _service,
                                                               seL4_Word start, seL4_Word end)
{
    return libsel4_invoke4(_service, ARMVSpaceCleanInvalidate_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Unify_Instruction(seL4_ARM_VSpace _service,
                                                            seL4_Word start, seL4_Word end)
{
    return libsel4_invoke4(_service, ARMVSpaceUnify_Instruction, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_PageTable_Map(seL4_ARM_PageTable _service,
                                                 seL4_ARM_VSpace vspace, seL4_Word vaddr,
                                                 seL4_ARM_VMAttributes attr)
{
    seL4_SetCap(0, vspace);
    return libsel4_invoke4(_service, ARMPageTableMap, 1, 2, vaddr, (seL4_Word)attr, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_PageTable_Unmap(seL4_ARM_PageTable _service)
{
    return libsel4_invoke4(_service, ARMPageTableUnmap, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Map(seL4_ARM_Page _service, seL4_ARM_VSpace vspace,
                                            seL4_Word vaddr, seL4_CapRights_t rights,
                                            seL4_ARM_VMAttributes attr)
{
    seL4_SetCap(0, vspace);
    return libsel4_invoke4(_service, ARMPageMap, 1, 3, vaddr, rights.words[0], (seL4_Word)attr, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Unmap(seL4_ARM_Page _service)
{
    return libsel4_invoke4(_service, ARMPageUnmap, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Clean_Data(seL4_ARM_Page _service, seL4_Word start_offset,
                                                   seL4_Word end_offset)
{
    return libsel4_invoke4(_service, ARMPageClean_Data, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Invalidate_Data(seL4_ARM_Page _service,
                                                        seL4_Word start_offset,
                                                        seL4_Word end_offset)
{
    return libsel4_invoke4(_service, ARMPageInvalidate_Data, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_CleanInvalidate_Data(seL4_ARM_Page _service,
                                                             seL4_Word start_offset,
                                                             seL4_Word end_offset)
{
    return libsel4_invoke4(_service, ARMPageCleanInvalidate_Data, 0, 2, start_offset, end_offset, 0,
                           0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Unify_Instruction(seL4_ARM_Page _service,
                                                          seL4_Word start_offset,
                                                          seL4_Word end_offset)
{
    return libsel4_invoke4(_service, ARMPageUnify_Instruction, 0, 2, start_offset, end_offset, 0,
                           0);
}

struct seL4_ARM_Page_GetAddress {
    int error;
    seL4_Word paddr;
};
typedef struct seL4_ARM_Page_GetAddress seL4_ARM_Page_GetAddress_t;

LIBSEL4_INLINE seL4_ARM_Page_GetAddress_t seL4_ARM_Page_GetAddress(seL4_ARM_Page _service)
{
    struct libsel4_regs io = { .mr = { 0 } };
    seL4_ARM_Page_GetAddress_t result;

    result.error = (int)libsel4_invoke(_service, ARMPageGetAddress, 0, 0, &io);
    result.paddr = io.mr[0];
    return result;
}

/* ---- ASIDs ---- */

LIBSEL4_INLINE seL4_Error seL4_ARM_ASIDControl_MakePool(seL4_ARM_ASIDControl _service,
                                                        seL4_Untyped untyped, seL4_CNode root,
                                                        seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, untyped);
    seL4_SetCap(1, root);
    return libsel4_invoke4(_service, ARMASIDControlMakePool, 2, 2, index, depth, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_ASIDPool_Assign(seL4_ARM_ASIDPool _service, seL4_CPtr vspace)
{
    seL4_SetCap(0, vspace);
    return libsel4_invoke4(_service, ARMASIDPoolAssign, 1, 0, 0, 0, 0, 0);
}

/* ---- VCPU ---- */

LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_SetTCB(seL4_ARM_VCPU _service, seL4_TCB tcb)
{
    seL4_SetCap(0, tcb);
    return libsel4_invoke4(_service, ARMVCPUSetTCB, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_InjectIRQ(seL4_ARM_VCPU _service, seL4_Uint16 virq,
                                                  seL4_Uint8 priority, seL4_Uint8 group,
                                                  seL4_Uint8 index)
{
    seL4_Word word = ((seL4_Word)virq << SEL4_INJECT_VIRQ_SHIFT) |
                     ((seL4_Word)priority << SEL4_INJECT_PRIORITY_SHIFT) |
                     ((seL4_Word)group << SEL4_INJECT_GROUP_SHIFT) |
                     ((seL4_Word)index << SEL4_INJECT_INDEX_SHIFT);

    return libsel4_invoke4(_service, ARMVCPUInjectIRQ, 0, 1, word, 0, 0, 0);
}

struct seL4_ARM_VCPU_ReadRegs {
    int error;
    seL4_Word value;
};
typedef struct seL4_ARM_VCPU_ReadRegs seL4_ARM_VCPU_ReadRegs_t;

LIBSEL4_INLINE seL4_ARM_VCPU_ReadRegs_t seL4_ARM_VCPU_ReadRegs(seL4_ARM_VCPU _service,
                                                               seL4_Word field)
{
    struct libsel4_regs io = { .mr = { field, 0, 0, 0 } };
    seL4_ARM_VCPU_ReadRegs_t result;

    result.error = (int)libsel4_invoke(_service, ARMVCPUReadReg, 0, 1, &io);
    result.value = io.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_WriteRegs(seL4_ARM_VCPU _service, seL4_Word field,
                                                  seL4_Word value)
{
    return libsel4_invoke4(_service, ARMVCPUWriteReg, 0, 2, field, value, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_AckVPPI(seL4_ARM_VCPU _service, seL4_Word irq)
{
    return libsel4_invoke4(_service, ARMVCPUAckVPPI, 0, 1, irq, 0, 0, 0);
}

/* ---- Secure monitor calls ---- */

LIBSEL4_INLINE seL4_Error seL4_ARM_SMC_Call(seL4_ARM_SMC _service, seL4_ARM_SMCContext *smc_args,
                                            seL4_ARM_SMCContext *smc_response)
{
    struct libsel4_regs io = { .mr = { smc_args->x0, smc_args->x1, smc_args->x2, smc_args->x3 } };
    seL4_Error error;

    seL4_SetMR(4, smc_args->x4);
    seL4_SetMR(5, smc_args->x5);
    seL4_SetMR(6, smc_args->x6);
    seL4_SetMR(7, smc_args->x7);
    error = libsel4_invoke(_service, ARMSMCCall, 0, 8, &io);
    if (error == seL4_NoError) {
        smc_response->x0 = io.mr[0];
        smc_response->x1 = io.mr[1];
        smc_response->x2 = io.mr[2];
        smc_response->x3 = io.mr[3];
        smc_response->x4 = seL4_GetMR(4);
        smc_response->x5 = seL4_GetMR(5);
        smc_response->x6 = seL4_GetMR(6);
        smc_response->x7 = seL4_GetMR(7);
    }
    return error;
}

#endif
