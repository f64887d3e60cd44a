/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of building and what comes after: the initial task gives up everything that it could build
 * or read with, and from then on only reports components that stop.
 */
#ifndef INIT_SUPERVISOR_H
#define INIT_SUPERVISOR_H

#include "state.h"

/*
 * Deletes what nobody needs, starts the components, moves to a CNode with nothing in it but the
 * supervisor's endpoint and the console's notification, and lowers our priority. The old CSpace,
 * with the capabilities that hold the components' mappings, is left to itself: it names itself, so it
 * lives on, and nobody can reach it.
 *
 * Returns 0, or an error that was logged.
 */
int supervisor_retire(struct init_state *state) RT_MUST_CHECK;

/* Reports faults for ever. A component that faulted is never answered, so it stays stopped. */
_Noreturn void supervisor_run(const struct init_state *state);

#endif
