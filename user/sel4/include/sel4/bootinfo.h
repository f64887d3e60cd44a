/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Access to BootInfo: the root task receives its address in x0 and keeps it itself. Programs that
 * compile src/sel4_bootinfo.c may keep it there instead.
 */
#ifndef SEL4_BOOTINFO_H
#define SEL4_BOOTINFO_H

#include <sel4/bootinfo_types.h>

/* Remembers `bi` for seL4_GetBootInfo(). */
void seL4_InitBootInfo(seL4_BootInfo *bi) SEL4_DEPRECATED("keep the pointer yourself");

/* What was given to seL4_InitBootInfo(), or NULL. */
seL4_BootInfo *seL4_GetBootInfo(void) SEL4_DEPRECATED("keep the pointer yourself");

#endif
