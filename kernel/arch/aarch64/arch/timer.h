/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's tick: the hypervisor physical timer. */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

/* Starts the tick of this core: every CONFIG_TIMER_TICK_MS. */
void timer_init_core(void);

/* The tick arrived: set the next one. */
void timer_rearm(void);

#endif
