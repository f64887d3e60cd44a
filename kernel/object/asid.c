/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/asid.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/lookup.h"
#include "core/remote.h"

struct asid_pool *asid_pools[ASID_POOL_COUNT];

#define VMID_COUNT 256
/* ASIDs of a dying pool between two looks at the interrupt line; each may cost a TLB flush. */
#define TEAR_DOWN_STEP 16
/* VMID 0 belongs to the empty address space; null: not in use. */
static uint64_t *vmid_owner[VMID_COUNT];
static unsigned vmid_next = 1;

/* Bound: all pools, all VMIDs; at boot. */
void asid_init(void)
{
    for (unsigned i = 0; i < ASID_POOL_COUNT; i++) {
        asid_pools[i] = 0;
    }
    for (unsigned i = 0; i < VMID_COUNT; i++) {
        vmid_owner[i] = 0;
    }
    vmid_next = 1;
}

uint64_t *asid_root(uint64_t asid)
{
    uint64_t *entry = asid ? asid_entry(asid) : 0;

    return entry && *entry ? arch_table_at(*entry & ASID_ROOT_MASK) : 0;
}

unsigned asid_vmid(uint64_t asid)
{
    return (unsigned)(*asid_entry(asid) >> ASID_VMID_SHIFT);
}

static void take_vmid(unsigned vmid)
{
    *vmid_owner[vmid] &= ASID_ROOT_MASK;
    vmid_owner[vmid] = 0;
    arch_tlb_flush_vmid(vmid);
}

static void reload_here(void *argument)
{
    (void)argument;
    arch_reload_address_space();
}

/* No core goes on translating with the VMID. Bound: number of cores. */
static void unload_vmid(unsigned vmid)
{
    for (unsigned i = 0; i < core_count; i++) {
        if (cores[i].arch.translation >> ASID_VMID_SHIFT == vmid) {
            remote_call(i, reload_here, 0);
        }
    }
}

/*@ requires 1 <= vmid < VMID_COUNT;
    assigns \nothing;
    ensures 1 <= \result < VMID_COUNT; */
static unsigned vmid_after(unsigned vmid)
{
    return vmid % (VMID_COUNT - 1) + 1;
}

/*
 * A VMID that is loaded on a core is never taken away: that core could fill the TLB again between
 * the flush and its next switch. Bound: one round of all VMIDs.
 */
uint64_t asid_give_vmid(uint64_t *entry)
{
    unsigned vmid = vmid_next;

    for (unsigned i = 1; i < VMID_COUNT && vmid_owner[vmid]; i++) {
        vmid = vmid_after(vmid);
    }
    while (vmid_owner[vmid] && arch_vmid_is_loaded(vmid)) {
        vmid = vmid_after(vmid);
    }
    if (vmid_owner[vmid]) {
        take_vmid(vmid);
    }
    vmid_next = vmid_after(vmid);
    vmid_owner[vmid] = entry;
    *entry = (*entry & ASID_ROOT_MASK) | (uint64_t)vmid << ASID_VMID_SHIFT;
    return *entry;
}

void asid_assign(struct asid_pool *pool, unsigned index, uint64_t root_pa)
{
    pool->entry[index] = root_pa;
}

static void free_entry(uint64_t *entry)
{
    unsigned vmid = (unsigned)(*entry >> ASID_VMID_SHIFT);

    *entry = 0;
    if (vmid) {
        vmid_owner[vmid] = 0;
        unload_vmid(vmid);
        arch_tlb_flush_vmid(vmid);
    }
}

void asid_free(uint64_t asid, uint64_t root_pa)
{
    uint64_t *entry = asid ? asid_entry(asid) : 0;

    if (entry && (*entry & ASID_ROOT_MASK) == root_pa) {
        free_entry(entry);
    }
}

/* Bound: 512 entries looked at, TEAR_DOWN_STEP of them freed. */
bool asid_pool_tear_down(struct cap cap)
{
    unsigned index = (unsigned)(cap.data >> SEL4_ASID_POOL_INDEX_BITS);
    struct asid_pool *pool = cap_object(cap);
    unsigned freed = 0;

    if (asid_pools[index] != pool) {
        return false;
    }
    for (unsigned i = 0; i < ASID_POOL_ENTRIES && freed < TEAR_DOWN_STEP; i++) {
        if (pool->entry[i]) {
            free_entry(&pool->entry[i]);
            freed++;
        }
    }
    if (freed == TEAR_DOWN_STEP) {
        return true;
    }
    asid_pools[index] = 0;
    return false;
}

static void invoke_make_pool(unsigned index, struct slot *untyped, struct slot *dest)
{
    uint64_t address = cap_address(untyped->cap);

    untyped->cap.data = 1ull << SEL4_ASID_POOL_BITS;
    arch_clear_memory(address, 1ull << SEL4_ASID_POOL_BITS);
    asid_pools[index] = (struct asid_pool *)(uintptr_t)address;
    slot_insert(cap_make(CAP_ASID_POOL, 0, address, (uint64_t)index << SEL4_ASID_POOL_INDEX_BITS),
                untyped, dest);
}

/* Bound: 128 pools looked at. */
enum status asid_control_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_ASID_CONTROL);
    unsigned index = 0;
    struct slot *dest;

    if (status != STATUS_OK) {
        return status;
    }
    while (index < ASID_POOL_COUNT && asid_pools[index]) {
        index++;
    }
    if (index == ASID_POOL_COUNT) {
        return call_delete_first(call);
    }
    struct slot *untyped = call->caps[0];

    if (cap_type(untyped->cap) != CAP_UNTYPED ||
        cap_untyped_bits(untyped->cap) != SEL4_ASID_POOL_BITS ||
        cap_untyped_is_device(untyped->cap)) {
        return call_invalid_capability(call, 1);
    }
    if (slot_has_children(untyped)) {
        return call_revoke_first(call);
    }
    status = lookup_empty(call, call->caps[1]->cap, call_word(call, 0), call_word(call, 1), &dest);
    if (status == STATUS_OK) {
        invoke_make_pool(index, untyped, dest);
    }
    return status;
}

static void invoke_assign(struct asid_pool *pool, uint64_t asid, struct slot *vspace)
{
    asid_assign(pool, asid & (ASID_POOL_ENTRIES - 1), arch_table_pa(cap_object(vspace->cap)));
    vspace->cap = cap_with_mapping(vspace->cap, asid, 0);
}

/* Bound: 512 entries looked at. */
enum status asid_pool_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_ASID_POOL);
    uint64_t base = call->cap.data;
    struct asid_pool *pool = cap_object(call->cap);

    if (status != STATUS_OK) {
        return status;
    }
    struct slot *vspace = call->caps[0];

    if (cap_type(vspace->cap) != CAP_VSPACE || cap_asid(vspace->cap)) {
        return call_invalid_capability(call, 1);
    }
    if (!asid_pools[base >> SEL4_ASID_POOL_INDEX_BITS]) {
        struct lookup_failure failure = { .type = SEL4_LOOKUP_INVALID_ROOT };

        return call_failed_lookup(call, false, failure);
    }
    if (asid_pools[base >> SEL4_ASID_POOL_INDEX_BITS] != pool) {
        return call_invalid_capability(call, 0);
    }
    unsigned index = base == 0 ? 1 : 0;

    while (index < ASID_POOL_ENTRIES && pool->entry[index]) {
        index++;
    }
    if (index == ASID_POOL_ENTRIES) {
        return call_delete_first(call);
    }
    invoke_assign(pool, base + index, vspace);
    return STATUS_OK;
}
