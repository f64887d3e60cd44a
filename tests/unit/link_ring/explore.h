/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a few threads through every interleaving of their steps. Each thread is a coroutine that calls
 * explore_step() before each access to shared memory; its 32-bit stores go through a private store
 * buffer (total store order), whose drain is one more choice. A scenario runs from its start for each
 * sequence of choices, depth first, until all are done.
 */
#ifndef TESTS_UNIT_LINK_RING_EXPLORE_H
#define TESTS_UNIT_LINK_RING_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

#define EXPLORE_THREADS 3

struct explore_scenario {
    const char *name;
    unsigned threads;
    void (*setup)(void);
    void (*thread[EXPLORE_THREADS])(void);
    /* After the last step: true if all is as promised. Threads that still sleep may be waiting. */
    bool (*verdict)(void);
};

struct explore_result {
    uint64_t runs;
    uint64_t failures;
    bool complete; /* false: the limit was reached, or a failure ended the search */
};

/*
 * @max_runs: bound; the result says if it was reached.
 * @fences: false makes explore_fence do nothing, to see that a missing barrier is found.
 */
struct explore_result explore(const struct explore_scenario *scenario, uint64_t max_runs,
                              bool fences);

/* From inside a thread. */
void explore_step(void);
uint32_t explore_load(const uint32_t *field);
void explore_store(uint32_t *field, uint32_t value);
void explore_fence(void);
void explore_drain(void); /* a locked instruction, or a doorbell: the buffer is empty after it */
void explore_sleep(const bool *bell); /* until *bell */

#endif
