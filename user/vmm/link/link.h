/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver side of one link: what a VM that uses devices of a peer VM sees of it. A `struct link` is a
 * PCI host bridge (vpci/) over a message area shared with the peer's kernel module (session.h): guest
 * accesses to the ECAM and memory windows go in, completions and interrupts come out.
 *
 * No call blocks, allocates or trusts the peer: nonsense in the message area takes this link down
 * (logged, counted) and nothing else. Everything outward goes through struct link_ops, which may be
 * called from inside any function below. State lives in struct link alone; a VM has as many as it
 * has links. All calls of one VM come from one thread, or under the VM's lock.
 *
 * Use:
 *  - once:            link_init, link_add_to_bus
 *  - on a signal:     link_signals(link, notification word)
 *  - at the deadline: link_tick, then arm link_next_deadline again (also after any other call)
 *  - guest restarts:  link_reset_begin; go on with the event loop until link_reset_ready; zero the
 *                     pool and the guest's RAM; link_reset_end; start the guest
 *
 * Called by: vm/ (events, restart), bus/ (accesses).
 * Source: docs/reference/link-protocol.md
 */
#ifndef VMM_LINK_LINK_H
#define VMM_LINK_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/vmm.h"
#include "rt/error.h"
#include "rt/log.h"
#include "vmm/bus/bus.h"
#include "vmm/link/session.h"
#include "vmm/vpci/vpci.h"

/* No deadline: nothing to do until the next signal or access. */
#define LINK_NO_DEADLINE UINT64_MAX

/* RESET must be answered within this time, or the pool is taken away from the device VM. */
#define LINK_RESET_TIMEOUT_NS UINT64_C(5000000000)

/* "Hardware still writes to the pool" is believed this long: twice what Linux allows a disk. */
#define LINK_RESET_BUSY_NS UINT64_C(60000000000)

/* What the link needs from the VMM. None may fail, block or call back into the link. */
struct link_ops {
    /* Edge: makes the SPI pending. intid is one of the guest's v2m SPIs (checked). */
    void (*raise_spi)(void *vm, uint32_t intid);
    /* Ends an access that was answered with BUS_WAIT. data: value read, truncated to the access's
       size (0 for a write). Called exactly once per BUS_WAIT, unless the guest restarts first; it
       may come before link_access has returned BUS_WAIT for that very access. */
    void (*complete)(void *vm, unsigned vcpu, uint64_t data);
    /* Signals the notification capability in a slot of our CSpace (kick_slot, unmap_slot, map_slot
       of struct vmm_driver_link). */
    void (*signal)(void *vm, uint32_t slot);
    /* Monotonic time. */
    uint64_t (*now_ns)(void *vm);
    /* Where the VMM sees guest memory that the peer of this link can write, too: its pool, or all RAM.
       NULL if any byte of [ipa, ipa + bytes) is something else. */
    void *(*peer_memory)(void *vm, const struct vmm_driver_link *config, uint64_t ipa,
                         uint64_t bytes);
};

/* What a VM gives each of its links. All pointers must outlive the link. */
struct link_params {
    const struct vmm_driver_link *config;
    const struct link_ops *ops;
    void *vm;                        /* handed back in each op */
    struct vpci_boot_budget *budget; /* one per VM, shared by its links */
    uint64_t v2m_ipa;                /* the guest's GICv2m frame and its SPIs; count 0: no frame, */
    uint32_t v2m_spi_first;          /* no vector ever fires */
    uint32_t v2m_spi_count;
};

enum link_reset_state {
    LINK_RESET_NONE,  /* the guest may use the link, or be started */
    LINK_RESET_ASKED, /* RESET sent, reply awaited */
    LINK_RESET_UNMAP, /* no reply: pool being unmapped from the device VM */
    LINK_RESET_READY, /* nothing of the old life writes to the pool any more */
};

struct link {
    struct link_session session;
    struct vpci vpci;
    const struct vmm_driver_link *config;
    const struct link_ops *ops;
    void *vm;
    enum link_reset_state reset;
    uint64_t reset_deadline_ns;
    uint64_t reset_busy_until_ns;
    bool reset_due; /* RESET is to be sent once there is room */
    bool
        reset_again; /* the RESET that is on its way was asked for too early: another one follows */
    bool failing;    /* the handshake is for a guest that runs on: its requests fail after it */
    bool exposed;    /* a backend was attached at some time of this life of the guest */
    bool pool_mapped; /* in the device VM */
    struct rt_log_limit pool_log;
};

/*
 * Makes the link and announces this VMM to the peer. The area at config->iobuf_vaddr may hold
 * anything.
 *
 * Returns 0, or RT_ERR_RANGE / RT_ERR_ALIGNMENT if the windows of the configuration make no sense
 * (the link must then not be used).
 */
int link_init(struct link *link, const struct link_params *params) RT_MUST_CHECK;

/* Registers the ECAM and the memory window. Returns 0 or an error of bus_add. */
int link_add_to_bus(struct link *link, struct bus *bus) RT_MUST_CHECK;

/*
 * One guest access to either window (a bus_handler; opaque is the link). The posted kick ends here:
 * registered address, one bit, one signal at most, BUS_HANDLED.
 */
enum bus_result link_access(void *opaque, struct bus_access *access);

/* The VMM's notification word: acts on the link's badges in it, ignores all others. */
void link_signals(struct link *link, uint64_t badges);

/* Time has passed. Cheap if nothing is due. */
void link_tick(struct link *link);

/* Absolute time (now_ns) of the next link_tick that matters, or LINK_NO_DEADLINE. */
uint64_t link_next_deadline(const struct link *link);

/*
 * The guest stops for good or restarts; its vCPUs do not run any more. Waiting accesses are dropped
 * without completion, and the backend is asked to reset. Idempotent until link_reset_end.
 */
void link_reset_begin(struct link *link);

/* True once the pool and shared RAM may be overwritten. */
bool link_reset_ready(const struct link *link);

/*
 * Call before the guest starts again, after link_reset_ready. The bridge is as after power-on. The
 * VM's boot budget is the caller's to reset (vpci_boot_budget_reset).
 */
void link_reset_end(struct link *link);

#endif
