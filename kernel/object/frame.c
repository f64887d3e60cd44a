/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocations of frame capabilities. Source: sel4-abi 6.6. */
#include "object/frame.h"

#include "arch/machine.h"
#include "core/preempt.h"
#include "object/asid.h"
#include "object/table.h"

void frame_unmap(struct cap cap)
{
    uint64_t asid = cap_asid(cap);
    uint64_t *root = asid_root(asid);
    unsigned bits;

    if (!root) {
        return;
    }
    uint64_t *entry = vspace_walk(root, cap_mapped_address(cap), &bits);

    if (bits != cap_frame_bits(cap) || !(*entry & PTE_VALID) ||
        (*entry & PTE_ADDRESS) != arch_object_pa(cap_address(cap))) {
        return;
    }
    *entry = 0;
    arch_table_written(entry);
    arch_tlb_flush_page(asid_vmid(asid), cap_mapped_address(cap));
}

/* A mapping exists only for a frame capability held with those rights: the mask is the proof. */
static void invoke_map(struct call *call, uint64_t *entry, struct cap vspace, uint64_t address,
                       uint64_t rights, uint64_t attributes)
{
    struct cap masked = cap_mask_rights(call->cap, rights & SEL4_RIGHTS_ALL);
    bool was_mapped = *entry & PTE_VALID;

    call->slot->cap = cap_with_mapping(call->cap, cap_asid(vspace), address);
    *entry = pte_leaf(arch_object_pa(cap_address(call->cap)), cap_frame_bits(call->cap),
                      cap_frame_access(masked), attributes);
    arch_table_written(entry);
    if (was_mapped) {
        arch_tlb_flush_page(asid_vmid(cap_asid(vspace)), address);
    }
}

static enum status check_place(struct call *call, struct cap vspace, uint64_t address)
{
    uint64_t mask = (1ull << cap_frame_bits(call->cap)) - 1;

    if (address & mask) {
        return call_alignment_error(call);
    }
    if (cap_asid(call->cap)) {
        if (cap_asid(call->cap) != cap_asid(vspace)) {
            return call_invalid_capability(call, 1);
        }
        if (cap_mapped_address(call->cap) != address) {
            return call_invalid_argument(call, 0);
        }
    } else if ((address | mask) > SEL4_USER_TOP) {
        return call_invalid_argument(call, 0);
    }
    return STATUS_OK;
}

static enum status decode_map(struct call *call)
{
    uint64_t address = call_word(call, 0);
    struct cap vspace = call->caps[0]->cap;
    uint64_t *root;
    unsigned bits;
    enum status status = vspace_check(call, vspace, 1, &root);

    if (status == STATUS_OK) {
        status = check_place(call, vspace, address);
    }
    if (status != STATUS_OK) {
        return status;
    }
    uint64_t *entry = vspace_walk(root, address, &bits);

    if (bits != cap_frame_bits(call->cap)) {
        return call_failed_lookup(call, false, lookup_missing(bits));
    }
    invoke_map(call, entry, vspace, address, call_word(call, 1), call_word(call, 2));
    return STATUS_OK;
}

static void invoke_unmap(struct slot *slot)
{
    frame_unmap(slot->cap);
    slot->cap = cap_with_mapping(slot->cap, 0, 0);
}

static void invoke_get_address(struct call *call)
{
    uint64_t pa = arch_object_pa(cap_address(call->cap));

    call_reply(call, 1, &pa);
}

/*
 * One work unit is a page: a whole 1 GiB frame takes 2^18 of them. When it is preempted, the thread
 * keeps how far it got, and executes the same call again; writing its registers forgets that.
 * Bound: one page per round.
 */
enum status cache_invoke(struct call *call, unsigned operation, uint64_t pa, uint64_t size)
{
    const uint64_t page_mask = (1ull << SEL4_PAGE_BITS) - 1;
    uint64_t next = call->thread->resume_at;
    uint64_t at = next > pa && next < pa + size ? next : pa;

    while (at < pa + size) {
        uint64_t end = (at | page_mask) + 1;

        if (end > pa + size) {
            end = pa + size;
        }
        if (arch_pa_is_mapped(at, end - at)) {
            arch_cache_operation(operation, at, end - at);
        }
        at = end;
        if (at < pa + size && preempt_point()) {
            call->thread->resume_at = at;
            return STATUS_PREEMPT;
        }
    }
    return STATUS_OK;
}

static enum status decode_cache(struct call *call)
{
    uint64_t start = call_word(call, 0);
    uint64_t end = call_word(call, 1);
    uint64_t size = 1ull << cap_frame_bits(call->cap);
    uint64_t pa = arch_object_pa(cap_address(call->cap));

    if (!cap_asid(call->cap)) {
        return call_illegal_operation(call);
    }
    if (!asid_root(cap_asid(call->cap))) {
        struct lookup_failure failure = { .type = SEL4_LOOKUP_INVALID_ROOT };

        return call_failed_lookup(call, false, failure);
    }
    if (end <= start) {
        return call_invalid_argument(call, 1);
    }
    if (start >= size || end > size) {
        return call_invalid_argument(call, 0);
    }
    if (pa + end > ARCH_WINDOW_BYTES) {
        return call_illegal_operation(call);
    }
    return cache_invoke(call, call->label - ARMPageClean_Data, pa + start, end - start);
}

enum status frame_decode(struct call *call)
{
    enum status status = call_check(call, SEL4_OBJ_PAGE);

    if (status != STATUS_OK) {
        return status;
    }
    switch (call->label) {
    case ARMPageMap: return decode_map(call);
    case ARMPageUnmap: invoke_unmap(call->slot); return STATUS_OK;
    case ARMPageGetAddress: invoke_get_address(call); return STATUS_OK;
    default: return decode_cache(call);
    }
}
