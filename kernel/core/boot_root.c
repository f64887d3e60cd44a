/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initial thread: its objects, its capabilities, and the BootInfo page that describes them.
 * Source: sel4-abi 12.2 to 12.5. Bound of its loops: pages of image and device tree, pieces of RAM;
 * all of it runs once, before the first thread.
 */
#include "core/boot.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/invariants.h"
#include "core/sched.h"
#include "object/asid.h"
#include "object/ipc.h"
#include "object/table.h"
#include "object/tcb.h"

#include "contract/sel4/bootinfo.h"
#include "contract/sel4/limits.h"

#define PAGE       4096ull
#define ROOT_SLOTS (1ull << CONFIG_ROOT_CNODE_SIZE_BITS)
/* ASID of the initial thread's address space, in the first pool. */
#define ROOT_ASID 1

struct builder {
    const struct boot_args *args;
    struct range_list *free;
    struct slot *slots;
    uint64_t next_slot;
    uint64_t *root_table;
    struct cap vspace;
    struct sel4_boot_info *info;
    uint64_t image_va; /* [image_va, end_va) with IPC buffer, BootInfo and extra pages */
    uint64_t buffer_va;
    uint64_t info_va;
    uint64_t extra_va;
    uint64_t end_va;
    uint64_t extra_pages;
    unsigned extra_bits;
    uint64_t extra_pa;
};

/* A zeroed block of RAM, as an object address. */
static uint64_t take(struct builder *builder, unsigned size_bits)
{
    uint64_t pa = range_take_top(builder->free, size_bits);

    if (!pa) {
        boot_fail("not enough memory for the initial thread");
    }
    arch_clear_memory(pa + ARCH_WINDOW, 1ull << size_bits);
    return pa + ARCH_WINDOW;
}

static void put(struct builder *builder, uint64_t slot, struct cap cap)
{
    if (slot >= ROOT_SLOTS) {
        boot_fail("initial CNode is too small");
    }
    builder->slots[slot].cap = cap;
    builder->slots[slot].next = SLOT_REVOCABLE | SLOT_FIRST_BADGED;
}

static void put_next(struct builder *builder, struct cap cap)
{
    put(builder, builder->next_slot++, cap);
}

static void lay_out(struct builder *builder)
{
    const struct boot_args *args = builder->args;
    uint64_t image_size = args->image_end - args->image_start;
    uint64_t extra_bytes =
        args->dtb_size ? args->dtb_size + sizeof(struct sel4_boot_info_header) : 0;

    builder->image_va = args->image_start - args->physical_minus_virtual;
    builder->buffer_va = builder->image_va + image_size;
    builder->info_va = builder->buffer_va + PAGE;
    builder->extra_va = builder->info_va + PAGE;
    builder->extra_pages = (extra_bytes + PAGE - 1) / PAGE;
    builder->end_va = builder->extra_va + builder->extra_pages * PAGE;
    if ((builder->image_va & (PAGE - 1)) || builder->end_va < builder->image_va ||
        builder->end_va > SEL4_USER_TOP) {
        boot_fail("root task's addresses are out of range");
    }
    while (PAGE << builder->extra_bits < builder->extra_pages * PAGE) {
        builder->extra_bits++;
    }
}

static void create_cnode(struct builder *builder)
{
    uint64_t guard_bits = SEL4_WORD_BITS - CONFIG_ROOT_CNODE_SIZE_BITS;

    builder->slots =
        (struct slot *)(uintptr_t)take(builder, CONFIG_ROOT_CNODE_SIZE_BITS + SEL4_SLOT_BITS);
    builder->next_slot = SEL4_NUM_INITIAL_CAPS;
    put(builder, SEL4_SLOT_INIT_CNODE,
        cap_cnode(builder->slots, CONFIG_ROOT_CNODE_SIZE_BITS, guard_bits));
    put(builder, SEL4_SLOT_IRQ_CONTROL, cap_make(CAP_IRQ_CONTROL, 0, 0, 0));
    put(builder, SEL4_SLOT_ASID_CONTROL, cap_make(CAP_ASID_CONTROL, 0, 0, 0));
    put(builder, SEL4_SLOT_DOMAIN, cap_make(CAP_DOMAIN, 0, 0, 0));
#ifdef CONFIG_ALLOW_SMC_CALLS
    put(builder, SEL4_SLOT_SMC, cap_make(CAP_SMC, 0, 0, 0));
#endif
}

