/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OBJECT_CNODE_H
#define OBJECT_CNODE_H

#include "api/call.h"

/* Revoke, Delete, CancelBadgedSends, Copy, Mint, Move, Mutate, Rotate, SaveCaller. */
enum status cnode_decode(struct call *call);

#endif
