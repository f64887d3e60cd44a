/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TAP output for the host-side tests. One program is one test set: each TAP_OK prints a line and
 * TAP_DONE prints the plan and gives the exit code.
 */
#ifndef TESTS_HARNESS_TAP_H
#define TESTS_HARNESS_TAP_H

#include <stdio.h>

/* One count for all files of a program that use this header. */
int tap_run_count __attribute__((weak));
int tap_failed_count __attribute__((weak));

/* Reports one check. The text names the behaviour that is promised, not the function called. */
#define TAP_OK(cond, ...)                                                                          \
    do {                                                                                           \
        int tap_pass_ = !!(cond);                                                                  \
        printf("%sok %d - ", tap_pass_ ? "" : "not ", ++tap_run_count);                            \
        printf(__VA_ARGS__);                                                                       \
        printf("\n");                                                                              \
        if (!tap_pass_) {                                                                          \
            tap_failed_count++;                                                                    \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);                                    \
        }                                                                                          \
    } while (0)

/* Prints the plan; to be used as `return TAP_DONE();` from main. */
#define TAP_DONE() (printf("1..%d\n", tap_run_count), tap_failed_count ? 1 : 0)

#endif
