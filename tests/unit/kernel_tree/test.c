/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability tree: who is whose child, what Revoke and Delete take along, and what becomes of
 * objects that hold the last capability to themselves or to each other. Source: sel4-abi 5.3, 5.4, 6.3.
 */
#include "kernel_scene.h"

static bool empty(uint64_t slot)
{
    return slot_is_empty(host_slot(slot));
}

static uint64_t copy(uint64_t source)
{
    uint64_t slot = scene_slot();

    TAP_OK(host_call(ROOT,
                     MESSAGE(.label = CNodeCopy, .length = 5, .word = { slot, 64, source, 64, 15 },
                             .cap_count = 1, .cap = { ROOT })) == 0,
           "a copy");
    return slot;
}

static uint64_t move(uint64_t source)
{
    uint64_t slot = scene_slot();

    TAP_OK(
        host_call(ROOT, MESSAGE(.label = CNodeMove, .length = 4, .word = { slot, 64, source, 64 },
                                .cap_count = 1, .cap = { ROOT })) == 0,
        "a move");
    return slot;
}

/* ---- Revoke ---- */

static void test_badges(void)
{
    for (unsigned i = 0; i < 3; i++) {
        scene_begin(false);
        uint64_t original = i == 0   ? scene_make(SEL4_TYPE_ENDPOINT, 0)
                            : i == 1 ? scene_make(SEL4_TYPE_NOTIFICATION, 0)
                                     : SEL4_SLOT_SMC;
        const char *name = i == 0 ? "endpoint" : i == 1 ? "notification" : "SMC";
        uint64_t five = scene_mint(original, 15, 5);
        uint64_t six = scene_mint(original, 15, 6);
        uint64_t other_five = scene_mint(original, 15, 5);
        uint64_t of_five = copy(five);
        uint64_t of_copy = copy(of_five);
        uint64_t plain = copy(original);

        TAP_OK(scene_revoke(other_five) == 0 && !empty(five) && !empty(of_five),
               "%s: a capability of the same badge, minted apart, is no child", name);
        TAP_OK(scene_revoke(of_five) == 0 && !empty(of_copy), "%s: a copy has no children", name);
        TAP_OK(scene_revoke(five) == 0 && empty(of_five) && empty(of_copy) && !empty(six) &&
                   !empty(plain) && !empty(original),
               "%s: revoking a badge takes its copies only", name);
        TAP_OK(scene_revoke(original) == 0 && empty(five) && empty(six) && empty(other_five) &&
                   empty(plain) && !empty(original),
               "%s: revoking the original takes all the others", name);
        scene_check(name);
    }
}

/* The first of a badge is deleted: its copies do not become another's with the same badge. */
static void test_first_badged_deleted(void)
{
    scene_begin(false);
    uint64_t original = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t five = scene_mint(original, 15, 5);
    uint64_t of_five = copy(five);

    (void)scene_delete(five);
    uint64_t other_five = scene_mint(original, 15, 5);

    TAP_OK(scene_revoke(other_five) == 0 && !empty(of_five),
           "delete: a copy stays apart from others of its badge");
    uint64_t moved = move(of_five);

    TAP_OK(scene_revoke(original) == 0 && empty(moved),
           "move: a capability keeps its place in the tree");
    scene_check("first badged");
}

static void test_untypeds(void)
{
    scene_begin(false);
    uint64_t outer = scene_make(SEL4_TYPE_UNTYPED, 14);
    uint64_t inner = scene_slot();
    uint64_t frame = scene_slot();
    uint64_t sibling = scene_slot();

    (void)host_retype(outer, SEL4_TYPE_UNTYPED, 13, inner, 1);
    (void)host_retype(inner, SEL4_TYPE_SMALL_PAGE, 0, frame, 1);
    (void)host_retype(outer, SEL4_TYPE_TCB, 0, sibling, 1);
    uint64_t second = copy(frame);

    TAP_OK(scene_revoke(inner) == 0 && empty(frame) && empty(second) && !empty(sibling) &&
               !empty(inner),
           "revoke: what is made of an untyped, with copies, and nothing else");
    (void)host_retype(inner, SEL4_TYPE_SMALL_PAGE, 0, frame, 1);
    TAP_OK(scene_revoke(outer) == 0 && empty(frame) && empty(inner) && empty(sibling),
           "revoke: at any depth");
    scene_check("untypeds");
}

