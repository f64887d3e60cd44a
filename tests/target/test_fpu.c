/* SPDX-License-Identifier: BSD-2-Clause */
/* Floating-point registers: each thread has its own, but for those that gave them up. */
#define AREA "55"
#include "env.h"

#define USERS       3
#define ROUNDS_MAX  20000ul
#define PREEMPTIONS 6
#define EC_FP       0x07

/* What the users saw in the end. */
static volatile seL4_Word results[USERS];

TEST("TCB-0015", "SetFlags sets and clears the known flag and ignores others")
{
    seL4_CPtr tcb = object_new(seL4_TCBObject, 0);
    seL4_TCB_SetFlags_t result = seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled | 0xff00);

    EXPECT_OK(result.error);
    EXPECT_EQ(result.flags, seL4_TCBFlag_fpuDisabled);
    result = seL4_TCB_SetFlags(tcb, seL4_TCBFlag_fpuDisabled, 0);
    EXPECT_OK(result.error);
    EXPECT_EQ(result.flags, 0);
}

static void fpu_yielder(seL4_Word index, seL4_Word value, seL4_Word rounds)
{
    seL4_Word seen = value;

    __asm__ volatile(".arch_extension fp\n\tfmov d8, %0\n\tfmov d31, %0" : : "r"(value));
    for (seL4_Word i = 0; i < rounds && seen == value; i++) {
        seL4_Word other;

        seL4_Yield();
        __asm__ volatile(".arch_extension fp\n\tfmov %0, d8\n\tfmov %1, d31"
                         : "=r"(seen), "=r"(other));
        seen = seen == other ? seen : ~value;
    }
    results[index] = seen;
    thread_stop();
}

TEST("TCB-0016", "each thread has its own floating-point registers")
{
    struct thread thread[2];

    results[0] = 0;
    results[1] = 0;
    for (seL4_Word i = 0; i < 2; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], fpu_yielder, i, 0x1111 * (i + 1), 10));
    }
    for (int i = 0; i < 40; i++) {
        seL4_Yield();
    }
    EXPECT_EQ(results[0], 0x1111);
    EXPECT_EQ(results[1], 0x2222);
}

/* Each user notes itself here; who finds another's note was preempted in between. */
static volatile seL4_Word last_user;
static volatile seL4_Word preemptions;
static volatile seL4_Word broken;
static seL4_CPtr one_done;

/*
 * x0: pattern. Fills v0 to v31, FPCR and FPSR with what depends on it, spins for a while, and
 * returns how many registers lost it.
 */
seL4_Word fpu_hold(seL4_Word pattern);
__asm__(".pushsection .text\n"
        ".arch_extension simd\n"
        ".macro fpu_fill n\n"
        "    add x9, x0, #\\n\n"
        "    dup v\\n\\().2d, x9\n"
        ".endm\n"
        ".macro fpu_check n\n"
        "    add x9, x0, #\\n\n"
        "    mov x10, v\\n\\().d[0]\n"
        "    mov x11, v\\n\\().d[1]\n"
        "    cmp x9, x10\n"
        "    ccmp x9, x11, #0, eq\n"
        "    cinc x12, x12, ne\n"
        ".endm\n"
        ".global fpu_hold\n"
        "fpu_hold:\n"
        "    and x13, x0, #3\n"
        "    lsl x13, x13, #22\n" /* the rounding mode */
        "    msr fpcr, x13\n"
        "    and x14, x0, #0x1f\n" /* the cumulative exception bits */
        "    msr fpsr, x14\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    fpu_fill \\n\n"
        ".endr\n"
        ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
        "    fpu_fill \\n\n"
        ".endr\n"
        "    mov x12, #20000\n"
        "1:  subs x12, x12, #1\n"
        "    b.ne 1b\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n"
        "    fpu_check \\n\n"
        ".endr\n"
        ".irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
        "    fpu_check \\n\n"
        ".endr\n"
        "    mrs x9, fpcr\n"
        "    cmp x9, x13\n"
        "    cinc x12, x12, ne\n"
        "    mrs x9, fpsr\n"
        "    cmp x9, x14\n"
        "    cinc x0, x12, ne\n"
        "    ret\n"
        ".popsection\n");

static void fpu_user(seL4_Word index, seL4_Word unused1, seL4_Word unused2)
{
    (void)unused1;
    (void)unused2;
    for (seL4_Word i = 0; i < ROUNDS_MAX && preemptions < PREEMPTIONS; i++) {
        last_user = index;
        broken += fpu_hold(0x1000 * (index + 1) + (i & 0xff));
        preemptions += last_user != index;
    }
    seL4_Signal(one_done);
    thread_stop();
}

TEST("TCB-0208", "all floating-point registers survive the ends of time slices")
{
    struct thread thread[USERS];

    preemptions = 0;
    broken = 0;
    one_done = object_new(seL4_NotificationObject, 0);
    for (seL4_Word i = 0; i < USERS; i++) {
        EXPECT(thread_new(&thread[i], PRIO_RUNNER - 1, 0) != 0);
        EXPECT_OK(thread_start(&thread[i], fpu_user, i, 0, 0));
    }
    /* The first one that ends has seen enough of them, or given up. */
    seL4_Wait(one_done, seL4_Null);
    EXPECT_EQ(broken, 0);
    EXPECT(preemptions >= PREEMPTIONS);
}

static void use_fpu(seL4_Word unused1, seL4_Word unused2, seL4_Word unused3)
{
    seL4_Word value;

    (void)unused1;
    (void)unused2;
    (void)unused3;
    __asm__ volatile(".arch_extension fp\n\tfmov d0, %1\n\tfmov %0, d0"
                     : "=r"(value)
                     : "r"(0x4711ul));
    results[0] = value;
    thread_stop();
}

TEST("FAULT-0016", "the FPU of a thread that gave it up is a VCPUFault, until the flag goes")
{
    seL4_CPtr ep = object_new(seL4_EndpointObject, 0);
    struct thread thread;

    results[0] = 0;
    EXPECT(thread_new(&thread, PRIO_RUNNER + 1, ep) != 0);
    EXPECT_OK(seL4_TCB_SetFlags(thread.tcb, 0, seL4_TCBFlag_fpuDisabled).error);
    EXPECT_OK(thread_start(&thread, use_fpu, 0, 0, 0));
    for (int i = 0; i < 2; i++) {
        EXPECT_FAULT(ep, seL4_Fault_VCPUFault);
        EXPECT_EQ(seL4_GetMR(seL4_VCPUFault_HSR) >> 26, EC_FP);
        if (i == 1) {
            EXPECT_OK(seL4_TCB_SetFlags(thread.tcb, seL4_TCBFlag_fpuDisabled, 0).error);
        }
        seL4_Reply(seL4_MessageInfo_new(0, 0, 0, 0));
    }
    EXPECT_EQ(results[0], 0x4711);
}
