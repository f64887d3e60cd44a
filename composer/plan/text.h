/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan for people: the same tables as text, in the manner of capDL. */
#ifndef COMPOSER_PLAN_TEXT_H
#define COMPOSER_PLAN_TEXT_H

#include <stdio.h>

#include "composer/plan/builder.h"
#include "composer/plan/model.h"

/* Writes objects, capabilities, mappings and components. */
void text_plan(const struct plan_builder *builder, FILE *out);

/* Writes what was decided about addresses: one block per VM and link. */
void text_model(const struct model *model, FILE *out);

#endif
