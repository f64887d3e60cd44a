/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a component starts. The runtime's entry code sets up the IPC buffer at PLAN_IPC_VADDR and
 * calls component_main with what the initial task handed over.
 */
#ifndef RT_START_H
#define RT_START_H

#include <stddef.h>

/*
 * To be defined by each component. If it returns, the component is stopped and reported.
 *
 * @config: configuration blob at PLAN_CONFIG_VADDR, read-only, written by the composer.
 * @bytes: its size; 0 = none.
 */
void component_main(const void *config, size_t bytes);

/*
 * Ends this component for good: the initial task reports it by name, all others go on. Log the
 * reason first.
 */
_Noreturn void rt_stop(void);

#endif
