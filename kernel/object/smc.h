/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OBJECT_SMC_H
#define OBJECT_SMC_H

#include "api/call.h"

/* SMC_Call: passes x0..x7 to the secure monitor, if the capability allows that function. */
enum status smc_decode(struct call *call);

#endif
