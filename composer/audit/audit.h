/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit: what each VM can reach, what falls with it, who can stop whom. Written from the model
 * that the plan was made of; it states consequences, it decides nothing.
 */
#ifndef COMPOSER_AUDIT_AUDIT_H
#define COMPOSER_AUDIT_AUDIT_H

#include <stdio.h>

#include "composer/plan/board.h"
#include "composer/plan/model.h"

/* Writes the whole report. */
void audit_write(const struct model *model, const struct board *board, FILE *out);

#endif
