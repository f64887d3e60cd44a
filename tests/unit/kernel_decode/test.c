/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals: what each decode function says to arguments that are wrong in one way. */
#include <stdio.h>
#include <string.h>

#include "arch/machine.h"
#include "decode.h"
#include "object/table.h"

static uint64_t at(unsigned i)
{
    return host_free_slot + i;
}

#define CALL(cptr, label_, count, ...)                                                             \
    host_call(cptr, &(struct host_message){                                                        \
                        .label = (label_), .length = (count), .word = { __VA_ARGS__ } })
#define CALL_CAP(cptr, label_, cap_, count, ...)                                                   \
    host_call(cptr, &(struct host_message){ .label = (label_),                                     \
                                            .length = (count),                                     \
                                            .word = { __VA_ARGS__ },                               \
                                            .cap_count = 1,                                        \
                                            .cap = { cap_ } })

static uint64_t copy(uint64_t dest, uint64_t source, uint64_t rights)
{
    return CALL_CAP(SEL4_SLOT_INIT_CNODE, CNodeCopy, SEL4_SLOT_INIT_CNODE, 5, dest, 64, source, 64,
                    rights);
}

#define CONFIGURE_REFUSES(index, domain, duration, ...)                                            \
    REFUSES(SEL4_SLOT_DOMAIN,                                                                      \
            MESSAGE(.label = DomainScheduleConfigure, .length = 3,                                 \
                    .word = { index, domain, duration }),                                          \
            __VA_ARGS__)

static void test_domain(void)
{
    const uint64_t cap = SEL4_SLOT_DOMAIN;

    host_boot();
    TAP_OK(CALL_CAP(cap, DomainSetSet, SEL4_SLOT_INIT_TCB, 1, 4) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 0,
           "domain: number too large");
    TAP_OK(CALL_CAP(cap, DomainSetSet, SEL4_SLOT_INIT_CNODE, 1, 0) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 1,
           "domain: not a TCB");
    TAP_OK(CONFIGURE_REFUSES(8, 0, 1, SEL4_RANGE_ERROR, 0, 6), "domain: schedule index");
    TAP_OK(CONFIGURE_REFUSES(7, 0, 1, SEL4_RANGE_ERROR, 0, 6),
           "domain: the last entry stays an end marker");
    TAP_OK(REFUSES(cap, MESSAGE(.label = DomainScheduleSetStart, .length = 1, .word = { 7 }),
                   SEL4_INVALID_ARGUMENT, 0),
           "domain: the last entry is no start");
    TAP_OK(CONFIGURE_REFUSES(1, 4, 1, SEL4_RANGE_ERROR, 0, 3), "domain: schedule's domain");
    TAP_OK(CONFIGURE_REFUSES(1, 1, 0, SEL4_INVALID_ARGUMENT, 1),
           "domain: an end marker has domain 0");
    TAP_OK(CONFIGURE_REFUSES(0, 0, 0, SEL4_INVALID_ARGUMENT, 2),
           "domain: the start cannot be an end marker");
    TAP_OK(CONFIGURE_REFUSES(1, 0, 1ull << 60, SEL4_INVALID_ARGUMENT, 2),
           "domain: duration too large");
    TAP_OK(REFUSES(cap, MESSAGE(.label = DomainScheduleSetStart, .length = 1, .word = { 8 }),
                   SEL4_RANGE_ERROR, 0, 7),
           "domain: start index");
    TAP_OK(REFUSES(cap, MESSAGE(.label = DomainScheduleSetStart, .length = 1, .word = { 2 }),
                   SEL4_INVALID_ARGUMENT, 0),
           "domain: start at an end");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 1, 0, 5) == 0 &&
               CALL(cap, DomainScheduleSetStart, 1, 1) == 0 && current_thread() == host_root,
           "domain: a new start");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 0, 0, 0) == 0 &&
               REFUSES(cap, MESSAGE(.label = DomainScheduleSetStart, .length = 1, .word = { 0 }),
                       SEL4_INVALID_ARGUMENT, 0),
           "domain: what is not the start any more can become an end marker, and no start");
    TAP_OK(CALL(cap, TCBSuspend, 0, 0) == SEL4_ILLEGAL_OPERATION, "domain: another object's label");
    TAP_OK(!host_check(), "domain: invariants");
}

