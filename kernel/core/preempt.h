/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_PREEMPT_H
#define CORE_PREEMPT_H

#include <stdbool.h>

/*
 * preempt_point() - one unit of a long operation is done
 *
 * A unit is a few hundred instructions: a capability deleted, a thread taken out of a queue, a page
 * of cache maintenance. Asking costs one register read, so it is done after each of them.
 *
 * Return: true if the operation must stop here because an interrupt waits, or another core for its turn
 * in the kernel. The system call is executed again after it, so whatever was done must not have to be
 * done twice.
 */
bool preempt_point(void);

#endif
