/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI host bridge of one link: one bus, function 0 of 32 slots, an ECAM window and a memory window.
 * Decides for each guest access who answers: the VMM's own copy (header, BARs, command, capability
 * chain, MSI-X), nobody (all-ones), or the backend, in which case the vCPU waits.
 *
 * Boot: a vendor-ID read of a slot that the description fills, but nobody serves yet, is held for
 * up to VPCI_HOLD_NS, then answered with "request retry status", as long as the VM's boot budget
 * lasts; Linux polls. All other slots are empty at once.
 *
 * Dead backend: config reads all-ones, memory reads zero, writes dropped; requests to a disk fail
 * (queues.h). A function that the guest knew stays dead until the guest restarts, also if a new
 * backend comes (its state is lost).
 *
 * Called by: link/link.c. Calls out: struct vpci_ops.
 * Source: PCI Express Base 5.0 section 2.3.1 (request retry status), 7.2.2 (ECAM).
 */
#ifndef VMM_VPCI_VPCI_H
#define VMM_VPCI_VPCI_H

#include <stdbool.h>
#include <stdint.h>

#include "rpc/link.h"
#include "rt/error.h"
#include "rt/log.h"
#include "vmm/bus/bus.h"
#include "vmm/vpci/function.h"
#include "vmm/vpci/msix.h"
#include "vmm/vpci/queues.h"

#define VPCI_SLOTS     32u
#define VPCI_VCPUS_MAX 8u
#define VPCI_BUS_BYTES UINT64_C(0x100000)

#define VPCI_HOLD_NS   UINT64_C(200000000)   /* one vendor-ID read */
#define VPCI_BUDGET_NS UINT64_C(60000000000) /* all of a VM's boot, from its first such read */
#define VPCI_ACCESS_NS UINT64_C(5000000000)  /* any other access */

#define VPCI_RETRY_STATUS 0xffff0001u

/* How long a VM has waited for backends in this boot; shared by its links. */
struct vpci_boot_budget {
    bool started;
    uint64_t first_read_ns;
};

/* At VM start and at each restart of the guest. */
void vpci_boot_budget_reset(struct vpci_boot_budget *budget);

/* What the bridge needs. request and alive: as link_session_request and link_session_alive; raise_spi
   complete and peer_memory: as in struct link_ops. */
struct vpci_ops {
    int (*request)(void *owner, const struct link_msg *msg, uint32_t cookie);
    bool (*alive)(void *owner);
    void (*raise_spi)(void *owner, uint32_t intid);
    void (*complete)(void *owner, unsigned vcpu, uint64_t data);
    uint64_t (*now_ns)(void *owner);
    void *(*peer_memory)(void *owner, uint64_t ipa, uint64_t bytes);
};

struct vpci_params {
    const struct vpci_ops *ops;
    void *owner;
    const char *name; /* for logs */
    struct vpci_boot_budget *budget;
    uint64_t ecam_ipa, ecam_bytes; /* one bus: 1 MiB; what lies behind is empty */
    uint64_t mmio_ipa, mmio_bytes;
    uint32_t filled_slots; /* bit n: slot n holds a device; awaited at boot */
    uint32_t late_slots;   /* bit n: may hold one later; never awaited */
    uint64_t v2m_ipa;      /* guest's MSI frame */
    uint32_t v2m_spi_first, v2m_spi_count;
};

enum vpci_wait_state {
    VPCI_WAIT_FREE,
    VPCI_WAIT_HELD,      /* vendor-ID read, no backend yet */
    VPCI_WAIT_BLOCKED,   /* until the function's own requests are done, or there is room */
    VPCI_WAIT_FORWARDED, /* until the reply */
};

/* The access that a vCPU waits for. */
struct vpci_wait {
    enum vpci_wait_state state;
    struct bus_access access;
    uint8_t slot;
    bool config;
    bool applied; /* a write whose effect is recorded; only its completion is outstanding */
    uint64_t started_ns;
    uint64_t deadline_ns; /* HELD and BLOCKED; FORWARDED ends with the session's own time-out */
};

struct vpci {
    struct vpci_params params;
    struct vpci_function functions[VPCI_SLOTS];
    struct vpci_msix_vectors vectors;
    struct vpci_wait waits[VPCI_VCPUS_MAX];
    struct vpci_queues queues;
    struct rt_log_limit device_log, budget_log;
};

/* Power-on state. The parameters come from the description; params->budget etc. must outlive it. */
void vpci_init(struct vpci *vpci, const struct vpci_params *params);

/* The guest restarts: power-on state again, waiting accesses dropped without completion. */
void vpci_reset(struct vpci *vpci);

/* Guest accesses inside the window in question. BUS_HANDLED or BUS_WAIT. */
enum bus_result vpci_ecam_access(struct vpci *vpci, struct bus_access *access);
enum bus_result vpci_memory_access(struct vpci *vpci, struct bus_access *access);

/* A backend answers; it is gone (after all its requests were replied to with LINK_STATUS_DEAD). */
void vpci_backend_up(struct vpci *vpci);
void vpci_backend_down(struct vpci *vpci);

/* Answer to a request. @cookie: ours. @status, @data: the peer's. */
void vpci_reply(struct vpci *vpci, uint32_t cookie, uint32_t status, uint64_t data);

/* Requests that found no room may be tried again. */
void vpci_room(struct vpci *vpci);

/* Link-local vector (< LINK_IRQ_COUNT) raised by the backend. */
void vpci_interrupt(struct vpci *vpci, uint32_t vector);

/* A guest write to the memory window was handled, as a kick or by vpci_memory_access. */
void vpci_written(struct vpci *vpci);

/*
 * A backend that is gone left requests to disks behind. Once nothing of it writes to guest memory any
 * more, vpci_fail_requests ends them and all later ones.
 */
bool vpci_requests_stranded(const struct vpci *vpci);
void vpci_fail_requests(struct vpci *vpci);

/* Ends accesses whose time is over. */
void vpci_tick(struct vpci *vpci, uint64_t now_ns);

/* Absolute time of the next tick that matters, or UINT64_MAX. */
uint64_t vpci_deadline(const struct vpci *vpci);

#endif