static void test_smc(void)
{
    host_boot();
    TAP_OK(CALL(SEL4_SLOT_SMC, ARMSMCCall, 7, 1) == SEL4_TRUNCATED_MESSAGE, "smc: 8 words needed");
    TAP_OK(CALL(SEL4_SLOT_SMC, ARMSMCCall, 8, 5, 6) == 0 && host_word(0) == 6, "smc: answers");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_CNODE, CNodeMint, SEL4_SLOT_INIT_CNODE, 6, at(0), 64,
                    SEL4_SLOT_SMC, 64, 15, 9) == 0,
           "smc: minted for one function");
    TAP_OK(CALL(at(0), ARMSMCCall, 8, 5) == SEL4_ILLEGAL_OPERATION, "smc: other functions refused");
    TAP_OK(CALL(at(0), ARMSMCCall, 8, 9) == 0 && scene_length(host_root) == 8,
           "smc: its own allowed");
    (void)host_syscall(SEL4_SYS_SEND, at(0),
                       MESSAGE(.label = ARMSMCCall, .length = 8, .word = { 9 }));
    TAP_OK(arch_badge(host_root) == at(0), "smc: by Send it is not answered");
    host_root->slots[TCB_BUFFER].cap =
        cap_mask_rights(host_root->slots[TCB_BUFFER].cap, SEL4_RIGHT_READ);
    TAP_OK(CALL(at(0), ARMSMCCall, 8, 9) == 0 && scene_length(host_root) == 4 && host_word(0) == 10,
           "smc: four words are answered if the buffer is not writable");
}

static void test_frame(void)
{
    const uint64_t page = SEL4_SLOT_INIT_IPC_BUFFER;
    const uint64_t base = host_info->ipc_buffer;
    uint64_t user = SEL4_USER_TOP + 1;

    host_boot();
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, at(0), 1) == 0, "frame: made");
    TAP_OK(CALL(at(0), ARMPageClean_Data, 2, 0, 64) == SEL4_ILLEGAL_OPERATION,
           "frame: cache, not mapped");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 64, 64) == SEL4_INVALID_ARGUMENT && host_word(0) == 1,
           "frame: cache, empty range");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 4096, 4097) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 0,
           "frame: cache, start outside");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 0, 4097) == SEL4_INVALID_ARGUMENT,
           "frame: cache, end outside");
    TAP_OK(CALL(page, ARMPageCleanInvalidate_Data, 2, 0, 4096) == 0, "frame: cache, whole");
    TAP_OK(CALL(page, ARMPageGetAddress, 0, 0) == 0 &&
               host_word(0) == arch_object_pa(cap_address(host_slot(page)->cap)),
           "frame: address");
    TAP_OK(REFUSES(at(0),
                   MESSAGE(.label = ARMPageMap, .length = 3, .word = { base, 3, 0 }, .cap_count = 1,
                           .cap = { SEL4_SLOT_INIT_TCB }),
                   SEL4_INVALID_CAPABILITY, 1),
           "frame: map into a TCB");
    TAP_OK(CALL_CAP(at(0), ARMPageMap, SEL4_SLOT_INIT_VSPACE, 3, user, 3, 0) ==
               SEL4_INVALID_ARGUMENT,
           "frame: map beyond user space");
    TAP_OK(CALL_CAP(at(0), ARMPageMap, SEL4_SLOT_INIT_VSPACE, 3, base, 3, 5) == 0,
           "frame: map over another one");
    TAP_OK(CALL(at(0), ARMPageUnmap, 0, 0) == 0 && CALL(at(0), ARMPageUnmap, 0, 0) == 0,
           "frame: unmap twice");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_VSPACE, 0, at(1), 1) == 0 &&
               CALL_CAP(page, ARMPageMap, at(1), 3, base, 3, 0) == SEL4_INVALID_CAPABILITY,
           "frame: map into a VSpace without ASID");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_ASID_POOL, ARMASIDPoolAssign, at(1), 0, 0) == 0 &&
               REFUSES(page,
                       MESSAGE(.label = ARMPageMap, .length = 3, .word = { base, 3, 0 },
                               .cap_count = 1, .cap = { at(1) }),
                       SEL4_INVALID_CAPABILITY, 1),
           "frame: mapped elsewhere already");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_ASID_POOL, ARMASIDPoolAssign, at(1), 0, 0) ==
               SEL4_INVALID_CAPABILITY,
           "asid: assigned twice");
    TAP_OK(!host_check(), "frame: invariants");
}

