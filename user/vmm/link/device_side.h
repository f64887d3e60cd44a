/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device side of one link, in the VMM of the device VM. The protocol is spoken by the guest's kernel
 * module; this VMM only carries doorbells, and takes the pool away from its guest when the driver
 * VM's VMM asks (a backend that did not confirm its reset must not write to the pool any more).
 *
 * Called by: vm/ (signals, rebuild), bus/ (doorbell page).
 * Source: docs/reference/link-protocol.md
 */
#ifndef VMM_LINK_DEVICE_SIDE_H
#define VMM_LINK_DEVICE_SIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/vmm.h"
#include "rt/error.h"
#include "rt/log.h"
#include "vmm/bus/bus.h"

#define LINK_DOORBELL_BYTES UINT64_C(0x1000)

/* What it needs from the VMM. None may fail, block or call back. */
struct link_device_ops {
    /* Edge: makes the link's interrupt pending. */
    void (*raise_spi)(void *vm, uint32_t intid);
    /* Signals the notification capability in a slot of our CSpace. */
    void (*signal)(void *vm, uint32_t slot);
    /* Unmaps or maps all regions of kind VMM_REGION_PEER_POOL of this link (index into
       device_links) in the guest's stage 2, TLBs included. After an unmap returns no access of this
       guest reaches the pool. Idempotent. */
    void (*unmap_pool)(void *vm, uint32_t link_index);
    void (*map_pool)(void *vm, uint32_t link_index);
};

struct link_device {
    const struct vmm_device_link *config;
    const struct link_device_ops *ops;
    void *vm;
    uint32_t index;     /* in device_links */
    bool pool_mapped;   /* what a rebuild of the guest must restore */
    uint64_t rings_out; /* doorbells of the guest */
    uint64_t rings_in;  /* interrupts raised */
    struct rt_log_limit stray_log;
};

/* Makes the link; the pool counts as mapped. All pointers must outlive it. */
void link_device_init(struct link_device *link, const struct vmm_device_link *config,
                      uint32_t index, const struct link_device_ops *ops, void *vm);

/* Registers the doorbell page. Returns 0 or an error of bus_add. */
int link_device_add_to_bus(struct link_device *link, struct bus *bus) RT_MUST_CHECK;

/*
 * Registers one region of the pool, [ipa, ipa + size_bytes), for the time when it is unmapped. Late
 * accesses of a backend that was not reset in time then read zero and write nowhere: an external abort
 * would kill the kernel thread that makes them (vhost), and with it the chance to recover.
 * Returns 0 or an error of bus_add.
 */
int link_device_add_pool(struct link_device *link, struct bus *bus, uint64_t ipa,
                         uint64_t size_bytes) RT_MUST_CHECK;

/* Unmapped pool (a bus_handler). */
enum bus_result link_device_pool_access(void *opaque, struct bus_access *access);

/* Doorbell page (a bus_handler): any write rings the driver VM's VMM, a read gives 0. */
enum bus_result link_device_doorbell(void *opaque, struct bus_access *access);

/* The VMM's notification word: acts on the link's badges in it, ignores all others. */
void link_device_signals(struct link_device *link, uint64_t badges);

/* True if a rebuild of the guest maps the pool; if false, leave it unmapped. */
bool link_device_pool_mapped(const struct link_device *link);

#endif
