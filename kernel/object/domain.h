/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OBJECT_DOMAIN_H
#define OBJECT_DOMAIN_H

#include "api/call.h"

/* DomainSet_Set, DomainSet_ScheduleConfigure, DomainSet_ScheduleSetStart. */
enum status domain_decode(struct call *call);

#endif
