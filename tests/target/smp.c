/* SPDX-License-Identifier: BSD-2-Clause */
#include "smp.h"

#ifdef CONFIG_ENABLE_SMP_SUPPORT

#define SPIN_LIMIT 4000000000ul

volatile seL4_Word smp_count;
volatile seL4_Word smp_counts[4];

seL4_CPtr thread_at(struct thread *thread, seL4_Word core, seL4_Word priority, seL4_CPtr fault_ep)
{
    if (thread_new(thread, priority, fault_ep) == 0 ||
        seL4_TCB_SetAffinity(thread->tcb, core) != seL4_NoError) {
        return 0;
    }
    return thread->tcb;
}

seL4_CPtr thread_on(struct thread *thread, seL4_Word core, seL4_CPtr fault_ep)
{
    return thread_at(thread, core, PRIO_RUNNER, fault_ep);
}

bool grows(const volatile seL4_Word *counter)
{
    seL4_Word before = *counter;

    for (seL4_Word i = 0; i < SPIN_LIMIT; i++) {
        if (*counter != before) {
            return true;
        }
    }
    return false;
}

bool moves(void)
{
    return grows(&smp_count);
}

bool becomes(const volatile seL4_Word *word, seL4_Word value)
{
    for (seL4_Word i = 0; i < SPIN_LIMIT; i++) {
        if (*word == value) {
            return true;
        }
    }
    return false;
}

bool stands_still(void)
{
    seL4_Word before = smp_count;

    for (volatile seL4_Word i = 0; i < 3000000; i++) {
    }
    return smp_count == before;
}

void answer(seL4_Word ep, seL4_Word unused1, seL4_Word unused2)
{
    seL4_Word word = 0;

    (void)unused1;
    (void)unused2;
    (void)seL4_RecvWithMRs(ep, seL4_Null, &word, seL4_Null, seL4_Null, seL4_Null);
    for (;;) {
        word++;
        (void)seL4_ReplyRecvWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), seL4_Null, &word,
                                    seL4_Null, seL4_Null, seL4_Null);
    }
}

bool is_answered(seL4_CPtr ep, seL4_Word word)
{
    seL4_Word got = word;

    (void)seL4_CallWithMRs(ep, seL4_MessageInfo_new(0, 0, 0, 1), &got, seL4_Null, seL4_Null,
                           seL4_Null);
    return got == word + 1;
}

void call_often(seL4_Word ep, seL4_Word rounds, seL4_Word index)
{
    for (seL4_Word i = 0; i < rounds; i++) {
        smp_counts[index] += is_answered(ep, i);
    }
    thread_stop();
}

#endif
