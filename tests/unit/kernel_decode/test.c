/* SPDX-License-Identifier: BSD-2-Clause */
/* Refusals: what each decode function says to arguments that are wrong in one way. */
#include <stdio.h>
#include <string.h>

#include "arch/machine.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "object/table.h"
#include "tap.h"

static uint64_t at(unsigned i)
{
    return host_free_slot + i;
}

#define CALL(cptr, label_, count, ...)                                                             \
    host_call(cptr, &(struct host_message){.label = (label_), .length = (count), .word = {__VA_ARGS__}})
#define CALL_CAP(cptr, label_, cap_, count, ...)                                                   \
    host_call(cptr, &(struct host_message){.label = (label_), .length = (count),                   \
                                           .word = {__VA_ARGS__}, .cap_count = 1, .cap = {cap_}})

static uint64_t copy(uint64_t dest, uint64_t source, uint64_t rights)
{
    return CALL_CAP(SEL4_SLOT_INIT_CNODE, CNodeCopy, SEL4_SLOT_INIT_CNODE, 5, dest, 64, source, 64,
                    rights);
}

static void test_domain(void)
{
    const uint64_t cap = SEL4_SLOT_DOMAIN;

    host_boot();
    TAP_OK(CALL_CAP(cap, DomainSetSet, SEL4_SLOT_INIT_TCB, 1, 4) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 0, "domain: number too large");
    TAP_OK(CALL_CAP(cap, DomainSetSet, SEL4_SLOT_INIT_CNODE, 1, 0) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 1, "domain: not a TCB");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 8, 0, 1) == SEL4_RANGE_ERROR &&
               host_word(1) == 7, "domain: schedule index");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 1, 4, 1) == SEL4_RANGE_ERROR &&
               host_word(1) == 3, "domain: schedule's domain");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 1, 1, 0) == SEL4_INVALID_ARGUMENT,
           "domain: an end marker has domain 0");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 0, 0, 0) == SEL4_INVALID_ARGUMENT,
           "domain: the start cannot be an end marker");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 1, 0, 1ull << 60) == SEL4_INVALID_ARGUMENT,
           "domain: duration too large");
    TAP_OK(CALL(cap, DomainScheduleSetStart, 1, 8) == SEL4_RANGE_ERROR, "domain: start index");
    TAP_OK(CALL(cap, DomainScheduleSetStart, 1, 2) == SEL4_INVALID_ARGUMENT, "domain: start at an end");
    TAP_OK(CALL(cap, DomainScheduleConfigure, 3, 1, 0, 5) == 0 &&
               CALL(cap, DomainScheduleSetStart, 1, 1) == 0 && current_thread() == host_root,
           "domain: a new start");
    TAP_OK(CALL(cap, TCBSuspend, 0, 0) == SEL4_ILLEGAL_OPERATION, "domain: another object's label");
    TAP_OK(!host_check(), "domain: invariants");
}

static void test_smc(void)
{
    host_boot();
    TAP_OK(CALL(SEL4_SLOT_SMC, ARMSMCCall, 7, 1) == SEL4_TRUNCATED_MESSAGE, "smc: 8 words needed");
    TAP_OK(CALL(SEL4_SLOT_SMC, ARMSMCCall, 8, 5, 6) == 0 && host_word(0) == 6, "smc: answers");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_CNODE, CNodeMint, SEL4_SLOT_INIT_CNODE, 6, at(0), 64,
                    SEL4_SLOT_SMC, 64, 15, 9) == 0, "smc: minted for one function");
    TAP_OK(CALL(at(0), ARMSMCCall, 8, 5) == SEL4_ILLEGAL_OPERATION, "smc: other functions refused");
    TAP_OK(CALL(at(0), ARMSMCCall, 8, 9) == 0, "smc: its own allowed");
}

static void test_frame(void)
{
    const uint64_t page = SEL4_SLOT_INIT_IPC_BUFFER;
    const uint64_t base = host_info->ipc_buffer;
    uint64_t user = SEL4_USER_TOP + 1;

    host_boot();
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, at(0), 1) == 0, "frame: made");
    TAP_OK(CALL(at(0), ARMPageClean_Data, 2, 0, 64) == SEL4_ILLEGAL_OPERATION, "frame: cache, not mapped");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 64, 64) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 1, "frame: cache, empty range");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 4096, 4097) == SEL4_INVALID_ARGUMENT &&
               host_word(0) == 0, "frame: cache, start outside");
    TAP_OK(CALL(page, ARMPageClean_Data, 2, 0, 4097) == SEL4_INVALID_ARGUMENT, "frame: cache, end outside");
    TAP_OK(CALL(page, ARMPageCleanInvalidate_Data, 2, 0, 4096) == 0, "frame: cache, whole");
    TAP_OK(CALL(page, ARMPageGetAddress, 0, 0) == 0 &&
               host_word(0) == arch_object_pa(cap_address(host_slot(page)->cap)), "frame: address");
    TAP_OK(CALL_CAP(at(0), ARMPageMap, SEL4_SLOT_INIT_TCB, 3, base, 3, 0) == SEL4_INVALID_CAPABILITY,
           "frame: map into a TCB");
    TAP_OK(CALL_CAP(at(0), ARMPageMap, SEL4_SLOT_INIT_VSPACE, 3, user, 3, 0) == SEL4_INVALID_ARGUMENT,
           "frame: map beyond user space");
    TAP_OK(CALL_CAP(at(0), ARMPageMap, SEL4_SLOT_INIT_VSPACE, 3, base, 3, 5) == 0,
           "frame: map over another one");
    TAP_OK(CALL(at(0), ARMPageUnmap, 0, 0) == 0 && CALL(at(0), ARMPageUnmap, 0, 0) == 0,
           "frame: unmap twice");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_VSPACE, 0, at(1), 1) == 0 &&
               CALL_CAP(page, ARMPageMap, at(1), 3, base, 3, 0) == SEL4_INVALID_CAPABILITY,
           "frame: map into a VSpace without ASID");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_ASID_POOL, ARMASIDPoolAssign, at(1), 0, 0) == 0 &&
               CALL_CAP(page, ARMPageMap, at(1), 3, base, 3, 0) == SEL4_INVALID_CAPABILITY,
           "frame: mapped elsewhere already");
    TAP_OK(CALL_CAP(SEL4_SLOT_INIT_ASID_POOL, ARMASIDPoolAssign, at(1), 0, 0) == SEL4_INVALID_CAPABILITY,
           "asid: assigned twice");
    TAP_OK(!host_check(), "frame: invariants");
}

