/* SPDX-License-Identifier: BSD-2-Clause */
/* From a checked plan to kernel objects, capabilities and mappings. */
#ifndef INIT_BUILD_H
#define INIT_BUILD_H

#include "state.h"

/*
 * Compares the plan with the board: every fixed range must be there, RAM must be RAM, modules must
 * lie where the loader put them.
 *
 * Returns 0, or RT_ERR_NOT_FOUND after one line that gives both figures.
 */
int build_check_board(const struct init_state *state) RT_MUST_CHECK;

/* Slots that the whole plan needs, generously; component images must have been read. */
uint64_t build_slots_needed(const struct init_state *state);

/* Each step logs what failed and returns an error of rt_error. To be called in this order. */
int build_objects(struct init_state *state) RT_MUST_CHECK;
int build_caps(struct init_state *state) RT_MUST_CHECK;
int build_maps(struct init_state *state) RT_MUST_CHECK;

/* The rights word of a plan entry as seL4 wants it. */
seL4_CapRights_t build_rights(uint32_t rights);

/* Guard that makes slot numbers of a CNode with 2^bits slots CPtrs. */
seL4_Word build_guard(uint32_t bits);

#endif
