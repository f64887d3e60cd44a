/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_KERNEL_CORES_H
#define TESTS_UNIT_KERNEL_CORES_H

#include "kernel_scene.h"

/* Four cores; the initial thread runs on core 0, the others sleep. */
void cores_begin(void);

/* Moves the thread to a core, which lets it run; back on core 0. */
void cores_run_on(const struct actor *actor, unsigned core);

/* SetAffinity by the current thread; the answer's label. */
uint64_t cores_set_affinity(uint64_t tcb, uint64_t core);

/* How many interrupts of that kind the core was sent since the last time this was asked. */
unsigned cores_interrupts(unsigned core, unsigned ipi);

/* Each file's tests. */
void test_threads(void);
void test_wake(void);
void test_irq(void);
void test_lock(void);
/* Last: a stopped machine stays so. */
void test_stop(void);

#endif
