/* SPDX-License-Identifier: BSD-2-Clause */
/* System call numbers. */
#ifndef SEL4_SYSCALL_H
#define SEL4_SYSCALL_H

#include <sel4/macros.h>
#include <contract/sel4/syscall.h>

#ifndef __ASSEMBLER__
typedef enum {
    seL4_SysCall = SEL4_SYS_CALL,
    seL4_SysReplyRecv = SEL4_SYS_REPLY_RECV,
    seL4_SysSend = SEL4_SYS_SEND,
    seL4_SysNBSend = SEL4_SYS_NB_SEND,
    seL4_SysRecv = SEL4_SYS_RECV,
    seL4_SysReply = SEL4_SYS_REPLY,
    seL4_SysYield = SEL4_SYS_YIELD,
    seL4_SysNBRecv = SEL4_SYS_NB_RECV,
    seL4_SysDebugPutChar = SEL4_SYS_DEBUG_PUT_CHAR,
    seL4_SysDebugDumpScheduler = SEL4_SYS_DEBUG_DUMP_SCHEDULER,
    seL4_SysDebugHalt = SEL4_SYS_DEBUG_HALT,
    seL4_SysDebugCapIdentify = SEL4_SYS_DEBUG_CAP_IDENTIFY,
    seL4_SysDebugSnapshot = SEL4_SYS_DEBUG_SNAPSHOT,
    seL4_SysDebugNameThread = SEL4_SYS_DEBUG_NAME_THREAD,
    seL4_SysDebugSendIPI = SEL4_SYS_DEBUG_SEND_IPI,
    seL4_SysDebugGetThreadAffinity = SEL4_SYS_DEBUG_GET_THREAD_AFFINITY,
    seL4_SysBenchmarkFlushCaches = SEL4_SYS_BENCHMARK_FLUSH_CACHES,
    seL4_SysBenchmarkResetLog = SEL4_SYS_BENCHMARK_RESET_LOG,
    seL4_SysBenchmarkFinalizeLog = SEL4_SYS_BENCHMARK_FINALIZE_LOG,
    seL4_SysBenchmarkSetLogBuffer = SEL4_SYS_BENCHMARK_SET_LOG_BUFFER,
    seL4_SysBenchmarkNullSyscall = SEL4_SYS_BENCHMARK_NULL_SYSCALL,
    seL4_SysSetTLSBase = SEL4_SYS_SET_TLS_BASE,
    SEL4_FORCE_LONG_ENUM(seL4_Syscall_ID)
} seL4_Syscall_ID;
#endif

#endif