static void create_vspace(struct builder *builder)
{
    uint64_t pool = take(builder, SEL4_ASID_POOL_BITS);

    builder->root_table = (uint64_t *)(uintptr_t)take(builder, SEL4_VSPACE_BITS);
    asid_pools[0] = (struct asid_pool *)(uintptr_t)pool;
    asid_assign(asid_pools[0], ROOT_ASID, arch_table_pa(builder->root_table));
    builder->vspace =
        cap_with_mapping(cap_make(CAP_VSPACE, 0, (uintptr_t)builder->root_table, 0), ROOT_ASID, 0);
    put(builder, SEL4_SLOT_INIT_VSPACE, builder->vspace);
    put(builder, SEL4_SLOT_INIT_ASID_POOL, cap_make(CAP_ASID_POOL, 0, pool, 0));
}

/* Tables for everything that will be mapped, the upper levels first. */
static void create_tables(struct builder *builder)
{
    builder->info->user_image_paging.start = builder->next_slot;
    for (unsigned level_bits = VSPACE_ROOT_BITS; level_bits > SEL4_PAGE_BITS;
         level_bits -= SEL4_PAGE_TABLE_INDEX_BITS) {
        uint64_t step = 1ull << level_bits;

        for (uint64_t va = builder->image_va & ~(step - 1); va < builder->end_va; va += step) {
            unsigned bits;
            uint64_t *entry = vspace_walk(builder->root_table, va, &bits);
            uint64_t table = take(builder, SEL4_PAGE_TABLE_BITS);

            *entry = pte_table(table - ARCH_WINDOW);
            put_next(builder, cap_with_mapping(cap_make(CAP_TABLE, 0, table, 0), ROOT_ASID, va));
        }
    }
    builder->info->user_image_paging.end = builder->next_slot;
}

/* Maps one page of RAM, executable and writable, and returns its capability. */
static struct cap map_page(struct builder *builder, uint64_t pa, uint64_t va)
{
    unsigned bits;
    uint64_t *entry = vspace_walk(builder->root_table, va, &bits);

    *entry = pte_leaf(pa, SEL4_PAGE_BITS, CAP_FRAME_READ_WRITE, SEL4_VM_PAGE_CACHEABLE);
    return cap_with_mapping(cap_frame(pa + ARCH_WINDOW, 0, CAP_FRAME_READ_WRITE, false), ROOT_ASID,
                            va);
}

static void map_image(struct builder *builder)
{
    uint64_t va = builder->image_va;

    builder->info->user_image_frames.start = builder->next_slot;
    for (uint64_t pa = builder->args->image_start; pa < builder->args->image_end; pa += PAGE) {
        put_next(builder, map_page(builder, pa, va));
        va += PAGE;
    }
    builder->info->user_image_frames.end = builder->next_slot;
    arch_cache_operation(3, builder->args->image_start,
                         builder->args->image_end - builder->args->image_start);
}

static void copy_words(uint64_t *to, const uint64_t *from, uint64_t bytes)
{
    for (uint64_t i = 0; i < (bytes + 7) / 8; i++) {
        to[i] = from[i];
    }
}

/* The loader's device tree, as a chunk of extra BootInfo. */
static void create_extra(struct builder *builder)
{
    builder->info->extra_bi_pages.start = builder->next_slot;
    if (builder->extra_pages) {
        struct sel4_boot_info_header *header =
            (struct sel4_boot_info_header *)(uintptr_t)(builder->extra_pa + ARCH_WINDOW);

        header->id = SEL4_BOOT_INFO_HEADER_FDT;
        header->len_bytes = builder->args->dtb_size + sizeof(*header);
        copy_words((uint64_t *)(header + 1),
                   (const uint64_t *)(uintptr_t)(builder->args->dtb_pa + ARCH_WINDOW),
                   builder->args->dtb_size);
        builder->info->extra_len_bytes = header->len_bytes;
    }
    for (uint64_t i = 0; i < builder->extra_pages; i++) {
        put_next(builder,
                 map_page(builder, builder->extra_pa + i * PAGE, builder->extra_va + i * PAGE));
    }
    builder->info->extra_bi_pages.end = builder->next_slot;
}

static struct tcb *create_thread(struct builder *builder, uint64_t tcb_address, uint64_t buffer_pa)
{
    struct tcb *tcb = (struct tcb *)(uintptr_t)tcb_address;
    struct cap buffer = map_page(builder, buffer_pa, builder->buffer_va);

