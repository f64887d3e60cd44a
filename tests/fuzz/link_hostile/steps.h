/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forced into every source of this fuzzer: before each access to the message area the hostile peer
 * gets its turn (fuzz_link_hostile.c).
 */
#ifndef TESTS_FUZZ_LINK_HOSTILE_STEPS_H
#define TESTS_FUZZ_LINK_HOSTILE_STEPS_H

void hostile_step(void);

#define LINK_STEP()                hostile_step()
#define LINK_LOAD32(field)         __atomic_load_n(field, __ATOMIC_ACQUIRE)
#define LINK_STORE32(field, value) __atomic_store_n(field, value, __ATOMIC_RELEASE)
#define LINK_FENCE()               __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
