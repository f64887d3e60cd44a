/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls. The plain forms move message registers 0..3 between the IPC buffer and x2..x5;
 * the WithMRs forms move them between up to four words and x2..x5 and never touch the buffer.
 *
 * A badge (sender) is always meaningful after a receive; the returned message info is not when
 * the receive was ended by a notification. Pointers may be NULL.
 *
 * Source: contract/sel4/syscall.h for numbers and registers.
 */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/functions.h>

/* Everything that crosses the system call, by register. */
struct libsel4_regs {
    seL4_Word x0;
    seL4_Word info;
    seL4_Word mr[SEL4_MSG_FAST_REGISTERS];
};

/* One svc with all message registers in and out; the only place that knows the convention. */
LIBSEL4_INLINE_FUNC void libsel4_svc(seL4_Word number, struct libsel4_regs *regs)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1") = regs->info;
    register seL4_Word x2 __asm__("x2") = regs->mr[0];
    register seL4_Word x3 __asm__("x3") = regs->mr[1];
    register seL4_Word x4 __asm__("x4") = regs->mr[2];
    register seL4_Word x5 __asm__("x5") = regs->mr[3];
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x7)
                     : "memory");
    regs->x0 = x0;
    regs->info = x1;
    regs->mr[0] = x2;
    regs->mr[1] = x3;
    regs->mr[2] = x4;
    regs->mr[3] = x5;
}

/* A receive sends no message registers, so none is loaded. */
LIBSEL4_INLINE_FUNC void libsel4_svc_recv(seL4_Word number, struct libsel4_regs *regs)
{
    register seL4_Word x0 __asm__("x0") = regs->x0;
    register seL4_Word x1 __asm__("x1");
    register seL4_Word x2 __asm__("x2");
    register seL4_Word x3 __asm__("x3");
    register seL4_Word x4 __asm__("x4");
    register seL4_Word x5 __asm__("x5");
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "=r"(x1), "=r"(x2), "=r"(x3), "=r"(x4), "=r"(x5)
                     : "r"(x7)
                     : "memory");
    regs->x0 = x0;
    regs->info = x1;
    regs->mr[0] = x2;
    regs->mr[1] = x3;
    regs->mr[2] = x4;
    regs->mr[3] = x5;
}

/* A call with two argument registers and a result in x0, for the debug system calls. */
LIBSEL4_INLINE_FUNC seL4_Word libsel4_svc_simple(seL4_Word number, seL4_Word arg0, seL4_Word arg1)
{
    register seL4_Word x0 __asm__("x0") = arg0;
    register seL4_Word x1 __asm__("x1") = arg1;
    register seL4_Word x7 __asm__("x7") = number;

    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x7) : "x2", "x3", "x4", "x5", "memory");
    return x0;
}

LIBSEL4_INLINE_FUNC void libsel4_load_buffer(struct libsel4_regs *regs)
{
    for (int i = 0; i < SEL4_MSG_FAST_REGISTERS; i++) {
        regs->mr[i] = seL4_GetMR(i);
    }
}

LIBSEL4_INLINE_FUNC void libsel4_store_buffer(const struct libsel4_regs *regs)
{
    for (int i = 0; i < SEL4_MSG_FAST_REGISTERS; i++) {
        seL4_SetMR(i, regs->mr[i]);
    }
}

/* Loads the words that the message length covers; the others stay 0. */
LIBSEL4_INLINE_FUNC void libsel4_load_words(struct libsel4_regs *regs, const seL4_Word *mr0,
                                            const seL4_Word *mr1, const seL4_Word *mr2,
                                            const seL4_Word *mr3)
{
    seL4_Word length = regs->info & SEL4_MSG_INFO_LENGTH_MASK;

    regs->mr[0] = (mr0 && length > 0) ? *mr0 : 0;
    regs->mr[1] = (mr1 && length > 1) ? *mr1 : 0;
    regs->mr[2] = (mr2 && length > 2) ? *mr2 : 0;
    regs->mr[3] = (mr3 && length > 3) ? *mr3 : 0;
}