    put(builder, SEL4_SLOT_INIT_IPC_BUFFER, buffer);
    put(builder, SEL4_SLOT_INIT_TCB, cap_make(CAP_TCB, 0, tcb_address, 0));
    tcb_init(tcb);
    slot_insert(builder->slots[SEL4_SLOT_INIT_CNODE].cap, &builder->slots[SEL4_SLOT_INIT_CNODE],
                &tcb->slots[TCB_CSPACE]);
    slot_insert(builder->vspace, &builder->slots[SEL4_SLOT_INIT_VSPACE], &tcb->slots[TCB_VSPACE]);
    slot_insert(cap_with_mapping(buffer, 0, 0), &builder->slots[SEL4_SLOT_INIT_IPC_BUFFER],
                &tcb->slots[TCB_BUFFER]);
    reply_set_up_master(tcb);
    tcb->ipc_buffer = builder->buffer_va;
    tcb->priority = SEL4_MAX_PRIO;
    tcb->max_priority = SEL4_MAX_PRIO;
    arch_set_badge(tcb, builder->info_va);
    tcb->context.fault_ip = builder->args->entry;
    arch_registers_written(tcb);
#ifdef CONFIG_DEBUG_BUILD
    __builtin_memcpy(tcb->name, "rootserver", sizeof("rootserver"));
#endif
    return tcb;
}

/* Cuts a range into naturally aligned powers of two, by address in the kernel's window. */
static void put_untypeds(struct builder *builder, uint64_t base, uint64_t end, bool device)
{
    while (base < end) {
        uint64_t address = base + ARCH_WINDOW;
        unsigned bits = (unsigned)__builtin_ctzll(address);
        uint64_t index = builder->next_slot - builder->info->untyped.start;

        while (bits > SEL4_MAX_UNTYPED_BITS || 1ull << bits > end - base) {
            bits--;
        }
        if (index == CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS || bits < SEL4_MIN_UNTYPED_BITS) {
            return;
        }
        builder->info->untyped_list[index] =
            (struct sel4_untyped_desc){ base, (unsigned char)bits, device, { 0 } };
        /* RAM counts as used up, so that the first Retype zeroes it. */
        put_next(builder, cap_untyped(address, bits, device, device ? 0 : 1ull << bits));
        base += 1ull << bits;
    }
}

struct tcb *boot_root_task(const struct boot_args *args, struct range_list *free,
                           const struct range_list *device)
{
    struct builder builder = { .args = args, .free = free };

    lay_out(&builder);
    create_cnode(&builder);
    if (builder.extra_pages) {
        builder.extra_pa = take(&builder, SEL4_PAGE_BITS + builder.extra_bits) - ARCH_WINDOW;
    }
    create_vspace(&builder);

    uint64_t info_address = take(&builder, SEL4_BOOT_INFO_FRAME_BITS);
    uint64_t buffer_address = take(&builder, SEL4_PAGE_BITS);
    uint64_t tcb_address = take(&builder, SEL4_TCB_BITS);
    struct sel4_boot_info *info = (struct sel4_boot_info *)(uintptr_t)info_address;

    builder.info = info;
    create_tables(&builder);
    put(&builder, SEL4_SLOT_BOOT_INFO_FRAME,
        map_page(&builder, info_address - ARCH_WINDOW, builder.info_va));
    struct tcb *tcb = create_thread(&builder, tcb_address, buffer_address - ARCH_WINDOW);

    create_extra(&builder);
    map_image(&builder);

    info->num_nodes = core_count;
    info->ipc_buffer = builder.buffer_va;
    info->init_thread_cnode_size_bits = CONFIG_ROOT_CNODE_SIZE_BITS;
    info->untyped.start = builder.next_slot;
    for (unsigned i = 0; i < device->count; i++) {
        put_untypeds(&builder, device->range[i].base, device->range[i].end, true);
    }
    for (unsigned i = 0; i < free->count; i++) {
        put_untypeds(&builder, free->range[i].base, free->range[i].end, false);
    }
    info->untyped.end = builder.next_slot;
    info->empty.start = builder.next_slot;
    info->empty.end = ROOT_SLOTS;
#ifdef CONFIG_DEBUG_BUILD
    invariants_init(builder.slots, ROOT_SLOTS);
#endif
    return tcb;
}
