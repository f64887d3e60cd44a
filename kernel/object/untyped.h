/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory: the only source of kernel objects. Source: sel4-abi 5.
 */
#ifndef OBJECT_UNTYPED_H
#define OBJECT_UNTYPED_H

#include "api/call.h"

/* Untyped_Retype. */
enum status untyped_decode(struct call *call);

/* Size in bits of an object of that SEL4_TYPE_*; 0 for an unknown type. */
unsigned object_size_bits(uint64_t type, uint64_t user_size_bits);

#endif