static void test_irq_control(void)
{
    scene_begin(false);
    uint64_t handler = scene_slot();
    uint64_t sgi = scene_slot();
    struct host_message get = { .label = IRQIssueIRQHandler,
                                .length = 3,
                                .word = { 40, handler, 64 },
                                .cap_count = 1,
                                .cap = { ROOT } };

    (void)host_call(SEL4_SLOT_IRQ_CONTROL, &get);
    (void)host_call(SEL4_SLOT_IRQ_CONTROL,
                    MESSAGE(.label = ARMIRQIssueSGISignal, .length = 4, .word = { 5, 0, sgi, 64 },
                            .cap_count = 1, .cap = { ROOT }));
    uint64_t second = copy(handler);

    TAP_OK(scene_delete(handler) == 0 &&
               host_call(SEL4_SLOT_IRQ_CONTROL, &get) == SEL4_REVOKE_FIRST,
           "delete: a handler with a copy keeps the interrupt");
    TAP_OK(scene_revoke(SEL4_SLOT_IRQ_CONTROL) == 0 && empty(second) && empty(sgi) &&
               fake_machine.masked[40] == 1 && host_call(SEL4_SLOT_IRQ_CONTROL, &get) == 0,
           "revoke: IRQ control takes all interrupts back, masked and free");
    scene_check("IRQ control");
}

/* ---- Delete ---- */

static void test_copies_keep_objects(void)
{
    scene_begin(false);
    struct actor thread = scene_thread(100, 0);
    uint64_t endpoint = scene_make(SEL4_TYPE_ENDPOINT, 0);
    uint64_t second = copy(thread.cap);
    uint64_t badged = scene_mint(endpoint, 15, 3);

    TAP_OK(scene_delete(thread.cap) == 0 && thread.tcb->is_queued,
           "delete: a thread lives as long as a capability to it");
    TAP_OK(scene_delete(endpoint) == 0, "delete: the original of an endpoint");
    (void)host_syscall(SEL4_SYS_NB_SEND, badged, MESSAGE(.label = 1));
    TAP_OK(host_slot(badged)->cap.data == 3, "a badged one goes on");
    TAP_OK(scene_delete(second) == 0 && !thread.tcb->is_queued,
           "delete: with the last one the thread goes");
    scene_check("copies");
}

/* Puts a copy of the capability in `source` into slot `index` of the CNode in `cnode`. */
static void put_inside(uint64_t cnode, unsigned index, uint64_t source)
{
    struct slot *inside = (struct slot *)scene_object(cnode) + index;

    TAP_OK(host_call(cnode,
                     MESSAGE(.label = CNodeCopy, .length = 5, .word = { index, 4, source, 64, 15 },
                             .cap_count = 1, .cap = { ROOT })) == 0 &&
               !slot_is_empty(inside),
           "slot %u is filled", index);
}

/* Whether an interrupt comes at every chance, or never; and the untyped that all is made of. */
static bool interrupted;
static uint64_t memory;

/* Revokes until it is done; all must hold after each step. */
static void revoke_in_steps(const char *what)
{
    unsigned rounds = 0;
    const char *wrong = 0;

    fake_machine.irq_pending = interrupted;
    while (slot_has_children(host_slot(memory)) && rounds < 1000 && !wrong) {
        (void)scene_revoke(memory);
        wrong = host_check();
        rounds++;
    }
    fake_machine.irq_pending = false;
    TAP_OK(!wrong && !slot_has_children(host_slot(memory)), "revoke: %s, in %u steps%s%s", what,
           rounds, wrong ? ": " : "", wrong ? wrong : "");
    uint64_t slot = scene_slot();

    TAP_OK(host_retype(memory, SEL4_TYPE_UNTYPED, 15, slot, 1) == 0,
           "and all of the memory can be used again");
    scene_check(what);
}

