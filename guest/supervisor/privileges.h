/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUPERVISOR_PRIVILEGES_H
#define SUPERVISOR_PRIVILEGES_H

#include <sys/types.h>

/*
 * Turns the calling process into one that can do nothing but use its descriptors and what its uid may:
 * own user and group, no capabilities ever again, no network, no System V IPC of others, killed with its
 * parent. Returns NULL, or what failed (errno tells why).
 */
const char *privileges_drop(uid_t uid, gid_t gid);

#endif
