/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel lock and remote calls: first turn by turn, then with a host thread for each core. */
#include <pthread.h>

#include "core/lock.h"
#include "core/preempt.h"
#include "core/remote.h"
#include "cores.h"

#define TURNS 5000

/* As entry.S: draws a ticket; the core's turn has come if it is the one that is served. */
static uint32_t draw(void)
{
    return __atomic_fetch_add(&kernel_lock.next, 1, __ATOMIC_ACQUIRE);
}

static void test_turns(void)
{
    cores_begin();
    lock_acquire();
    TAP_OK(!lock_is_wanted() && !preempt_point(), "lock: taken, nobody waits");
    fake_play_core(1);
    uint32_t second = draw();
    fake_play_core(2);
    uint32_t third = draw();

    fake_play_core(0);
    TAP_OK(lock_is_wanted() && preempt_point(),
           "lock: a core that waits ends long operations of the holder");
    lock_release();
    fake_play_core(1);
    TAP_OK(kernel_lock.serving == second && !lock_wait(second) && lock_is_wanted(),
           "lock: the core that drew first is first");
    lock_release();
    fake_play_core(2);
    cores[2].stalled = true;
    TAP_OK(kernel_lock.serving == third && lock_wait(third) && !lock_is_wanted(),
           "lock: then the second; it learns that its thread was taken off it");
    TAP_OK(!cores[2].stalled, "lock: once");
    lock_release();
    fake_play_core(0);
}

static void test_wrap(void)
{
    cores_begin();
    kernel_lock.serving = kernel_lock.next = ~0u;
    lock_acquire();
    (void)draw();
    TAP_OK(kernel_lock.next == 1 && lock_is_wanted(), "lock: tickets begin anew after the last");
    lock_release();
    TAP_OK(kernel_lock.serving == 0 && !lock_wait(0), "lock: and are served");
    lock_release();
    TAP_OK(!lock_is_wanted(), "lock: then it is free");
}

/* ---- With threads ---- */

static struct {
    unsigned long inside; /* changed by the holder only */
    unsigned overlaps;
    unsigned holder; /* core + 1 */
    unsigned served[CONFIG_MAX_NUM_NODES];
    unsigned wrong_core;
    unsigned done;
} race;

static void serve(void *argument)
{
    race.served[this_core()->id]++;
    race.wrong_core += &cores[this_core()->id] != argument;
}

static void take_turn(unsigned core, unsigned turn)
{
    lock_acquire();
    race.overlaps += race.holder != 0;
    race.holder = core + 1;
    race.inside++;
    if (turn % 4 == 0) {
        unsigned target = turn / 4 % CONFIG_MAX_NUM_NODES;

        remote_call(target, serve, &cores[target]);
    }
    race.overlaps += race.holder != core + 1;
    race.holder = 0;
    lock_release();
}

/* A core comes to the kernel again and again, so that it answers until all are done. */
static void *run_core(void *argument)
{
    unsigned core = (unsigned)(uintptr_t)argument;

    fake_play_core(core);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        take_turn(core, turn);
    }
    __atomic_fetch_add(&race.done, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&race.done, __ATOMIC_ACQUIRE) < CONFIG_MAX_NUM_NODES) {
        lock_acquire();
        lock_release();
    }
    return NULL;
}

static void test_race(void)
{
    pthread_t threads[CONFIG_MAX_NUM_NODES];
    unsigned served = 0;

    cores_begin();
    fake_machine.cores_are_threads = true;
    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        (void)pthread_create(&threads[i], NULL, run_core, (void *)(uintptr_t)i);
    }
    for (unsigned i = 0; i < CONFIG_MAX_NUM_NODES; i++) {
        (void)pthread_join(threads[i], NULL);
        served += race.served[i];
    }
    TAP_OK(race.inside == (unsigned long)TURNS * CONFIG_MAX_NUM_NODES && !race.overlaps,
           "lock: four threads are never in the kernel together");
    TAP_OK(served == TURNS / 4 * CONFIG_MAX_NUM_NODES && !race.wrong_core,
           "remote call: what was asked is done, once, by the core that was asked");
    cores_begin();
}

void test_stop(void)
{
    jmp_buf halted;
    volatile unsigned stopped = 0;

    cores_begin();
    lock_check_stopped();
    lock_acquire();
    lock_stop();
    fake_halt = &halted;
    if (!setjmp(halted)) {
        fake_play_core(1);
        lock_acquire();
    } else {
        stopped++;
    }
    TAP_OK(stopped == 1, "stop: a core that waits for the lock stops");
    fake_play_core(0);
    fake_machine.cores_are_threads = true;
    if (!setjmp(halted)) {
        remote_call(1, serve, &cores[1]);
    } else {
        stopped++;
    }
    TAP_OK(stopped == 2, "stop: so does one that waits for another's answer");
    fake_halt = NULL;
}

void test_lock(void)
{
    test_turns();
    test_wrap();
    test_race();
}