static void test_vspace_cache(void)
{
    const uint64_t cap = SEL4_SLOT_INIT_VSPACE;

    host_boot();
    uint64_t base = host_info->ipc_buffer;

    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, base, base) == SEL4_INVALID_ARGUMENT, "vspace: empty range");
    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, base, ~0ull) == SEL4_ILLEGAL_OPERATION, "vspace: beyond");
    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, base, base + 4097) == SEL4_RANGE_ERROR &&
               host_word(0) == base, "vspace: two pages");
    TAP_OK(CALL(cap, ARMVSpaceClean_Data, 2, 1ull << 40, (1ull << 40) + 8) == 0, "vspace: a hole");
    TAP_OK(CALL(cap, ARMVSpaceUnify_Instruction, 2, base, base + 4096) == 0 &&
               fake_machine.cache_bytes >= 4096, "vspace: a page");
}

static void test_untyped_window(void)
{
    struct host_message message = {
        .label = UntypedRetype,
        .length = 6,
        .word = {SEL4_TYPE_ENDPOINT, 0, SEL4_SLOT_INIT_TCB, 64, 0, 1},
        .cap_count = 1,
        .cap = {SEL4_SLOT_INIT_CNODE},
    };

    host_boot();
    TAP_OK(host_call(host_untyped, &message) == SEL4_FAILED_LOOKUP, "untyped: node is a TCB");
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
    TAP_OK(CALL(root, CNodeSaveCaller, 2, at(0), 64) == SEL4_DELETE_FIRST, "save: onto a capability");
    TAP_OK(CALL(root, CNodeDelete, 2, at(0), 65) == SEL4_RANGE_ERROR, "delete: depth");
    TAP_OK(CALL(root, CNodeDelete, 2, at(0), 0) == SEL4_RANGE_ERROR, "delete: no depth");
    TAP_OK(CALL(root, CNodeDelete, 1, at(0)) == SEL4_TRUNCATED_MESSAGE, "delete: too short");
    TAP_OK(CALL(at(9), CNodeDelete, 2, 0, 0) == SEL4_INVALID_CAPABILITY &&
               host_word(0) == 0, "an empty slot is no capability");
}

static void test_debug(void)
{
    static const struct host_message none;

    host_boot();
    (void)host_syscall(SEL4_SYS_DEBUG_CAP_IDENTIFY, SEL4_SLOT_INIT_TCB, &none);
    TAP_OK(host_root->context.x[0] == CAP_TCB, "debug: identifies a TCB");
    (void)host_syscall(SEL4_SYS_DEBUG_CAP_IDENTIFY, at(50), &none);
    TAP_OK(host_root->context.x[0] == CAP_NULL, "debug: identifies nothing");
    uint64_t *words = cap_object(host_slot(SEL4_SLOT_INIT_IPC_BUFFER)->cap);

    strcpy((char *)&words[SEL4_IPC_BUFFER_MSG_WORD], "root");
    (void)host_syscall(SEL4_SYS_DEBUG_NAME_THREAD, SEL4_SLOT_INIT_TCB, &none);
    TAP_OK(!strcmp(host_root->name, "root"), "debug: names a thread");
    (void)host_retype(host_untyped, SEL4_TYPE_TCB, 0, at(0), 1);
    (void)host_syscall(SEL4_SYS_DEBUG_SNAPSHOT, 0, &none);
    (void)host_syscall(SEL4_SYS_DEBUG_DUMP_SCHEDULER, 0, &none);
    (void)host_syscall(SEL4_SYS_DEBUG_PUT_CHAR, 'x', &none);
    (void)host_syscall(SEL4_SYS_SET_TLS_BASE, 0x1234, &none);
    TAP_OK(host_root->context.tpidr == 0x1234, "debug: own TLS base");
    TAP_OK(!host_check() && current_thread() == host_root, "debug: nothing was harmed");
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
                struct cap second = cap_make((enum cap_type)b, 12, 0x10000 + shift * 0x1000, 5 + shift);

                same += cap_same_object(first, second);
                sound = sound && (!cap_same_object(first, second) || a == b || a == CAP_IRQ_CONTROL) &&
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
    test_debug();
    test_pairs();
    return TAP_DONE();
}
