/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OBJECT_TCB_H
#define OBJECT_TCB_H

#include "api/call.h"

/* Makes a thread out of zeroed memory: inactive, priority 0, in the current domain. */
void tcb_init(struct tcb *tcb);

/* The last capability goes: the thread stops and lets go of everything but its five slots. */
void tcb_tear_down(struct tcb *tcb);

/* Invocations of TCB capabilities. */
enum status tcb_decode(struct call *call);

#endif
