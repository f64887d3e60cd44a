/* SPDX-License-Identifier: BSD-2-Clause */
/* What "peervisor-supervisor status" shows. */
#ifndef SUPERVISOR_STATUS_H
#define SUPERVISOR_STATUS_H

#include <stdint.h>

#include "backend.h"

/* Replaces the status file, atomically. */
void status_write(const struct backend *backends, uint32_t count);

/* Prints the status file and each link's counters. Exit code: 0, or 1 without a running supervisor. */
int status_print(void);

#endif
