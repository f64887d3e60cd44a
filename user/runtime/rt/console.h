/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A component's own log lines on their way to the console component: the `log` ring of
 * contract/rpc/console.h. Lines that do not fit are counted and announced later, never waited for.
 */
#ifndef RT_CONSOLE_H
#define RT_CONSOLE_H

#include "rpc/console.h"
#include "sel4/sel4.h"

/*
 * Plugs the channel in as the log sink.
 *
 * @channel: shared with the console component, mapped read-write (address from the composer).
 * @signal_slot: the console's notification; 0 = none, lines stay in the ring.
 */
void rt_console_log_start(struct console_channel *channel, seL4_CPtr signal_slot);

/*
 * Plugs in the kernel's debug output as the log sink, each line preceded by "[name] ". Kernels
 * without CONFIG_PRINTING have none: then lines are dropped, and false is returned.
 *
 * @name: kept, not copied.
 */
_Bool rt_console_log_kernel(const char *name);

#endif
