/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that a link's QEMU gets as a descriptor, because it may open nothing of it itself. */
#ifndef SUPERVISOR_RESOURCES_H
#define SUPERVISOR_RESOURCES_H

#include <sys/types.h>

#include "command.h"

/*
 * Opens the link and what its devices need. A device whose disk, tap or share is unusable is left
 * out, and said once.
 *
 * @uid: of the QEMU to come. @said: what was said about each device, so that a restart does not say
 * it again; zeros at first. Returns 0, or the errno of opening /dev/sel4-<peer> (then nothing is open).
 */
int resources_open(const struct link_config *link, uid_t uid, uint32_t said[DEVICES_MAX],
                   struct link_fds *fds);
void resources_close(const struct link_config *link, struct link_fds *fds);

/* Lets the descriptors survive an exec; in the child. Returns 0 or -1. */
int resources_inherit(const struct link_config *link, const struct link_fds *fds);

#endif
