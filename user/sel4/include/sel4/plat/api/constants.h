/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_PLAT_API_CONSTANTS_H
#define SEL4_PLAT_API_CONSTANTS_H

#include <sel4/constants.h>

#endif
