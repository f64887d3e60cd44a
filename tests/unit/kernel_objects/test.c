/* SPDX-License-Identifier: BSD-2-Clause */
/* Capability, untyped, CNode, deletion, IPC and mapping logic of the kernel, on the host. */
#include "tap.h"

#include "arch/machine.h"
#include "arch/thread.h"
#include "core/sched.h"
#include "kernel_host.h"
#include "object/asid.h"
#include "object/ipc.h"
#include "object/irq.h"
#include "object/table.h"

#define ROOT    SEL4_SLOT_INIT_CNODE
#define VSPACE  SEL4_SLOT_INIT_VSPACE
#define BASE_VA 0x10000000ull

/* Slots of a test count from the first free one. */
static uint64_t at(unsigned i)
{
    return host_free_slot + i;
}

static uint64_t cnode_call(uint64_t label, uint64_t dest, uint64_t source, uint64_t rights,
                           uint64_t data)
{
    struct host_message message = {
        .label = label,
        .length = 6,
        .word = { dest, 64, source, 64, rights, data },
        .cap_count = 1,
        .cap = { ROOT },
    };

    if (label == CNodeMutate) {
        message.word[4] = data;
    }
    return host_call(ROOT, &message);
}

static uint64_t cnode_one(uint64_t label, uint64_t slot)
{
    struct host_message message = { .label = label, .length = 2, .word = { slot, 64 } };

    return host_call(ROOT, &message);
}

static uint64_t map_call(uint64_t cap, uint64_t label, uint64_t address, uint64_t rights)
{
    struct host_message message = {
        .label = label,
        .length = 3,
        .word = { address, label == ARMPageTableMap ? SEL4_VM_DEFAULT : rights, SEL4_VM_DEFAULT },
        .cap_count = 1,
        .cap = { VSPACE },
    };

    return host_call(cap, &message);
}

static void check_invariants(const char *where)
{
    const char *wrong = host_check();

    TAP_OK(!wrong, "%s: invariants hold%s%s", where, wrong ? ": " : "", wrong ? wrong : "");
}

static void test_boot(void)
{
    host_boot();
    TAP_OK(current_thread() == host_root, "boot: the initial thread runs");
    TAP_OK(arch_badge(host_root) == host_info->ipc_buffer + 4096, "boot: x0 is the BootInfo page");
    TAP_OK(host_info->untyped.end == host_info->empty.start,
           "boot: untypeds end where empty starts");
    check_invariants("boot");
}

static void test_untyped(void)
{
    host_boot();
    TAP_OK(host_retype(host_untyped, 11, 0, at(0), 1) == SEL4_INVALID_ARGUMENT,
           "retype: unknown type");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_UNTYPED, 48, at(0), 1) == SEL4_RANGE_ERROR &&
               host_word(1) == 47,
           "retype: too large a size is RangeError with its limits");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_CNODE, 0, at(0), 1) == SEL4_INVALID_ARGUMENT,
           "retype: a CNode of one slot is refused");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_TCB, 0, at(0), 257) == SEL4_RANGE_ERROR,
           "retype: fan-out limit");
    TAP_OK(host_retype(host_device, SEL4_TYPE_TCB, 0, at(0), 1) == SEL4_INVALID_ARGUMENT,
           "retype: no kernel object in device memory");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, at(0), 3) == 0,
           "retype: three pages");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, at(2), 1) == SEL4_DELETE_FIRST,
           "retype: occupied slot");
    TAP_OK(host_retype(host_untyped, SEL4_TYPE_TCB, 0, at(3), 1) == 0 &&
               cap_address(host_slot(at(3))->cap) == cap_address(host_slot(at(2))->cap) + 4096,
           "retype: objects follow each other");
    TAP_OK(cnode_call(CNodeCopy, at(4), host_untyped, 15, 0) == SEL4_REVOKE_FIRST,
           "an untyped with children is not copied");
    check_invariants("untyped");

    unsigned bits = cap_untyped_bits(host_slot(host_untyped)->cap);
    uint64_t expected = (1ull << bits) - 3 * 4096 - 2048;

    TAP_OK(host_retype(host_untyped, SEL4_TYPE_UNTYPED, bits, at(4), 1) == SEL4_NOT_ENOUGH_MEMORY &&
               host_word(0) == expected,
           "retype: too little memory, with the bytes left");
}

