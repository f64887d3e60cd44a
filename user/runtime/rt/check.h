/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CHECK: our own invariants, on in every build. A failed check is a bug in this component; it logs
 * file and line and stops the component (the initial task reports it, all others go on).
 *
 * Never for a value that a guest, a peer, a user or a file chose: such values are refused.
 */
#ifndef RT_CHECK_H
#define RT_CHECK_H

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            rt_check_failed(__FILE__, __LINE__, #condition);                                       \
        }                                                                                          \
    } while (0)

/* Logs and stops. Defined by the runtime on the target, by tests/harness/rt_host.c on the host. */
_Noreturn void rt_check_failed(const char *file, int line, const char *condition);

#endif
