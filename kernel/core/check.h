/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel does when it is itself wrong, and its log. Values chosen by user level or by a
 * guest are refused long before they get here: CHECK is for our own invariants only.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H

#include <stdint.h>

/*
 * Stops the machine with a message on the console if `cond` does not hold. On in every build.
 */
#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0)) {                                                        \
            check_failed(#cond, __FILE__, __LINE__);                                               \
        }                                                                                          \
    } while (0)

/* Prints the broken invariant and the call's place, then halts the core for good. */
_Noreturn void check_failed(const char *condition, const char *file, int line);

/*
 * klog() - print a formatted line on the kernel console
 * @format: text with %s, %d (int), %u (unsigned), %lx (64-bit hex), %lu, %c, %%
 *
 * Always available: release kernels print nothing but panics with it.
 */
void klog(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Message for a build that talks (CONFIG_PRINTING), nothing otherwise. */
#ifdef CONFIG_PRINTING
#define KLOG_DEBUG(...) klog(__VA_ARGS__)
#else
#define KLOG_DEBUG(...)                                                                            \
    do {                                                                                           \
    } while (0)
#endif

#endif
