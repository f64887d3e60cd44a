/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's stage 2 and what is in its RAM at a start. */
#include "vmm/vm/vm.h"

#include "plan/plan.h"
#include "rt/cache.h"
#include "rt/object.h"

#define GICV_PAGES 2u
#define PAGE_BYTES UINT64_C(0x1000)
#define LINE_WORDS 8u

/* A region is what a guest computes with, shared data, or registers: memory type and execution. */
static seL4_ARM_VMAttributes attributes_of(const struct vmm_region *region)
{
    switch (region->kind) {
    case VMM_REGION_RAM:
    case VMM_REGION_SHARED_RAM: return seL4_ARM_Default_VMAttributes;
    case VMM_REGION_MMIO: return seL4_ARM_ExecuteNever;
    default: return seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever;
    }
}

static int map_page(struct vm *vm, seL4_CPtr page, uint64_t ipa, bool writable,
                    seL4_ARM_VMAttributes attributes)
{
    return rt_map_page(page, vm->config.base->guest_vspace_slot, ipa,
                       writable ? seL4_ReadWrite : seL4_CanRead, attributes,
                       vm->config.base->untyped_slot, PLAN_SLOT_CNODE, &vm->slots);
}

static int map_region(struct vm *vm, const struct vmm_region *region)
{
    for (uint32_t i = 0; i < region->slot_count; i++) {
        uint64_t ipa = region->ipa + ((uint64_t)i << region->page_bits);
        int error = map_page(vm, region->slot + i, ipa, region->writable, attributes_of(region));

        if (error) {
            rt_error("%s: mapping %s at 0x%llx: %s", vm->name, region->name,
                     (unsigned long long)ipa, rt_error_text(error));
            return error;
        }
    }
    return 0;
}

int vm_memory_map_all(struct vm *vm)
{
    const struct vmm_config *base = vm->config.base;
    int error = 0;

    for (unsigned i = 0; i < vm->config.region_count && error == 0; i++) {
        error = map_region(vm, &vm->config.regions[i]);
    }
    /* Both pages of the board's GICV become the guest's GICC: GICV_DIR is in the second one. */
    for (unsigned i = 0; i < GICV_PAGES && error == 0; i++) {
        error = map_page(vm, base->gicv_slot + i, base->gicc_ipa + i * PAGE_BYTES, true,
                         seL4_ARM_ExecuteNever);
    }
    return error;
}

static bool is_pool_of(const struct vmm_region *region, uint32_t device_link)
{
    return region->kind == VMM_REGION_PEER_POOL && region->link == device_link;
}

void vm_memory_map_pool(struct vm *vm, uint32_t device_link)
{
    for (unsigned i = 0; i < vm->config.region_count; i++) {
        if (is_pool_of(&vm->config.regions[i], device_link)) {
            (void)map_region(vm, &vm->config.regions[i]); /* its tables are there; logs if not */
        }
    }
}

void vm_memory_unmap_pool(struct vm *vm, uint32_t device_link)
{
    for (unsigned i = 0; i < vm->config.region_count; i++) {
        const struct vmm_region *region = &vm->config.regions[i];

        for (uint32_t page = 0; is_pool_of(region, device_link) && page < region->slot_count;
             page++) {
            (void)seL4_ARM_Page_Unmap(region->slot + page);
        }
    }
}

/*
 * Zeroes line by line, but only lines that are not zero yet: at power-on nearly all are, and
 * writing them would cost a board (and an emulator's host) the whole RAM's bandwidth.
 */
static void zero(uint64_t *words, uint64_t bytes)
{
    for (const uint64_t *end = words + bytes / 8; words < end; words += LINE_WORDS) {
        uint64_t any = 0;

        for (unsigned i = 0; i < LINE_WORDS; i++) {
            any |= words[i];
        }
        for (unsigned i = 0; any != 0 && i < LINE_WORDS; i++) {
            words[i] = 0;
        }
    }
}

void vm_memory_zero(struct vm *vm)
{
    for (unsigned i = 0; i < vm->config.region_count; i++) {
        const struct vmm_region *region = &vm->config.regions[i];

        if (region->vaddr == 0 ||
            (region->kind != VMM_REGION_RAM && region->kind != VMM_REGION_SHARED_RAM &&
             region->kind != VMM_REGION_POOL)) {
            continue;
        }
        zero((uint64_t *)region->vaddr, region->size_bytes);
        /* A dirty line of the last life must not be written back over what the new one writes
           with its caches still off. */
        rt_cache_clean_invalidate((const void *)region->vaddr, region->size_bytes);
    }
}