LIBSEL4_INLINE_FUNC void libsel4_store_words(const struct libsel4_regs *regs, seL4_Word *mr0,
                                             seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    if (mr0) {
        *mr0 = regs->mr[0];
    }
    if (mr1) {
        *mr1 = regs->mr[1];
    }
    if (mr2) {
        *mr2 = regs->mr[2];
    }
    if (mr3) {
        *mr3 = regs->mr[3];
    }
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t libsel4_received(const struct libsel4_regs *regs,
                                                        seL4_Word *sender)
{
    seL4_MessageInfo_t info = { { regs->info } };

    if (sender) {
        *sender = regs->x0;
    }
    return info;
}

/* The calls that send and receive nothing, in both forms. */
LIBSEL4_INLINE_FUNC void libsel4_send(seL4_Word number, seL4_CPtr dest, seL4_MessageInfo_t info)
{
    struct libsel4_regs regs = { .x0 = dest, .info = info.words[0] };

    libsel4_load_buffer(&regs);
    libsel4_svc(number, &regs);
}

LIBSEL4_INLINE_FUNC void libsel4_send_words(seL4_Word number, seL4_CPtr dest,
                                            seL4_MessageInfo_t info, const seL4_Word *mr0,
                                            const seL4_Word *mr1, const seL4_Word *mr2,
                                            const seL4_Word *mr3)
{
    struct libsel4_regs regs = { .x0 = dest, .info = info.words[0] };

    libsel4_load_words(&regs, mr0, mr1, mr2, mr3);
    libsel4_svc(number, &regs);
}

/* Sends, blocking until a receiver takes the message. */
LIBSEL4_INLINE_FUNC void seL4_Send(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    libsel4_send((seL4_Word)seL4_SysSend, dest, msgInfo);
}

LIBSEL4_INLINE_FUNC void seL4_SendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                          seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                          seL4_Word *mr3)
{
    libsel4_send_words((seL4_Word)seL4_SysSend, dest, msgInfo, mr0, mr1, mr2, mr3);
}

/* Sends if a receiver waits already, else does nothing. */
LIBSEL4_INLINE_FUNC void seL4_NBSend(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    libsel4_send((seL4_Word)seL4_SysNBSend, dest, msgInfo);
}

LIBSEL4_INLINE_FUNC void seL4_NBSendWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                            seL4_Word *mr0, seL4_Word *mr1, seL4_Word *mr2,
                                            seL4_Word *mr3)
{
    libsel4_send_words((seL4_Word)seL4_SysNBSend, dest, msgInfo, mr0, mr1, mr2, mr3);
}

/* Answers the last caller; does nothing when there is none. */
LIBSEL4_INLINE_FUNC void seL4_Reply(seL4_MessageInfo_t msgInfo)
{
    libsel4_send((seL4_Word)seL4_SysReply, 0, msgInfo);
}

LIBSEL4_INLINE_FUNC void seL4_ReplyWithMRs(seL4_MessageInfo_t msgInfo, seL4_Word *mr0,
                                           seL4_Word *mr1, seL4_Word *mr2, seL4_Word *mr3)
{
    libsel4_send_words((seL4_Word)seL4_SysReply, 0, msgInfo, mr0, mr1, mr2, mr3);
}

/* Signals a notification with the badge of the capability. */
LIBSEL4_INLINE_FUNC void seL4_Signal(seL4_CPtr dest)
{
    struct libsel4_regs regs = { .x0 = dest };

    libsel4_svc((seL4_Word)seL4_SysSend, &regs);
}

/* Receives from an endpoint or a notification, blocking. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Recv(seL4_CPtr src, seL4_Word *sender)
{
    struct libsel4_regs regs = { .x0 = src };

    libsel4_svc_recv((seL4_Word)seL4_SysRecv, &regs);
    libsel4_store_buffer(&regs);
    return libsel4_received(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_RecvWithMRs(seL4_CPtr src, seL4_Word *sender,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct libsel4_regs regs = { .x0 = src };

    libsel4_svc_recv((seL4_Word)seL4_SysRecv, &regs);
    libsel4_store_words(&regs, mr0, mr1, mr2, mr3);
    return libsel4_received(&regs, sender);
}

/* Receives what is there already; sender 0 when there was nothing. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_NBRecv(seL4_CPtr src, seL4_Word *sender)
{
    struct libsel4_regs regs = { .x0 = src };

    libsel4_svc_recv((seL4_Word)seL4_SysNBRecv, &regs);
    libsel4_store_buffer(&regs);
    return libsel4_received(&regs, sender);
}

/* Sends and waits for the answer. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Call(seL4_CPtr dest, seL4_MessageInfo_t msgInfo)
{
    struct libsel4_regs regs = { .x0 = dest, .info = msgInfo.words[0] };

    libsel4_load_buffer(&regs);
    libsel4_svc((seL4_Word)seL4_SysCall, &regs);
    libsel4_store_buffer(&regs);
    return libsel4_received(&regs, seL4_Null);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_CallWithMRs(seL4_CPtr dest, seL4_MessageInfo_t msgInfo,
                                                        seL4_Word *mr0, seL4_Word *mr1,
                                                        seL4_Word *mr2, seL4_Word *mr3)
{
    struct libsel4_regs regs = { .x0 = dest, .info = msgInfo.words[0] };

    libsel4_load_words(&regs, mr0, mr1, mr2, mr3);
    libsel4_svc((seL4_Word)seL4_SysCall, &regs);
    libsel4_store_words(&regs, mr0, mr1, mr2, mr3);
    return libsel4_received(&regs, seL4_Null);
}

/* Answers the last caller and receives, in one kernel entry. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecv(seL4_CPtr src, seL4_MessageInfo_t msgInfo,
                                                      seL4_Word *sender)
{
    struct libsel4_regs regs = { .x0 = src, .info = msgInfo.words[0] };

    libsel4_load_buffer(&regs);
    libsel4_svc((seL4_Word)seL4_SysReplyRecv, &regs);
    libsel4_store_buffer(&regs);
    return libsel4_received(&regs, sender);
}

LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_ReplyRecvWithMRs(seL4_CPtr src,
                                                             seL4_MessageInfo_t msgInfo,
                                                             seL4_Word *sender, seL4_Word *mr0,
                                                             seL4_Word *mr1, seL4_Word *mr2,
                                                             seL4_Word *mr3)
{
    struct libsel4_regs regs = { .x0 = src, .info = msgInfo.words[0] };

    libsel4_load_words(&regs, mr0, mr1, mr2, mr3);
    libsel4_svc((seL4_Word)seL4_SysReplyRecv, &regs);
    libsel4_store_words(&regs, mr0, mr1, mr2, mr3);
    return libsel4_received(&regs, sender);
}

/* Waits on a notification; *sender is its word. */
LIBSEL4_INLINE_FUNC void seL4_Wait(seL4_CPtr src, seL4_Word *sender)
{
    struct libsel4_regs regs = { .x0 = src };

    libsel4_svc_recv((seL4_Word)seL4_SysRecv, &regs);
    if (sender) {
        *sender = regs.x0;
    }
}