static void test_vspace_cache(void)
{
    const uint64_t cap = SEL4_SLOT_INIT_VSPACE;

    host_boot();
    uint64_t base = host_info->ipc_buffer;

    TAP_OK(REFUSES(cap, MESSAGE(.label = ARMVSpaceClean_Data, .length = 2, .word = { base, base }),
                   SEL4_INVALID_ARGUMENT, 1),
           "vspace: empty range");
    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, base, ~0ull) == SEL4_ILLEGAL_OPERATION,
           "vspace: beyond");
    TAP_OK(REFUSES(cap,
                   MESSAGE(.label = ARMVSpaceClean_Data, .length = 2,
                           .word = { base + 64, base + 4097 }),
                   SEL4_RANGE_ERROR, base + 64, base + 4095),
           "vspace: two pages");
    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, 1ull << 40, (1ull << 40) + 8) == 0, "vspace: a hole");
    TAP_OK(CALL(cap, ARMVSpaceUnify_Instruction, 2, base, base + 4096) == 0 &&
               fake_machine.cache_bytes >= 4096,
           "vspace: a page");
}

static void test_untyped_window(void)
{
    struct host_message message = {
        .label = UntypedRetype,
        .length = 6,
        .word = { SEL4_TYPE_ENDPOINT, 0, SEL4_SLOT_INIT_TCB, 64, 0, 1 },
        .cap_count = 1,
        .cap = { SEL4_SLOT_INIT_CNODE },
    };

    host_boot();
    TAP_OK(
        REFUSES(host_untyped, &message, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 64),
        "untyped: node is a TCB");
    message.word[2] = 99;
    message.word[3] = 0;
    message.word[4] = 256;
    TAP_OK(host_call(host_untyped, &message) == SEL4_RANGE_ERROR && host_word(1) == 255,
           "untyped: offset beyond the node");
    message.word[4] = 250;
    message.word[5] = 7;
    TAP_OK(host_call(host_untyped, &message) == SEL4_RANGE_ERROR && host_word(1) == 6,
           "untyped: window beyond the node");
    message.word[5] = 0;
    TAP_OK(host_call(host_untyped, &message) == SEL4_RANGE_ERROR, "untyped: no object");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_UNTYPED, 3, at(0), 1) == SEL4_INVALID_ARGUMENT,
           "untyped: child too small");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_UNTYPED, 64, at(0), 1) == SEL4_RANGE_ERROR,
           "untyped: size of a word");
    for (uint64_t type = 0; type < SEL4_TYPE_COUNT; type++) {
        uint64_t error = host_retype(host_device, type, type == SEL4_TYPE_CNODE ? 4 : 12, at(0), 1);
        bool frame = type == SEL4_TYPE_UNTYPED || type == SEL4_TYPE_SMALL_PAGE ||
                     type == SEL4_TYPE_LARGE_PAGE || type == SEL4_TYPE_HUGE_PAGE;

        TAP_OK(frame ? error == 0 || error == SEL4_NOT_ENOUGH_MEMORY
                     : error == SEL4_INVALID_ARGUMENT,
               "untyped: device memory as object type %u", (unsigned)type);
        (void)CALL(SEL4_SLOT_INIT_CNODE, CNodeDelete, 2, at(0), 64);
    }
}

