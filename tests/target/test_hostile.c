/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that calls whatever it can with whatever it likes. It owns one object of each kind and
 * nothing else; whatever happens to it, kernel, runner and memory must be as before. On several cores
 * each has such a thread, and they race for the same objects, their threads among them.
 */
#define AREA "97"
#include "env.h"

#define CALLS         4000u
#define RADIX         5
#define MAX_ATTACKERS 4
#define FIRST_RIVAL   17 /* slot of the second attacker's TCB; the others' follow */

static volatile seL4_Word calls_of[MAX_ATTACKERS];
static volatile seL4_Word last_call[4];

static seL4_Word attackers(void)
{
#ifdef CONFIG_ENABLE_SMP_SUPPORT
    return env.info->numNodes < MAX_ATTACKERS ? env.info->numNodes : MAX_ATTACKERS;
#else
    return 1;
#endif
}

static seL4_Word calls_done(void)
{
    seL4_Word sum = 0;

    for (seL4_Word i = 0; i < MAX_ATTACKERS; i++) {
        sum += calls_of[i];
    }
    return sum;
}

static seL4_Word next_random(seL4_Word *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Small numbers, slot numbers, page addresses, all-ones and noise: what checks get wrong. */
static seL4_Word odd_word(seL4_Word *state)
{
    seL4_Word value = next_random(state);

    switch (value % 7) {
    case 0: return value >> 32 & 7;
    case 1: return value >> 32 & 31;
    case 2: return 64 - (value >> 32 & 3);
    case 3: return SCRATCH_VADDR + (value >> 32 & 0xfff) * PAGE_BYTES;
    case 4: return ~0ul << (value >> 32 & 63);
    case 5: return 1ul << (value >> 32 & 63);
    default: return value;
    }
}

/* Slot 1 is an endpoint, 2 a notification; a call there would only block for good. */
static seL4_Word target(seL4_Word number, seL4_Word *state)
{
    seL4_Word value = next_random(state);

    if (number == (seL4_Word)seL4_SysNBRecv) {
        return 1 + value % 2;
    }
    if (number == (seL4_Word)seL4_SysNBSend && value % 8 == 0) {
        return value >> 8;
    }
    if (attackers() > 1 && (value >> 24) % 16 == 0) {
        return FIRST_RIVAL + (value >> 32) % (attackers() - 1);
    }
    /* Its own CNode, TCB and interrupt only now and then: that usually is its end. */
    return (value >> 8) % 32 == 0 ? 13 + (value >> 16) % 3 : 3 + (value >> 16) % 10;
}

static void attacker(seL4_Word seed, seL4_Word buffer, seL4_Word number)
{
    volatile seL4_IPCBuffer *mine = (volatile seL4_IPCBuffer *)buffer;
    seL4_Word state = seed * 0x9e3779b97f4a7c15ul + 1;

    for (seL4_Word i = 0; i < CALLS; i++) {
        static const seL4_Word numbers[] = {
            (seL4_Word)seL4_SysCall,   (seL4_Word)seL4_SysCall,   (seL4_Word)seL4_SysCall,
            (seL4_Word)seL4_SysNBSend, (seL4_Word)seL4_SysNBRecv, (seL4_Word)seL4_SysReply,
        };
        struct raw regs;

        regs.x7 = numbers[next_random(&state) % 6];
        regs.x0 = target(regs.x7, &state);
        regs.x1 = seL4_MessageInfo_new(next_random(&state) % 58, next_random(&state),
                                       next_random(&state), next_random(&state) % 12)
                      .words[0];
        regs.x2 = odd_word(&state);
        regs.x3 = odd_word(&state);
        regs.x4 = odd_word(&state);
        regs.x5 = odd_word(&state);
        regs.x6 = 0;
        for (int word = 4; word < 12; word++) {
            mine->msg[word] = odd_word(&state);
        }
        for (int cap = 0; cap < 3; cap++) {
            mine->caps_or_badges[cap] = next_random(&state) % (FIRST_RIVAL + MAX_ATTACKERS - 1);
        }
        last_call[0] = regs.x0;
        last_call[1] = regs.x1;
        raw_svc(&regs);
        calls_of[number]++;
    }
    seL4_Signal(16);
    thread_stop();
}

/*
 * Shares the core with the attacker, slice by slice, and signals when no attacker makes calls any more:
 * it has finished, blocked, stopped itself, or made itself a guest that loops.
 */
static void closer(seL4_Word ntfn, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word quiet = 0;

    (void)unused1;
    (void)unused2;
    while (quiet < 4) {
        seL4_Word before = calls_done();

        for (volatile unsigned int i = 0; i < 500000; i++) {
        }
        seL4_Yield();
        quiet = calls_done() == before ? quiet + 1 : 0;
    }
    seL4_Signal(ntfn);
    thread_stop();
}

/* The attackers' CSpace: one of each, in a CNode of its own. */
static bool fill(seL4_CPtr cnode, const struct thread *threads, seL4_Word seed)
{
    static const seL4_Word types[][2] = {
        { seL4_EndpointObject, 0 },      { seL4_NotificationObject, 0 },
        { seL4_UntypedObject, 16 },      { seL4_UntypedObject, 12 },
        { seL4_CapTableObject, 3 },      { seL4_TCBObject, 0 },
        { seL4_ARM_VSpaceObject, 0 },    { seL4_ARM_PageTableObject, 0 },
        { seL4_ARM_SmallPageObject, 0 }, { seL4_ARM_SmallPageObject, 0 },
        { seL4_ARM_VCPUObject, 0 },      { seL4_ARM_PageTableObject, 0 },
    };
    seL4_Error error = seL4_NoError;

    for (seL4_Word i = 0; i < sizeof(types) / sizeof(types[0]) && error == seL4_NoError; i++) {
        error =
            seL4_Untyped_Retype(env.test_untyped, types[i][0], types[i][1], cnode, 0, 0, 1 + i, 1);
    }
    /* Its own CNode and TCB, too: it may cut the branch it sits on. */
    if (error == seL4_NoError) {
        error = seL4_CNode_Copy(cnode, 13, RADIX, ROOT, cnode, FULL_DEPTH, seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = seL4_CNode_Copy(cnode, 14, RADIX, ROOT, threads[0].tcb, FULL_DEPTH, seL4_AllRights);
    }
    for (seL4_Word i = 1; i < attackers() && error == seL4_NoError; i++) {
        error = seL4_CNode_Copy(cnode, FIRST_RIVAL + i - 1, RADIX, ROOT, threads[i].tcb, FULL_DEPTH,
                                seL4_AllRights);
    }
    if (error == seL4_NoError) {
        error = seL4_IRQControl_Get(seL4_CapIRQControl, 60 + seed % 16, cnode, 15, RADIX);
    }
    return error == seL4_NoError;
}

static void attack(seL4_Word seed)
{
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_CPtr cnode = object_new(seL4_CapTableObject, RADIX);
    seL4_CPtr guarded = slot_new();
    struct thread threads[MAX_ATTACKERS];
    struct thread watcher;
    seL4_CPtr vspace = slot_new();

    for (seL4_Word i = 0; i < attackers(); i++) {
        calls_of[i] = 0;
        EXPECT(thread_new(&threads[i], PRIO_RUNNER - 2, 0) != 0);
    }
    EXPECT(thread_new(&watcher, PRIO_RUNNER - 2, 0) != 0);
    EXPECT(fill(cnode, threads, seed));
    EXPECT_OK(seL4_CNode_Copy(cnode, 16, RADIX, ROOT, ntfn, FULL_DEPTH, seL4_CanWrite));
    EXPECT_OK(
        mint_cap(guarded, cnode, seL4_AllRights, seL4_CNode_CapData_new(0, 64 - RADIX).words[0]));
    EXPECT_OK(copy_cap(vspace, VSPACE, seL4_AllRights));
    for (seL4_Word i = 0; i < attackers(); i++) {
        EXPECT_OK(seL4_TCB_SetSpace(threads[i].tcb, 0, guarded, 0, vspace, 0));
#ifdef CONFIG_ENABLE_SMP_SUPPORT
        EXPECT_OK(seL4_TCB_SetAffinity(threads[i].tcb, i));
#endif
    }
    for (seL4_Word i = 0; i < attackers(); i++) {
        EXPECT_OK(
            thread_start(&threads[i], attacker, seed + (i << 32), (seL4_Word)threads[i].buffer, i));
    }
    EXPECT_OK(thread_start(&watcher, closer, ntfn, 0, 0));
    seL4_Wait(ntfn, seL4_Null);
    for (seL4_Word i = 0; i < attackers(); i++) {
        (void)seL4_TCB_Suspend(threads[i].tcb);
    }
}

static void attack_and_tell(seL4_Word seed)
{
    attack(seed);
    print("# seed ");
    print_dec(seed);
    print(": ");
    print_dec(calls_done());
    print(" calls\n");
}

TEST("HOST-0001", "random calls on own objects do not hurt anybody else (seeds 1 to 3)")
{
    for (seL4_Word seed = 1; seed <= 3; seed++) {
        attack_and_tell(seed);
        EXPECT(calls_done() > 0);
    }
}

TEST("HOST-0002", "random calls on own objects do not hurt anybody else (seeds 4 to 6)")
{
    for (seL4_Word seed = 4; seed <= 6; seed++) {
        attack_and_tell(seed);
    }
}

TEST("HOST-0003", "random calls on own objects do not hurt anybody else (seeds 7 to 9)")
{
    for (seL4_Word seed = 7; seed <= 9; seed++) {
        attack_and_tell(seed);
    }
}

#ifdef HOSTILE_CALLS
#define PROGRESS_SEEDS 64

/* Each attacker is new, with a seed of its own; what it had is given back and checked to be whole. */
TEST("HOST-0005", "a long run of random calls leaves the kernel and all memory whole")
{
    seL4_Word total = 0;
    seL4_Word seed = HOSTILE_SEED;

    while (total < HOSTILE_CALLS) {
        attack(seed);
        EXPECT(calls_done() > 0);
        EXPECT_OK(env_give_back());
        total += calls_done();
        seed++;
        if (seed % PROGRESS_SEEDS == 0 || total >= HOSTILE_CALLS) {
            print("# seeds ");
            print_dec(HOSTILE_SEED);
            print(" to ");
            print_dec(seed - 1);
            print(": ");
            print_dec(total);
            print(" calls\n");
        }
    }
}
#endif

TEST("HOST-0004", "after the attacks IPC, mapping and memory work as before")
{
    seL4_CPtr page = object_new(seL4_ARM_SmallPageObject, 0);
    seL4_CPtr ntfn = object_new(seL4_NotificationObject, 0);
    seL4_Word badge = 1;

    EXPECT_OK(map_page(VSPACE, page, SCRATCH_VADDR, seL4_ReadWrite, seL4_ARM_Default_VMAttributes));
    EXPECT_EQ(*(volatile seL4_Word *)SCRATCH_VADDR, 0);
    seL4_Signal(ntfn);
    (void)seL4_Poll(ntfn, &badge);
    EXPECT_EQ(badge, 0);
}
