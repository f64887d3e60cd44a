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

/*
 * object_create() - make one object and its first capability
 * @type: SEL4_TYPE_*
 * @address: in the kernel's window, aligned to the object's size; RAM is zero there
 * @user_size_bits: size argument of Untyped and CapTable
 * @device: device memory: only frames and untypeds, the memory is not touched
 */
struct cap object_create(uint64_t type, uint64_t address, unsigned user_size_bits, bool device);

#endif