static void test_cnode(void)
{
    const uint64_t root = SEL4_SLOT_INIT_CNODE;

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, at(0), 1);
    TAP_OK(CALL(root, CNodeCancelBadgedSends, 2, SEL4_SLOT_INIT_TCB, 64) == SEL4_ILLEGAL_OPERATION,
           "cancel: not an endpoint");
    TAP_OK(CALL(root, CNodeCancelBadgedSends, 2, at(0), 64) == 0, "cancel: no badge does nothing");
    TAP_OK(copy(at(1), at(0), 1) == 0 &&
               CALL(root, CNodeCancelBadgedSends, 2, at(1), 64) == SEL4_ILLEGAL_OPERATION,
           "cancel: needs all rights");
    TAP_OK(copy(at(1), at(0), 15) == SEL4_DELETE_FIRST, "copy: onto a capability");
    TAP_OK(copy(at(2), SEL4_SLOT_IRQ_CONTROL, 15) == SEL4_ILLEGAL_OPERATION, "copy: IRQ control");
    TAP_OK(CALL(root, CNodeSaveCaller, 2, at(0), 64) == SEL4_DELETE_FIRST,
           "save: onto a capability");
    TAP_OK(CALL(root, CNodeDelete, 2, at(0), 65) == SEL4_RANGE_ERROR, "delete: depth");
    TAP_OK(CALL(root, CNodeDelete, 2, at(0), 0) == SEL4_RANGE_ERROR, "delete: no depth");
    TAP_OK(CALL(root, CNodeDelete, 1, at(0)) == SEL4_TRUNCATED_MESSAGE, "delete: too short");
    TAP_OK(CALL(at(9), CNodeDelete, 2, 0, 0) == SEL4_INVALID_CAPABILITY && host_word(0) == 0,
           "an empty slot is no capability");
}

/* ---- Paths of CNode operations ---- */

