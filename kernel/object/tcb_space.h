/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a thread can reach: CSpace, VSpace, IPC buffer, fault handler. Called from tcb.c.
 */
#ifndef OBJECT_TCB_SPACE_H
#define OBJECT_TCB_SPACE_H

#include "api/call.h"

enum status tcb_decode_configure(struct call *call, struct tcb *tcb);
enum status tcb_decode_set_space(struct call *call, struct tcb *tcb);
enum status tcb_decode_set_ipc_buffer(struct call *call, struct tcb *tcb);

#endif
