/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System call numbers of the classic (non-MCS) API, as they arrive in x7. Usable from assembly.
 *
 * Register convention (`svc #0`; the immediate is ignored): x0 = capability pointer in, badge out;
 * x1 = message info; x2..x5 = message registers 0..3; x7 = the number below. A call that receives
 * nothing changes no register. Read by kernel/api and by user/sel4.
 *
 * Source: seL4 16.0.0 API, classic configuration.
 */
#ifndef CONTRACT_SEL4_SYSCALL_H
#define CONTRACT_SEL4_SYSCALL_H

#define SEL4_SYS_CALL       (-1)
#define SEL4_SYS_REPLY_RECV (-2)
#define SEL4_SYS_SEND       (-3)
#define SEL4_SYS_NB_SEND    (-4)
#define SEL4_SYS_RECV       (-5)
#define SEL4_SYS_REPLY      (-6)
#define SEL4_SYS_YIELD      (-7)
#define SEL4_SYS_NB_RECV    (-8)

/* The range of numbers that every configuration serves; outside of it: unknown-syscall fault. */
#define SEL4_SYS_API_FIRST SEL4_SYS_CALL
#define SEL4_SYS_API_LAST  SEL4_SYS_NB_RECV

/* Served only by kernels built with CONFIG_PRINTING (-9, -10) or CONFIG_DEBUG_BUILD (the rest). */
#define SEL4_SYS_DEBUG_PUT_CHAR            (-9)
#define SEL4_SYS_DEBUG_DUMP_SCHEDULER      (-10)
#define SEL4_SYS_DEBUG_HALT                (-11)
#define SEL4_SYS_DEBUG_CAP_IDENTIFY        (-12)
#define SEL4_SYS_DEBUG_SNAPSHOT            (-13)
#define SEL4_SYS_DEBUG_NAME_THREAD         (-14)
#define SEL4_SYS_DEBUG_SEND_IPI            (-15)
#define SEL4_SYS_DEBUG_GET_THREAD_AFFINITY (-16)
#define SEL4_SYS_DEBUG_RUN                 (-17)

/* Benchmark numbers: reserved, so that they fault as unknown where they are not built in. */
#define SEL4_SYS_BENCHMARK_FLUSH_CACHES                  (-18)
#define SEL4_SYS_BENCHMARK_RESET_LOG                     (-19)
#define SEL4_SYS_BENCHMARK_FINALIZE_LOG                  (-20)
#define SEL4_SYS_BENCHMARK_SET_LOG_BUFFER                (-21)
#define SEL4_SYS_BENCHMARK_NULL_SYSCALL                  (-22)
#define SEL4_SYS_BENCHMARK_GET_THREAD_UTILISATION        (-23)
#define SEL4_SYS_BENCHMARK_RESET_THREAD_UTILISATION      (-24)
#define SEL4_SYS_BENCHMARK_DUMP_ALL_THREADS_UTILISATION  (-25)
#define SEL4_SYS_BENCHMARK_RESET_ALL_THREADS_UTILISATION (-26)

/* Served only with CONFIG_SET_TLS_BASE_SELF. */
#define SEL4_SYS_SET_TLS_BASE (-30)

/* Internal capability tags that DebugCapIdentify returns. */
#define SEL4_CAP_TAG_NULL         0
#define SEL4_CAP_TAG_FRAME        1
#define SEL4_CAP_TAG_UNTYPED      2
#define SEL4_CAP_TAG_PAGE_TABLE   3
#define SEL4_CAP_TAG_ENDPOINT     4
#define SEL4_CAP_TAG_NOTIFICATION 6
#define SEL4_CAP_TAG_REPLY        8
#define SEL4_CAP_TAG_VSPACE       9
#define SEL4_CAP_TAG_CNODE        10
#define SEL4_CAP_TAG_ASID_CONTROL 11
#define SEL4_CAP_TAG_TCB          12
#define SEL4_CAP_TAG_ASID_POOL    13
#define SEL4_CAP_TAG_IRQ_CONTROL  14
#define SEL4_CAP_TAG_VCPU         15
#define SEL4_CAP_TAG_IRQ_HANDLER  16
#define SEL4_CAP_TAG_SID_CONTROL  17
#define SEL4_CAP_TAG_ZOMBIE       18
#define SEL4_CAP_TAG_SID          19
#define SEL4_CAP_TAG_DOMAIN       20
#define SEL4_CAP_TAG_CB_CONTROL   21
#define SEL4_CAP_TAG_CB           23
#define SEL4_CAP_TAG_SMC          25
#define SEL4_CAP_TAG_SGI_SIGNAL   27

#endif
