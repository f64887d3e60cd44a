/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_SEL4_ARCH_TYPES_GEN_H
#define SEL4_SEL4_ARCH_TYPES_GEN_H

#include <sel4/faults.h>

#endif
