/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-2-Clause */
/*
 * The timer service: one per core, owner of the physical timer (CNTP, PPI 30) or, where the kernel
 * keeps that, a reader of the counter at the lowest priority. A client writes the absolute deadline
 * it wants and signals the service; the service signals the client's notification at or after that
 * time. One shared 4 KiB page per client.
 *
 * Ticks are those of CNTPCT_EL0 at CNTFRQ_EL0. TIMER_NEVER disarms. A deadline in the past fires at
 * once. A client that changes its mind simply overwrites the deadline and signals; a signal that
 * comes for an older deadline is spurious and the client must re-check the clock itself.
 */
#ifndef CONTRACT_RPC_TIMER_H
#define CONTRACT_RPC_TIMER_H

#include <stdint.h>

#define TIMER_NEVER       UINT64_MAX
#define TIMER_CLIENTS_MAX 32u

struct timer_client {
    uint64_t deadline; /* written by the client, 64-bit single copy atomic */
};

#define TIMER_CONFIG_MAGIC UINT64_C(0x31454d4954565250) /* "PRVTIME1" */

/* Configuration blob of the timer component; `clients` entries follow. */
struct timer_config {
    uint64_t magic;
    uint32_t client_count;
    uint32_t irq_slot;      /* IRQ handler of PPI 30 on this core; 0 = no timer, poll */
    uint32_t irq_ntfn_slot; /* badged copy of the service's notification for the IRQ */
    uint32_t reserved;
    uint64_t irq_badge;
};

struct timer_client_config {
    uint64_t page_vaddr;  /* struct timer_client */
    uint64_t badge;       /* client -> service */
    uint32_t signal_slot; /* service -> client */
    uint32_t reserved;
};

#endif
