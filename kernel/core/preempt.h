/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_PREEMPT_H
#define CORE_PREEMPT_H

#include <stdbool.h>

/*
 * preempt_point() - one unit of a long operation is done
 *
 * Return: true if the operation must stop here because an interrupt waits. The interrupt line is
 * looked at every CONFIG_MAX_NUM_WORK_UNITS_PER_PREEMPTION units.
 */
bool preempt_point(void);

/* Starts counting anew; at the start of a kernel entry. */
void preempt_reset(void);

#endif
