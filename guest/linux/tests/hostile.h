/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_HOSTILE_H
#define TESTS_HOSTILE_H

#include <sys/types.h>

#include "peer.h"

/* One TAP line. */
void report(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A driver side that breaks every rule; the module and QEMU must outlive it. */
void hostile_tests(struct peer *p, pid_t qemu);

#endif
