/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_ARCH_SIMPLE_TYPES_H
#define SEL4_ARCH_SIMPLE_TYPES_H

#include <sel4/simple_types.h>

#endif