/* A preempted reset lowers the watermark and goes on when the call is executed again. */
static void test_reset_is_preemptible(void)
{
    unsigned rounds = 0;

    host_boot();
    fake_machine.irq_pending = true;
    while (host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, at(0), 1),
           slot_is_empty(host_slot(at(0))) && rounds < 100000) {
        rounds++;
    }
    TAP_OK(rounds > 100 && rounds < 100000, "reset: preempted again and again, and finished");
    fake_machine.irq_pending = false;

    const uint64_t *memory = cap_object(host_slot(host_untyped)->cap);
    uint64_t dirty = 0;

    for (uint64_t i = 0; i < 1ull << (cap_untyped_bits(host_slot(host_untyped)->cap) - 3); i++) {
        dirty |= memory[i];
    }
    TAP_OK(dirty == 0, "reset: all of the memory is zero");
    check_invariants("reset");
}

static void test_cnode(void)
{
    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, at(0), 1);
    TAP_OK(cnode_call(CNodeMint, at(1), at(0), SEL4_RIGHT_WRITE, 0x55) == 0 &&
               host_slot(at(1))->cap.data == 0x55 &&
               cap_rights(host_slot(at(1))->cap) == SEL4_RIGHT_WRITE,
           "mint: badge and fewer rights");
    TAP_OK(cnode_call(CNodeMint, at(2), at(1), 15, 0x66) == SEL4_ILLEGAL_OPERATION,
           "mint: a badge is given once");
    TAP_OK(cnode_call(CNodeCopy, at(2), at(9), 15, 0) == SEL4_FAILED_LOOKUP && host_word(0) == 1 &&
               host_word(1) == SEL4_LOOKUP_MISSING_CAPABILITY && host_word(2) == 64,
           "copy: empty source");
    TAP_OK(cnode_call(CNodeMove, at(2), at(1), 0, 0) == 0 && slot_is_empty(host_slot(at(1))),
           "move: empties the source");
    TAP_OK(cnode_call(CNodeMutate, at(3), at(2), 0, 7) == SEL4_ILLEGAL_OPERATION,
           "mutate: no new badge");
    TAP_OK(cnode_call(CNodeCopy, at(3), at(0), 15, 0) == 0, "copy: same object");
    TAP_OK(cnode_one(CNodeRevoke, at(0)) == 0 && slot_is_empty(host_slot(at(2))) &&
               !slot_is_empty(host_slot(at(0))),
           "revoke: badged child goes, the capability stays");
    check_invariants("cnode");
}

/* Swapping neighbours in the list is the delicate case. */
static void test_rotate(void)
{
    struct host_message message = {
        .label = CNodeRotate,
        .length = 8,
        .word = { 0, 64, 0, 0, 64, 0, 0, 64 },
        .cap_count = 2,
        .cap = { ROOT, ROOT },
    };

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_TCB, 0, at(0), 3);
    uint64_t first = cap_address(host_slot(at(0))->cap);
    uint64_t second = cap_address(host_slot(at(1))->cap);

    message.word[0] = at(0);
    message.word[3] = at(1);
    message.word[6] = at(0);
    TAP_OK(host_call(ROOT, &message) == 0 && cap_address(host_slot(at(0))->cap) == second &&
               cap_address(host_slot(at(1))->cap) == first,
           "rotate: swap of neighbours");
    check_invariants("rotate, swap");
    message.word[0] = at(5);
    message.word[3] = at(0);
    message.word[6] = at(1);
    TAP_OK(host_call(ROOT, &message) == 0 && cap_address(host_slot(at(5))->cap) == second &&
               cap_address(host_slot(at(0))->cap) == first && slot_is_empty(host_slot(at(1))),
           "rotate: through the pivot");
    message.word[3] = at(5);
    TAP_OK(host_call(ROOT, &message) == SEL4_ILLEGAL_OPERATION, "rotate: pivot is the destination");
    check_invariants("rotate");
}

