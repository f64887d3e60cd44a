/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_ARCH_MAPPING_H
#define SEL4_ARCH_MAPPING_H

#include <sel4/functions.h>

#endif
