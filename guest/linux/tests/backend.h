/* SPDX-License-Identifier: GPL-2.0-only */
/* The QEMU under test, started the way the supervisor starts it. */
#ifndef TESTS_BACKEND_H
#define TESTS_BACKEND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define BACKEND_DISK "/tmp/disk.raw"

/* Makes tap0 (once), the disk (once) and starts QEMU. Returns its pid. */
pid_t backend_start(void);
/* SIGKILL and wait. */
void backend_kill(pid_t pid);
bool backend_alive(pid_t pid);
/* Stops all threads that could touch a packet but vhost's workers; returns how many. */
int backend_freeze(pid_t pid);
void backend_thaw(void);

/* A number from /sys/class/misc/sel4-<peer>/stats, or from any other file; -1 on error. */
long stat_number(const char *name);
/* True if the file's first line is `want`. */
bool stat_is(const char *name, const char *want);
long file_number(const char *path);

#endif
