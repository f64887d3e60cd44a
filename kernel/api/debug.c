/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/debug.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/check.h"
#include "core/core.h"
#include "core/lookup.h"
#include "object/ipc.h"
#include "plat/uart.h"

#ifdef CONFIG_DEBUG_BUILD
/* All threads, newest first. */
static struct tcb *all_threads;

void debug_init(void)
{
    all_threads = 0;
}

void debug_thread_created(struct tcb *tcb)
{
    tcb->debug_prev = 0;
    tcb->debug_next = all_threads;
    if (all_threads) {
        all_threads->debug_prev = tcb;
    }
    all_threads = tcb;
}

void debug_thread_deleted(struct tcb *tcb)
{
    if (tcb->debug_prev) {
        tcb->debug_prev->debug_next = tcb->debug_next;
    } else {
        all_threads = tcb->debug_next;
    }
    if (tcb->debug_next) {
        tcb->debug_next->debug_prev = tcb->debug_prev;
    }
}

static const char *const fault_names[] = {
    "null",
    "capability",
    "unknown system call",
    "user exception",
    "debug exception",
    "memory",
    "vGIC maintenance",
    "VCPU",
    "VPPI",
};

void debug_fault_unhandled(const struct tcb *tcb)
{
    klog("thread %lx \"%s\": %s fault at %lx, words %lx %lx %lx: no handler, stopped\n",
         (unsigned long)(uintptr_t)tcb, tcb->name, fault_names[tcb->fault.type],
         (unsigned long)arch_fault_ip(tcb), (unsigned long)tcb->fault.word[0],
         (unsigned long)tcb->fault.word[1], (unsigned long)tcb->fault.word[2]);
}

static const char *const state_names[] = {
    "inactive",
    "running",
    "restart",
    "blocked on receive",
    "blocked on send",
    "blocked on reply",
    "blocked on notification",
    "idle",
};

/* Bound: all threads. */
static void dump_threads(void)
{
    klog("name state pc priority core\n");
    for (const struct tcb *tcb = all_threads; tcb; tcb = tcb->debug_next) {
        klog("\"%s\" %s %lx %u %u\n", tcb->name, state_names[tcb->state],
             (unsigned long)arch_fault_ip(tcb), tcb->priority, tcb->core);
    }
}

/* The capability spaces of all threads, one slot per line. Bound: threads times slots. */
static void snapshot(void)
{
    for (const struct tcb *tcb = all_threads; tcb; tcb = tcb->debug_next) {
        struct cap root = tcb->slots[TCB_CSPACE].cap;

        klog("tcb %lx \"%s\" (%s, prio %u)\n", (unsigned long)(uintptr_t)tcb, tcb->name,
             state_names[tcb->state], tcb->priority);
        if (cap_type(root) != CAP_CNODE) {
            continue;
        }
        const struct slot *slots = cap_object(root);

        for (uint64_t i = 0; i < 1ull << cap_cnode_radix(root); i++) {
            if (!slot_is_empty(&slots[i])) {
                klog("  %lx: type %d object %lx data %lx\n", (unsigned long)i,
                     cap_type(slots[i].cap), (unsigned long)cap_address(slots[i].cap),
                     (unsigned long)slots[i].cap.data);
            }
        }
    }
}

static bool find_thread(struct tcb **tcb)
{
    struct lookup_failure failure;
    struct slot *slot;

    if (!lookup_slot(current_thread(), arch_badge(current_thread()), &slot, &failure) ||
        cap_type(slot->cap) != CAP_TCB) {
        return false;
    }
    *tcb = cap_object(slot->cap);
    return true;
}

#define NAME_MAX_BYTES (SEL4_MSG_MAX_LENGTH * sizeof(uint64_t))

/* What does not fit into the TCB is cut off. Bound: TCB_NAME_BYTES. */
static void set_name(struct tcb *tcb, const char *name)
{
    unsigned i = 0;

    while (i < TCB_NAME_BYTES - 1 && name[i]) {
        tcb->name[i] = name[i];
        i++;
    }
    tcb->name[i] = 0;
}