/* Takes a notification's word without waiting. */
LIBSEL4_INLINE_FUNC seL4_MessageInfo_t seL4_Poll(seL4_CPtr src, seL4_Word *sender)
{
    return seL4_NBRecv(src, sender);
}

/* Goes to the tail of the ready queue of the thread's priority. */
LIBSEL4_INLINE_FUNC void seL4_Yield(void)
{
    register seL4_Word x7 __asm__("x7") = (seL4_Word)seL4_SysYield;

    __asm__ volatile("svc #0" : : "r"(x7) : "memory");
}

#ifdef CONFIG_PRINTING
LIBSEL4_INLINE_FUNC void seL4_DebugPutChar(char c)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugPutChar, (seL4_Uint8)c, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugPutString(char *str)
{
    for (; *str; str++) {
        seL4_DebugPutChar(*str);
    }
}

LIBSEL4_INLINE_FUNC void seL4_DebugDumpScheduler(void)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugDumpScheduler, 0, 0);
}
#endif

#ifdef CONFIG_DEBUG_BUILD
LIBSEL4_INLINE_FUNC void seL4_DebugHalt(void)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugHalt, 0, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugSnapshot(void)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugSnapshot, 0, 0);
}

LIBSEL4_INLINE_FUNC seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    return (seL4_Uint32)libsel4_svc_simple((seL4_Word)seL4_SysDebugCapIdentify, cap, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *words = (char *)seL4_GetIPCBuffer()->msg;
    seL4_Word i = 0;

    while (name[i] && i < sizeof(seL4_GetIPCBuffer()->msg) - 1) {
        words[i] = name[i];
        i++;
    }
    words[i] = '\0';
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugNameThread, tcb, 0);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
LIBSEL4_INLINE_FUNC void seL4_DebugSendIPI(seL4_Uint8 target, unsigned int irq)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysDebugSendIPI, target, irq);
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_DebugGetThreadAffinity(seL4_CPtr tcb)
{
    return libsel4_svc_simple((seL4_Word)seL4_SysDebugGetThreadAffinity, tcb, 0);
}
#endif
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
LIBSEL4_INLINE_FUNC void seL4_BenchmarkFlushCaches(void)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysBenchmarkFlushCaches, 0, 0);
}

/* The kind of cache, which older kernels took, is not looked at. */
LIBSEL4_INLINE_FUNC void seL4_BenchmarkFlushL1Caches(seL4_Word cache_type)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysBenchmarkFlushCaches, cache_type, 0);
}

LIBSEL4_INLINE_FUNC seL4_Error seL4_BenchmarkResetLog(void)
{
    return (seL4_Error)libsel4_svc_simple((seL4_Word)seL4_SysBenchmarkResetLog, 0, 0);
}

/* Entries in the log: none. */
LIBSEL4_INLINE_FUNC seL4_Word seL4_BenchmarkFinalizeLog(void)
{
    return libsel4_svc_simple((seL4_Word)seL4_SysBenchmarkFinalizeLog, 0, 0);
}

LIBSEL4_INLINE_FUNC void seL4_BenchmarkNullSyscall(void)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysBenchmarkNullSyscall, 0, 0);
}
#endif

#ifdef CONFIG_SET_TLS_BASE_SELF
LIBSEL4_INLINE_FUNC void seL4_SetTLSBase(seL4_Word tls_base)
{
    (void)libsel4_svc_simple((seL4_Word)seL4_SysSetTLSBase, tls_base, 0);
}
#endif

#endif
