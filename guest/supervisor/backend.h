/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of one link's QEMU: start, output, death, next start. */
#ifndef SUPERVISOR_BACKEND_H
#define SUPERVISOR_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "devices.h"

#define BACKEND_RUN_DIR   "/run/peervisor"
#define BACKEND_UID_FIRST 10000u /* link i runs as uid and gid 10000 + i */

struct backend {
    const struct link_config *link;
    uid_t uid;
    pid_t pid;  /* 0: not running */
    int output; /* its stdout and stderr; -1 */
    int64_t started_ms;
    int64_t next_start_ms; /* while not running */
    uint32_t starts;
    uint32_t failures;          /* in a row */
    int open_error;             /* of the link's node, said once per value */
    uint32_t said[DEVICES_MAX]; /* about unusable devices; resources.h */
    char line[200];             /* being collected */
    uint32_t line_used;
    char last_line[200];
    int64_t
        lines_since_ms; /* what it may print, so that a guest cannot flood the console with it */
    uint32_t lines;
};

void backend_init(struct backend *b, const struct link_config *link, uint32_t index);
/* Starts QEMU if it is time. */
void backend_tick(struct backend *b, int64_t now_ms);
/* Takes what QEMU printed. */
void backend_output(struct backend *b, int64_t now_ms);
/* The process is gone. */
void backend_died(struct backend *b, int status, int64_t now_ms);

#endif