/* Deletes and revokes until it is done; every attempt is preempted. Returns the attempts. */
static unsigned until_done(uint64_t label, uint64_t slot)
{
    unsigned rounds = 0;
    bool done = false;

    fake_machine.irq_pending = true;
    while (!done && rounds < 1000) {
        (void)cnode_one(label, slot);
        rounds++;
        done = label == CNodeDelete ? slot_is_empty(host_slot(slot))
                                    : !slot_has_children(host_slot(slot));
        if (host_check()) {
            break;
        }
    }
    fake_machine.irq_pending = false;
    return rounds;
}

/* Puts a copy of the capability in `source` into slot `index` of the CNode in `cnode`. */
static void put_inside(uint64_t cnode, unsigned index, uint64_t source)
{
    struct slot *inside = (struct slot *)cap_object(host_slot(cnode)->cap) + index;

    slot_insert(host_slot(source)->cap, host_slot(source), inside);
}

static void test_delete_nested(void)
{
    unsigned rounds;

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_CNODE, 4, at(0), 3);
    for (unsigned i = 0; i < 3; i++) {
        put_inside(at(i), 3, at((i + 1) % 3));
        put_inside(at(i), 5, SEL4_SLOT_INIT_TCB);
    }
    check_invariants("CNodes in a ring");
    for (unsigned i = 0; i < 3; i++) {
        (void)cnode_one(CNodeDelete, at(i));
    }
    TAP_OK(slot_has_children(host_slot(host_untyped)), "delete: a ring keeps itself alive");
    rounds = until_done(CNodeRevoke, host_untyped);
    TAP_OK(rounds > 3 && rounds < 1000, "revoke: frees the ring, preempted %u times", rounds);
    check_invariants("revoke of a ring");

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_CNODE, 4, at(0), 3);
    put_inside(at(0), 7, at(1));
    put_inside(at(1), 0, at(2));
    put_inside(at(0), 15, SEL4_SLOT_INIT_TCB);
    (void)cnode_one(CNodeDelete, at(1));
    (void)cnode_one(CNodeDelete, at(2));
    rounds = until_done(CNodeDelete, at(0));
    TAP_OK(rounds > 3 && rounds < 1000, "delete: a CNode in a CNode, preempted %u times", rounds);
    check_invariants("nested delete");
    (void)until_done(CNodeRevoke, host_untyped);
    TAP_OK(!slot_has_children(host_slot(host_untyped)), "revoke: nothing is left");
}

static void test_vspace(void)
{
    uint64_t *root = asid_root(1);
    unsigned bits;

    host_boot();
    root = asid_root(1);
    (void)host_retype(host_untyped, SEL4_TYPE_SMALL_PAGE, 0, at(0), 2);
    (void)host_retype(host_untyped, SEL4_TYPE_PAGE_TABLE, 0, at(2), 4);
    TAP_OK(map_call(at(0), ARMPageMap, 1ull << 40, 3) == SEL4_FAILED_LOOKUP &&
               host_word(2) == SEL4_MAPPING_NO_PUD,
           "map: the top table is missing");
    TAP_OK(map_call(at(2), ARMPageTableMap, 1ull << 40, 0) == 0, "map: level 1 table");
    TAP_OK(map_call(at(0), ARMPageMap, 1ull << 40, 3) == SEL4_FAILED_LOOKUP &&
               host_word(2) == SEL4_MAPPING_NO_PD,
           "map: the next one is missing");
    TAP_OK(map_call(at(3), ARMPageTableMap, 1ull << 40, 0) == 0 &&
               map_call(at(4), ARMPageTableMap, 1ull << 40, 0) == 0,
           "map: levels 2 and 3");
    TAP_OK(map_call(at(5), ARMPageTableMap, 1ull << 40, 0) == SEL4_DELETE_FIRST,
           "map: no level left");
    TAP_OK(map_call(at(0), ARMPageMap, 1ull << 40, 3) == 0, "map: page");
    TAP_OK(map_call(at(0), ARMPageMap, (1ull << 40) + 4096, 3) == SEL4_INVALID_ARGUMENT,
           "map: a mapped capability stays where it is");
    TAP_OK(map_call(at(1), ARMPageMap, 0x100000000000ull, 3) == SEL4_INVALID_ARGUMENT,
           "map: above the top");
    TAP_OK(map_call(at(1), ARMPageMap, (1ull << 40) + 8, 3) == SEL4_ALIGNMENT_ERROR,
           "map: alignment");

    uint64_t *entry = vspace_walk(root, 1ull << 40, &bits);

    TAP_OK(bits == 12 && (*entry & PTE_ADDRESS) == cap_address(host_slot(at(0))->cap) &&
               (*entry >> PTE_S2AP_SHIFT & 3) == 3,
           "map: the entry is the frame's, read-write");
    TAP_OK(cnode_call(CNodeCopy, at(6), at(0), SEL4_RIGHT_READ, 0) == 0 &&
               cap_asid(host_slot(at(6))->cap) == 0,
           "a copy of a frame is not mapped");
    TAP_OK(map_call(at(6), ARMPageMap, (1ull << 40) + 4096, 3) == 0, "map: the read-only copy");
    entry = vspace_walk(root, (1ull << 40) + 4096, &bits);
    TAP_OK((*entry >> PTE_S2AP_SHIFT & 3) == 1, "map: rights are those of the capability at most");
    TAP_OK(cnode_one(CNodeDelete, at(6)) == 0 && *entry == 0, "delete: the mapping goes too");
    TAP_OK(cnode_one(CNodeDelete, at(4)) == 0, "delete: last-level table");
    (void)vspace_walk(root, 1ull << 40, &bits);
    TAP_OK(bits == 21, "delete: the table is out of the tree");
    check_invariants("vspace");
}

