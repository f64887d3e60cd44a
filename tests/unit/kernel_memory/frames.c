/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames: access and attributes of mappings, one over another, and cache operations. */
#include "memory.h"

static void test_frame_rights(void)
{
    static const struct {
        unsigned rights, s2ap;
    } cases[] = { { 3, 3 }, { 2, 1 }, { 1, 0 }, { 0, 0 }, { 15, 3 } };
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    unsigned flushes = fake_machine.page_flushes;

    asid_give_vmid(asid_entry(cap_asid(cap_at(space.vspace))));
    for (unsigned i = 0; i < 5; i++) {
        TAP_OK(map(space.frame, ARMPageMap, space.vspace, BASE, cases[i].rights) == 0 &&
                   (entry_of(space.vspace, BASE, &bits) >> PTE_S2AP_SHIFT & 3) == cases[i].s2ap,
               "map: rights %u become access %u", cases[i].rights, cases[i].s2ap);
    }
    TAP_OK(fake_machine.page_flushes == flushes + 5 && fake_machine.last_flushed_page == BASE,
           "map: a change of a mapping flushes it");
    (void)host_call(space.frame, MESSAGE(.label = ARMPageMap, .length = 3,
                                         .word = { BASE, 3, SEL4_VM_EXECUTE_NEVER }, .cap_count = 1,
                                         .cap = { space.vspace }));
    uint64_t entry = entry_of(space.vspace, BASE, &bits);

    TAP_OK((entry & PTE_XN) && !(entry & PTE_MEMATTR_NORMAL), "map: execute never, device memory");
    uint64_t reader = scene_mint(space.frame, SEL4_RIGHT_READ, 0);
    uint64_t none = scene_mint(space.frame, SEL4_RIGHT_WRITE, 0);

    (void)map(space.frame, ARMPageMap, space.vspace, BASE, 3);
    entry = entry_of(space.vspace, BASE, &bits);
    TAP_OK((entry & PTE_MEMATTR_NORMAL) == PTE_MEMATTR_NORMAL && !(entry & PTE_XN) &&
               (entry & PTE_AF),
           "map: by default cacheable memory that may be executed");
    TAP_OK(cap_frame_access(cap_at(none)) == CAP_FRAME_NO_ACCESS,
           "mint: write without read is no access");
    TAP_OK(map(reader, ARMPageMap, space.vspace, BASE + 4096, 3) == 0 &&
               (entry_of(space.vspace, BASE + 4096, &bits) >> PTE_S2AP_SHIFT & 3) == 1 &&
               map(none, ARMPageMap, space.vspace, BASE + 8192, 3) == 0 &&
               (entry_of(space.vspace, BASE + 8192, &bits) >> PTE_S2AP_SHIFT & 3) == 0,
           "map: never more than the capability's rights");
    scene_check("frame rights");
}

static void test_frame_replaced(void)
{
    unsigned bits;

    scene_begin(false);
    struct space space = make_space();
    uint64_t second = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    TAP_OK(map(second, ARMPageMap, space.vspace, BASE, 3) == 0, "map: over another frame");
    TAP_OK(scene_delete(space.frame) == 0 && (entry_of(space.vspace, BASE, &bits) & PTE_VALID),
           "delete: the replaced frame leaves the new mapping alone");
    uint64_t third = scene_make(SEL4_TYPE_SMALL_PAGE, 0);

    (void)map(third, ARMPageMap, space.vspace, BASE, 3);
    (void)scene_delete(third);
    TAP_OK(host_call(second, MESSAGE(.label = ARMPageUnmap)) == 0 &&
               entry_of(space.vspace, BASE, &bits) == 0 && cap_at(second).data == 0,
           "unmap: what replaced it is gone too");
    scene_check("frame replaced");
}

