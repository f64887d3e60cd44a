/* SPDX-License-Identifier: BSD-2-Clause */
/* Kept because programs include it by this name. */
#ifndef SEL4_SEL4_ARCH_BOOTINFO_H
#define SEL4_SEL4_ARCH_BOOTINFO_H

#include <sel4/bootinfo_types.h>

#endif