/* 300 address spaces share 255 VMIDs; one loaded on the core keeps its own. */
static void test_vmids(void)
{
    uint64_t own;
    uint64_t last = 0;
    bool unique = true;

    host_boot();
    own = this_core()->arch.translation >> ASID_VMID_SHIFT;
    for (unsigned i = 2; i < 302; i++) {
        asid_assign(asid_pools[0], i, (uint64_t)i << 12);
        uint64_t vmid = asid_give_vmid(&asid_pools[0]->entry[i]) >> ASID_VMID_SHIFT;

        unique = unique && vmid != own && vmid != last && vmid != 0;
        last = vmid;
    }
    TAP_OK(unique, "vmid: never 0, never the loaded one");
    TAP_OK(fake_machine.vmid_flushes == 300 - 254, "vmid: each one taken away was flushed");
}

/* A second thread in the same spaces, at the given priority, not started. */
static struct tcb *second_thread(uint64_t slot, uint8_t priority)
{
    (void)host_retype(host_untyped, SEL4_TYPE_TCB, 0, slot, 1);
    struct tcb *tcb = cap_object(host_slot(slot)->cap);
    struct host_message space = {
        .label = TCBSetSpace,
        .length = 3,
        .word = { 0, 0, 0 },
        .cap_count = 2,
        .cap = { ROOT, VSPACE },
    };
    struct host_message sched = {
        .label = TCBSetSchedParams,
        .length = 2,
        .word = { priority, priority },
        .cap_count = 1,
        .cap = { SEL4_SLOT_INIT_TCB },
    };

    (void)host_call(slot, &space);
    (void)host_call(slot, &sched);
    return tcb;
}

static void test_ipc(void)
{
    struct host_message resume = { .label = TCBResume };
    struct host_message priority = { .label = TCBSetPriority,
                                     .length = 1,
                                     .word = { 100 },
                                     .cap_count = 1,
                                     .cap = { SEL4_SLOT_INIT_TCB } };
    struct host_message message = { .label = 0x77, .length = 3, .word = { 1, 2, 3 } };
    struct host_message empty = { 0 };

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_ENDPOINT, 0, at(0), 1);
    struct tcb *server = second_thread(at(1), 200);

    (void)host_call(SEL4_SLOT_INIT_TCB, &priority);
    (void)host_call(at(1), &resume);
    TAP_OK(current_thread() == server, "a resumed thread of higher priority runs at once");
    (void)host_syscall(SEL4_SYS_RECV, at(0), &empty);
    TAP_OK(server->state == THREAD_BLOCKED_RECV && current_thread() == host_root, "recv blocks");
    (void)cnode_call(CNodeMint, at(2), at(0), 15, 0x99);
    (void)host_call(at(2), &message);
    TAP_OK(current_thread() == server && arch_badge(server) == 0x99 &&
               arch_message_info(server) >> 12 == 0x77 && arch_message_word(server, 2) == 3,
           "call: badge, label and words arrive");
    TAP_OK(host_root->state == THREAD_BLOCKED_REPLY &&
               cap_type(server->slots[TCB_CALLER].cap) == CAP_REPLY,
           "call: the caller waits, the server holds the reply capability");
    check_invariants("call");
    message.label = 0x88;
    (void)host_syscall(SEL4_SYS_REPLY_RECV, at(0), &message);
    TAP_OK(current_thread() == host_root && arch_message_info(host_root) >> 12 == 0x88 &&
               slot_is_empty(&server->slots[TCB_CALLER]),
           "reply: used once");
    check_invariants("reply");
    TAP_OK(cnode_one(CNodeDelete, at(2)) == 0 && cnode_one(CNodeDelete, at(0)) == 0,
           "delete endpoint");
    TAP_OK(current_thread() == server && server->state == THREAD_RUNNING &&
               server->context.elr == server->context.fault_ip,
           "delete: the receiver executes its call again");
    check_invariants("ipc");
}