static void test_cache(void)
{
    scene_begin(false);
    struct space space = make_space();
    uint64_t copy = scene_mint(space.frame, 15, 0);
    uint64_t device = scene_slot();
    struct host_message ask = { .label = ARMPageClean_Data, .length = 2, .word = { 0, 4096 } };

    for (unsigned i = 0; i < 4; i++) {
        ask.label = ARMPageClean_Data + i;
        fake_machine.cache_bytes = 0;
        TAP_OK(host_call(space.frame, &ask) == 0 && fake_machine.cache_bytes == 4096 &&
                   fake_machine.last_cache_operation == i,
               "cache: operation %u on a page", i);
        TAP_OK(REFUSES(copy, &ask, SEL4_ILLEGAL_OPERATION),
               "cache: not on a frame that is not mapped");
        ask.label = ARMVSpaceClean_Data + i;
        ask.word[0] = BASE + 64;
        ask.word[1] = BASE + 128;
        fake_machine.cache_bytes = 0;
        TAP_OK(host_call(space.vspace, &ask) == 0 && fake_machine.cache_bytes == 64 &&
                   fake_machine.last_cache_operation == i,
               "cache: operation %u by address", i);
        ask.word[0] = 0;
        ask.word[1] = 4096;
    }
    ask.label = ARMPageClean_Data;
    ask.word[1] = 0;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 1), "cache: empty range");
    ask.word[1] = 4097;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 0), "cache: end outside");
    ask.word[0] = 4096;
    TAP_OK(REFUSES(space.frame, &ask, SEL4_INVALID_ARGUMENT, 0), "cache: start outside");
    (void)host_retype(host_device, SEL4_TYPE_SMALL_PAGE, 0, device, 1);
    (void)map(device, ARMPageMap, space.vspace, BASE + 4096, 3);
    fake_machine.window_bytes = HOST_DEVICE_BASE;
    ask.word[0] = 0;
    ask.word[1] = 64;
    TAP_OK(REFUSES(device, &ask, SEL4_ILLEGAL_OPERATION),
           "cache: not where the kernel has no window");
    fake_machine.cache_bytes = 0;
    TAP_OK(host_call(space.vspace, MESSAGE(.label = ARMVSpaceClean_Data, .length = 2,
                                           .word = { BASE + 4096, BASE + 4160 })) == 0 &&
               fake_machine.cache_bytes == 0,
           "cache: by address, there it does nothing");
    fake_machine.window_bytes = 0;
    (void)scene_delete(space.pool);
    TAP_OK(REFUSES(device, &ask, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_INVALID_ROOT),
           "cache: not when the address space is gone");
    scene_check("cache");
}

static void test_cache_is_preemptible(void)
{
    scene_begin(false);
    struct space space = make_space();
    uint64_t large = scene_slot();
    struct host_message ask = { .label = ARMPageClean_Data, .length = 2, .word = { 0, 1 << 21 } };
    unsigned rounds = 0;

    (void)host_retype(host_device, SEL4_TYPE_LARGE_PAGE, 0, large, 1);
    (void)map(large, ARMPageMap, space.vspace, BASE + (1 << 21), 3);
    fake_machine.cache_bytes = 0;
    fake_machine.irq_pending = true;
    do {
        host_root->context.elr = 0x1000;
        (void)host_call(large, &ask);
        rounds++;
    } while (host_root->context.elr == 0x1000 && rounds < 1000);
    fake_machine.irq_pending = false;
    TAP_OK(rounds > 100 && rounds < 1000 && fake_machine.cache_bytes == 1 << 21,
           "cache: 2 MiB with an interrupt always pending, nothing done twice");
    fake_machine.cache_bytes = 0;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 1 << 21,
           "cache: 2 MiB at once without one");
    fake_machine.irq_pending = true;
    (void)host_call(large, &ask);
    fake_machine.irq_pending = false;
    fake_machine.cache_bytes = 0;
    ask.word[1] = 4096;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 4096,
           "cache: a smaller range after one that was begun is done whole");
    uint64_t page = scene_make(SEL4_TYPE_SMALL_PAGE, 0);
    uint64_t place = scene_slot();

    (void)map(page, ARMPageMap, space.vspace, BASE + 4096, 3);
    ask.word[1] = 1 << 21;
    fake_machine.irq_pending = true;
    (void)host_call(large, &ask);
    fake_machine.irq_pending = false;
    slot_move(cap_at(large), host_slot(large), host_slot(place));
    slot_move(cap_at(page), host_slot(page), host_slot(large));
    fake_machine.cache_bytes = 0;
    ask.word[1] = 4096;
    TAP_OK(host_call(large, &ask) == 0 && fake_machine.cache_bytes == 4096,
           "cache: so is another frame, if somebody changes the capability meanwhile");
    scene_check("cache, preempted");
}

void play_frames(void)
{
    test_frame_rights();
    test_frame_replaced();
    test_cache();
    test_cache_is_preemptible();
}
