/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore.h"

#include <stddef.h>
#include <string.h>
#include <ucontext.h>

#define STACK_BYTES  65536u
#define CHOICES_MAX  512u
#define BUFFER_DEPTH 8u

struct buffered {
    uint32_t *field;
    uint32_t value;
};

struct thread {
    ucontext_t context;
    bool done;
    const bool *waits_for;
    struct buffered buffer[BUFFER_DEPTH];
    unsigned buffered;
    _Alignas(16) char stack[STACK_BYTES];
};

static struct thread threads[EXPLORE_THREADS];
static ucontext_t scheduler;
static unsigned current;
static bool use_fences;
static const struct explore_scenario *running;

/* The choices of this run: which option was taken, and how many there were. */
static struct {
    uint8_t taken, options;
} choices[CHOICES_MAX];
static unsigned depth;

static void drain_one(struct thread *thread)
{
    *thread->buffer[0].field = thread->buffer[0].value;
    thread->buffered--;
    memmove(&thread->buffer[0], &thread->buffer[1], thread->buffered * sizeof(thread->buffer[0]));
}

void explore_drain(void)
{
    while (threads[current].buffered != 0) {
        drain_one(&threads[current]);
    }
}

void explore_step(void)
{
    swapcontext(&threads[current].context, &scheduler);
}

uint32_t explore_load(const uint32_t *field)
{
    const struct thread *thread = &threads[current];

    for (unsigned i = thread->buffered; i-- > 0;) {
        if (thread->buffer[i].field == field) {
            return thread->buffer[i].value;
        }
    }
    return *field;
}

void explore_store(uint32_t *field, uint32_t value)
{
    struct thread *thread = &threads[current];

    if (thread->buffered == BUFFER_DEPTH) {
        drain_one(thread);
    }
    thread->buffer[thread->buffered++] = (struct buffered){ field, value };
}

void explore_fence(void)
{
    if (use_fences) {
        explore_drain();
    }
}

/* A side that sleeps or ends has published what it did, but others may run before that. */
static void drain_later(void)
{
    if (threads[current].buffered != 0) {
        explore_step();
        explore_drain();
    }
}

void explore_sleep(const bool *bell)
{
    drain_later();
    threads[current].waits_for = bell;
    explore_step();
    threads[current].waits_for = NULL;
}

static void thread_main(void)
{
    running->thread[current]();
    drain_later();
    threads[current].done = true;
    swapcontext(&threads[current].context, &scheduler);
}

static void start_thread(struct thread *thread)
{
    thread->done = false;
    thread->waits_for = NULL;
    thread->buffered = 0;
    getcontext(&thread->context);
    thread->context.uc_stack.ss_sp = thread->stack;
    thread->context.uc_stack.ss_size = STACK_BYTES;
    thread->context.uc_link = &scheduler;
    makecontext(&thread->context, thread_main, 0);
}

/* Options at this point: run thread i (i < threads), or drain one store of thread i - threads. */
static unsigned list_options(uint8_t *options)
{
    unsigned count = 0;

    for (unsigned i = 0; i < running->threads; i++) {
        const struct thread *thread = &threads[i];

        if (!thread->done && (thread->waits_for == NULL || *thread->waits_for)) {
            options[count++] = (uint8_t)i;
        }
    }
    for (unsigned i = 0; i < running->threads; i++) {
        if (threads[i].buffered != 0) {
            options[count++] = (uint8_t)(running->threads + i);
        }
    }
    return count;
}

/* Returns false if the run needs more choices than there is room for. */
static bool run_once(unsigned prefix)
{
    uint8_t options[2 * EXPLORE_THREADS];
    unsigned count;

    running->setup();
    for (unsigned i = 0; i < running->threads; i++) {
        start_thread(&threads[i]);
    }
    for (depth = 0; (count = list_options(options)) != 0; depth++) {
        if (depth == CHOICES_MAX) {
            return false;
        }
        if (depth >= prefix) {
            choices[depth].taken = 0;
        }
        choices[depth].options = (uint8_t)count;
        current = options[choices[depth].taken];
        if (current >= running->threads) {
            drain_one(&threads[current - running->threads]);
        } else {
            swapcontext(&scheduler, &threads[current].context);
        }
    }
    return true;
}

struct explore_result explore(const struct explore_scenario *scenario, uint64_t max_runs,
                              bool fences)
{
    struct explore_result result = { 0 };
    unsigned prefix = 0;

    running = scenario;
    use_fences = fences;
    while (result.runs < max_runs) {
        result.runs++;
        if (!run_once(prefix) || !scenario->verdict()) {
            result.failures++;
            return result;
        }
        while (depth > 0 && choices[depth - 1].taken + 1 == choices[depth - 1].options) {
            depth--;
        }
        if (depth == 0) {
            result.complete = true;
            return result;
        }
        choices[depth - 1].taken++;
        prefix = depth;
    }
    return result;
}
