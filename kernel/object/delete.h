/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deletion and revocation. Both are preemptible: between two steps the capability tree is whole,
 * and executing the system call again goes on where it stopped.
 */
#ifndef OBJECT_DELETE_H
#define OBJECT_DELETE_H

#include "api/call.h"

/*
 * delete_slot() - delete the capability in a slot, and what it was the last to name
 *
 * Return: STATUS_OK with the slot empty, or STATUS_PREEMPT.
 */
enum status delete_slot(struct slot *slot);

/* Deletes all descendants of the slot's capability. */
enum status revoke_slot(struct slot *slot);

#endif