static void begin_cycle(void)
{
    scene_begin(false);
    memory = scene_make(SEL4_TYPE_UNTYPED, 15);
}

static uint64_t make(uint64_t type, uint64_t size_bits)
{
    uint64_t slot = scene_slot();

    (void)host_retype(memory, type, size_bits, slot, 1);
    return slot;
}

/* A CNode whose last capability is in its own slot `own`, between others. */
static void test_cnode_in_itself(void)
{
    for (unsigned own = 0; own < 16; own += 5) {
        begin_cycle();
        uint64_t cnode = make(SEL4_TYPE_CNODE, 4);

        put_inside(cnode, own, cnode);
        for (unsigned i = 1; i < 16; i += 2) {
            if (i != own) {
                put_inside(cnode, i, SEL4_SLOT_INIT_TCB);
            }
        }
        (void)scene_delete(cnode);
        TAP_OK(slot_has_children(host_slot(memory)),
               "a CNode in its own slot %u keeps itself alive", own);
        revoke_in_steps("a CNode in itself");
    }
}

/* CNodes that hold each other's last capability, through first and later slots. */
static void test_cnodes_in_each_other(void)
{
    static const unsigned places[][2] = { { 0, 0 }, { 0, 3 }, { 3, 0 }, { 15, 15 } };

    for (unsigned i = 0; i < 4; i++) {
        begin_cycle();
        uint64_t a = make(SEL4_TYPE_CNODE, 4);
        uint64_t b = make(SEL4_TYPE_CNODE, 4);

        put_inside(a, places[i][0], b);
        put_inside(b, places[i][1], a);
        put_inside(a, 7, SEL4_SLOT_INIT_TCB);
        put_inside(b, 8, SEL4_SLOT_INIT_TCB);
        (void)scene_delete(a);
        (void)scene_delete(b);
        revoke_in_steps("CNodes in each other");
    }
}

/* A thread whose CSpace holds the last capability to the thread, and a nest of CNodes. */
static void test_thread_in_its_cspace(void)
{
    begin_cycle();
    uint64_t cnode = make(SEL4_TYPE_CNODE, 4);
    uint64_t inner = make(SEL4_TYPE_CNODE, 4);
    uint64_t thread = make(SEL4_TYPE_TCB, 0);

    (void)host_call(thread, MESSAGE(.label = TCBSetSpace, .length = 3, .cap_count = 2,
                                    .cap = { cnode, SEL4_SLOT_INIT_VSPACE }));
    put_inside(cnode, 0, thread);
    put_inside(cnode, 9, inner);
    put_inside(inner, 0, cnode);
    put_inside(inner, 5, thread);
    (void)scene_delete(thread);
    (void)scene_delete(cnode);
    (void)scene_delete(inner);
    TAP_OK(slot_has_children(host_slot(memory)), "a thread in its own CSpace keeps itself alive");
    revoke_in_steps("a thread in its own CSpace");
}

static void test_delete_nest(void)
{
    begin_cycle();
    uint64_t nodes[5];

    for (unsigned i = 0; i < 5; i++) {
        nodes[i] = make(SEL4_TYPE_CNODE, 4);
    }
    for (unsigned i = 0; i < 4; i++) {
        put_inside(nodes[i], i * 5, nodes[i + 1]);
        put_inside(nodes[i], 2, SEL4_SLOT_INIT_TCB);
    }
    for (unsigned i = 1; i < 5; i++) {
        (void)scene_delete(nodes[i]);
    }
    unsigned rounds = 0;

    fake_machine.irq_pending = interrupted;
    while (!empty(nodes[0]) && rounds < 1000 && !host_check()) {
        (void)scene_delete(nodes[0]);
        rounds++;
    }
    fake_machine.irq_pending = false;
    TAP_OK(empty(nodes[0]) && (rounds > 1) == interrupted,
           "delete: a nest of five CNodes, in %u steps", rounds);
    revoke_in_steps("what a nest left");
}

