/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests on several cores share. The runner is on core 0; what a test starts on another core
 * it waits for without a time limit that a slow machine could reach.
 */
#ifndef TESTS_TARGET_SMP_H
#define TESTS_TARGET_SMP_H

#include "env.h"

#define CORES (env.info->numNodes)

/* Ends a test that a board with one core cannot run. */
#define NEED_CORES()                                                                               \
    do {                                                                                           \
        if (CORES < 2) {                                                                           \
            test_skip("the board has one core");                                                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)

/* Written by threads on other cores. */
extern volatile seL4_Word smp_count;
extern volatile seL4_Word smp_counts[4];

/* As thread_new(), on that core; thread_on() with the runner's priority. */
seL4_CPtr thread_at(struct thread *thread, seL4_Word core, seL4_Word priority, seL4_CPtr fault_ep);
seL4_CPtr thread_on(struct thread *thread, seL4_Word core, seL4_CPtr fault_ep);

/* Whether another core gets on: with a counter, with smp_count, up to a value. */
bool grows(const volatile seL4_Word *counter);
bool moves(void);
bool becomes(const volatile seL4_Word *word, seL4_Word value);
/* Whether smp_count keeps its value for a while. */
bool stands_still(void);

/*
 * A server that answers each word with the next one; whether it does so; and a client that asks it
 * often and counts the right answers.
 */
void answer(seL4_Word ep, seL4_Word unused1, seL4_Word unused2);
bool is_answered(seL4_CPtr ep, seL4_Word word);
void call_often(seL4_Word ep, seL4_Word rounds, seL4_Word index);

#endif
