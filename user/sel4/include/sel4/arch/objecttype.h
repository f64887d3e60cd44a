/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_ARCH_OBJECTTYPE_H
#define SEL4_ARCH_OBJECTTYPE_H

#include <sel4/objecttype.h>

#endif
