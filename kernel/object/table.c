/* SPDX-License-Identifier: BSD-2-Clause */
#include "object/table.h"

#include "arch/machine.h"
#include "object/asid.h"
#include "object/frame.h"

/* Bound: four levels. */
uint64_t *vspace_walk(uint64_t *root, uint64_t address, unsigned *bits)
{
    uint64_t *table = root;
    unsigned index_bits = SEL4_VSPACE_INDEX_BITS;
    uint64_t *entry;

    *bits = VSPACE_ROOT_BITS;
    for (;;) {
        entry = &table[table_index(address, *bits, index_bits)];
        if (!pte_is_table(*entry, *bits)) {
            return entry;
        }
        table = arch_table_at(*entry & PTE_ADDRESS);
        *bits -= SEL4_PAGE_TABLE_INDEX_BITS;
        index_bits = SEL4_PAGE_TABLE_INDEX_BITS;
    }
}

uint64_t pte_leaf(uint64_t pa, unsigned bits, unsigned access, uint64_t attributes)
{
    uint64_t entry = pa | PTE_VALID | PTE_AF | (uint64_t)access << PTE_S2AP_SHIFT;

    if (bits == SEL4_PAGE_BITS) {
        entry |= PTE_TABLE;
    }
    if (attributes & SEL4_VM_PAGE_CACHEABLE) {
        entry |= PTE_MEMATTR_NORMAL;
    }
    if (attributes & SEL4_VM_EXECUTE_NEVER) {
        entry |= PTE_XN;
    }
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    entry |= PTE_SH_INNER;
#endif
    return entry;
}

uint64_t pte_table(uint64_t pa)
{
    return pa | PTE_TABLE | PTE_VALID;
}

enum status vspace_check(struct call *call, struct cap cap, unsigned number, uint64_t **root)
{
    if (cap_type(cap) != CAP_VSPACE || !cap_asid(cap)) {
        return call_invalid_capability(call, number);
    }
    *root = asid_root(cap_asid(cap));
    if (!*root) {
        struct lookup_failure failure = { .type = SEL4_LOOKUP_INVALID_ROOT };

        return call_failed_lookup(call, false, failure);
    }
    return *root == cap_object(cap) ? STATUS_OK : call_invalid_capability(call, number);
}

/* Levels are walked until the entry that points to this very table. Bound: four levels. */
void table_tear_down(struct cap cap)
{
    uint64_t asid = cap_asid(cap);
    uint64_t *table = asid_root(asid);
    uint64_t own_pa = arch_table_pa(cap_object(cap));
    unsigned bits = VSPACE_ROOT_BITS;
    unsigned index_bits = SEL4_VSPACE_INDEX_BITS;

    if (!table) {
        return;
    }
    for (;;) {
        uint64_t *entry = &table[table_index(cap_mapped_address(cap), bits, index_bits)];

        if (!pte_is_table(*entry, bits)) {
            return;
        }
        if ((*entry & PTE_ADDRESS) == own_pa) {
            *entry = 0;
            arch_table_written(entry);
            arch_tlb_flush_vmid(asid_vmid(asid));
            return;
        }
        table = arch_table_at(*entry & PTE_ADDRESS);
        bits -= SEL4_PAGE_TABLE_INDEX_BITS;
        index_bits = SEL4_PAGE_TABLE_INDEX_BITS;
    }
}

void vspace_tear_down(struct cap cap)
{
    asid_free(cap_asid(cap), arch_table_pa(cap_object(cap)));
}

static void invoke_map(struct slot *slot, uint64_t *entry, uint64_t asid, uint64_t address)
{
    slot->cap = cap_with_mapping(slot->cap, asid, address);
    *entry = pte_table(arch_table_pa(cap_object(slot->cap)));
    arch_table_written(entry);
}

static enum status decode_map(struct call *call)
{
    uint64_t address = call_word(call, 0);
    struct cap vspace = call->caps[0]->cap;
    uint64_t *root;
    unsigned bits;

    if (cap_asid(call->cap)) {
        return call_invalid_capability(call, 0);
    }
    if (cap_type(vspace) != CAP_VSPACE || !cap_asid(vspace)) {
        return call_invalid_capability(call, 1);
    }
    if (address > SEL4_USER_TOP) {
        return call_invalid_argument(call, 0);
    }
    enum status status = vspace_check(call, vspace, 1, &root);

    if (status != STATUS_OK) {
        return status;
    }
    uint64_t *entry = vspace_walk(root, address, &bits);

    if (bits == SEL4_PAGE_BITS || (*entry & PTE_VALID)) {
        return call_delete_first(call);
    }
    invoke_map(call->slot, entry, cap_asid(vspace), address & ~((1ull << bits) - 1));
    return STATUS_OK;
}

static void invoke_unmap(struct slot *slot)
{
    if (cap_asid(slot->cap)) {
        table_tear_down(slot->cap);
        arch_clear_memory(cap_address(slot->cap), 1ull << SEL4_PAGE_TABLE_BITS);
    }
    slot->cap = cap_with_mapping(slot->cap, 0, 0);
}

static enum status decode_unmap(struct call *call)
{
    if (slot_is_shared(call->slot)) {
        return call_revoke_first(call);
    }
    invoke_unmap(call->slot);
    return STATUS_OK;
}

enum status table_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_PAGE_TABLE);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case ARMPageTableMap: return decode_map(call);
    default: return decode_unmap(call);
    }
}

/* Cache operations by address: the range must lie in one mapped page. */
enum status vspace_decode(struct call *call)
{
    uint64_t *root;
    unsigned bits;
    enum status status = call_check(call, SEL4_OBJ_VSPACE);

    if (status != STATUS_OK) {
        return status;
    }
    uint64_t start = call_word(call, 0);
    uint64_t end = call_word(call, 1);

    if (end <= start) {
        return call_invalid_argument(call, 1);
    }
    if (end > SEL4_USER_TOP) {
        return call_illegal_operation(call);
    }
    status = vspace_check(call, call->cap, 0, &root);
    if (status != STATUS_OK) {
        return status;
    }
    uint64_t *entry = vspace_walk(root, start, &bits);
    uint64_t mask = (1ull << bits) - 1;

    if (!(*entry & PTE_VALID)) {
        return STATUS_OK;
    }
    if ((start & ~mask) != ((end - 1) & ~mask)) {
        return call_range_error(call, start, start | mask);
    }
    return cache_invoke(call, call->label - ARMVSpaceClean_Data,
                        (*entry & PTE_ADDRESS & ~mask) | (start & mask), end - start);
}
