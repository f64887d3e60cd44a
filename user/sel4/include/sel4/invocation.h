/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocation labels, from the contract's one table. */
#ifndef SEL4_INVOCATION_H
#define SEL4_INVOCATION_H

#include <sel4/config.h>
#include <contract/sel4/invocation.h>

#endif