static void test_paths(void)
{
    scene_begin(false);
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    uint64_t tcb = scene_make(SEL4_TYPE_TCB, 0);
    uint64_t dest = scene_slot();
    struct slot *slots = scene_object(cnode);

    TAP_OK(CALL_CAP(cnode, CNodeCopy, ROOT, 5, 3, 4, tcb, 64, 15) == 0 && !slot_is_empty(&slots[3]),
           "path: relative to the invoked CNode, at its depth");
    TAP_OK(REFUSES(cnode, MESSAGE(.label = CNodeDelete, .length = 2, .word = { 0x35, 8 }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_DEPTH_MISMATCH, 4, 0),
           "path: a capability ends it early");
    TAP_OK(REFUSES(cnode, MESSAGE(.label = CNodeDelete, .length = 2, .word = { 3, 3 }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_DEPTH_MISMATCH, 3, 4),
           "path: too short for the CNode");
    TAP_OK(REFUSES(ROOT, MESSAGE(.label = CNodeDelete, .length = 2, .word = { 1ull << 40, 64 }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_GUARD_MISMATCH, 64, 0, 56),
           "path: the guard differs");
    TAP_OK(REFUSES(ROOT, MESSAGE(.label = CNodeDelete, .length = 2, .word = { 1, 55 }),
                   SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_GUARD_MISMATCH, 55, 0, 56),
           "path: too short for the guard");
    const uint64_t labels[] = { CNodeCopy, CNodeMint, CNodeMove, CNodeMutate };

    for (unsigned i = 0; i < 4; i++) {
        struct host_message message = { .label = labels[i],
                                        .length = 6,
                                        .word = { dest, 64, 0x35, 8, 15 },
                                        .cap_count = 1,
                                        .cap = { cnode } };

        TAP_OK(REFUSES(ROOT, &message, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_DEPTH_MISMATCH, 4, 0),
               "source path, label %u: a capability ends it early", (unsigned)labels[i]);
        message.word[2] = 4;
        message.word[3] = 4;
        TAP_OK(REFUSES(ROOT, &message, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_MISSING_CAPABILITY, 4),
               "source path, label %u: nothing there", (unsigned)labels[i]);
        message.word[3] = 0;
        TAP_OK(REFUSES(ROOT, &message, SEL4_RANGE_ERROR, 1, 64), "source path: depth");
        message.cap[0] = tcb;
        TAP_OK(REFUSES(ROOT, &message, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_INVALID_ROOT),
               "source path: starts at a CNode");
        message.word[0] = tcb;
        TAP_OK(REFUSES(ROOT, &message, SEL4_DELETE_FIRST), "destination: occupied");
    }
    scene_check("paths");
}

/* ---- Badges and guards ---- */

static void test_mint(void)
{
    scene_begin(false);
    uint64_t cnode = scene_make(SEL4_TYPE_CNODE, 4);
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t badged = scene_mint(ntfn, SEL4_RIGHTS_ALL, 7);
    uint64_t dest = scene_slot();
    struct host_message mint = { .label = CNodeMint,
                                 .length = 6,
                                 .word = { dest, 64, badged, 64, 15, 9 },
                                 .cap_count = 1,
                                 .cap = { ROOT } };

    TAP_OK(REFUSES(ROOT, &mint, SEL4_ILLEGAL_OPERATION), "mint: a badge is given once");
    mint.word[2] = cnode;
    mint.word[5] = 0x2a << 6 | 61;
    TAP_OK(REFUSES(ROOT, &mint, SEL4_ILLEGAL_OPERATION), "mint: guard and radix exceed a word");
    mint.word[5] = 0xfffull << 6 | 8;
    TAP_OK(host_call(ROOT, &mint) == 0 && cap_cnode_guard(host_slot(dest)->cap) == 0xff &&
               cap_cnode_guard_bits(host_slot(dest)->cap) == 8,
           "mint: a guard is cut to its size");
    TAP_OK(CALL_CAP(ROOT, CNodeMutate, ROOT, 5, at(60), 64, dest, 64, 0x5 << 6 | 4) == 0 &&
               cap_cnode_guard(host_slot(at(60))->cap) == 5 && slot_is_empty(host_slot(dest)),
           "mutate: a guard may change");
    TAP_OK(REFUSES(ROOT,
                   MESSAGE(.label = CNodeMutate, .length = 5, .word = { dest, 64, ntfn, 64, 9 },
                           .cap_count = 1, .cap = { ROOT }),
                   SEL4_ILLEGAL_OPERATION),
           "mutate: no badge, not even a first one");
    mint.word[2] = host_untyped;
    TAP_OK(REFUSES(ROOT, &mint, SEL4_REVOKE_FIRST), "mint: an untyped with children");
    mint.word[2] = scene_make(SEL4_TYPE_PAGE_TABLE, 0);
    TAP_OK(REFUSES(ROOT, &mint, SEL4_ILLEGAL_OPERATION), "mint: a table that is not mapped");
    mint.word[2] = scene_make(SEL4_TYPE_VSPACE, 0);
    TAP_OK(REFUSES(ROOT, &mint, SEL4_ILLEGAL_OPERATION), "mint: a VSpace without ASID");
    mint.word[2] = SEL4_SLOT_IRQ_CONTROL;
    TAP_OK(REFUSES(ROOT, &mint, SEL4_ILLEGAL_OPERATION), "mint: IRQ control");
    mint.word[2] = SEL4_SLOT_INIT_TCB;
    TAP_OK(host_call(ROOT, &mint) == 0 &&
               cap_same_object(host_slot(dest)->cap, host_slot(SEL4_SLOT_INIT_TCB)->cap),
           "mint: other types ignore the data");
    scene_check("mint");
}

/* ---- Rotate ---- */

static void test_rotate(void)
{
    scene_begin(false);
    uint64_t a = scene_make(SEL4_TYPE_CNODE, 2);
    uint64_t b = scene_make(SEL4_TYPE_CNODE, 2);
    uint64_t ntfn = scene_make(SEL4_TYPE_NOTIFICATION, 0);
    uint64_t dest = scene_slot();
    struct slot *first = scene_object(a);
    /* dest, its data, pivot, its data, source; pivot's root, source's root */
    struct host_message rotate = { .label = CNodeRotate,
                                   .length = 8,
                                   .word = { dest, 64, 0, a, 64, 0, b, 64 },
                                   .cap_count = 2,
                                   .cap = { ROOT, ROOT } };

    rotate.word[7] = 65;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_RANGE_ERROR, 1, 64), "rotate: depth of the source");
    rotate.word[7] = 64;
    rotate.word[4] = 0;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_RANGE_ERROR, 1, 64), "rotate: depth of the pivot");
    rotate.word[4] = 64;
    rotate.cap[1] = ntfn;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_INVALID_ROOT),
           "rotate: root of the source");
    rotate.cap[1] = ROOT;
    rotate.cap[0] = ntfn;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_INVALID_ROOT),
           "rotate: root of the pivot");
    rotate.cap[0] = ROOT;
    rotate.word[3] = b;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION), "rotate: the pivot is not the source");
    rotate.word[3] = dest;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION), "rotate: nor the destination");
    rotate.word[3] = a;
    rotate.word[0] = ntfn;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_DELETE_FIRST), "rotate: the destination is empty");
    rotate.word[0] = dest;
    rotate.word[6] = at(70);
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_FAILED_LOOKUP, 1, SEL4_LOOKUP_MISSING_CAPABILITY, 64),
           "rotate: empty source");
    rotate.word[6] = b;
    rotate.word[3] = at(70);
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_FAILED_LOOKUP, 0, SEL4_LOOKUP_MISSING_CAPABILITY, 64),
           "rotate: empty pivot");
    rotate.word[3] = a;
    rotate.word[2] = 63;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION),
           "rotate: data that the pivot's capability cannot take");
    rotate.word[2] = 4;
    rotate.word[5] = 63;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION), "rotate: nor the source's");
    rotate.word[6] = ntfn;
    rotate.word[5] = 9;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION),
           "rotate: gives no badge to the source's");
    rotate.word[5] = 0;
    rotate.word[6] = b;
    rotate.word[3] = ntfn;
    rotate.word[2] = 9;
    TAP_OK(REFUSES(ROOT, &rotate, SEL4_ILLEGAL_OPERATION), "rotate: nor to the pivot's");
    rotate.word[3] = a;
    rotate.word[2] = 4;
    rotate.word[5] = 3;
    TAP_OK(host_call(ROOT, &rotate) == 0 && scene_object(dest) == first &&
               cap_cnode_guard_bits(host_slot(dest)->cap) == 4 &&
               cap_cnode_guard_bits(host_slot(a)->cap) == 3 && slot_is_empty(host_slot(b)),
           "rotate: pivot to destination, source to pivot, each with its data");
    scene_check("rotate");
}

/* Every pair of capability types against the rules that need no memory. */
static void test_pairs(void)
{
    unsigned same = 0;
    bool sound = true;

    for (unsigned a = 0; a < 32; a++) {
        for (unsigned b = 0; b < 32; b++) {
            for (unsigned shift = 0; shift < 2; shift++) {
                struct cap first = cap_make((enum cap_type)a, 12, 0x10000, 5);
                struct cap second =
                    cap_make((enum cap_type)b, 12, 0x10000 + shift * 0x1000, 5 + shift);

                same += cap_same_object(first, second);
                sound = sound &&
                        (!cap_same_object(first, second) || a == b || a == CAP_IRQ_CONTROL) &&
                        (cap_size_bits(first) == 0 || cap_is_physical(first));
            }
        }
    }
    TAP_OK(sound && same >= 15, "two capabilities to one object have one type");
}

int main(void)
{
    host_boot();
    test_domain();
    test_smc();
    test_frame();
    test_vspace_cache();
    test_untyped_window();
    test_cnode();
    test_paths();
    test_mint();
    test_rotate();
    test_debug_calls();
    test_pairs();
    test_labels();
    return TAP_DONE();
}