/* Wrong use of this call halts the machine, by the interface. Bound: the message words. */
static void name_thread(void)
{
    const uint64_t *buffer = ipc_buffer_of(current_thread(), false);
    struct tcb *tcb;
    unsigned length = 0;

    if (!find_thread(&tcb) || !buffer) {
        klog("DebugNameThread: not a TCB, or no IPC buffer\n");
        arch_halt();
    }
    const char *name = (const char *)&buffer[SEL4_IPC_BUFFER_MSG_WORD];

    while (length < NAME_MAX_BYTES && name[length]) {
        length++;
    }
    if (length == NAME_MAX_BYTES) {
        klog("DebugNameThread: name too long\n");
        arch_halt();
    }
    set_name(tcb, name);
}

static void identify_cap(void)
{
    struct tcb *tcb = current_thread();
    struct lookup_failure failure;
    struct slot *slot;
    uint64_t type = CAP_NULL;

    if (lookup_slot(tcb, arch_badge(tcb), &slot, &failure)) {
        type = cap_type(slot->cap);
    }
    arch_set_badge(tcb, type);
}

#ifdef CONFIG_ENABLE_SMP_SUPPORT
static void get_affinity(void)
{
    struct tcb *tcb;

    if (!find_thread(&tcb)) {
        klog("DebugGetThreadAffinity: not a TCB\n");
        arch_halt();
    }
    arch_set_badge(current_thread(), tcb->core);
}

/* x0: core, x1: SGI; others halt the machine, by the interface. */
static void send_ipi(void)
{
    uint64_t target = arch_badge(current_thread()) & 0xff;
    uint64_t sgi = arch_message_info(current_thread());

    if (target >= core_count || sgi > 15) {
        klog("DebugSendIPI: no such core or SGI\n");
        arch_halt();
    }
    arch_interrupt_core((unsigned)target, (unsigned)sgi);
}
#endif
#endif

#ifdef CONFIG_DEBUG_BUILD
static bool debug_build_syscall(int64_t number)
{
    switch (number) {
    case SEL4_SYS_DEBUG_HALT: klog("DebugHalt\n"); arch_halt();
    case SEL4_SYS_DEBUG_CAP_IDENTIFY: identify_cap(); return true;
    case SEL4_SYS_DEBUG_SNAPSHOT: snapshot(); return true;
    case SEL4_SYS_DEBUG_NAME_THREAD: name_thread(); return true;
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    case SEL4_SYS_DEBUG_SEND_IPI: send_ipi(); return true;
    case SEL4_SYS_DEBUG_GET_THREAD_AFFINITY: get_affinity(); return true;
#endif
    default: return false;
    }
}
#endif

#ifdef CONFIG_ENABLE_BENCHMARKS
/* Without a log in the kernel there is nothing to reset, to end or to tell the length of. */
static bool benchmark_syscall(int64_t number)
{
    switch (number) {
    case SEL4_SYS_BENCHMARK_FLUSH_CACHES: arch_flush_first_level(); return true;
    case SEL4_SYS_BENCHMARK_RESET_LOG: arch_set_badge(current_thread(), SEL4_NO_ERROR); return true;
    case SEL4_SYS_BENCHMARK_FINALIZE_LOG:
    case SEL4_SYS_BENCHMARK_NULL_SYSCALL: return true;
    default: return false;
    }
}
#endif

bool debug_syscall(int64_t number)
{
#ifdef CONFIG_ENABLE_BENCHMARKS
    if (benchmark_syscall(number)) {
        return true;
    }
#endif
#ifdef CONFIG_PRINTING
    if (number == SEL4_SYS_DEBUG_PUT_CHAR) {
        uart_put((char)arch_badge(current_thread()));
        return true;
    }
    if (number == SEL4_SYS_DEBUG_DUMP_SCHEDULER) {
#ifdef CONFIG_DEBUG_BUILD
        dump_threads();
#endif
        return true;
    }
#endif
#ifdef CONFIG_SET_TLS_BASE_SELF
    if (number == SEL4_SYS_SET_TLS_BASE) {
        arch_set_tls_base(current_thread(), arch_badge(current_thread()));
        return true;
    }
#endif
#ifdef CONFIG_DEBUG_BUILD
    return debug_build_syscall(number);
#else
    (void)number;
    return false;
#endif
}