/* ---- The rules about two capabilities, alone ---- */

static void test_regions(void)
{
    const struct cap untyped = cap_untyped(0x10000, 13, false, 0);
    const struct cap control = cap_make(CAP_IRQ_CONTROL, 0, 0, 0);
    const struct cap page = cap_frame(0x11000, 0, CAP_FRAME_READ_WRITE, false);
    const struct cap large = cap_frame(0x200000, 1, CAP_FRAME_READ_WRITE, false);
    const struct {
        const char *what;
        struct cap a, b;
        bool region, object;
    } cases[] = {
        { "a page at the end of an untyped", untyped, page, true, false },
        { "a page behind it", untyped, cap_frame(0x12000, 0, 3, false), false, false },
        { "a page before it", untyped, cap_frame(0xf000, 0, 3, false), false, false },
        { "the untyped around it", untyped, cap_untyped(0x10000, 14, false, 0), false, false },
        { "itself", untyped, untyped, true, false },
        { "what is no memory", untyped, control, false, false },
        { "a page in a large page", large, cap_frame(0x201000, 0, 3, false), true, false },
        { "a page at the start of a large page", large, cap_frame(0x200000, 0, 3, false), true,
          false },
        { "a large page around a page", cap_frame(0x200000, 0, 3, false), large, false, false },
        { "the same page", page, cap_mask_rights(page, SEL4_RIGHT_READ), true, true },
        { "device memory at the address of RAM", page, cap_frame(0x11000, 0, 3, true), true,
          false },
        { "IRQ control and itself", control, control, true, true },
        { "IRQ control and a handler", control, cap_make(CAP_IRQ_HANDLER, 0, 0, 40), true, false },
        { "IRQ control and an SGI", control, cap_sgi(3, 1), true, false },
        { "IRQ control and a TCB", control, cap_make(CAP_TCB, 0, 0x800, 0), false, false },
        { "handlers of two interrupts", cap_make(CAP_IRQ_HANDLER, 0, 0, 40),
          cap_make(CAP_IRQ_HANDLER, 0, 0, 41), false, false },
        { "an SGI for two targets", cap_sgi(3, 1), cap_sgi(3, 2), false, false },
        { "a CNode with two guards", cap_cnode((void *)0x4000, 4, 0),
          cap_cnode((void *)0x4000, 4, 60), true, true },
        { "CNodes of two sizes", cap_cnode((void *)0x4000, 4, 0), cap_cnode((void *)0x4000, 5, 0),
          false, false },
        { "an endpoint with two badges", cap_endpoint((void *)0x40, 1, 15),
          cap_endpoint((void *)0x40, 2, 1), true, true },
        { "a notification at an endpoint's address", cap_endpoint((void *)0x40, 1, 15),
          cap_notification((void *)0x40, 1, 3), false, false },
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TAP_OK(cap_same_region(cases[i].a, cases[i].b) == cases[i].region &&
                   cap_same_object(cases[i].a, cases[i].b) == cases[i].object,
               "%s: %s region, %s object", cases[i].what, cases[i].region ? "one" : "no common",
               cases[i].object ? "one" : "not one");
    }
}

int main(void)
{
    test_badges();
    test_first_badged_deleted();
    test_untypeds();
    test_irq_control();
    test_copies_keep_objects();
    for (unsigned i = 0; i < 2; i++) {
        interrupted = i;
        test_cnode_in_itself();
        test_cnodes_in_each_other();
        test_thread_in_its_cspace();
        test_delete_nest();
    }
    test_regions();
    return TAP_DONE();
}
