/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ASIDs: the names of address spaces in capabilities, and the hardware's VMIDs behind them.
 *
 * A pool entry is the value VTTBR_EL2 takes while the address space runs: root table [47:1],
 * VMID [63:48] (0 = none given at the moment). 0 means that the ASID is free. ASID 0 is never
 * used, so "no ASID" needs no flag in capabilities.
 *
 * There are 255 VMIDs for all address spaces; when they run out, the next one in turn is taken
 * away from its owner and its translations are dropped.
 */
#ifndef OBJECT_ASID_H
#define OBJECT_ASID_H

#include "api/call.h"

#define ASID_POOL_ENTRIES (1u << SEL4_ASID_POOL_INDEX_BITS)
#define ASID_POOL_COUNT   (1u << SEL4_NUM_ASID_POOLS_BITS)
#define ASID_VMID_SHIFT   48
#define ASID_ROOT_MASK    0xfffffffffffeull

struct asid_pool {
    uint64_t entry[ASID_POOL_ENTRIES];
};
_Static_assert(sizeof(struct asid_pool) == 1 << SEL4_ASID_POOL_BITS, "pool size");

extern struct asid_pool *asid_pools[ASID_POOL_COUNT];

/* Entry of an ASID found in a capability; null if its pool was deleted. */
static inline uint64_t *asid_entry(uint64_t asid)
{
    struct asid_pool *pool =
        asid_pools[(asid >> SEL4_ASID_POOL_INDEX_BITS) & (ASID_POOL_COUNT - 1)];

    return pool ? &pool->entry[asid & (ASID_POOL_ENTRIES - 1)] : 0;
}

/* No pools, all VMIDs free; at boot. */
void asid_init(void);

/* Root table of an ASID; null if the address space was deleted. */
uint64_t *asid_root(uint64_t asid);

/*
 * VMID for TLB maintenance of an ASID whose address space exists; 0 if it has none, so that nothing
 * can be cached.
 */
unsigned asid_vmid(uint64_t asid);

/* Gives the ASID's entry a VMID and returns the entry's new value. */
uint64_t asid_give_vmid(uint64_t *entry);

/*
 * asid_translation() - value for VTTBR_EL2
 * @cap: what a TCB has in its VSpace slot
 *
 * Return: 0 if the address space does not exist (any more).
 */
static inline uint64_t asid_translation(struct cap cap, uint64_t root_pa)
{
    uint64_t asid = cap_asid(cap);
    uint64_t *entry;

    if (cap_type(cap) != CAP_VSPACE || !asid || !(entry = asid_entry(asid)) ||
        (*entry & ASID_ROOT_MASK) != root_pa) {
        return 0;
    }
    return *entry >> ASID_VMID_SHIFT ? *entry : asid_give_vmid(entry);
}

/* Gives a root table an ASID without a capability check; for the initial thread. */
void asid_assign(struct asid_pool *pool, unsigned index, uint64_t root_pa);

/* Deletion of an address space. */
void asid_free(uint64_t asid, uint64_t root_pa);

/*
 * asid_pool_tear_down() - a step of the deletion of a pool: some of its ASIDs become free
 *
 * Return: true if more steps are needed.
 */
bool asid_pool_tear_down(struct cap cap);

/* ASIDControl_MakePool, ASIDPool_Assign. */
enum status asid_control_decode(struct call *call);
enum status asid_pool_decode(struct call *call);

#endif