static void test_notification(void)
{
    struct host_message empty = { 0 };

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_NOTIFICATION, 0, at(0), 1);
    (void)cnode_call(CNodeMint, at(1), at(0), 15, 4);
    (void)cnode_call(CNodeMint, at(2), at(0), 15, 8);
    (void)host_syscall(SEL4_SYS_SEND, at(1), &empty);
    (void)host_syscall(SEL4_SYS_SEND, at(2), &empty);
    (void)host_syscall(SEL4_SYS_RECV, at(0), &empty);
    TAP_OK(arch_badge(host_root) == 12, "signals collect by OR");
    (void)host_syscall(SEL4_SYS_NB_RECV, at(0), &empty);
    TAP_OK(arch_badge(host_root) == 0, "and are taken once");
    check_invariants("notification");
}

static void test_irq(void)
{
    struct host_message get = { .label = IRQIssueIRQHandler,
                                .length = 3,
                                .word = { 40, 0, 64 },
                                .cap_count = 1,
                                .cap = { ROOT } };
    struct host_message set = { .label = IRQSetIRQHandler, .cap_count = 1 };
    struct host_message ack = { .label = IRQAckIRQ };
    struct host_message empty = { 0 };

    host_boot();
    (void)host_retype(host_untyped, SEL4_TYPE_NOTIFICATION, 0, at(0), 1);
    get.word[1] = at(1);
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == 0 && fake_machine.masked[40] == 2,
           "irq: issued and unmasked");
    get.word[1] = at(2);
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == SEL4_REVOKE_FIRST, "irq: issued once");
    get.word[0] = 160;
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == SEL4_RANGE_ERROR && host_word(1) == 159,
           "irq: numbers end at 159");
    get.word[0] = 27;
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == SEL4_REVOKE_FIRST, "irq: the kernel's own");
    (void)cnode_call(CNodeMint, at(3), at(0), 15, 0x40);
    set.cap[0] = at(3);
    TAP_OK(host_call(at(1), &set) == 0, "irq: notification set");
    (void)host_syscall(SEL4_SYS_RECV, at(0), &empty);
    irq_deliver(40);
    sched_run();
    TAP_OK(current_thread() == host_root && arch_badge(host_root) == 0x40 &&
               fake_machine.masked[40] == 1,
           "irq: wakes with the badge, masked");
    TAP_OK(host_call(at(1), &ack) == 0 && fake_machine.masked[40] == 2, "irq: ack unmasks");
    TAP_OK(cnode_one(CNodeDelete, at(1)) == 0 && fake_machine.masked[40] == 1,
           "irq: deleting the handler masks");
    get.word[0] = 40;
    TAP_OK(host_call(SEL4_SLOT_IRQ_CONTROL, &get) == 0, "irq: and frees the number");
    check_invariants("irq");
}

int main(void)
{
    test_boot();
    test_untyped();
    test_reset_is_preemptible();
    test_cnode();
    test_rotate();
    test_delete_nested();
    test_vspace();
    test_vmids();
    test_ipc();
    test_notification();
    test_irq();
    return TAP_DONE();
}
