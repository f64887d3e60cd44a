/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's tick: the hypervisor physical timer. */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the tick of this core: every CONFIG_TIMER_TICK_MS. */
void timer_init_core(void);

/* For waits that must end: the counter's value so many seconds from now, and whether it is reached. */
uint64_t timer_deadline(unsigned seconds);
bool timer_is_over(uint64_t deadline);

/* The tick arrived: set the next one. */
void timer_rearm(void);

#endif
