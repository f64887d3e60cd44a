/* SPDX-License-Identifier: BSD-2-Clause */
/* Components: their ELF files, private pages and threads. */
#ifndef INIT_COMPONENT_H
#define INIT_COMPONENT_H

#include "state.h"

/* Maps the ELF files of all components and reads their segments. Logged on error. */
int component_read_images(struct init_state *state) RT_MUST_CHECK;

/*
 * Loads one component and configures its thread, which does not run yet.
 *
 * @index: component of the plan; objects, capabilities and mappings of the plan exist.
 * Logged on error.
 */
int component_prepare(struct init_state *state, uint32_t index) RT_MUST_CHECK;

/* Lets all components run, in the plan's order. Logged on error. */
int component_start_all(struct init_state *state) RT_MUST_CHECK;

#endif
