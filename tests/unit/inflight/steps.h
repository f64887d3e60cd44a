/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forced into every source of this test: behind each load of a ring's index, driver and device get their
 * turn (test_inflight.c), as they do on other cores.
 */
#ifndef TESTS_UNIT_INFLIGHT_STEPS_H
#define TESTS_UNIT_INFLIGHT_STEPS_H

void others_run(void);

#define __atomic_load_n(address, order)                                                            \
    __extension__({                                                                                \
        unsigned short loaded_ = *(address);                                                       \
        others_run();                                                                              \
        loaded_;                                                                                   \
    })
#define __atomic_thread_fence(order) others_run()

#endif
